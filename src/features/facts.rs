//! What is known of each line of a page before any line is judged: margins of the line model,
//! shape, hashes. One buffer a thread, refilled page by page; the context reads it.

use crate::text::script::Class;

use super::{ngrams::hash_whole, shape, skeleton::class_of};

/// Content units are hashed to this many bits, the size of the table they are looked up in.
pub const UNIT_BITS: u32 = 14;

/// A line's similarity to the article is told from its first units; more would say the same.
const MAX_UNITS: usize = 192;

/// Columns of margins that a line brings, before its shape.
pub const MARGIN_COLUMNS: [&str; 5] =
    ["characters_margin", "form_margin", "words_margin", "words_asked", "planted_margin"];

/// One page's lines, as arrays of equal length.
#[derive(Debug, Default, Clone)]
pub struct PageFacts {
    /// Margins of the line model: characters and form, without the bias.
    pub margins: Vec<Margins>,
    /// What each line looks like.
    pub shapes: Vec<shape::Row>,
    /// Equal for lines with the same folded text.
    pub text_hash: Vec<u32>,
    /// Equal for lines of one form, see [`super::skeleton::coarse_hash`].
    pub skeleton_hash: Vec<u32>,
    units: Vec<u16>,
    unit_ends: Vec<usize>,
}

/// What the line model says of a line, part by part.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Margins {
    /// From the n-grams of characters.
    pub characters: f32,
    /// From the n-grams of the skeleton.
    pub form: f32,
    /// From the words, where they were looked up.
    pub words: f32,
    /// Whether they were.
    pub words_asked: bool,
    /// The bias of the line model.
    pub bias: f32,
    /// Log odds that the line is of a kind that intruders plant.
    pub planted: f32,
}

impl Margins {
    /// Log odds of junk from this line alone.
    pub fn total(&self) -> f32 {
        self.characters + self.form + self.words + self.bias
    }

    /// The row of [`MARGIN_COLUMNS`].
    pub fn row(&self) -> [f32; MARGIN_COLUMNS.len()] {
        let asked = f32::from(u8::from(self.words_asked));
        [self.characters, self.form, self.words, asked, self.planted]
    }
}

impl PageFacts {
    /// Forgets the page, keeps the memory.
    pub fn clear(&mut self) {
        self.margins.clear();
        self.shapes.clear();
        self.text_hash.clear();
        self.skeleton_hash.clear();
        self.units.clear();
        self.unit_ends.clear();
    }

    /// How many lines there are.
    pub fn len(&self) -> usize {
        self.margins.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.margins.is_empty()
    }

    /// Adds a line.
    pub fn push(&mut self, codes: &[u16], skeleton: u32, shape: shape::Row, margins: Margins) {
        self.margins.push(margins);
        self.shapes.push(shape);
        self.text_hash.push(hash_whole(codes, 0));
        self.skeleton_hash.push(skeleton);
        push_units(codes, &mut self.units);
        self.unit_ends.push(self.units.len());
    }

    /// The content units of a line: what it speaks of, for comparing it with the article.
    pub fn units(&self, line: usize) -> &[u16] {
        let start = if line == 0 { 0 } else { self.unit_ends[line - 1] };
        &self.units[start..self.unit_ends[line]]
    }
}

/// Pairs of Han characters and words of four letters or more, hashed.
fn push_units(codes: &[u16], units: &mut Vec<u16>) {
    let limit = units.len() + MAX_UNITS;
    let mut position = 0;
    let mut before: Option<u16> = None;
    while position < codes.len() && units.len() < limit {
        let code = codes[position];
        match class_of(code) {
            Class::Han => {
                if let Some(prior) = before {
                    units.push(unit(&[prior, code]));
                }
                before = Some(code);
                position += 1;
            }
            Class::LatinLower | Class::LatinUpper => {
                let rest = &codes[position..];
                let is_letter =
                    |c: &&u16| matches!(class_of(**c), Class::LatinLower | Class::LatinUpper);
                let length = rest.iter().take_while(is_letter).count();
                if length >= 4 {
                    units.push(unit(&rest[..length]));
                }
                before = None;
                position += length;
            }
            _ => {
                before = None;
                position += 1;
            }
        }
    }
}

fn unit(codes: &[u16]) -> u16 {
    (hash_whole(codes, 1) >> (32 - UNIT_BITS)) as u16
}
