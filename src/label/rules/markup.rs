//! What was meant for the browser: tags, hidden blocks, styles, scripts, template variables.

use super::Pattern;
use crate::text::Kind;

pub(super) fn patterns() -> Vec<Pattern> {
    vec![
        Pattern {
            name: "hidden_markup",
            about: "left-over tags with links or hidden styles",
            kind: Kind::Markup,
            most_units: 400.0,
            pattern: concat!(
                "<a [^>]*href|</(a|div|span|script|style|li|ul|p|td|marquee|font|center)|<(div|span|script|style|iframe|marquee|li|ul|img|font|table|input|link|meta)[ />]|",
                "display ?: ?none|visibility ?: ?hidden|text-indent ?: ?-?0|position ?: ?absolute|style ?= ?\"|href ?= ?\"|&nbsp|&lt;|\\[/?(url|img|quote|attach|size|color|font)[\\]=]",
            )
            .into(),
        },
        Pattern {
            name: "script",
            about: "a script, a style sheet or a template variable",
            kind: Kind::Markup,
            most_units: 400.0,
            pattern: concat!(
                "\\{\\{|\\}\\}|\\$\\{|\\{%|<\\?php|function ?\\w*\\([\\w, ]*\\) ?\\{|\\bvar [\\w$]+ ?=|document\\.(write|getelement|create|cookie|ready)|window\\.[a-z_]+|googletag|adsbygoogle|_hmt|_gaq|gtag\\(|\\$\\(|@media|@font-face|",
                "^[.#@]?[\\w .#:>,-]+\\{[^}]*[:}]|^[a-z-]+ ?: ?[^;]{1,40};( ?[a-z-]+ ?:|$|\\})|\"[\\w@-]+\" ?: ?[\\[{\"]|\\);? ?$.{0}\\b(true|false|null)\\);|!function|\\.(push|ready|load|css|append)\\(|^\\W*(//)? ?(<!--|-->|--!?>|\\*/|/\\*)",
            )
            .into(),
        },
    ]
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;

    #[test]
    fn tags() {
        check(
            "hidden_markup",
            &["<div style=\"display:none\">某某</div>", "<a href=\"x\">甲</a>", "甲&nbsp;乙"],
            &["1 < 2", "水位 > 3 米"],
        );
    }

    #[test]
    fn scripts() {
        check(
            "script",
            &[
                "var a = 1;",
                "{{ title }}",
                "window.location = x",
                ".menu { color: red }",
                "$(document).ready(x)",
            ],
            &["The function of a bridge", "变量是水位"],
        );
    }
}
