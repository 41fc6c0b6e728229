//! What surrounds a line: the beliefs about its neighbours and their shapes, its place, the article
//! it stands in or outside of, lines of its form, repeats. A page's facts and one belief a line in,
//! one row of dense columns a line out.
//!
//! The first pass of the page model takes the line model's margins for beliefs, a later pass the
//! answers of the pass before it; the columns are the same.

use std::sync::LazyLock;

use super::{
    facts::{MARGIN_COLUMNS, PageFacts},
    runs::UNIT_BITS,
    shape,
    sums::{BELIEF_LIMIT, FAR, distances, flag, prefix},
};

/// The columns of the surroundings, in order.
pub const COLUMNS: [&str; 62] = [
    "belief",
    "belief_3_above",
    "belief_2_above",
    "belief_1_above",
    "belief_1_below",
    "belief_2_below",
    "belief_3_below",
    "length_2_above",
    "length_1_above",
    "length_1_below",
    "length_2_below",
    "sentence_1_above",
    "sentence_1_below",
    "junk_within_1",
    "junk_within_2",
    "junk_within_5",
    "junk_within_12",
    "junk_within_30",
    "junk_5_above",
    "junk_5_below",
    "sentences_within_3",
    "length_within_3",
    "longest_within_3",
    "article_10_above",
    "article_10_below",
    "article_share_above",
    "article_in_page",
    "article_share_of_page",
    "sure_article_above",
    "sure_article_below",
    "sure_junk_above",
    "sure_junk_below",
    "in_block",
    "above_block",
    "below_block",
    "block_share",
    "form_run_length",
    "form_run_junk",
    "form_run_place",
    "short_run_length",
    "short_run_junk",
    "short_run_place",
    "same_text",
    "seen_before",
    "form_share",
    "form_junk",
    "similarity",
    "place",
    "lines_above",
    "lines_below",
    "lines_in_page",
    "junk_in_page",
    "length_in_page",
    "sentences_in_page",
    "first_line_similarity",
    "longest_line_share",
    "planted_within_2",
    "planted_within_12",
    "planted_in_page",
    "ellipses_within_5",
    "begins_as_above",
    "begins_as_below",
];

/// All columns of the page model: margins, shape, surroundings.
pub const WIDTH: usize = MARGIN_COLUMNS.len() + shape::COLUMNS.len() + COLUMNS.len();

/// The index of the line's own length in units, by which the page model tells its bands.
pub const LN_UNITS: usize = MARGIN_COLUMNS.len() + shape::LN_UNITS;

/// The names of all [`WIDTH`] columns, in order.
pub fn column_names() -> impl Iterator<Item = &'static str> {
    MARGIN_COLUMNS.into_iter().chain(shape::COLUMNS).chain(COLUMNS)
}

/// The surroundings that depend on what is believed of the lines, in the order of [`COLUMNS`].
const MOVING: [&str; 32] = [
    "belief",
    "belief_3_above",
    "belief_2_above",
    "belief_1_above",
    "belief_1_below",
    "belief_2_below",
    "belief_3_below",
    "junk_within_1",
    "junk_within_2",
    "junk_within_5",
    "junk_within_12",
    "junk_within_30",
    "junk_5_above",
    "junk_5_below",
    "article_10_above",
    "article_10_below",
    "article_share_above",
    "article_in_page",
    "article_share_of_page",
    "sure_article_above",
    "sure_article_below",
    "sure_junk_above",
    "sure_junk_below",
    "in_block",
    "above_block",
    "below_block",
    "block_share",
    "form_run_junk",
    "short_run_junk",
    "form_junk",
    "similarity",
    "junk_in_page",
];

/// The columns of a row that depend on beliefs, as indices of the row, rising.
pub const BELIEVED: [usize; MOVING.len()] = {
    let mut columns = [0; MOVING.len()];
    let (mut column, mut i) = (0, 0);
    while i < MOVING.len() {
        // Past the end where a name is not among the columns, or not in their order: that does not compile.
        while !is_same(COLUMNS[column], MOVING[i]) {
            column += 1;
        }
        columns[i] = WIDTH - COLUMNS.len() + column;
        i += 1;
    }
    columns
};

