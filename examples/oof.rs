use dechaff::{evaluate::curve::*, train::{*, corpus::*, recipe::Recipe}, input::*, text::Label};
use std::time::Instant;
use std::path::Path;
use std::collections::BTreeMap;
fn main() {
    let args: Vec<String> = std::env::args().collect();
    let recipe = Recipe::parse(&std::fs::read_to_string(&args[1]).unwrap()).unwrap();
    let data = "/work/shared/data/pages";
    let mut pages = vec![];
    for f in args[2].split(',') {
        for p in read_labelled(Path::new(&format!("{data}/{f}.jsonl.gz"))).unwrap() { pages.push(p.unwrap()); }
    }
    let mut n = 0; let keep: usize = args.get(3).map_or(1, |s| s.parse().unwrap());
    pages.retain(|p| { if recipe.set(&p.set).weak { n += 1; n % keep == 0 } else { true } });
    let t0 = Instant::now();
    let corpus = Corpus::assemble(pages, &recipe, |p| make(p, &recipe)).unwrap();
    for s in corpus.sets() { eprintln!("{:20} {:5} pages {:7} {:7} {:.3}", s.name, s.pages, s.article_lines, s.junk_lines, s.weight); }
    let st = out_of_fold::fit(&corpus, &recipe, &|s| eprintln!("{:6.1} {s}", t0.elapsed().as_secs_f64())).unwrap();
    for l in &st.report { eprintln!("{l}"); }
    eprintln!("{:.1}", t0.elapsed().as_secs_f64());
    if let Some(set) = args.get(5) { explain(&corpus, &st, set); }
    if let Some(set) = args.get(4) { worst(&corpus, &st.line_belief, &st.belief, set); }
    table("line", &corpus, &st.line_belief);
    table("final", &corpus, &st.belief);
}
fn make(_p: &[TrainingPage], _r: &Recipe) -> dechaff::Result<Vec<TrainingPage>> { Ok(vec![]) }
fn table(name: &str, corpus: &Corpus, belief: &[Vec<f32>]) {
    let mut by: BTreeMap<String, Vec<ScoredLine>> = BTreeMap::new();
    let mut all = vec![];
    for (p, b) in corpus.pages.iter().zip(belief) {
        if p.origin == Origin::Weak { continue; }
        let made = p.origin == Origin::Made;
        for (l, &z) in p.page.lines.iter().zip(b) {
            if l.label == Label::Either { continue; }
            let s = ScoredLine { probability: 1.0 / (1.0 + (-z).exp()), is_junk: l.label == Label::Junk, characters: l.text.chars().count() as u32, set: 0 };
            by.entry(if made { "~made".into() } else { p.page.set.clone() }).or_default().push(s);
            if !made { all.push(s); }
        }
    }
    let curves: BTreeMap<_, _> = by.iter().map(|(k, v)| (k.clone(), Curve::of(v))).collect();
    let pooled = Curve::of(&all);
    let mut best = (0.0, 0.5f32); let mut best3 = (0.0, 0.5f32);
    for pt in pooled.points(300) {
        let f: Vec<f64> = curves.iter().filter(|(k, _)| !k.starts_with('~')).map(|(_, c)| c.at(pt.threshold).junk_f1.unwrap_or(0.0)).collect();
        let m = f.iter().sum::<f64>() / f.len() as f64;
        if pt.article_loss.unwrap_or(1.0) <= 0.01 && m > best.0 { best = (m, pt.threshold); }
        if m > best3.0 { best3 = (m, pt.threshold); }
    }
    println!("{name}: mean F1 {:.4} at {:.3} within 1%; best {:.4} at {:.3}", best.0, best.1, best3.0, best3.1);
    for (k, c) in &curves {
        let p = c.at(best.1); let q = c.at(best3.1);
        println!("   {k:16} F1 {:.3} P {:.3} R {:.3} loss {:6.2}%   | F1 {:.3} loss {:6.2}% | AP {:.3}", p.junk_f1.unwrap_or(0.), p.junk_precision.unwrap_or(0.), p.junk_recall.unwrap_or(0.), 100.*p.article_loss.unwrap_or(0.), q.junk_f1.unwrap_or(0.), 100.*q.article_loss.unwrap_or(0.), c.average_precision().unwrap_or(0.));
    }
}

