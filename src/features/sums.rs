//! Arithmetic over the lines of a page that the columns of text and of trees share: running sums,
//! distances to the nearest line of a sort, and the limits beyond which a number says no more.

/// Beliefs are log odds; beyond this they say no more.
pub(super) const BELIEF_LIMIT: f32 = 8.0;
/// Distances beyond this many lines are all the same.
pub(super) const FAR: usize = 200;

/// One for yes.
pub(super) fn flag(yes: bool) -> f32 {
    f32::from(u8::from(yes))
}

/// `sums[k]` is the sum of the first k of n values.
pub(super) fn prefix(sums: &mut Vec<f64>, n: usize, value: impl Fn(usize) -> f64) {
    sums.clear();
    sums.push(0.0);
    let mut sum = 0.0;
    for i in 0..n {
        sum += value(i);
        sums.push(sum);
    }
}

/// Lines since the last one, in the order given, that `is`: [`FAR`] where there is none. The line
/// itself does not count.
pub(super) fn distances(
    out: &mut Vec<u32>,
    order: impl Iterator<Item = usize>,
    is: impl Fn(usize) -> bool,
) {
    let far = FAR as u32;
    let mut distance = far;
    out.clear();
    out.extend(order.map(|i| {
        let before = distance;
        distance = if is(i) { 1 } else { (distance + 1).min(far) };
        before
    }));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_count_from_the_last_line_of_the_sort() {
        let mut out = Vec::new();
        distances(&mut out, 0..4, |i| i == 1);
        assert_eq!(out, [200, 200, 1, 2]);
        distances(&mut out, (0..4).rev(), |i| i == 1);
        assert_eq!(out, [200, 200, 200, 1], "in the order given: from below");
    }
}