const fn is_same(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let mut i = 0;
    while i < a.len() && i < b.len() && a[i] == b[i] {
        i += 1;
    }
    i == a.len() && i == b.len()
}

/// The other columns of a row, which are the same in every pass, likewise.
pub const SETTLED: [usize; WIDTH - MOVING.len()] = {
    let mut columns = [0; WIDTH - MOVING.len()];
    let (mut column, mut settled, mut moving) = (0, 0, 0);
    while column < WIDTH {
        if moving < BELIEVED.len() && BELIEVED[moving] == column {
            moving += 1;
        } else {
            columns[settled] = column;
            settled += 1;
        }
        column += 1;
    }
    columns
};

/// Lines of at least this many units can be sure article; a menu entry never anchors a page.
const ANCHOR_UNITS: f32 = 20.0;
/// Beliefs below and above which a line is sure.
const SURE_ARTICLE: f32 = 0.2;
const SURE_JUNK: f32 = 0.9;
/// Lines up to this many units without an end mark make up a run of short lines.
const SHORT_UNITS: f32 = 35.0;

/// The page-wide sums and runs from which rows are read off; buffers are kept between pages.
///
/// What does not depend on beliefs is worked out once a page, by [`Surroundings::settle`]; the rest
/// once a pass, by [`Surroundings::believe`].
#[derive(Debug, Default)]
pub struct Surroundings {
    first_similarity: Vec<f32>,
    belief: Vec<f32>,
    junk: Vec<f32>,
    junk_sum: Vec<f64>,
    length_sum: Vec<f64>,
    sentence_sum: Vec<f64>,
    planted_sum: Vec<f64>,
    ellipsis_sum: Vec<f64>,
    article_sum: Vec<f64>,
    article_above: Vec<u32>,
    article_below: Vec<u32>,
    junk_above: Vec<u32>,
    junk_below: Vec<u32>,
    form_runs: Runs,
    short_runs: Runs,
    same: Groups,
    forms: Groups,
    units: UnitTable,
    block: (usize, usize),
    longest: f32,
    characters: f64,
    whole: Whole,
}

/// Columns that are the same for every line of a page.
#[derive(Debug, Default, Clone, Copy)]
struct Whole {
    ln_article: f32,
    ln_lines: f32,
    junk: f32,
    length: f32,
    sentences: f32,
    planted: f32,
}

impl Surroundings {
    /// Looks over a page; `belief` gives log odds of junk, one a line.
    pub fn survey(&mut self, facts: &PageFacts, belief: &[f32]) {
        self.settle(facts);
        self.believe(facts, belief);
    }

    /// Looks over a page whose lines nothing is believed of yet.
    pub fn settle(&mut self, facts: &PageFacts) {
        let n = facts.len();
        prefix(&mut self.length_sum, n, |i| f64::from(facts.shapes[i][shape::LN_CHARACTERS]));
        prefix(&mut self.sentence_sum, n, |i| f64::from(facts.shapes[i][shape::ENDS_SENTENCE]));
        prefix(&mut self.planted_sum, n, |i| f64::from(planted(facts, i)));
        prefix(&mut self.ellipsis_sum, n, |i| f64::from(facts.shapes[i][shape::ENDS_ELLIPSIS]));
        self.characters = facts.characters.iter().map(|&c| f64::from(c)).sum();
        self.longest = facts.characters.iter().copied().fold(0.0, f32::max);
        self.form_runs.find(n, |i, j| facts.skeleton_hash[i] == facts.skeleton_hash[j]);
        let sentence = |i: usize| facts.shapes[i][shape::ENDS_SENTENCE];
        let short = |i: usize| facts.length[i] < SHORT_UNITS && sentence(i) == 0.0;
        self.short_runs.find(n, |i, j| short(i) && short(j));
        self.same.find(&facts.text_hash);
        self.forms.find(&facts.skeleton_hash);
        self.units.overlaps_with_first(facts, &mut self.first_similarity);
        self.whole.ln_lines = ln_1p(n as f64);
        self.whole.length = mean(&self.length_sum, 0, n, 0.0);
        self.whole.sentences = mean(&self.sentence_sum, 0, n, 0.0);
        self.whole.planted = mean(&self.planted_sum, 0, n, 0.0);
    }

