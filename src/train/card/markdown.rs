//! Markdown as it is written: blocks go in, text comes out. Cells come from files of others, so
//! they can neither end a table nor steer a terminal.

/// Markdown under construction.
#[derive(Debug, Default)]
pub struct Markdown(String);

impl Markdown {
    /// A heading of a level from 1.
    pub fn heading(&mut self, level: usize, text: &str) {
        self.block(&format!("{} {}", "#".repeat(level), plain(text)));
    }

    /// A paragraph.
    pub fn paragraph(&mut self, text: &str) {
        self.block(text);
    }

    /// A list with bullets.
    pub fn list<'a>(&mut self, items: impl IntoIterator<Item = &'a str>) {
        let items: Vec<String> = items.into_iter().map(|i| format!("* {}", plain(i))).collect();
        self.block(&items.join("\n"));
    }

    /// A table; the first column is aligned left.
    pub fn table<const N: usize>(
        &mut self,
        heading: [&str; N],
        rows: impl IntoIterator<Item = [String; N]>,
    ) {
        let line = |cells: Vec<String>| format!("| {} |", cells.join(" | "));
        let mut lines = vec![line(heading.map(String::from).to_vec())];
        lines.push(format!("|---|{}", "---:|".repeat(N - 1)));
        let rows = rows.into_iter();
        lines.extend(
            rows.map(|row| line(row.iter().map(|c| plain(c).replace('|', "\\|")).collect())),
        );
        self.block(&lines.join("\n"));
    }

    /// A block of code.
    pub fn code(&mut self, language: &str, text: &str) {
        // A fence longer than any that the text could hold by chance.
        self.block(&format!("~~~~~{language}\n{}\n~~~~~", text.trim_end()));
    }

    /// Markdown that is finished.
    pub fn raw(&mut self, text: &str) {
        self.block(text.trim_end());
    }

    /// The text.
    pub fn into_text(self) -> String {
        self.0
    }

    fn block(&mut self, text: &str) {
        if !self.0.is_empty() {
            self.0.push('\n');
        }
        self.0.push_str(text);
        self.0.push('\n');
    }
}

/// One line without control characters.
fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

/// A figure from 0 to 1 with three digits; a dash where it is not defined.
pub fn figure(value: Option<f64>) -> String {
    value.map_or_else(|| "–".into(), |v| format!("{v:.3}"))
}

/// A share in per cent with two digits.
pub fn percent(value: Option<f64>) -> String {
    value.map_or_else(|| "–".into(), |v| format!("{:.2} %", 100.0 * v))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_cannot_leave_its_table() {
        let mut out = Markdown::default();
        out.heading(2, "A");
        out.table(["a", "b"], [["x|y\n\u{1b}[2J".to_owned(), percent(Some(0.0123))]]);
        let cell = "x\\|y\u{fffd}\u{fffd}[2J";
        assert_eq!(
            out.into_text(),
            format!("## A\n\n| a | b |\n|---|---:|\n| {cell} | 1.23 % |\n")
        );
    }
}
