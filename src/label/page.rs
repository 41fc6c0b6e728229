//! A page as the rules see it: every line folded and measured, what repeats within the page, and how
//! many pages of its site hold the same line. Raw lines come in; nothing here votes.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use serde_json::value::RawValue;
use serde_json::{Map, Value};

use crate::features::skeleton;
use crate::text::fold::{fold_char, fold_line, unfold_into};
use crate::text::script::Class;
use crate::text::{Kind, Label, fnv};

/// A line of so few units is a menu entry rather than a headline. A Han character is one unit, a word
/// of letters 1.7, as everywhere in the features.
pub const SHORT: f32 = 9.0;
/// A line of more units than this is no headline.
pub const HEADLINE: f32 = 34.0;
/// What a word of letters is worth in Han characters.
const WORD_UNITS: f32 = 1.7;

/// A page, measured.
#[derive(Debug, Clone, Default)]
pub struct RulePage {
    /// Its own name, or `PATH:LINE`.
    pub id: String,
    /// Its site, where it names one or has an address; empty otherwise.
    pub site: String,
    /// `zh`, `en`, … where it says so.
    pub lang: Option<String>,
    /// What else it says of itself.
    pub about: Map<String, Value>,
    /// Its lines that are not blank.
    pub lines: Vec<RuleLine>,
    /// How many pages of the corpus are of its site; at least 1.
    pub site_pages: u32,
    /// Index of the first line of running text.
    pub first_prose: Option<usize>,
    /// Index of the last line of running text.
    pub last_prose: Option<usize>,
    /// How many lines are running text.
    pub n_prose: usize,
    /// How many lines of the input have a label and do not say whose it is: the rules replace it.
    pub unsigned: usize,
}

/// A line, measured.
#[derive(Debug, Clone, Default)]
pub struct RuleLine {
    /// 1-based number in the page, blank lines counted.
    pub number: u32,
    /// As it came.
    pub text: String,
    /// Folded: one script, one case, half width, every digit a `0`.
    pub folded: String,
    /// Characters as it came.
    pub n_characters: usize,
    /// Length in Han characters or words worth as much.
    pub units: f32,
    /// Han characters.
    pub han: u32,
    /// Words of letters.
    pub words: u32,
    /// Commas of either sort, and semicolons.
    pub commas: u32,
    /// Marks that end a sentence, inside the line and at its end.
    pub stops: u32,
    /// Share of units that are particles and other function words.
    pub function_share: f32,
    /// Whether it ends as a sentence does.
    pub ends_sentence: bool,
    /// Whether it is running text: long, marked, with function words.
    pub is_prose: bool,
    /// Hash of the folded text.
    pub text_key: u64,
    /// Hash of the skeleton, see [`skeleton::coarse_hash`].
    pub form: u32,
    /// How often the page has this folded text.
    pub in_page: u32,
    /// How many pages of the site have it.
    pub in_site: u32,
    /// Length of the run of short lines that it stands in; 0 for a line that is not short.
    pub short_run: u32,
    /// Length of the run of lines without a sentence that it stands in; 0 for a sentence.
    pub title_run: u32,
    /// Length of the run of lines of one form that it stands in.
    pub form_run: u32,
    /// How many content words it has: pairs of Han characters, words of four letters and more.
    pub topic_words: u32,
    /// Share of them that the running text of the page has; 1 for running text itself.
    pub topic_share: f32,
    /// The label that the input says was made by hand: it stays, and needs no question.
    pub by_hand: Option<ByHand>,
}

/// A label that somebody made.
#[derive(Debug, Clone)]
pub struct ByHand {
    /// What it is.
    pub label: Label,
    /// Of junk, as far as it was told.
    pub kind: Option<Kind>,
    /// The line as the input has it, with all that was said of it.
    pub raw: Box<RawValue>,
}

