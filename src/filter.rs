//! Part 4 of the way: a page and a model give verdicts. One [`Filter`] is built from a model and a
//! policy and shared by every thread; a [`Scratch`] for each thread holds the buffers.

use std::ops::Range;

use rayon::prelude::*;

use crate::{
    copies::Copies,
    features::{
        context::{Surroundings, WIDTH},
        facts::{Margins, PageFacts},
    },
    html::Document,
    model::{
        Calibration, Curves, CurvesScratch, DECIDING, DecidingPart, Evidence, Explanation,
        KindScratch, LineScratch, Model, PairedTable, Policy, RowCurves, TreeScratch, deciding,
    },
    sites::{Repeats, SiteLines, SiteProfile, is_copy},
    span::{Span, SpanFinder, SpanScratch},
    text::{Kind, Line, Page, Site, Window, Windows},
};

/// What is to be done with a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Kept.
    Article,
    /// Kept, but the model would not bet on it.
    Unsure,
    /// Removed.
    Junk,
}

/// The verdict on one line.
#[derive(Debug, Clone, PartialEq)]
pub struct LineVerdict {
    /// Probability that the line is junk.
    pub probability: f32,
    /// What follows from it.
    pub verdict: Verdict,
    /// Junk inside a line that is otherwise kept: byte ranges of the line's text, sorted, not
    /// overlapping, on character boundaries. Empty for a line that is removed.
    pub cut: Vec<Range<usize>>,
    /// What sort of junk a removed line is: `None` for a line that is kept, for a filter that was
    /// not asked ([`Filter::with_kinds`]), for a model that knows no kinds, and for a hidden copy.
    pub kind: Option<Kind>,
}

impl LineVerdict {
    /// The cuts that are made in the line's text: those that lie on its characters, in order and apart.
    pub fn cuts<'a>(&'a self, line: &'a str) -> impl Iterator<Item = Range<usize>> + 'a {
        let mut from = 0;
        self.cut.iter().filter_map(move |cut| {
            line.get(from..cut.start)?;
            line.get(cut.clone()).filter(|text| !text.is_empty())?;
            from = cut.end;
            Some(cut.clone())
        })
    }

    /// The parts of the line's text around the cuts.
    pub fn kept_parts<'a>(&self, line: &'a str) -> impl Iterator<Item = &'a str> {
        let mut rest = 0;
        let mut ends: Vec<_> = self.cuts(line).collect();
        ends.push(line.len()..line.len());
        ends.into_iter().filter_map(move |cut| {
            let part = line.get(rest..cut.start);
            rest = cut.end;
            part
        })
    }
}

/// The verdicts on a page, one for each of [`crate::Page::lines`].
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PageVerdict {
    /// In the order of the page's lines.
    pub lines: Vec<LineVerdict>,
    /// More would have gone than the model has grounds for, so the page was kept whole, or of a long
    /// page a window: lines that would have been junk are `Unsure`.
    pub guarded: bool,
    /// For a filter that knows sites ([`Filter::with_sites`]) and a page of one of these, line by line: the
    /// log odds that other pages of the site add to a line that goes and would stay without them; 0 for
    /// every other line. Else empty.
    pub tipped: Vec<f32>,
    /// For a filter that was asked ([`Filter::with_parts`]), what decided, line by line: the parts of the
    /// page model that spoke most for junk; `None` for what is kept. Else empty, and for HTML.
    pub parts: Vec<[Option<DecidingPart>; DECIDING]>,
}

impl PageVerdict {
    fn clear(&mut self) {
        self.lines.clear();
        self.parts.clear();
        self.tipped.clear();
        self.guarded = false;
    }

    /// What the page is as a whole: `Article` where a line of it is, `Junk` where nothing is kept,
    /// else `Unsure`; `None` for a page without lines.
    pub fn verdict(&self) -> Option<Verdict> {
        let any = |verdict| self.lines.iter().any(|line| line.verdict == verdict);
        [Verdict::Article, Verdict::Unsure, Verdict::Junk].into_iter().find(|&v| any(v))
    }
}

