//! Sparse rows: one line's n-grams as columns and values, all lines in three arrays.

use crate::features::ngrams::{self, Family};

/// A matrix in compressed sparse rows.
#[derive(Debug, Clone, Default)]
pub struct Csr {
    /// Row r is `starts[r]..starts[r + 1]` of the other two.
    starts: Vec<usize>,
    columns: Vec<u32>,
    values: Vec<f32>,
}

impl Csr {
    /// No rows.
    pub fn new() -> Self {
        Csr { starts: vec![0], columns: Vec::new(), values: Vec::new() }
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.starts.len() - 1
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many values are not zero.
    pub fn nonzeros(&self) -> usize {
        self.columns.len()
    }

    /// Columns and values of a row; columns rise.
    #[inline]
    pub fn row(&self, row: usize) -> (&[u32], &[f32]) {
        let range = self.starts[row]..self.starts[row + 1];
        (&self.columns[range.clone()], &self.values[range])
    }

    /// Adds a row from columns and values in any order; equal columns are added up.
    pub fn push(&mut self, entries: &mut [(u32, f32)]) {
        entries.sort_unstable_by_key(|&(column, _)| column);
        for run in entries.chunk_by(|a, b| a.0 == b.0) {
            self.columns.push(run[0].0);
            self.values.push(run.iter().map(|&(_, value)| value).sum());
        }
        self.starts.push(self.columns.len());
    }

    /// Adds the rows of another matrix.
    pub fn append(&mut self, other: &Csr) {
        let offset = self.columns.len();
        self.starts.extend(other.starts[1..].iter().map(|s| s + offset));
        self.columns.extend_from_slice(&other.columns);
        self.values.extend_from_slice(&other.values);
    }
}

/// Appends the n-grams of a sequence as entries of a table of 2^`bits` columns: each occurrence
/// counts one over the square root of their number, as [`crate::model::Table::margins`] has it.
pub fn entries(codes: &[u16], family: Family, bits: u32, out: &mut Vec<(u32, f32)>) {
    let from = out.len();
    let count = ngrams::emit(codes, family, |hash| {
        out.push((ngrams::bucket(hash, bits) as u32, 0.0));
    });
    let value = 1.0 / (count.max(1) as f32).sqrt();
    for entry in &mut out[from..] {
        entry.1 = value;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{features::ngrams::CHARACTERS, model::Table};

    #[test]
    fn equal_columns_are_one_value() {
        let mut m = Csr::new();
        m.push(&mut [(7, 1.0), (2, 0.5), (7, 0.25)]);
        m.push(&mut []);
        let mut other = Csr::new();
        other.push(&mut [(1, 3.0)]);
        m.append(&other);
        assert_eq!(m.len(), 3);
        assert_eq!(m.row(0), (&[2, 7][..], &[0.5, 1.25][..]));
        assert_eq!(m.row(1), (&[][..], &[][..]));
        assert_eq!(m.row(2), (&[1][..], &[3.0][..]));
    }

    #[test]
    fn a_row_times_the_weights_is_the_margin_that_the_filter_computes() {
        let codes: Vec<u16> = "甲乙丙甲乙丙丁".encode_utf16().collect();
        let weights: Vec<f64> = (0..1 << 10).map(|i| f64::from(i % 255 - 127)).collect();
        let table = Table::quantise([&weights]);
        let mut row = Vec::new();
        entries(&codes, CHARACTERS, table.bits, &mut row);
        let mut m = Csr::new();
        m.push(&mut row);
        let (columns, values) = m.row(0);
        let dot: f32 =
            columns.iter().zip(values).map(|(&c, v)| weights[c as usize] as f32 * v).sum();
        assert!((dot - table.margins(&codes, CHARACTERS)[0]).abs() < 1e-3);
    }
}
