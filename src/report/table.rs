//! Tables with headings, and in their cells figures with bars. A figure carries its exact value and its
//! name beside what is shown, so that it can be compared and copied.

use super::number::dash;
use super::{Html, language};

/// What stands in a cell.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Cell {
    text: String,
    figure: Option<(String, Option<f64>)>,
    /// How much of the cell is filled, 0 to 1, and the class that colours it.
    bar: Option<(f64, &'static str)>,
    /// Whether it is to be read, not compared: aligned left, and broken where it is long.
    is_words: bool,
}

impl Cell {
    /// Plain text.
    pub fn text(text: impl Into<String>) -> Cell {
        Cell { text: text.into(), ..Cell::default() }
    }

    /// Words of a page, to be read.
    pub fn words(text: impl Into<String>) -> Cell {
        Cell { is_words: true, ..Cell::text(text) }
    }

    /// A figure: its place in the JSON of the same figures, its value, and how it is shown.
    pub fn figure(
        place: impl Into<String>,
        value: Option<f64>,
        form: impl Fn(f64) -> String,
    ) -> Cell {
        let text = value.map_or_else(dash, form);
        Cell { text, figure: Some((place.into(), value)), ..Cell::default() }
    }

    /// With a bar that fills this share of the cell.
    #[must_use]
    pub fn with_bar(self, share: Option<f64>, class: &'static str) -> Cell {
        let share = share.filter(|share| share.is_finite()).map(|share| share.clamp(0.0, 1.0));
        Cell { bar: share.map(|share| (share, class)), ..self }
    }

    /// Writes what stands in the cell.
    pub fn write(&self, html: &mut Html) {
        match &self.figure {
            None => html.say(&self.text),
            Some((place, Some(value))) => {
                html.text("data", &[("value", value), ("data-figure", place)], &self.text);
            }
            Some((place, None)) => {
                html.text("data", &[("value", &"null"), ("data-figure", place)], &self.text);
            }
        }
        if let Some((share, class)) = self.bar {
            let width = format!("width:{:.1}%", 100.0 * share);
            html.element("span", &[("class", &"bar"), ("aria-hidden", &"true")], |html| {
                html.element("i", &[("class", &class), ("style", &width)], |_| ());
            });
        }
    }
}

/// A table. The first cell of a row names the row.
#[derive(Debug)]
pub struct Table {
    caption: String,
    columns: Vec<&'static str>,
    rows: Vec<Vec<Cell>>,
}

impl Table {
    /// A table without rows; the caption says what it holds.
    pub fn new(
        caption: impl Into<String>,
        columns: impl IntoIterator<Item = &'static str>,
    ) -> Table {
        Table { caption: caption.into(), columns: columns.into_iter().collect(), rows: Vec::new() }
    }

    /// Adds a row.
    pub fn row(&mut self, cells: impl IntoIterator<Item = Cell>) {
        self.rows.push(cells.into_iter().collect());
    }

    /// Whether it has no rows.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Writes it, unless it is empty. One that is too wide is scrolled by itself.
    pub fn write(&self, html: &mut Html) {
        if self.is_empty() {
            return;
        }
        html.newline();
        let caption = &self.caption;
        let region: [super::Attribute<'_>; 4] =
            [("class", &"wide"), ("role", &"region"), ("tabindex", &"0"), ("aria-label", caption)];
        html.element("div", &region, |html| {
            html.element("table", &[], |html| {
                html.text("caption", &[], caption);
                html.element("thead", &[], |html| {
                    html.element("tr", &[], |html| {
                        for (number, column) in self.columns.iter().enumerate() {
                            let below = self.rows.first().and_then(|row| row.get(number));
                            let class = class_of(below);
                            html.text("th", &[("scope", &"col"), ("class", &class)], column);
                        }
                    });
                });
                html.element("tbody", &[], |html| {
                    for row in &self.rows {
                        html.newline();
                        html.element("tr", &[], |html| self.cells(row, html));
                    }
                });
            });
        });
    }

    fn cells(&self, row: &[Cell], html: &mut Html) {
        for (column, cell) in row.iter().enumerate() {
            if column == 0 {
                html.element("th", &[("scope", &"row")], |html| cell.write(html));
            } else {
                let class = class_of(Some(cell));
                html.element("td", &[("class", &class)], |html| {
                    if cell.is_words {
                        html.element("bdi", &[("lang", &language([cell.text.as_str()]))], |html| {
                            cell.write(html);
                        });
                    } else {
                        cell.write(html);
                    }
                });
            }
        }
    }
}

fn class_of(cell: Option<&Cell>) -> &'static str {
    if cell.is_some_and(|cell| cell.is_words) { "words" } else { "number" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_carry_their_value_and_their_bar() {
        let mut table = Table::new("Sites", ["site", "F1"]);
        let mut html = Html::default();
        table.write(&mut html);
        assert_eq!(html.finish(), "");
        let figure = |value| Cell::figure("/sites/0/f1", value, |f| format!("{f:.1}"));
        table.row([Cell::text("<a>"), figure(Some(0.25)).with_bar(Some(1.5), "share")]);
        table.row([Cell::text("b"), figure(None).with_bar(None, "share")]);
        let mut html = Html::default();
        table.write(&mut html);
        let html = html.finish();
        assert!(html.contains("<th scope=\"row\">&lt;a&gt;</th>"), "{html}");
        let bar = "<span class=\"bar\" aria-hidden=\"true\"><i class=\"share\" style=\"width:100.0%\"></i></span>";
        let cell = format!(
            "<td class=\"number\"><data value=\"0.25\" data-figure=\"/sites/0/f1\">0.2</data>{bar}</td>"
        );
        assert!(html.contains(&cell), "{html}");
        assert!(html.contains(
            "<td class=\"number\"><data value=\"null\" data-figure=\"/sites/0/f1\">–</data></td>"
        ));
    }
}