impl RulePage {
    /// Measures the lines of a page; blank ones are to be left out. `site` may be empty.
    pub fn new<'a>(
        id: String,
        site: String,
        lang: Option<String>,
        lines: impl IntoIterator<Item = (u32, &'a str)>,
    ) -> Self {
        let mut scratch = Scratch::default();
        let lines: Vec<RuleLine> =
            lines.into_iter().map(|(number, text)| scratch.measure(number, text)).collect();
        let mut page = RulePage { id, site, lang, lines, site_pages: 1, ..Self::default() };
        page.count_repeats();
        page.mark_runs();
        let is_prose = |line: &RuleLine| line.is_prose;
        page.first_prose = page.lines.iter().position(is_prose);
        page.last_prose = page.lines.iter().rposition(is_prose);
        page.n_prose = page.lines.iter().filter(|line| line.is_prose).count();
        page.compare_topics();
        page
    }

    /// The line of an index that may lie outside the page.
    pub fn line(&self, index: Option<usize>) -> Option<&RuleLine> {
        self.lines.get(index?)
    }

    fn count_repeats(&mut self) {
        // Only counted, never walked: the order of the map does not matter.
        let mut counts: HashMap<u64, u32> = HashMap::with_capacity(self.lines.len());
        for line in &self.lines {
            *counts.entry(line.text_key).or_default() += 1;
        }
        for line in &mut self.lines {
            line.in_page = counts.get(&line.text_key).copied().unwrap_or(1);
            line.in_site = 1;
        }
    }

    /// How much of what each line speaks of is in the running text.
    fn compare_topics(&mut self) {
        let (mut topic, mut words) = (HashSet::new(), Vec::new());
        for line in self.lines.iter().filter(|line| line.is_prose) {
            content_words(&line.folded, &mut words);
            topic.extend(words.drain(..));
        }
        for line in &mut self.lines {
            content_words(&line.folded, &mut words);
            words.sort_unstable();
            words.dedup();
            let known = words.iter().filter(|word| topic.contains(word)).count();
            line.topic_words = u32::try_from(words.len()).unwrap_or(u32::MAX);
            line.topic_share = known as f32 / words.len().max(1) as f32;
        }
    }

    fn mark_runs(&mut self) {
        // A tab parts the cells of a table, and a table is no menu.
        let is_row = |line: &RuleLine| line.text.trim().contains('\t');
        let is_short =
            |line: &RuleLine| line.units <= SHORT && !line.ends_sentence && !is_row(line);
        let is_title = |line: &RuleLine| {
            line.units <= HEADLINE && !line.ends_sentence && line.stops == 0 && !is_row(line)
        };
        for_each_run(
            &mut self.lines,
            |a, b| is_short(a) && is_short(b),
            |line, n| {
                line.short_run = if is_short(line) { n } else { 0 };
            },
        );
        for_each_run(
            &mut self.lines,
            |a, b| is_title(a) && is_title(b),
            |line, n| {
                line.title_run = if is_title(line) { n } else { 0 };
            },
        );
        for_each_run(
            &mut self.lines,
            |a, b| a.form == b.form,
            |line, n| {
                line.form_run = if is_row(line) { 1 } else { n };
            },
        );
    }
}

/// Calls `mark` for every line with the length of its run.
fn for_each_run(
    lines: &mut [RuleLine],
    goes_on: impl Fn(&RuleLine, &RuleLine) -> bool,
    mark: impl Fn(&mut RuleLine, u32),
) {
    for run in lines.chunk_by_mut(|a, b| goes_on(a, b)) {
        let length = u32::try_from(run.len()).unwrap_or(u32::MAX);
        run.iter_mut().for_each(|line| mark(line, length));
    }
}

/// Counts for every line how many pages of its site have it. Pages that name no site are left alone.
pub fn link_sites(pages: &mut [RulePage]) {
    let mut sites: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (number, page) in pages.iter().enumerate().filter(|(_, page)| !page.site.is_empty()) {
        sites.entry(page.site.clone()).or_default().push(number);
    }
    for members in sites.values().filter(|members| members.len() > 1) {
        let mut counts: HashMap<u64, u32> = HashMap::new();
        for &number in members {
            let own: BTreeSet<u64> = pages[number].lines.iter().map(|l| l.text_key).collect();
            for key in own {
                *counts.entry(key).or_default() += 1;
            }
        }
        for &number in members {
            pages[number].site_pages = u32::try_from(members.len()).unwrap_or(u32::MAX);
            for line in &mut pages[number].lines {
                line.in_site = counts.get(&line.text_key).copied().unwrap_or(1);
            }
        }
    }
}

