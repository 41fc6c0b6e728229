//! Charts as SVG inside the page: axes with ticks, and on them lines, dots, bars and marks with their
//! names. All colours come from the style sheet by class; the size is that of a phone, so that text
//! stays readable there.

use super::Html;

const WIDTH: f64 = 380.0;
const HEIGHT: f64 = 310.0;
/// Where the plot lies: left, top, right, bottom.
const AREA: [f64; 4] = [64.0, 14.0, 364.0, 262.0];
/// Names of marks keep at least this distance from each other.
const LEADING: f64 = 17.0;
/// From a mark to its name.
const GAP: f64 = 14.0;
/// Room that the name of a mark takes.
const NAME: f64 = 60.0;

/// How values become places.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Scale {
    /// Evenly, from the first to the second.
    Linear(f64, f64),
    /// By their logarithm; what is smaller than the first stands at the edge.
    Log(f64, f64),
    /// Probabilities by their log odds; what is nearer to 0 or 1 than this stands at the edge.
    LogOdds(f64),
}

impl Scale {
    /// The place of a value between 0 and 1.
    pub fn place(self, value: f64) -> f64 {
        let between = |value: f64, low: f64, high: f64| {
            if high > low { ((value - low) / (high - low)).clamp(0.0, 1.0) } else { 0.0 }
        };
        let log_odds = |p: f64| (p / (1.0 - p)).ln();
        match self {
            Scale::Linear(low, high) => between(value, low, high),
            Scale::Log(low, high) => between(value.max(low).ln(), low.ln(), high.ln()),
            Scale::LogOdds(edge) => {
                let value = value.clamp(edge, 1.0 - edge);
                between(log_odds(value), log_odds(edge), log_odds(1.0 - edge))
            }
        }
    }
}

/// An axis.
#[derive(Debug, Clone, PartialEq)]
pub struct Axis {
    /// What it shows.
    pub label: &'static str,
    /// How values become places.
    pub scale: Scale,
    /// Values that are marked, and how they are written.
    pub ticks: Vec<(f64, String)>,
}

impl Axis {
    /// An axis of shares, with ticks in per cent; where a scale ends before the shares do, the tick says so.
    pub fn of_shares(label: &'static str, scale: Scale, ticks: &[f64]) -> Axis {
        let written = |&tick: &f64| {
            // As short as it goes: 0.1 %, 10 %.
            let percent = (tick * 1e6).round() / 1e4;
            let sign = match scale {
                Scale::Log(low, _) | Scale::LogOdds(low) if tick <= low => "≤",
                Scale::LogOdds(edge) if tick >= 1.0 - edge => "≥",
                _ => "",
            };
            (tick, format!("{sign}{percent}%"))
        };
        Axis { label, scale, ticks: ticks.iter().map(written).collect() }
    }
}

/// A chart before anything is drawn on it.
#[derive(Debug, Clone, PartialEq)]
pub struct Chart<'a> {
    /// Its name within the page: letters and digits.
    pub id: &'static str,
    /// Its title.
    pub title: &'a str,
    /// What it shows, for those who do not see it.
    pub description: &'a str,
    /// What is to be read beside it; nothing where it is empty.
    pub note: &'a str,
    /// From left to right.
    pub x: Axis,
    /// From bottom to top.
    pub y: Axis,
}

/// Where the name of a mark stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// To the left of it.
    Left,
    /// To the left and below.
    Below,
}

/// A point with a name.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Mark<'a> {
    /// Its place.
    pub at: (f64, f64),
    /// Its name.
    pub name: &'a str,
    /// Which of the shapes it has: see [`Plot::shape`].
    pub shape: usize,
    /// Whether it stands out.
    pub is_chosen: bool,
}

/// The area of a chart, to be drawn on.
#[derive(Debug)]
pub struct Plot<'a> {
    html: &'a mut Html,
    x: Scale,
    y: Scale,
}

