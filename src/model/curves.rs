//! A pass of the page model made ready to run: the same curves as in [`super::page`], laid out so that
//! lines of one band are judged eight at a time. Made from a [`PageModel`] when a filter is built;
//! what comes out is the same, bit for bit, as [`PageModel::log_odds`] gives line by line.

use super::page::{Additive, Cross, PageModel};
use crate::features::{
    context::{Surroundings, WIDTH},
    facts::PageFacts,
};

/// Lines that are judged at once.
const LANES: usize = 8;

/// A pass over the lines of a page.
#[derive(Debug, Clone)]
pub struct Curves {
    bounds: Vec<f32>,
    bands: Vec<Band>,
}

#[derive(Debug, Clone)]
struct Band {
    bias: f64,
    columns: Vec<Curve>,
    ramps: Vec<Ramp>,
    crosses: Vec<Cross>,
    cross_weights: Vec<f32>,
}

/// A column that has ramps, and how many.
#[derive(Debug, Clone, Copy)]
struct Curve {
    column: u16,
    ramps: u16,
}

#[derive(Debug, Clone, Copy)]
struct Ramp {
    from: f32,
    width: f32,
    weight: f64,
}

/// Lines of one band that wait until there are enough of them, column by column.
#[derive(Debug, Clone)]
struct Block {
    lines: [usize; LANES],
    n: usize,
    columns: Box<[[f32; LANES]; WIDTH]>,
}

/// The buffers of one thread.
#[derive(Debug, Default)]
pub struct CurvesScratch {
    blocks: Vec<Block>,
}

impl Curves {
    /// Lays out a pass.
    pub fn new(model: &PageModel) -> Self {
        Curves { bounds: model.bounds.clone(), bands: model.bands.iter().map(Band::new).collect() }
    }

    /// Takes one belief a line and leaves the answers of this pass in their place. The page must have
    /// been settled in `around`.
    pub fn run(
        &self,
        facts: &PageFacts,
        around: &mut Surroundings,
        scratch: &mut CurvesScratch,
        belief: &mut [f32],
    ) {
        around.believe(facts, belief);
        let blocks = &mut scratch.blocks;
        blocks.resize_with(self.bands.len(), Block::new);
        let mut row = [0.0; WIDTH];
        for (line, &length) in facts.length.iter().enumerate() {
            around.row(facts, line, &mut row);
            let number = self.bounds.iter().take_while(|&&bound| length >= bound).count();
            let (Some(band), Some(block)) = (self.bands.get(number), blocks.get_mut(number)) else {
                continue;
            };
            block.push(line, &row);
            if block.n == LANES {
                band.flush::<LANES>(block, belief);
            }
        }
        for (band, block) in self.bands.iter().zip(blocks) {
            if block.n > LANES / 2 {
                band.flush::<LANES>(block, belief);
            } else if block.n > 0 {
                band.flush::<{ LANES / 2 }>(block, belief);
            }
        }
    }
}

impl Block {
    fn new() -> Self {
        Block { lines: [0; LANES], n: 0, columns: Box::new([[0.0; LANES]; WIDTH]) }
    }

    #[inline]
    fn push(&mut self, line: usize, row: &[f32; WIDTH]) {
        let lane = self.n % LANES;
        self.lines[lane] = line;
        self.columns.iter_mut().zip(row).for_each(|(column, &x)| column[lane] = x);
        self.n += 1;
    }
}

impl Band {
    fn new(model: &Additive) -> Self {
        let (mut columns, mut ramps) = (Vec::new(), Vec::new());
        let mut weights = model.weights.iter().copied();
        for (column, knots) in model.basis.columns.iter().enumerate() {
            let before = ramps.len();
            let edges = knots.0.windows(2).zip(weights.by_ref().take(knots.ramps()));
            ramps.extend(edges.map(|(edge, weight)| Ramp {
                from: edge[0],
                width: edge[1] - edge[0],
                weight: f64::from(weight),
            }));
            if ramps.len() > before {
                let n = ramps.len() - before;
                columns.push(Curve { column: column as u16, ramps: n as u16 });
            }
        }
        let crosses = model.basis.crosses.clone();
        let bias = f64::from(model.bias);
        Band { bias, columns, ramps, crosses, cross_weights: weights.collect() }
    }