/// The buffers of one thread; reused from page to page.
#[derive(Debug, Default)]
pub struct Scratch {
    line: LineScratch,
    facts: PageFacts,
    surroundings: Surroundings,
    curves: CurvesScratch,
    belief: Vec<f32>,
    span: SpanScratch,
    spans: Vec<Span>,
    kinds: KindScratch,
    tree: TreeScratch,
    copies: Copies,
    codes: Vec<u16>,
    /// What other pages of the site say of the lines that are judged; empty where nothing.
    repeats: Vec<f32>,
}

/// A model and a policy, ready to judge pages; shared by reference between threads.
#[derive(Debug)]
pub struct Filter {
    model: Model,
    table: PairedTable,
    curves: Curves,
    tree: Vec<RowCurves>,
    span: Option<SpanFinder>,
    policy: Policy,
    html_policy: Policy,
    kinds: bool,
    parts: bool,
    windows: Windows,
    sites: Option<SiteProfile>,
}

/// The guard has nothing to say about pages with fewer lines.
const GUARD_LINES: usize = 5;

/// A page is kept whole where less than this share of its characters would stay, though …
const KEPT_SHARE: f64 = 0.05;
/// … at least this share of it is running text that would go …
const PROSE_SHARE: f64 = 0.5;
/// … and the model gives that text a mean probability of being article above this.
const PROSE_DOUBT: f64 = 0.05;

impl Filter {
    /// Takes a model and an operating point.
    pub fn new(model: Model, policy: Policy) -> Self {
        let table = PairedTable::new(&model.line.table);
        let curves = Curves::new(&model.passes);
        let tree = model.tree.iter().flat_map(|tree| tree.passes.iter().map(RowCurves::new));
        let tree = tree.collect();
        let span = model.span.as_ref().map(SpanFinder::new);
        let html_policy = model.tree.as_ref().map_or(policy, |tree| tree.policy);
        let html_policy = Policy { cut: policy.cut, guard: policy.guard, ..html_policy };
        let windows = Windows::default();
        Filter {
            model,
            table,
            curves,
            tree,
            span,
            policy,
            html_policy,
            kinds: false,
            parts: false,
            windows,
            sites: None,
        }
    }

    /// Takes another operating point for pages of HTML than the model's own for them.
    #[must_use]
    pub fn with_html_policy(self, html_policy: Policy) -> Self {
        Filter { html_policy, ..self }
    }

    /// Also names the kind of each line that is removed, which takes time of its own. A model that
    /// knows no kinds still names none.
    #[must_use]
    pub fn with_kinds(self) -> Self {
        Filter { kinds: true, ..self }
    }

    /// Also tells which parts of the page model decided about each line that is removed.
    #[must_use]
    pub fn with_parts(self) -> Self {
        Filter { parts: true, ..self }
    }

    /// Judges pages in other windows than the default ones.
    #[must_use]
    pub fn with_windows(self, windows: Windows) -> Self {
        Filter { windows, ..self }
    }

    /// Also takes into account what pages of one site have in common, where that is known: of a page with
    /// a [`site`](Page::site).
    #[must_use]
    pub fn with_sites(self, sites: Option<SiteProfile>) -> Self {
        Filter { sites, ..self }
    }

    /// What it knows of sites.
    pub fn sites(&self) -> Option<&SiteProfile> {
        self.sites.as_ref()
    }