    /// Looks over the page that was settled last, with log odds of junk, one a line.
    pub fn believe(&mut self, facts: &PageFacts, belief: &[f32]) {
        let n = facts.len();
        debug_assert_eq!(n, belief.len());
        self.belief.clear();
        self.belief.extend(belief.iter().map(|b| b.clamp(-BELIEF_LIMIT, BELIEF_LIMIT)));
        self.junk.clear();
        self.junk.extend(self.belief.iter().map(|b| 1.0 / (1.0 + (-b).exp())));

        let length = |i: usize| facts.shapes[i][shape::LN_CHARACTERS];
        let junk = &self.junk;
        prefix(&mut self.junk_sum, n, |i| f64::from(junk[i]));
        prefix(&mut self.article_sum, n, |i| f64::from(article_mass(junk[i], facts.characters[i])));
        self.whole.ln_article = ln_1p(self.article_sum[n]);
        self.whole.junk = mean(&self.junk_sum, 0, n, 0.0);

        let is_article = |i: usize| junk[i] < SURE_ARTICLE && facts.length[i] >= ANCHOR_UNITS;
        let is_junk = |i: usize| junk[i] > SURE_JUNK;
        distances(&mut self.article_above, 0..n, is_article);
        distances(&mut self.article_below, (0..n).rev(), is_article);
        self.article_below.reverse();
        distances(&mut self.junk_above, 0..n, is_junk);
        distances(&mut self.junk_below, (0..n).rev(), is_junk);
        self.junk_below.reverse();
        self.block = best_block(n, |i| (0.5 - junk[i]) * length(i));

        self.form_runs.weigh(junk);
        self.short_runs.weigh(junk);
        self.forms.weigh(junk);
        self.units.fill(facts, is_article);
    }

    /// Writes the whole row of a line: margins, shape, surroundings.
    pub fn row(&self, facts: &PageFacts, line: usize, out: &mut [f32; WIDTH]) {
        let settled = self.settled(facts, line);
        for (&column, &x) in SETTLED.iter().zip(&settled) {
            out[column] = x;
        }
        for (&column, &x) in BELIEVED.iter().zip(&self.believed(facts, line)) {
            out[column] = x;
        }
    }