fn worst(corpus: &Corpus, line: &[Vec<f32>], belief: &[Vec<f32>], set: &str) {
    for ((p, l), b) in corpus.pages.iter().zip(line).zip(belief) {
        if p.page.set != set || p.origin == Origin::Made { continue; }
        let (mut fp, mut fnn, mut tp, mut n) = (0, 0, 0, 0); let mut ex = vec![]; let mut ej = vec![];
        for (i, ln) in p.page.lines.iter().enumerate() {
            if ln.label == Label::Either { continue; }
            n += 1;
            let j = b[i] > 0.0;
            match (ln.label == Label::Junk, j) { (true, true) => tp += 1, (true, false) => { fnn += 1; ej.push(format!("      J as A {i} z {:.2} line {:.2} {}", b[i], l[i], ln.text.chars().take(70).collect::<String>())); } (false, true) => { fp += 1; ex.push(format!("      A as J {i} z {:.2} line {:.2} {}", b[i], l[i], ln.text.chars().take(70).collect::<String>())); } _ => {} }
        }
        if fp + fnn > 0 { eprintln!("{} {} n {n} tp {tp} fp {fp} fn {fnn}", p.page.id, p.page.site); for e in ex.iter().take(4).chain(ej.iter().take(4)) { eprintln!("{e}"); } }
    }
}

fn explain(corpus: &Corpus, st: &out_of_fold::Stages, set: &str) {
    use dechaff::features::{context::*, facts::*};
    let names: Vec<_> = column_names().collect();
    let mut v = vec![];
    for (pi, (p, b)) in corpus.pages.iter().zip(&st.belief).enumerate() {
        if p.page.set != set || p.origin == Origin::Made { continue; }
        for (i, ln) in p.page.lines.iter().enumerate() {
            if ln.label == Label::Article && b[i] > 0.0 { v.push((ln.text.chars().count(), pi, i)); }
        }
    }
    v.sort(); v.reverse();
    for &(n, pi, i) in v.iter().take(12) {
        let p = &corpus.pages[pi];
        let mut facts = PageFacts::default();
        let page = dechaff::Page::from_lines(p.page.lines.iter().map(|l| l.text.as_str()));
        st.line.without[p.fold].read(&page.lines, &mut facts, &mut Default::default());
        let belief: Vec<f32> = facts.margins.iter().map(|m| m.total()).collect();
        let mut ar = Surroundings::default();
        ar.survey(&facts, &belief);
        let mut row = [0.0; WIDTH];
        ar.row(&facts, i, &mut row);
        let m = &st.passes[0].without[p.fold];
        let mut owner = vec![];
        for (c, k) in m.basis.columns.iter().enumerate() { for _ in 0..k.ramps() { owner.push(c); } }
        let mut parts = vec![0f32; WIDTH + 1];
        m.basis.expand(&row, |k, h| parts[*owner.get(k).unwrap_or(&WIDTH)] += h * m.weights[k]);
        let mut idx: Vec<usize> = (0..WIDTH).collect();
        idx.sort_by(|&a, &b| parts[b].abs().total_cmp(&parts[a].abs()));
        eprintln!("{n} chars page {} line {i} final {:.2} pass1 {:.2} bias {:.2} cross {:.2} {}", p.page.id, st.belief[pi][i], m.log_odds(&row), m.bias, parts[WIDTH], p.page.lines[i].text.chars().take(50).collect::<String>());
        for &c in idx.iter().take(14) { eprint!("  {}={:.2}:{:+.2}", names[c], row[c], parts[c]); }
        eprintln!();
    }
}
