//! Figures as reports print them, in a terminal and in a browser.

/// A number between −1 and 1, or a dash where it is undefined.
pub fn ratio(value: Option<f64>) -> String {
    value.map_or_else(dash, |value| format!("{value:.3}"))
}

/// A share of a hundred with two decimals, or a dash.
pub fn percent(value: Option<f64>) -> String {
    value.map_or_else(dash, |value| format!("{:.2}%", value * 100.0))
}

/// What stands for a figure that is undefined.
pub fn dash() -> String {
    "–".to_owned()
}

/// A count with commas between thousands.
pub fn count(value: u64) -> String {
    let digits = value.to_string();
    let mut out = String::with_capacity(digits.len() * 4 / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A count with its noun: `1 page`, `2,000 pages`.
pub fn counted(value: u64, noun: &str) -> String {
    format!("{} {noun}{}", count(value), if value == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_short_and_dashes_where_there_are_none() {
        assert_eq!((ratio(Some(0.98765)), ratio(None)), ("0.988".into(), "–".into()));
        assert_eq!((percent(Some(0.00123)), percent(None)), ("0.12%".into(), "–".into()));
        assert_eq!((count(999), count(1_234_567)), ("999".into(), "1,234,567".into()));
        assert_eq!(
            (counted(1, "page"), counted(2000, "line")),
            ("1 page".into(), "2,000 lines".into())
        );
    }
}