    /// The columns of a line that depend on no belief, in the order of [`SETTLED`].
    pub fn settled(&self, facts: &PageFacts, i: usize) -> [f32; SETTLED.len()] {
        let n = facts.len();
        let at = |offset: isize| i.checked_add_signed(offset).filter(|&j| j < n);
        // Beyond the page's ends there is no length.
        let length = |offset| at(offset).map_or(0.0, |j| facts.shapes[j][shape::LN_CHARACTERS]);
        let sentence = |offset| at(offset).map_or(0.0, |j| facts.shapes[j][shape::ENDS_SENTENCE]);
        let (from3, to3) = (i.saturating_sub(3), (i + 4).min(n));
        let longest_near = (from3..to3)
            .filter(|&j| j != i)
            .map(|j| facts.shapes[j][shape::LN_CHARACTERS])
            .fold(0.0, f32::max);
        let (form_run, short_run) = (self.form_runs.of(i), self.short_runs.of(i));
        // The line itself is left out: it has columns of its own.
        let others = |sums: &[f64], radius: usize| {
            let (from, to) = (i.saturating_sub(radius), (i + radius + 1).min(n));
            let sum = sums[to] - sums[from] - (sums[i + 1] - sums[i]);
            (sum / (to - from - 1).max(1) as f64) as f32
        };
        let head = facts.head_hash[i];
        let begins_alike = |j: usize| head.is_some() && head == facts.head_hash[j];
        let around = [
            length(-2),
            length(-1),
            length(1),
            length(2),
            sentence(-1),
            sentence(1),
            mean(&self.sentence_sum, from3, to3, 0.0),
            mean(&self.length_sum, from3, to3, 0.0),
            longest_near,
            form_run.ln_length(),
            form_run.place(i),
            short_run.ln_length(),
            short_run.place(i),
            ln_1p(f64::from(self.same.size(i) - 1)),
            flag(self.same.seen_before(i)),
            self.forms.size(i) as f32 / n as f32,
            if n > 1 { i as f32 / (n - 1) as f32 } else { 0.5 },
            ln_1p(i.min(FAR) as f64),
            ln_1p((n - 1 - i).min(FAR) as f64),
            self.whole.ln_lines,
            self.whole.length,
            self.whole.sentences,
            self.first_similarity[i],
            facts.characters[i] / self.longest.max(1.0),
            others(&self.planted_sum, 2),
            others(&self.planted_sum, 12),
            self.whole.planted,
            others(&self.ellipsis_sum, 5),
            flag((i.saturating_sub(2)..i).any(begins_alike)),
            flag((i + 1..(i + 3).min(n)).any(begins_alike)),
        ];
        let mut row = [0.0; SETTLED.len()];
        let (margins, rest) = row.split_at_mut(MARGIN_COLUMNS.len());
        let (shape, rest) = rest.split_at_mut(shape::COLUMNS.len());
        margins.copy_from_slice(&facts.margins[i].row());
        shape.copy_from_slice(&facts.shapes[i]);
        rest.copy_from_slice(&around);
        row
    }

    /// The columns of a line that depend on what is believed, in the order of [`BELIEVED`].
    pub fn believed(&self, facts: &PageFacts, i: usize) -> [f32; BELIEVED.len()] {
        let n = facts.len();
        // Beyond the page's ends nothing is known: even odds.
        let belief = |offset: isize| {
            i.checked_add_signed(offset).and_then(|j| self.belief.get(j)).copied().unwrap_or(0.0)
        };
        let around = |radius| (i.saturating_sub(radius), (i + radius + 1).min(n));
        // The line itself is left out of means over beliefs: it has a column of its own.
        let junk_within = |radius| {
            let (from, to) = around(radius);
            let sum = self.junk_sum[to] - self.junk_sum[from] - f64::from(self.junk[i]);
            if to - from > 1 { (sum / (to - from - 1) as f64) as f32 } else { 0.5 }
        };
        let (above, below) = (i.saturating_sub(5), (i + 6).min(n));
        let all_article = self.article_sum[n];
        let article = |from: usize, to: usize| self.article_sum[to] - self.article_sum[from];
        let (block_start, block_end) = self.block;

        [
            self.belief[i],
            belief(-3),
            belief(-2),
            belief(-1),
            belief(1),
            belief(2),
            belief(3),
            junk_within(1),
            junk_within(2),
            junk_within(5),
            junk_within(12),
            junk_within(30),
            mean(&self.junk_sum, above, i, 0.5),
            mean(&self.junk_sum, i + 1, below, 0.5),
            ln_1p(article(i.saturating_sub(10), i)),
            ln_1p(article((i + 1).min(n), (i + 11).min(n))),
            (article(0, i) / all_article.max(1.0)) as f32,
            self.whole.ln_article,
            (all_article / self.characters.max(1.0)) as f32,
            ln_distance(self.article_above[i]),
            ln_distance(self.article_below[i]),
            ln_distance(self.junk_above[i]),
            ln_distance(self.junk_below[i]),
            flag((block_start..block_end).contains(&i)),
            ln_1p(block_start.saturating_sub(i).min(FAR) as f64),
            ln_1p((i + 1).saturating_sub(block_end).min(FAR) as f64),
            (block_end - block_start) as f32 / n as f32,
            self.form_runs.of(i).junk,
            self.short_runs.of(i).junk,
            self.forms.junk_of_others(i, self.junk[i]),
            self.units.similarity(facts, i),
            self.whole.junk,
        ]
    }
}

