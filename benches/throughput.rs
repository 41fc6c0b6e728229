//! How fast each part of filtering is, in bytes of text a second and a thread: `cargo bench`.
//!
//! The text is composed here from a few words, by a seeded generator: short and long lines, Chinese
//! and English. It is more even than real pages, so the figures are for comparing one version of
//! the code with another on one machine. The model is the one inside the program.

mod common;

use std::hint::black_box;

use common::Writer;
use dechaff::{
    Filter, Model, Page,
    features::{
        context::Surroundings,
        facts::{Margins, PageFacts},
        ngrams::{self, CHARACTERS},
    },
    filter::Scratch,
    model::{Curves, CurvesScratch, LineScratch},
    text::fold,
};
use divan::{Bencher, counter::BytesCount};

fn main() {
    divan::main();
}

/// A sort of text.
#[derive(Debug, Clone, Copy)]
enum Text {
    ZhShort,
    ZhLong,
    EnShort,
    EnLong,
}

const TEXTS: [Text; 4] = [Text::ZhShort, Text::ZhLong, Text::EnShort, Text::EnLong];

/// Bytes of each text.
const SIZE: usize = 256 << 10;
/// Lines of a page.
const LINES: usize = 40;

impl Text {
    /// Pages of this sort, the same in every run.
    fn pages(self) -> Vec<String> {
        let mut writer = match self {
            Text::ZhShort | Text::ZhLong => Writer::chinese(),
            Text::EnShort | Text::EnLong => Writer::english(),
        };
        let longest = match self {
            Text::ZhShort | Text::EnShort => 6,
            Text::ZhLong | Text::EnLong => 120,
        };
        let (mut pages, mut size) = (Vec::new(), 0);
        while size < SIZE {
            let mut page = String::new();
            for _ in 0..LINES {
                writer.line(longest, &mut page);
            }
            size += page.len();
            pages.push(page);
        }
        pages
    }
}

fn bytes(pages: &[String]) -> BytesCount {
    BytesCount::new(pages.iter().map(String::len).sum::<usize>())
}

fn model() -> Model {
    Model::builtin().expect("the model inside the program can be read")
}

/// Characters to folded codes.
#[divan::bench(args = TEXTS)]
fn a_fold(bencher: Bencher<'_, '_>, text: Text) {
    let pages = text.pages();
    let mut codes = Vec::new();
    bencher.counter(bytes(&pages)).bench_local(|| {
        for line in pages.iter().flat_map(|page| page.lines()) {
            fold::fold_line(line, &mut codes);
            black_box(&codes);
        }
    });
}

/// Folded codes to hashes.
#[divan::bench(args = TEXTS)]
fn b_ngrams(bencher: Bencher<'_, '_>, text: Text) {
    let pages = text.pages();
    let folded: Vec<Vec<u16>> = pages
        .iter()
        .flat_map(|page| page.lines())
        .map(|line| {
            let mut codes = Vec::new();
            fold::fold_line(line, &mut codes);
            codes
        })
        .collect();
    bencher.counter(bytes(&pages)).bench_local(|| {
        let mut sum = 0u32;
        for codes in &folded {
            ngrams::emit(codes, CHARACTERS, |hash| sum ^= hash);
        }
        sum
    });
}

/// Lines to everything that is known of them by themselves: fold, skeleton, shape, margins, and
/// words where the model asks for them.
#[divan::bench(args = TEXTS)]
fn c_lines(bencher: Bencher<'_, '_>, text: Text) {
    let (model, texts) = (model(), text.pages());
    let pages: Vec<Page<'_>> = texts.iter().map(|page| Page::from_text(page)).collect();
    let (mut facts, mut scratch) = (PageFacts::default(), LineScratch::default());
    bencher.counter(bytes(&texts)).bench_local(|| {
        for page in &pages {
            model.line.read(&page.lines, &mut facts, &mut scratch);
            black_box(&facts);
        }
    });
}

/// Lines among their neighbours, all passes.
#[divan::bench(args = TEXTS)]
fn d_page_stage(bencher: Bencher<'_, '_>, text: Text) {
    let (model, texts) = (model(), text.pages());
    let mut scratch = LineScratch::default();
    let read: Vec<PageFacts> = texts
        .iter()
        .map(|page| {
            let mut facts = PageFacts::default();
            model.line.read(&Page::from_text(page).lines, &mut facts, &mut scratch);
            facts
        })
        .collect();
    let passes = Curves::new(&model.passes);
    let (mut around, mut curves) = (Surroundings::default(), CurvesScratch::default());
    let mut belief = Vec::new();
    bencher.counter(bytes(&texts)).bench_local(|| {
        for facts in &read {
            belief.clear();
            belief.extend(facts.margins.iter().map(Margins::total));
            around.settle(facts);
            passes.run(facts, &mut around, &mut curves, &mut belief);
            black_box(&belief);
        }
    });
}

/// Text to verdicts, the whole way.
#[divan::bench(args = TEXTS)]
fn e_filter(bencher: Bencher<'_, '_>, text: Text) {
    let (model, texts) = (model(), text.pages());
    let policy = *model.policy();
    let filter = Filter::new(model, policy);
    let mut scratch = Scratch::default();
    bencher.counter(bytes(&texts)).bench_local(|| {
        for text in &texts {
            black_box(filter.judge(&Page::from_text(text), &mut scratch));
        }
    });
}