#[derive(Default)]
struct Scratch {
    codes: Vec<u16>,
    tokens: Vec<u16>,
}

impl Scratch {
    fn measure(&mut self, number: u32, text: &str) -> RuleLine {
        fold_line(text, &mut self.codes);
        skeleton::tokens(&self.codes, &mut self.tokens);
        let mut line = RuleLine {
            number,
            text: text.to_owned(),
            n_characters: text.chars().count(),
            text_key: fnv::hash_64(self.codes.iter().copied()),
            form: skeleton::coarse_hash(&self.tokens),
            ..RuleLine::default()
        };
        unfold_into(&self.codes, &mut line.folded);
        count(&mut line);
        let trimmed = text.trim_end();
        let is_open = trimmed.ends_with(['…', '⋯']) || trimmed.ends_with("...");
        line.ends_sentence = !is_open && line.n_characters > 3 && ends_sentence(&line.folded);
        line.is_prose = is_prose(&line);
        line
    }
}

/// Hashes of the content words of a folded line, in order, into `out`, which is cleared first.
fn content_words(folded: &str, out: &mut Vec<u64>) {
    out.clear();
    let mut before: Option<char> = None;
    let mut word = String::new();
    for c in folded.chars().chain([' ']) {
        if c.is_ascii_lowercase() {
            word.push(c);
        } else if !word.is_empty() {
            if word.len() >= 4 && !FUNCTION_WORDS.contains(&word.as_str()) {
                out.push(fnv::hash_64(word.chars()));
            }
            word.clear();
        }
        let han = (fold_char(c).class == Class::Han && !FUNCTION_HAN.contains(c)).then_some(c);
        if let (Some(one), Some(two)) = (before, han) {
            out.push(fnv::hash_64([one, two]));
        }
        before = han;
    }
}

const FUNCTION_HAN: &str = "的了是在着也就都而及与和或把被让从到对为以于这那其之他她我你们不没有";
const FUNCTION_WORDS: [&str; 40] = [
    "the", "a", "an", "of", "to", "in", "is", "was", "are", "were", "be", "been", "it", "its",
    "that", "this", "with", "as", "on", "at", "by", "from", "he", "she", "they", "we", "i", "you",
    "his", "her", "their", "not", "had", "has", "have", "but", "which", "who", "would", "will",
];

fn count(line: &mut RuleLine) {
    let mut function = 0.0;
    let mut word = String::new();
    let mut chars = line.folded.chars().peekable();
    let end_word = |word: &mut String, words: &mut u32, function: &mut f32| {
        if !word.is_empty() {
            *words += 1;
            if FUNCTION_WORDS.contains(&word.as_str()) {
                *function += WORD_UNITS;
            }
            word.clear();
        }
    };
    while let Some(c) = chars.next() {
        match fold_char(c).class {
            Class::LatinLower | Class::LatinUpper => {
                word.push(c);
                continue;
            }
            Class::Han => {
                line.han += 1;
                if FUNCTION_HAN.contains(c) {
                    function += 1.0;
                }
            }
            _ => {}
        }
        end_word(&mut word, &mut line.words, &mut function);
        let next_is_gap = chars.peek().is_none_or(|next| !next.is_ascii_alphanumeric());
        match c {
            ',' | '、' | ';' => line.commas += 1,
            '.' | '!' | '?' if next_is_gap => line.stops += 1,
            _ => {}
        }
    }
    end_word(&mut word, &mut line.words, &mut function);
    line.units = line.han as f32 + WORD_UNITS * line.words as f32;
    line.function_share = function / line.units.max(1.0);
}