impl Chart<'_> {
    /// Writes the chart; `fill` draws on it.
    pub fn write(&self, html: &mut Html, fill: impl FnOnce(&mut Plot<'_>)) {
        let [left, top, right, bottom] = AREA;
        let (title, description) = (format!("{}-title", self.id), format!("{}-about", self.id));
        let view = format!("0 0 {WIDTH} {HEIGHT}");
        let named = format!("{title} {description}");
        html.newline();
        html.element("figure", &[("class", &"chart")], |html| {
            html.text("figcaption", &[], self.title);
            let svg: [super::Attribute<'_>; 3] =
                [("viewBox", &view), ("role", &"img"), ("aria-labelledby", &named)];
            html.element("svg", &svg, |html| {
                html.text("title", &[("id", &title)], self.title);
                html.text("desc", &[("id", &description)], self.description);
                let mut plot = Plot { html, x: self.x.scale, y: self.y.scale };
                for (value, written) in &self.x.ticks {
                    let x = plot.at(*value, 0.0).0;
                    plot.path("grid", &format!("M{x:.1} {top}V{bottom}"));
                    plot.word("tick", (x, bottom + 17.0), "middle", written);
                }
                for (value, written) in &self.y.ticks {
                    let y = bottom - self.y.scale.place(*value) * (bottom - top);
                    plot.path("grid", &format!("M{left} {y:.1}H{right}"));
                    plot.word("tick", (left - 7.0, y + 4.0), "end", written);
                }
                plot.path("axis", &format!("M{left} {top}V{bottom}H{right}"));
                let middle = (left + right) / 2.0;
                plot.word("label", (middle, HEIGHT - 8.0), "middle", self.x.label);
                let middle = (top + bottom) / 2.0;
                let turned = format!("translate(10 {middle}) rotate(-90)");
                let turned: [super::Attribute<'_>; 3] =
                    [("class", &"label"), ("text-anchor", &"middle"), ("transform", &turned)];
                plot.html.text("text", &turned, self.y.label);
                fill(&mut plot);
            });
            if !self.note.is_empty() {
                html.text("p", &[("class", &"soft")], self.note);
            }
        });
    }
}

impl Plot<'_> {
    /// Where a point is drawn.
    fn at(&self, x: f64, y: f64) -> (f64, f64) {
        let [left, top, right, bottom] = AREA;
        (left + self.x.place(x) * (right - left), bottom - self.y.place(y) * (bottom - top))
    }

    fn path(&mut self, class: &'static str, path: &str) {
        self.html.element("path", &[("class", &class), ("d", &path)], |_| ());
    }

    fn word(&mut self, class: &'static str, (x, y): (f64, f64), anchor: &'static str, word: &str) {
        let (x, y) = (format!("{x:.1}"), format!("{y:.1}"));
        let place: [super::Attribute<'_>; 4] =
            [("class", &class), ("x", &x), ("y", &y), ("text-anchor", &anchor)];
        self.html.text("text", &place, word);
    }

    /// A line through points in their order.
    pub fn line(&mut self, class: &'static str, points: impl IntoIterator<Item = (f64, f64)>) {
        let mut path = String::new();
        for (x, y) in points {
            let (x, y) = self.at(x, y);
            path += &format!("{}{x:.1} {y:.1}", if path.is_empty() { 'M' } else { 'L' });
        }
        if !path.is_empty() {
            self.path(class, &path);
        }
    }

    /// A line across at a height.
    pub fn level(&mut self, y: f64) {
        let [left, _, right, _] = AREA;
        let y = self.at(0.0, y).1;
        self.path("level", &format!("M{left} {y:.1}H{right}"));
    }

    /// A dot of some radius in pixels, with what it says when pointed at.
    pub fn dot(&mut self, at: (f64, f64), radius: f64, about: &str) {
        let (x, y) = self.at(at.0, at.1);
        let (x, y, r) = (format!("{x:.1}"), format!("{y:.1}"), format!("{radius:.1}"));
        let place: [super::Attribute<'_>; 4] =
            [("class", &"dot"), ("cx", &x), ("cy", &y), ("r", &r)];
        self.html.element("circle", &place, |html| html.text("title", &[], about));
    }

    /// A line from one height to another.
    pub fn whisker(&mut self, x: f64, low: f64, high: f64) {
        let ((x, low), (_, high)) = (self.at(x, low), self.at(x, high));
        self.path("whisker", &format!("M{x:.1} {low:.1}V{high:.1}"));
    }

    /// A bar from the bottom, with what it says when pointed at.
    pub fn bar(&mut self, from: f64, to: f64, height: f64, about: &str) {
        let ((x, y), (end, _)) = (self.at(from, height), self.at(to, height));
        let path = format!("M{:.1} {}V{y:.1}H{:.1}V{}z", x + 1.0, AREA[3], end - 1.0, AREA[3]);
        self.html.element("path", &[("class", &"column"), ("d", &path)], |html| {
            html.text("title", &[], about);
        });
    }

    /// Marks with their names, which are kept apart.
    pub fn marks(&mut self, side: Side, marks: &[Mark<'_>]) {
        let mut placed: Vec<(&Mark<'_>, (f64, f64))> =
            marks.iter().map(|mark| (mark, self.at(mark.at.0, mark.at.1))).collect();
        placed.sort_by(|a, b| a.1.1.total_cmp(&b.1.1));
        let drop = if side == Side::Below { 26.0 } else { 0.0 };
        let mut heights: Vec<f64> = Vec::with_capacity(placed.len());
        for (_, (_, y)) in &placed {
            let free = heights.last().map_or(f64::MIN, |last| last + LEADING);
            heights.push((y + drop).max(free));
        }
        // What would hang out below moves up, the others before it.
        let mut most = AREA[3] - 6.0;
        for height in heights.iter_mut().rev() {
            *height = height.min(most);
            most = *height - LEADING;
        }
        for ((mark, (x, y)), height) in placed.iter().zip(&heights) {
            // Curves that fall or rise leave that side free, but for the edge of the area.
            let has_room = x - GAP - NAME > AREA[0];
            let (end, anchor, gap) =
                if has_room { (x - GAP, "end", -4.0) } else { (x + GAP, "start", 4.0) };
            self.path("leader", &format!("M{x:.1} {y:.1}L{end:.1} {height:.1}"));
            let class = if mark.is_chosen { "name chosen" } else { "name" };
            self.word(class, (end + gap, height + 4.0), anchor, mark.name);
        }
        for (mark, (x, y)) in placed {
            let class = if mark.is_chosen { "mark chosen" } else { "mark" };
            self.path(class, &Plot::shape(mark.shape, x, y));
        }
    }

    /// A shape around a point: disc, triangle, square, diamond.
    pub fn shape(number: usize, x: f64, y: f64) -> String {
        match number % 4 {
            0 => format!("M{:.1} {y:.1}a5.5 5.5 0 1 0 11 0a5.5 5.5 0 1 0 -11 0z", x - 5.5),
            1 => format!("M{x:.1} {:.1}l6 10.5h-12z", y - 7.0),
            2 => format!("M{:.1} {:.1}h10v10h-10z", x - 5.0, y - 5.0),
            _ => format!("M{x:.1} {:.1}l6.5 6.5l-6.5 6.5l-6.5 -6.5z", y - 6.5),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_find_their_places() {
        assert_eq!(Scale::Linear(0.5, 1.0).place(0.75), 0.5);
        assert_eq!(Scale::Linear(1.0, 1.0).place(1.0), 0.0);
        let log = Scale::Log(1e-4, 1.0);
        assert_eq!((log.place(0.0), log.place(2.0)), (0.0, 1.0));
        assert!((log.place(1e-2) - 0.5).abs() < 1e-12);
        let odds = Scale::LogOdds(1e-3);
        assert_eq!((odds.place(0.0), odds.place(1.0)), (0.0, 1.0));
        assert!((odds.place(0.5) - 0.5).abs() < 1e-12);
        let ticks = Axis::of_shares("x", log, &[0.0001, 0.001, 0.1, 1.0]).ticks;
        let written: Vec<_> = ticks.iter().map(|tick| tick.1.as_str()).collect();
        assert_eq!(written, ["≤0.01%", "0.1%", "10%", "100%"]);
    }

    #[test]
    fn names_of_near_marks_are_kept_apart() {
        let chart = Chart {
            id: "c",
            title: "t",
            description: "d",
            note: "",
            x: Axis { label: "x", scale: Scale::Linear(0.0, 1.0), ticks: vec![] },
            y: Axis { label: "y", scale: Scale::Linear(0.0, 1.0), ticks: vec![] },
        };
        let mark = |y, name| Mark { at: (0.9, y), name, shape: 0, is_chosen: false };
        let mut html = Html::default();
        chart.write(&mut html, |plot| {
            plot.marks(Side::Left, &[mark(0.0, "low"), mark(0.01, "high")]);
        });
        let html = html.finish();
        // The area is 64..364 by 14..262; the lower one keeps within it, the other is moved up.
        assert!(html.contains("x=\"316.0\" y=\"260.0\" text-anchor=\"end\">low</text>"), "{html}");
        assert!(html.contains("x=\"316.0\" y=\"243.0\" text-anchor=\"end\">high</text>"), "{html}");
    }
}
