//! What is known of each line of a page before any line is judged: margins of the line model,
//! shape, hashes. One buffer a thread, refilled page by page; the context reads it.

use super::{ngrams::hash_quickly, shape};

/// Columns of margins that a line brings, before its shape.
pub const MARGIN_COLUMNS: [&str; 5] =
    ["characters_margin", "form_margin", "words_margin", "words_asked", "planted_margin"];

/// Lines begin alike where so many characters are the same.
const HEAD: usize = 6;

/// One page's lines, as arrays of equal length.
#[derive(Debug, Default, Clone)]
pub struct PageFacts {
    /// Margins of the line model: characters and form, without the bias.
    pub margins: Vec<Margins>,
    /// What each line looks like.
    pub shapes: Vec<shape::Row>,
    /// Equal for lines with the same folded text.
    pub text_hash: Vec<u32>,
    /// Equal for lines that begin with the same characters; `None` for lines too short to tell.
    pub head_hash: Vec<Option<u32>>,
    /// Equal for lines of one form, see [`super::skeleton::coarse_hash`].
    pub skeleton_hash: Vec<u32>,
    /// How many characters of each line a reader sees.
    pub n_characters: Vec<u32>,
    /// The same number, up to the rounding of a logarithm.
    pub characters: Vec<f32>,
    /// How long each line is in Han characters or words worth as much, likewise.
    pub length: Vec<f32>,
    units: Vec<u16>,
    unit_ends: Vec<usize>,
}

/// What the line model says of a line, part by part.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Margins {
    /// From the n-grams of characters and of words of letters.
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
        self.head_hash.clear();
        self.skeleton_hash.clear();
        self.n_characters.clear();
        self.characters.clear();
        self.length.clear();
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

    /// Adds a line: its folded codes, content units and number of characters, the hash of its
    /// skeleton, shape, margins.
    pub fn push(
        &mut self,
        codes: &[u16],
        units: &[u16],
        n_characters: u32,
        skeleton: u32,
        shape: shape::Row,
        margins: Margins,
    ) {
        self.margins.push(margins);
        self.shapes.push(shape);
        self.text_hash.push(hash_quickly(codes));
        self.head_hash.push(codes.first_chunk::<HEAD>().map(|head| hash_quickly(head)));
        self.skeleton_hash.push(skeleton);
        self.n_characters.push(n_characters);
        self.characters.push(shape[shape::LN_CHARACTERS].exp() - 1.0);
        self.length.push(shape[shape::LN_UNITS].exp() - 1.0);
        self.units.extend_from_slice(units);
        self.unit_ends.push(self.units.len());
    }

    /// The content units of a line: what it speaks of, for comparing it with the article.
    pub fn units(&self, line: usize) -> &[u16] {
        let start = if line == 0 { 0 } else { self.unit_ends[line - 1] };
        &self.units[start..self.unit_ends[line]]
    }
}
