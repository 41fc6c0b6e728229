//! A page, looked at slowly: every column of a line's surroundings, each found by walking the page. In:
//! the lines and what is believed of them; out: numbers by name.

use super::line::{Columns, Line, hash_of_all};
use dechaff::features::skeleton::coarse_hash;

/// Columns of line `i`, where `belief` gives log odds of junk and `planted` those of being planted.
pub fn columns(lines: &[Line], belief: &[f32], planted: &[f64], i: usize) -> Columns {
    let n = lines.len();
    let belief: Vec<f64> = belief.iter().map(|&b| f64::from(b).clamp(-8.0, 8.0)).collect();
    let junk: Vec<f64> = belief.iter().map(|b| 1.0 / (1.0 + (-b).exp())).collect();
    let ln_length = |j: usize| (1.0 + lines[j].characters).ln();
    let ends = |j: usize| lines[j].shape["ends_sentence"];
    let at = |offset: i64| usize::try_from(i as i64 + offset).ok().filter(|&j| j < n);
    let around = |reach: usize| i.saturating_sub(reach)..(i + reach + 1).min(n);
    let mean = |values: Vec<f64>, of_nothing: f64| {
        let n = values.len() as f64;
        if values.is_empty() { of_nothing } else { values.iter().sum::<f64>() / n }
    };
    let believed = |offset| at(offset).map_or(0.0, |j| belief[j]);
    let length = |offset| at(offset).map_or(0.0, ln_length);
    let sentence = |offset| at(offset).map_or(0.0, ends);
    let junk_within =
        |reach| mean(around(reach).filter(|&j| j != i).map(|j| junk[j]).collect(), 0.5);
    let article = |j: usize| (1.0 - 2.0 * junk[j]).max(0.0) * lines[j].characters;
    let sum = |range: std::ops::Range<usize>| range.map(article).sum::<f64>();
    let flag = |yes: bool| if yes { 1.0 } else { 0.0 };

    let is_article = |j: usize| junk[j] < 0.2 && lines[j].length >= 20.0;
    let is_junk = |j: usize| junk[j] > 0.9;
    // The search stops at 200 lines, and says 200 where there is none.
    let above =
        |is: &dyn Fn(usize) -> bool| (1..200).find(|&d| i >= d && is(i - d)).unwrap_or(200) as f64;
    let below = |is: &dyn Fn(usize) -> bool| {
        (1..200).find(|&d| i + d < n && is(i + d)).unwrap_or(200) as f64
    };

    let (start, end) = best_block(n, |j| ((0.5 - junk[j]) as f32 * ln_length(j) as f32).into());
    let form: Vec<u32> = lines.iter().map(|line| coarse_hash(&line.skeleton)).collect();
    let is_short = |j: usize| lines[j].length < 35.0 && ends(j) == 0.0;
    let form_run = run(i, n, |a, b| form[a] == form[b]);
    let short_run = run(i, n, |a, b| is_short(a) && is_short(b));
    let run_length = |run: &std::ops::Range<usize>| (run.len() as f64).ln();
    let run_junk = |run: &std::ops::Range<usize>| mean(junk[run.clone()].to_vec(), 0.5);
    let run_place = |run: &std::ops::Range<usize>| match run.len() {
        1 => 0.5,
        length => (i - run.start) as f64 / (length - 1) as f64,
    };
    let same: Vec<usize> = (0..n).filter(|&j| lines[j].codes == lines[i].codes).collect();
    let of_form: Vec<usize> = (0..n).filter(|&j| form[j] == form[i]).collect();
    let others = of_form.iter().filter(|&&j| j != i).map(|&j| junk[j]).collect();

    let suspected = |j: usize| 1.0 / (1.0 + (-(planted[j] + 1.0)).exp());
    let others_suspected =
        |reach| mean(around(reach).filter(|&j| j != i).map(suspected).collect(), 0.0);
    let is_cut_off = |j: usize| lines[j].shape["ends_ellipsis"];
    let begins_alike =
        |j: usize| lines[i].codes.len() >= 6 && lines[j].codes.starts_with(&lines[i].codes[..6]);

    let key = |unit: &Vec<u16>| hash_of_all(unit, 1) >> 18;
    let known = |units: &[Vec<u16>], is_known: &dyn Fn(u32) -> bool| {
        units.iter().filter(|unit| is_known(key(unit))).count() as f64 / units.len().max(1) as f64
    };
    let own = usize::from(is_article(i));
    let in_article = |unit: u32| {
        let lines = (0..n).filter(|&j| is_article(j)).flat_map(|j| &lines[j].units);
        lines.filter(|other| key(other) == unit).count() > own
    };
    let headline: Vec<u32> = lines[0].units.iter().take(40).map(key).collect();
    let total: f64 = lines.iter().map(|line| line.characters).sum();
    let longest = lines.iter().map(|line| line.characters).fold(1.0, f64::max);

    Columns::from([
        ("belief", belief[i]),
        ("belief_3_above", believed(-3)),
        ("belief_2_above", believed(-2)),
        ("belief_1_above", believed(-1)),
        ("belief_1_below", believed(1)),
        ("belief_2_below", believed(2)),
        ("belief_3_below", believed(3)),
        ("length_2_above", length(-2)),
        ("length_1_above", length(-1)),
        ("length_1_below", length(1)),
        ("length_2_below", length(2)),
        ("sentence_1_above", sentence(-1)),
        ("sentence_1_below", sentence(1)),
        ("junk_within_1", junk_within(1)),
        ("junk_within_2", junk_within(2)),
        ("junk_within_5", junk_within(5)),
        ("junk_within_12", junk_within(12)),
        ("junk_within_30", junk_within(30)),
        ("junk_5_above", mean(junk[i.saturating_sub(5)..i].to_vec(), 0.5)),
        ("junk_5_below", mean(junk[i + 1..(i + 6).min(n)].to_vec(), 0.5)),
        ("sentences_within_3", mean(around(3).map(ends).collect(), 0.0)),
        ("length_within_3", mean(around(3).map(ln_length).collect(), 0.0)),
        ("longest_within_3", around(3).filter(|&j| j != i).map(ln_length).fold(0.0, f64::max)),
        ("article_10_above", sum(i.saturating_sub(10)..i).ln_1p()),
        ("article_10_below", sum((i + 1).min(n)..(i + 11).min(n)).ln_1p()),
        ("article_share_above", sum(0..i) / sum(0..n).max(1.0)),
        ("article_in_page", sum(0..n).ln_1p()),
        ("article_share_of_page", sum(0..n) / total.max(1.0)),
        ("sure_article_above", above(&is_article).ln_1p()),
        ("sure_article_below", below(&is_article).ln_1p()),
        ("sure_junk_above", above(&is_junk).ln_1p()),
        ("sure_junk_below", below(&is_junk).ln_1p()),
        ("in_block", flag((start..end).contains(&i))),
        ("above_block", (start.saturating_sub(i).min(200) as f64).ln_1p()),
        ("below_block", ((i + 1).saturating_sub(end).min(200) as f64).ln_1p()),
        ("block_share", (end - start) as f64 / n as f64),
        ("form_run_length", run_length(&form_run)),
        ("form_run_junk", run_junk(&form_run)),
        ("form_run_place", run_place(&form_run)),
        ("short_run_length", run_length(&short_run)),
        ("short_run_junk", run_junk(&short_run)),
        ("short_run_place", run_place(&short_run)),
        ("same_text", (same.len() as f64).ln()),
        ("seen_before", flag(same[0] < i)),
        ("form_share", of_form.len() as f64 / n as f64),
        ("form_junk", mean(others, 0.5)),
        ("similarity", known(&lines[i].units, &in_article)),
        ("place", if n > 1 { i as f64 / (n - 1) as f64 } else { 0.5 }),
        ("lines_above", (i.min(200) as f64).ln_1p()),
        ("lines_below", ((n - 1 - i).min(200) as f64).ln_1p()),
        ("lines_in_page", (n as f64).ln_1p()),
        ("junk_in_page", mean(junk.clone(), 0.0)),
        ("length_in_page", mean((0..n).map(ln_length).collect(), 0.0)),
        ("sentences_in_page", mean((0..n).map(ends).collect(), 0.0)),
        ("first_line_similarity", known(&lines[i].units, &|unit| headline.contains(&unit))),
        ("longest_line_share", lines[i].characters / longest),
        ("planted_within_2", others_suspected(2)),
        ("planted_within_12", others_suspected(12)),
        ("planted_in_page", mean((0..n).map(suspected).collect(), 0.0)),
        ("ellipses_within_5", mean(around(5).filter(|&j| j != i).map(is_cut_off).collect(), 0.0)),
        ("begins_as_above", flag((i.saturating_sub(2)..i).any(begins_alike))),
        ("begins_as_below", flag((i + 1..(i + 3).min(n)).any(begins_alike))),
    ])
}