/// How much article a line holds: its characters, as far as it is believed.
fn article_mass(junk: f32, characters: f32) -> f32 {
    // Even odds count for nothing, or a long menu would look like an article.
    (1.0 - 2.0 * junk).max(0.0) * characters
}

/// Most of what is asked are numbers of lines: those are looked up.
fn ln_1p(x: f64) -> f32 {
    static OF_WHOLE: LazyLock<[f32; FAR + 1]> =
        LazyLock::new(|| std::array::from_fn(|n| (n as f64).ln_1p() as f32));
    let whole = x as usize; // 0 where it is negative
    match OF_WHOLE.get(whole) {
        Some(&ln) if whole as f64 == x => ln,
        _ => x.max(0.0).ln_1p() as f32,
    }
}

fn ln_distance(lines: u32) -> f32 {
    ln_1p(f64::from(lines))
}

/// How likely a line is of a kind that intruders plant, by its own words: they are rare, and odds of one to
/// e are already as good as even.
fn planted(facts: &PageFacts, i: usize) -> f32 {
    1.0 / (1.0 + (-(facts.margins[i].planted + 1.0)).exp())
}

fn mean(sums: &[f64], from: usize, to: usize, of_nothing: f32) -> f32 {
    if from < to { ((sums[to] - sums[from]) / (to - from) as f64) as f32 } else { of_nothing }
}

/// The run of lines with the greatest sum of gains, as `start..end` (Kadane's scan; Bentley 1984).
/// Empty where no line gains.
fn best_block(n: usize, gain: impl Fn(usize) -> f32) -> (usize, usize) {
    let (mut best, mut best_sum) = ((0, 0), 0.0f32);
    let (mut start, mut sum) = (0, 0.0f32);
    for i in 0..n {
        sum += gain(i);
        if sum <= 0.0 {
            (start, sum) = (i + 1, 0.0);
        } else if sum > best_sum {
            (best, best_sum) = ((start, i + 1), sum);
        }
    }
    best
}

/// Neighbouring lines that are alike.
#[derive(Debug, Default)]
struct Runs {
    runs: Vec<Run>,
    of_line: Vec<u32>,
}

#[derive(Debug, Clone, Copy)]
struct Run {
    start: usize,
    length: usize,
    junk: f32,
}

impl Runs {
    fn find(&mut self, n: usize, alike: impl Fn(usize, usize) -> bool) {
        self.runs.clear();
        self.of_line.clear();
        let mut start = 0;
        for i in 0..n {
            if i + 1 == n || !alike(i, i + 1) {
                self.of_line.resize(i + 1, self.runs.len() as u32);
                self.runs.push(Run { start, length: i + 1 - start, junk: 0.0 });
                start = i + 1;
            }
        }
    }

    fn weigh(&mut self, junk: &[f32]) {
        for Run { start, length, junk: mean } in &mut self.runs {
            let sum: f32 = junk[*start..*start + *length].iter().sum();
            *mean = sum / *length as f32;
        }
    }

    fn of(&self, line: usize) -> Run {
        self.runs[self.of_line[line] as usize]
    }
}

impl Run {
    fn ln_length(&self) -> f32 {
        ln_1p((self.length - 1) as f64)
    }

    fn place(&self, line: usize) -> f32 {
        if self.length > 1 { (line - self.start) as f32 / (self.length - 1) as f32 } else { 0.5 }
    }
}

/// Lines of a page with one and the same hash, wherever they stand.
#[derive(Debug, Default)]
struct Groups {
    /// Slots of an open-addressed table: one more than the group's number, 0 where there is none.
    slots: Vec<u32>,
    group: Vec<Group>,
    of_line: Vec<u32>,
}

#[derive(Debug, Clone, Copy)]
struct Group {
    hash: u32,
    first: u32,
    size: u32,
    junk: f32,
}