    /// Judges the waiting lines, of which there are at most `N`, and empties the block.
    fn flush<const N: usize>(&self, block: &mut Block, belief: &mut [f32]) {
        let log_odds = self.log_odds::<N>(&block.columns);
        for (&line, log_odds) in block.lines.iter().take(block.n).zip(log_odds) {
            belief[line] = log_odds;
        }
        block.n = 0;
    }

    fn log_odds<const N: usize>(&self, block: &[[f32; LANES]; WIDTH]) -> [f32; N] {
        let mut sums = self.columns_of::<N>(block);
        if !self.crosses.is_empty() {
            sums.iter_mut().enumerate().for_each(|(lane, sum)| self.cross(block, lane, sum));
        }
        let mut out = [0.0; N];
        for lane in 0..N {
            out[lane] = sums[lane] as f32;
        }
        out
    }

    /// Each line's bias and columns, summed in f64 and in the order of the columns. Plain loops over
    /// lanes: the compiler turns them into instructions on several lanes.
    #[inline(never)]
    fn columns_of<const N: usize>(&self, block: &[[f32; LANES]; WIDTH]) -> [f64; N] {
        let mut sums = [self.bias; N];
        let mut rest = self.ramps.as_slice();
        for &Curve { column, ramps } in &self.columns {
            let Some(x) = block[usize::from(column)].first_chunk::<N>() else { continue };
            let (own, after) = rest.split_at(usize::from(ramps));
            rest = after;
            for ramp in own {
                let mut heights = [0.0f32; N];
                for lane in 0..N {
                    let height = (x[lane] - ramp.from) / ramp.width;
                    let height = if height > 0.0 { height } else { 0.0 };
                    heights[lane] = if height < 1.0 { height } else { 1.0 };
                }
                for lane in 0..N {
                    sums[lane] += ramp.weight * f64::from(heights[lane]);
                }
            }
        }
        sums
    }

    /// Adds the pairs of columns of one line.
    fn cross(&self, block: &[[f32; LANES]; WIDTH], lane: usize, sum: &mut f64) {
        let mut weights = self.cross_weights.iter();
        for Cross { columns: [a, b], knots: [of_a, of_b] } in &self.crosses {
            for j in 0..of_a.ramps() {
                let height = of_a.ramp(j, block[*a][lane]);
                for (k, weight) in (0..of_b.ramps()).zip(weights.by_ref()) {
                    let both = height * of_b.ramp(k, block[*b][lane]);
                    *sum += f64::from(*weight) * f64::from(both);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Basis, Knots};

    #[test]
    fn what_is_laid_out_says_the_same_bit_for_bit() {
        let mut columns = vec![Knots::default(); WIDTH];
        columns[0] = Knots(vec![0.0, 1.0, 3.0]);
        columns[2] = Knots(vec![-1.0, 0.0, 0.5, 1.0, 2.0, 4.0, 7.0]);
        columns[WIDTH - 1] = Knots(vec![5.0]);
        let of = |knots: &[f32]| Knots(knots.to_vec());
        let knots = [of(&[0.0, 2.0, 3.0]), of(&[0.0, 1.0, 4.0, 5.0])];
        let basis = Basis { columns, crosses: vec![Cross { columns: [0, 2], knots }] };
        let weights: Vec<f32> = (0..basis.len()).map(|k| (k as f32 * 0.7).sin()).collect();
        let model = Additive { basis, weights, bias: -0.25 };
        let band = Band::new(&model);
        let mut block = Block::new();
        let mut belief = vec![0.0; 100];
        for n in 1..=LANES {
            let rows: Vec<[f32; WIDTH]> = (0..n)
                .map(|line| {
                    let mut row = [9.0; WIDTH];
                    let at = (n * LANES + line) as f32 - 20.0;
                    (row[0], row[2]) = (at * 0.05, at * 0.13);
                    row
                })
                .collect();
            rows.iter().enumerate().for_each(|(line, row)| block.push(line + n, row));
            if n > LANES / 2 {
                band.flush::<LANES>(&mut block, &mut belief);
            } else {
                band.flush::<{ LANES / 2 }>(&mut block, &mut belief);
            }
            let expected: Vec<f32> = rows.iter().map(|row| model.log_odds(row)).collect();
            assert_eq!(belief[n..2 * n], expected);
            assert_eq!(block.n, 0);
        }
    }
}
