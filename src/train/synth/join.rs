//! What holds items together: separators, brackets, bullets and numbers, each drawn on its own so
//! that no separator is tied to a sort of item.

use super::Rng;

const PLAIN: [&str; 22] = [
    "|", "_", "-", ",", "，", "、", " ", "  ", "\u{3000}", "\t", ";", "；", "/", "·", " | ", " - ",
    " / ", ", ", "，  ", " · ", "--", " , ",
];

const RARE: [&str; 56] = [
    "✅",
    "⭐",
    "🔥",
    "👉",
    "❤",
    "▶",
    "💰",
    "～",
    "…",
    "⇒",
    "﹒",
    "✦",
    "》",
    "★",
    "→",
    "☆",
    "◆",
    "■",
    "●",
    "※",
    "~",
    "^",
    "*",
    "+",
    "=",
    "#",
    "&",
    "@",
    "。",
    "│",
    "┃",
    "¦",
    "»",
    "«",
    "‖",
    "▪",
    "▸",
    "►",
    "◎",
    "○",
    "△",
    "☞",
    "〓",
    "：",
    ":",
    ">",
    "<",
    "\\",
    "•",
    "\u{a0}",
    "&nbsp;",
    "&nbsp;|&nbsp;",
    "||",
    "__",
    " ， ",
    "......",
];

/// What stands between the items of a block.
pub(super) fn separator(rng: &mut Rng) -> String {
    match rng.below(20) {
        0..12 => rng.pick(PLAIN).to_string(),
        12..16 => rng.pick(RARE).to_string(),
        // Two marks together, or one with spaces or repeated.
        16 => format!("{}{}", rng.pick(RARE), rng.pick(PLAIN)),
        17 => format!(" {} ", rng.pick(RARE)),
        18 => rng.pick(RARE).repeat(rng.range(2, 4)),
        _ => format!("{} ", rng.pick(PLAIN)),
    }
}

/// A separator for menus and bars: sites write them in fewer ways than intruders do.
pub(super) fn bar(rng: &mut Rng) -> String {
    rng.pick([
        "|", " | ", " ", "  ", "\u{3000}", " / ", "·", " · ", "\t", " - ", "", " > ", "┊", " ",
        " ", "、", "，", ", ", "\u{a0}", " |", "| ", "  |  ",
    ])
    .to_string()
}

const PAIRS: [(&str, &str); 18] = [
    ("【", "】"),
    ("《", "》"),
    ("[", "]"),
    ("「", "」"),
    ("(", ")"),
    ("（", "）"),
    ("“", "”"),
    ("<", ">"),
    ("〖", "〗"),
    ("『", "』"),
    ("\"", "\""),
    ("#", "#"),
    ("〔", "〕"),
    ("☆", "☆"),
    ("{", "}"),
    ("*", "*"),
    ("<b>", "</b>"),
    ("-=", "=-"),
];

/// Brackets for items: mostly none.
pub(super) fn brackets(rng: &mut Rng, often: f64) -> (&'static str, &'static str) {
    if rng.chance(often) { rng.pick(PAIRS) } else { ("", "") }
}

/// How the items of a list are marked.
#[derive(Debug, Clone, Copy)]
pub(super) enum Bullet {
    None,
    Sign(&'static str),
    /// 1-based numbers, with what follows them and the least number of digits.
    Number(&'static str, usize),
    Bracketed(&'static str, &'static str),
}

impl Bullet {
    /// Draws a way of marking.
    pub(super) fn draw(rng: &mut Rng) -> Bullet {
        match rng.below(10) {
            0..5 => Bullet::None,
            5..8 => Bullet::Sign(rng.pick([
                "• ", "•", "·", "- ", "* ", "◆", "■ ", "> ", "→", "○ ", "● ", "▪ ", "› ", "»",
                "－", "★", "※", "[图]", "◇", "▶ ", "☞", "# ",
            ])),
            8 => Bullet::Number(
                rng.pick([".", "、", " ", ". ", ")", "", "．", ": ", "\t"]),
                rng.pick([1, 1, 2]),
            ),
            _ => {
                let (open, close) = rng.pick([("(", ")"), ("[", "]"), ("（", "）"), ("No.", " ")]);
                Bullet::Bracketed(open, close)
            }
        }
    }

    /// Writes the mark of the item at `index` (0-based).
    pub(super) fn write(self, index: usize, out: &mut String) {
        use std::fmt::Write as _;
        // Writing to a String cannot fail.
        let _ = match self {
            Bullet::None => Ok(()),
            Bullet::Sign(sign) => out.write_str(sign),
            Bullet::Number(after, digits) => write!(out, "{:0digits$}{after}", index + 1),
            Bullet::Bracketed(open, close) => write!(out, "{open}{}{close}", index + 1),
        };
    }
}