impl Groups {
    fn find(&mut self, hashes: &[u32]) {
        self.group.clear();
        self.of_line.clear();
        self.slots.clear();
        // At most half full, so that a search soon ends.
        let bits = (2 * hashes.len()).next_power_of_two().trailing_zeros();
        self.slots.resize(1 << bits, 0);
        let mask = self.slots.len() - 1;
        for (line, &hash) in hashes.iter().enumerate() {
            let mut slot = hash.wrapping_mul(0x9E37_79B1).rotate_left(bits) as usize & mask;
            let group = loop {
                match self.slots[slot].checked_sub(1) {
                    Some(group) if self.group[group as usize].hash == hash => break group,
                    Some(_) => slot = (slot + 1) & mask,
                    None => {
                        let group = self.group.len() as u32;
                        self.slots[slot] = group + 1;
                        self.group.push(Group { hash, first: line as u32, size: 0, junk: 0.0 });
                        break group;
                    }
                }
            };
            self.group[group as usize].size += 1;
            self.of_line.push(group);
        }
    }

    fn weigh(&mut self, junk: &[f32]) {
        self.group.iter_mut().for_each(|group| group.junk = 0.0);
        for (&group, &junk) in self.of_line.iter().zip(junk) {
            self.group[group as usize].junk += junk;
        }
    }

    fn of(&self, line: usize) -> Group {
        self.group[self.of_line[line] as usize]
    }

    fn size(&self, line: usize) -> u32 {
        self.of(line).size
    }

    fn seen_before(&self, line: usize) -> bool {
        self.of(line).first < line as u32
    }

    fn junk_of_others(&self, line: usize, own: f32) -> f32 {
        let group = self.of(line);
        if group.size > 1 { (group.junk - own) / (group.size - 1) as f32 } else { 0.5 }
    }
}

/// How often each content unit occurs in the sure article lines of the page.
#[derive(Debug)]
struct UnitTable {
    counts: Vec<u16>,
    /// The units whose counts are not zero: forgetting them is cheaper than clearing the table.
    counted: Vec<u16>,
    is_article: Vec<bool>,
}

impl Default for UnitTable {
    fn default() -> Self {
        UnitTable { counts: vec![0; 1 << UNIT_BITS], counted: Vec::new(), is_article: Vec::new() }
    }
}

impl UnitTable {
    fn fill(&mut self, facts: &PageFacts, is_article: impl Fn(usize) -> bool) {
        self.forget();
        self.is_article.clear();
        for line in 0..facts.len() {
            self.is_article.push(is_article(line));
            if is_article(line) {
                self.count(facts.units(line));
            }
        }
    }

    fn forget(&mut self) {
        for &unit in &self.counted {
            self.counts[usize::from(unit)] = 0;
        }
        self.counted.clear();
    }

    fn count(&mut self, units: &[u16]) {
        for &unit in units {
            let count = &mut self.counts[usize::from(unit)];
            if *count == 0 {
                self.counted.push(unit);
            }
            *count = count.saturating_add(1);
        }
    }

    /// For each line the share of its units that the page's first line has too.
    fn overlaps_with_first(&mut self, facts: &PageFacts, out: &mut Vec<f32>) {
        // A headline is short; comparing with the start of a long line is enough.
        const HEADLINE: usize = 40;
        self.forget();
        out.clear();
        if facts.is_empty() {
            return;
        }
        let first = facts.units(0);
        self.count(&first[..first.len().min(HEADLINE)]);
        out.extend((0..facts.len()).map(|line| {
            let units = facts.units(line);
            let known = units.iter().filter(|&&u| self.counts[usize::from(u)] > 0).count();
            known as f32 / units.len().max(1) as f32
        }));
    }

    /// The share of a line's units that the article has too; where the line is part of that
    /// article, its own occurrence does not count.
    fn similarity(&self, facts: &PageFacts, line: usize) -> f32 {
        let units = facts.units(line);
        let own = u16::from(self.is_article[line]);
        let known = units.iter().filter(|&&u| self.counts[usize::from(u)] > own).count();
        known as f32 / units.len().max(1) as f32
    }
}