/// The columns that tell of the page's best block.
pub const OF_BLOCK: [&str; 4] = ["in_block", "above_block", "below_block", "block_share"];

/// Whether another run of lines gains as much as the best one, but for rounding: sums of other
/// precision may then choose the other, and neither is wrong.
pub fn is_block_disputed(lines: &[Line], belief: &[f32]) -> bool {
    let junk = |j: usize| 1.0 / (1.0 + (-f64::from(belief[j]).clamp(-8.0, 8.0)).exp());
    let gain = |j: usize| (0.5 - junk(j)) * (1.0 + lines[j].characters).ln();
    let mut sums = Vec::new();
    for start in 0..lines.len() {
        let mut sum = 0.0;
        for end in start..lines.len() {
            sum += gain(end);
            sums.push(sum);
        }
    }
    let most = sums.iter().copied().fold(0.0, f64::max);
    sums.push(0.0); // No block at all.
    sums.iter().filter(|&&sum| sum > most - 1e-3).count() > 1
}

/// Of all runs of lines the one that gains most: of several the one that ends first, and of those the
/// shortest, since lines that gain nothing do not lengthen it.
fn best_block(n: usize, gain: impl Fn(usize) -> f64) -> (usize, usize) {
    let mut best = (0, 0, 0.0);
    for end in 1..=n {
        let (mut sum, mut most) = (0.0, (end, 0.0));
        for start in (0..end).rev() {
            sum += gain(start);
            if sum > most.1 + 1e-6 {
                most = (start, sum);
            }
        }
        if most.1 > best.2 + 1e-4 {
            best = (most.0, end, most.1);
        }
    }
    (best.0, best.1)
}

/// The run of lines around `i` in which each is like the next.
fn run(i: usize, n: usize, alike: impl Fn(usize, usize) -> bool) -> std::ops::Range<usize> {
    let (mut start, mut end) = (i, i + 1);
    while start > 0 && alike(start - 1, start) {
        start -= 1;
    }
    while end < n && alike(end - 1, end) {
        end += 1;
    }
    start..end
}