    /// What is known of the lines of a site.
    fn site(&self, site: Option<Site>) -> Option<SiteLines<'_>> {
        self.sites.as_ref()?.of_site(site?)
    }

    /// The model.
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// The operating point.
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// The operating point for pages of HTML.
    pub fn html_policy(&self) -> &Policy {
        &self.html_policy
    }

    /// Judges one page.
    pub fn judge(&self, page: &Page<'_>, scratch: &mut Scratch) -> PageVerdict {
        let mut verdict = PageVerdict::default();
        self.judge_into(page, scratch, &mut verdict);
        verdict
    }

    /// Judges one page into a verdict that is reused. Pages of many lines are judged in [`Windows`], so
    /// that time and memory stay linear; of a long page, each window is guarded by itself.
    pub fn judge_into(&self, page: &Page<'_>, scratch: &mut Scratch, verdict: &mut PageVerdict) {
        verdict.clear();
        let lines = &page.lines;
        let site = self.site(page.site);
        let is_long = self.windows.is_long(lines);
        let windows = self.windows.of(lines);
        if let [Window { seen, own }] = windows.as_slice()
            && seen == own
        {
            self.judge_window(lines, own.clone(), site, scratch, verdict);
        } else {
            let parts: Vec<PageVerdict> = windows
                .into_par_iter()
                .map_init(Scratch::default, |scratch, Window { seen, own }| {
                    let mut out = PageVerdict::default();
                    let within = own.start - seen.start..own.end - seen.start;
                    self.judge_window(&lines[seen], within, site, scratch, &mut out);
                    if is_long {
                        self.guard(&self.policy, &lines[own], &mut out);
                    }
                    out
                })
                .collect();
            for part in parts {
                verdict.lines.extend(part.lines);
                verdict.parts.extend(part.parts);
                verdict.tipped.extend(part.tipped);
                verdict.guarded |= part.guarded;
            }
            if is_long {
                return;
            }
        }
        self.guard(&self.policy, lines, verdict);
    }

    /// Judges the lines `own` of one window of a long page, which is all that is at hand of it:
    /// verdicts are those of these lines. With the windows of [`Windows`], they are the same as those of
    /// [`Filter::judge_into`] on the whole page.
    pub fn judge_part_into(
        &self,
        window: &Page<'_>,
        own: Range<usize>,
        scratch: &mut Scratch,
        verdict: &mut PageVerdict,
    ) {
        verdict.clear();
        let Some(lines) = window.lines.get(own.clone()) else { return };
        self.judge_window(&window.lines, own, self.site(window.site), scratch, verdict);
        self.guard(&self.policy, lines, verdict);
    }

    /// Judges a page of HTML, of that site where it is known, by its text and its tree.
    pub fn judge_document(
        &self,
        document: &Document,
        site: Option<Site>,
        scratch: &mut Scratch,
    ) -> PageVerdict {
        let mut verdict = PageVerdict::default();
        self.judge_document_into(document, site, scratch, &mut verdict);
        verdict
    }

    /// Judges a page of HTML into a verdict that is reused. A model without a head for HTML judges
    /// its text. Hidden lines that only repeat lines in view which stay are junk, with probability 1.
    pub fn judge_document_into(
        &self,
        document: &Document,
        site: Option<Site>,
        scratch: &mut Scratch,
        verdict: &mut PageVerdict,
    ) {
        let page = document.page().of_site(site);
        let Some(model) = &self.model.tree else {
            return self.judge_into(&page, scratch, verdict);
        };
        verdict.clear();
        if page.lines.is_empty() {
            return;
        }
        // The tree holds the page together, so it is judged as a whole, however many lines it has.
        self.log_odds(&page.lines, scratch);
        let Scratch { line, facts, surroundings, belief, tree, .. } = scratch;
        let line_model = (&self.model.line, line);
        model.run(&self.tree, document, (facts, surroundings), line_model, tree, belief);
        let (policy, site) = (&self.html_policy, self.site(site));
        let deciding = Deciding { calibration: model.calibration, policy, site };
        deciding.ask_site(&page.lines, 0..page.lines.len(), scratch);
        self.decide_all(&page.lines, 0..page.lines.len(), deciding, scratch, verdict);
        // A line that loses a part is not what a copy of it says.
        let stays = |line: usize| {
            let of = &verdict.lines[line];
            of.verdict != Verdict::Junk && of.cut.is_empty()
        };
        for &line in scratch.copies.find(document, stays) {
            verdict.lines[line].probability = 1.0;
            verdict.lines[line].verdict = Verdict::Junk;
        }
        self.guard(policy, &page.lines, verdict);
    }

    /// Keeps a page whole where more would go than the model has grounds for.
    fn guard(&self, policy: &Policy, lines: &[Line<'_>], verdict: &mut PageVerdict) {
        if policy.guard && is_implausible(lines, &verdict.lines) {
            verdict.guarded = true;
            for line in &mut verdict.lines {
                if line.verdict == Verdict::Junk {
                    line.verdict = Verdict::Unsure;
                }
                line.kind = None;
                line.cut.clear();
            }
            verdict.tipped.iter_mut().for_each(|tipped| *tipped = 0.0);
        }
    }

    /// Why [`Filter::judge`] says of lines what it says: an explanation for each line that `is_wanted`,
    /// in order.
    pub fn explain(
        &self,
        page: &Page<'_>,
        scratch: &mut Scratch,
        is_wanted: impl Fn(&Line<'_>) -> bool,
    ) -> Vec<Explanation> {
        let mut explanations = Vec::new();
        let site = self.site(page.site);
        for Window { seen, own } in self.windows.of(&page.lines) {
            let own = own.start - seen.start..own.end - seen.start;
            let lines = page.lines.get(seen).unwrap_or_default();
            if !lines.get(own.clone()).unwrap_or_default().iter().any(&is_wanted) {
                continue;
            }
            self.log_odds(lines, scratch);
            // As the last pass left them, with what it was told of the neighbours.
            let deciding =
                Deciding { calibration: self.model.calibration, policy: &self.policy, site };
            deciding.ask_site(lines, own.clone(), scratch);
            let Scratch { facts, surroundings, belief, repeats, .. } = &*scratch;
            for (i, line) in lines.iter().enumerate().filter(|(i, _)| own.contains(i)) {
                if is_wanted(line) {
                    let log_odds = belief.get(i).copied().unwrap_or_default();
                    let repeats = repeats.get(i - own.start).copied().unwrap_or_default();
                    explanations.push(self.model.explain(
                        line.text,
                        i,
                        facts,
                        surroundings,
                        log_odds,
                        repeats,
                    ));
                }
            }
        }
        explanations
    }

    /// Names the kinds of a window's junk lines; `verdicts` are those of the lines `own`.
    fn name_kinds(
        &self,
        lines: &[Line<'_>],
        own: Range<usize>,
        scratch: &mut Scratch,
        verdicts: &mut [LineVerdict],
    ) {
        let Some(model) = &self.model.kinds else { return };
        if verdicts.iter().all(|line| line.verdict != Verdict::Junk) {
            return;
        }
        let Scratch { facts, surroundings, belief, kinds, .. } = scratch;
        surroundings.believe(facts, belief);
        let mut row = [0.0; WIDTH];
        for (number, verdict) in own.zip(verdicts) {
            if verdict.verdict == Verdict::Junk {
                surroundings.row(facts, number, &mut row);
                verdict.kind = model.name(lines[number].text, &row, kinds);
            }
        }
    }

    /// Judges the lines `own` of a window; the others are only looked at.
    fn judge_window(
        &self,
        lines: &[Line<'_>],
        own: Range<usize>,
        site: Option<SiteLines<'_>>,
        scratch: &mut Scratch,
        out: &mut PageVerdict,
    ) {
        self.log_odds(lines, scratch);
        let deciding = Deciding { calibration: self.model.calibration, policy: &self.policy, site };
        deciding.ask_site(lines, own.clone(), scratch);
        if self.parts {
            self.tell_parts(lines, own.clone(), &deciding, scratch, &mut out.parts);
        }
        self.decide_all(lines, own, deciding, scratch, out);
    }

    /// Tells what decides about a window's junk lines; the surroundings must be as the last pass left
    /// them.
    fn tell_parts(
        &self,
        lines: &[Line<'_>],
        own: Range<usize>,
        deciding_by: &Deciding<'_>,
        scratch: &mut Scratch,
        out: &mut Vec<[Option<DecidingPart>; DECIDING]>,
    ) {
        let mut row = [0.0; WIDTH];
        for (place, i) in own.enumerate() {
            let [_, probability] = deciding_by.probabilities(lines, i, place, scratch);
            let is_junk = probability >= self.policy.threshold;
            let pass = self.model.passes.last().filter(|_| is_junk);
            out.push(pass.map_or([None; DECIDING], |pass| {
                scratch.surroundings.row(&scratch.facts, i, &mut row);
                deciding(pass, &row)
            }));
        }
    }

    /// Decides on the lines `own` by what the last pass left of them in the scratch.
    fn decide_all(
        &self,
        lines: &[Line<'_>],
        own: Range<usize>,
        deciding: Deciding<'_>,
        scratch: &mut Scratch,
        out: &mut PageVerdict,
    ) {
        let first = out.lines.len();
        for (place, i) in own.clone().enumerate() {
            let [alone, probability] = deciding.probabilities(lines, i, place, scratch);
            let Scratch { span, spans, repeats, .. } = scratch;
            if deciding.site.is_some() {
                let threshold = deciding.policy.threshold;
                let is_tipped = alone < threshold && probability >= threshold;
                let repeats = repeats.get(place).copied().filter(|_| is_tipped);
                out.tipped.push(repeats.unwrap_or_default());
            }
            out.lines.push(self.decide(deciding.policy, probability, &lines[i], span, spans));
        }
        if self.kinds {
            self.name_kinds(lines, own, scratch, &mut out.lines[first..]);
        }
    }

    /// Log odds of junk after the last pass, before calibration, left in `scratch.belief`.
    fn log_odds(&self, lines: &[Line<'_>], scratch: &mut Scratch) {
        let Scratch { line, facts, surroundings, curves, belief, .. } = scratch;
        self.model.line.read_paired(&self.table, lines, facts, line);
        belief.clear();
        belief.extend(facts.margins.iter().map(Margins::total));
        surroundings.settle(facts);
        self.curves.run(facts, surroundings, curves, belief);
    }

    fn decide(
        &self,
        policy: &Policy,
        probability: f32,
        line: &Line<'_>,
        scratch: &mut SpanScratch,
        spans: &mut Vec<Span>,
    ) -> LineVerdict {
        let verdict = if probability >= policy.threshold {
            Verdict::Junk
        } else if probability >= policy.unsure {
            Verdict::Unsure
        } else {
            Verdict::Article
        };
        let mut judged = LineVerdict { probability, verdict, cut: Vec::new(), kind: None };
        if let Some(finder) = self.span.as_ref().filter(|_| policy.cut)
            && verdict != Verdict::Junk
        {
            finder.find(line.text, &self.model.line, scratch, spans);
            let count = |range| line.text.get(range).map_or(0, |t: &str| t.chars().count());
            let cut: usize = spans.iter().map(|s| count(s.bytes.clone())).sum();
            if cut > 0 && cut * 2 <= count(0..line.text.len()) {
                judged.cut.extend(spans.iter().map(|s| s.bytes.clone()));
            } else if cut > 0 {
                // The page model keeps the line and the span model would not leave half of it.
                judged.verdict = Verdict::Unsure;
            }
        }
        judged
    }
}

/// By what lines are decided on.
struct Deciding<'a> {
    calibration: Calibration,
    policy: &'a Policy,
    site: Option<SiteLines<'a>>,
}

impl Deciding<'_> {
    /// Leaves in the scratch what other pages of the site say of the lines `own`: nothing, where the page is
    /// a copy.
    fn ask_site(&self, lines: &[Line<'_>], own: Range<usize>, scratch: &mut Scratch) {
        scratch.repeats.clear();
        let Some(site) = self.site else { return };
        let Scratch { facts, belief, codes, repeats, .. } = scratch;
        for line in &lines[own.clone()] {
            repeats.push(site.repeats(line.text, codes).map_or(0.0, Repeats::log_odds));
        }
        let kept = own.zip(&*repeats).filter_map(|(i, &repeats)| {
            let evidence = Evidence::of(lines[i].text, facts, i, belief[i]);
            let is_kept = self.calibration.probability(evidence) < self.policy.threshold;
            is_kept.then_some((evidence.characters, repeats > 0.0))
        });
        if is_copy(kept) {
            repeats.clear();
        }
    }

    /// The probabilities that line `i` is junk, by what the last pass left in the scratch: by itself, and
    /// with what other pages of the site say. `place` is its place among those that were asked for.
    fn probabilities(
        &self,
        lines: &[Line<'_>],
        i: usize,
        place: usize,
        scratch: &Scratch,
    ) -> [f32; 2] {
        let evidence = Evidence::of(lines[i].text, &scratch.facts, i, scratch.belief[i]);
        let alone = self.calibration.probability(evidence);
        match scratch.repeats.get(place) {
            Some(&repeats) if repeats > 0.0 => {
                [alone, self.calibration.probability(Evidence { repeats, ..evidence })]
            }
            _ => [alone; 2],
        }
    }
}

/// Whether more would go than the model has grounds for: see `KEPT_SHARE`.
fn is_implausible(lines: &[Line<'_>], verdicts: &[LineVerdict]) -> bool {
    if lines.len() < GUARD_LINES {
        return false;
    }
    // A character has one to four bytes: mostly they tell already that enough is kept.
    let bytes = |is: &dyn Fn(&LineVerdict) -> bool| -> usize {
        lines.iter().zip(verdicts).filter(|(_, v)| is(v)).map(|(line, _)| line.text.len()).sum()
    };
    if bytes(&|v| v.verdict != Verdict::Junk) as f64 / 4.0 >= KEPT_SHARE * bytes(&|_| true) as f64 {
        return false;
    }
    let (mut all, mut kept, mut prose, mut doubt) = (0usize, 0usize, 0usize, 0.0f64);
    for (line, verdict) in lines.iter().zip(verdicts) {
        let length = line.text.chars().count();
        all += length;
        if verdict.verdict != Verdict::Junk {
            kept += length;
        } else if is_prose(line.text, length) {
            prose += length;
            doubt += length as f64 * f64::from(1.0 - verdict.probability);
        }
    }
    (kept as f64) < KEPT_SHARE * all as f64
        && prose as f64 >= PROSE_SHARE * all as f64
        && doubt > PROSE_DOUBT * prose as f64
}

/// A line of running text, by its length and its marks.
fn is_prose(text: &str, length: usize) -> bool {
    let marks = text.chars().filter(|c| "。！？!?…，,；;".contains(*c)).count();
    length > 40 && (2..=length / 6).contains(&(marks + text.matches(". ").count()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROSE: &str = "去年冬天，镇上的木桥被大水冲走了一半。今年春天，村民们自己动手，用了两个月把它修好，如今又能走人了。";

    fn guarded(lines: &[(&str, f32)]) -> bool {
        let page = Page::from_lines(lines.iter().map(|l| l.0));
        let verdict = |&(_, probability): &(&str, f32)| LineVerdict {
            probability,
            verdict: if probability >= 0.5 { Verdict::Junk } else { Verdict::Article },
            cut: Vec::new(),
            kind: None,
        };
        is_implausible(&page.lines, &lines.iter().map(verdict).collect::<Vec<_>>())
    }

    #[test]
    fn a_page_of_doubtful_prose_is_kept_whole() {
        let menu = ("首页 | 新闻", 0.99);
        assert!(guarded(&[menu, (PROSE, 0.6), (PROSE, 0.55), (PROSE, 0.7), menu]));
        // Sure of all of it: a doorway's prose may go.
        assert!(!guarded(&[menu, (PROSE, 0.99), (PROSE, 0.98), (PROSE, 0.99), menu]));
        // Something stays: the page is not lost.
        assert!(!guarded(&[menu, (PROSE, 0.6), (PROSE, 0.1), (PROSE, 0.7), menu]));
        // Nothing but menus, however doubtful, and pages of a few lines.
        assert!(!guarded(&[("首页 | 新闻", 0.55); 9]));
        assert!(!guarded(&[(PROSE, 0.6); 4]));
    }

    #[test]
    fn a_page_is_what_its_best_line_is() {
        let page = |verdicts: &[Verdict]| PageVerdict {
            lines: verdicts
                .iter()
                .map(|&verdict| LineVerdict { probability: 0.5, verdict, cut: vec![], kind: None })
                .collect(),
            ..PageVerdict::default()
        };
        use Verdict::{Article, Junk, Unsure};
        assert_eq!(page(&[]).verdict(), None);
        assert_eq!(page(&[Junk, Junk]).verdict(), Some(Junk));
        assert_eq!(page(&[Junk, Unsure]).verdict(), Some(Unsure));
        assert_eq!(page(&[Junk, Article, Unsure]).verdict(), Some(Article));
    }

    #[test]
    fn prose_is_long_and_marked_here_and_there() {
        let is = |text: &str| is_prose(text, text.chars().count());
        assert!(is(PROSE));
        assert!(is(
            "The bridge was washed away last winter. The people of the town built it again, by hand."
        ));
        assert!(!is("镇上的木桥，修好了。"));
        assert!(!is(&"钢管，".repeat(30)));
        assert!(!is(&"钢管厂家".repeat(30)));
    }
}