fn ends_sentence(folded: &str) -> bool {
    let rest = folded.trim_end_matches(['"', ')', ']', '》', ' ']);
    rest.ends_with(['.', '!', '?', ';'])
}

/// Long, marked as sentences are, and held together by function words.
fn is_prose(line: &RuleLine) -> bool {
    let marks = line.commas + line.stops;
    let evenly = line.units / marks.max(1) as f32;
    line.units >= 26.0
        && marks >= 2
        && (4.0..=60.0).contains(&evenly)
        && (line.stops >= 1 || line.units >= 60.0)
        && line.function_share >= if line.han > line.words { 0.05 } else { 0.2 }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A page of lines, without a site.
    pub(crate) fn page(lines: &[&str]) -> RulePage {
        let numbered = (1..).zip(lines.iter().copied());
        RulePage::new("p".into(), String::new(), None, numbered)
    }

    /// What the input says of a line that somebody labelled.
    pub(crate) fn by_hand(label: Label, kind: Option<Kind>) -> ByHand {
        let raw = serde_json::json!({"text": "x", "label": label, "kind": kind, "source": "hand"});
        ByHand { label, kind, raw: serde_json::value::to_raw_value(&raw).unwrap() }
    }

    #[test]
    fn lines_are_folded_and_counted() {
        let page = page(&["發佈於２０２４年，Big RED dog。"]);
        let line = &page.lines[0];
        assert_eq!(line.folded, "发布于0000年,big red dog.");
        assert_eq!((line.han, line.words, line.commas, line.stops), (4, 3, 1, 1));
        assert_eq!(line.units, 4.0 + 3.0 * WORD_UNITS);
        assert_eq!(line.function_share, 1.0 / line.units);
        assert!(line.ends_sentence && !line.is_prose);
    }

    #[test]
    fn running_text_is_known_in_both_languages() {
        let is = |text: &str| page(&[text]).lines[0].is_prose;
        assert!(is("去年冬天，镇上的木桥被大水冲走了一半。今年春天，村民们自己动手把它修好了。"));
        assert!(is(
            "The bridge was washed away last winter, and the people of the town built it again by hand this spring. It holds."
        ));
        assert!(!is("木桥，修好了。"));
        assert!(!is(
            "轴承厂家 轴承批发 轴承价格 轴承型号 轴承公司 轴承网 轴承采购 轴承供应 轴承图片 轴承品牌"
        ));
        assert!(!is(
            "Home, News, Sport, Weather, Shop, Travel, Culture, Future, Music, Video, Audio, Live, More."
        ));
    }

    #[test]
    fn runs_and_repeats_are_counted_within_the_page() {
        let page = page(&["首页", "新闻", "体育", "桥修好了，人们很高兴。", "新闻"]);
        let runs: Vec<_> = page.lines.iter().map(|l| l.short_run).collect();
        assert_eq!(runs, [3, 3, 3, 0, 1]);
        let repeats: Vec<_> = page.lines.iter().map(|l| l.in_page).collect();
        assert_eq!(repeats, [1, 2, 1, 1, 2]);
    }

    #[test]
    fn sites_count_the_pages_that_share_a_line() {
        let make = |site: &str, lines: &[&str]| {
            let lines = (1..).zip(lines.iter().copied());
            RulePage::new("p".into(), site.into(), None, lines)
        };
        let mut pages = [
            make("a.cn", &["首页", "首页", "甲"]),
            make("a.cn", &["首頁", "乙"]),
            make("b.cn", &["首页"]),
            make("", &["首页"]),
        ];
        link_sites(&mut pages);
        assert_eq!((pages[0].lines[0].in_site, pages[0].lines[2].in_site), (2, 1));
        assert_eq!(pages[1].lines[0].in_site, 2);
        assert_eq!((pages[2].lines[0].in_site, pages[3].lines[0].in_site), (1, 1));
        assert_eq!((pages[0].site_pages, pages[2].site_pages), (2, 1));
    }
}
