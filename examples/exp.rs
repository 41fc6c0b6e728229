use dechaff::{*, evaluate::*, train::{*, corpus::*, recipe::Recipe}, input::*, filter::*};
use std::time::Instant;
use std::path::Path;
use rayon::prelude::*;
fn main() {
    let args: Vec<String> = std::env::args().collect();
    let recipe = Recipe::parse(&std::fs::read_to_string(&args[1]).unwrap()).unwrap();
    let data = "/work/shared/data/pages";
    let mut pages = vec![];
    for f in args[2].split(',') {
        for p in read_labelled(Path::new(&format!("{data}/{f}.jsonl.gz"))).unwrap() { pages.push(p.unwrap()); }
    }
    eprintln!("{} pages", pages.len());
    let cap: usize = args.get(3).map_or(99, |s| s.parse().unwrap());
    // thin weak
    let mut n = 0; let keep: usize = args.get(4).map_or(1, |s| s.parse().unwrap());
    pages.retain(|p| { if recipe.set(&p.set).weak { n += 1; n % keep == 0 } else { true } });
    let outer = 5;
    let folds = split::by_site(pages.iter().map(|p| (p.set.as_str(), p.site.as_str(), p.lines.len())), outer).unwrap();
    let t0 = Instant::now();
    let mut judged: Vec<(LabelledPage, PageVerdict)> = vec![];
    for k in 0..outer.min(cap) {
        let train: Vec<_> = pages.iter().zip(&folds).filter(|(_, f)| **f != k).map(|(p, _)| p.clone()).collect();
        let corpus = Corpus::assemble(train, &recipe, |_| Ok(vec![])).unwrap();
        let m = trainer::train(&corpus, &recipe, &|s| if k == 0 { eprintln!("{:6.1} {s}", t0.elapsed().as_secs_f64()) }).unwrap();
        if k == 0 { for l in &m.card.fits { eprintln!("{l}"); } for s in &m.card.sets { eprintln!("{} {} {} {:.3}", s.name, s.article_lines, s.junk_lines, s.weight); } eprintln!("{:?}", m.policy); }
        let filter = Filter::new(m.clone(), m.policy);
        let part: Vec<_> = pages.par_iter().zip(&folds).filter(|(p, f)| **f == k && !recipe.set(&p.set).weak).map_init(Scratch::default, |s, (p, _)| {
            let j = Judged::by(&filter, p, s).unwrap(); (p.clone(), j.verdict().clone())
        }).collect();
        judged.extend(part);
    }
    let js: Vec<Judged> = judged.iter().map(|(p, v)| Judged::new(p, v.clone()).unwrap()).collect();
    let e = Evaluation::of(&js, &Options { resamples: 0, ..Options::new(0.5) });
    println!("{}", e.report(ReportOptions::default()));
    eprintln!("{:.1}s", t0.elapsed().as_secs_f64());
}
