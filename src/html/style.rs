//! What the `style` attribute and its old cousins say about whether a reader sees an element, and
//! where its lines end. Only declarations in the page's own tags are read: no style sheet, no script.

use html5ever::local_name;

use super::dom::Element;

/// Lengths left of or above this many pixels put an element off the screen.
const OFF_SCREEN: f32 = -400.0;

/// What one element declares.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Style {
    /// It is not shown: `display: none`, `visibility: hidden`, `hidden`, no size, no opacity, off the
    /// screen, or only once a script opens it.
    pub is_hidden: bool,
    /// It is not read out: `aria-hidden`. As a rule it is shown, and an ornament.
    pub is_silent: bool,
    /// The colour of its text, as 0xRRGGBB.
    pub color: Option<u32>,
    /// The colour of its ground.
    pub ground: Option<u32>,
    /// Whether it stands on lines of its own, where `display` says so or the contrary.
    pub is_block: Option<bool>,
    /// Whether line feeds end lines, where `white-space` says so or the contrary.
    pub keeps_lines: Option<bool>,
}

/// Reads the attributes of an element.
pub fn style_of(element: &Element) -> Style {
    let mut style = Style::default();
    for attribute in &element.attributes {
        let value = attribute.value.trim();
        match attribute.name.local {
            local_name!("hidden") => style.is_hidden |= !value.eq_ignore_ascii_case("until-found"),
            local_name!("aria-hidden") => style.is_silent |= value.eq_ignore_ascii_case("true"),
            local_name!("color") => style.color = color(value).or(style.color),
            local_name!("bgcolor") => style.ground = color(value).or(style.ground),
            ref name if &**name == "popover" => style.is_hidden = true,
            local_name!("style") => read(value, &mut style),
            _ => {}
        }
    }
    style.is_hidden |= element.name == local_name!("dialog") && element.attribute("open").is_none();
    style
}

/// Whether a text, such as a line that was kept with its tags, holds a tag that hides its content.
pub fn holds_hiding_tag(text: &str) -> bool {
    let bytes = text.as_bytes();
    memchr::memchr_iter(b'<', bytes).any(|start| {
        let tag = text.get(start..).unwrap_or_default();
        let tag = tag.get(..memchr::memchr(b'>', tag.as_bytes()).unwrap_or(tag.len()));
        let hides = |tag: &str| {
            if !tag.get(1..).is_some_and(|name| name.starts_with(|c: char| c.is_ascii_alphabetic()))
            {
                return false;
            }
            let lower = tag.to_ascii_lowercase();
            let value = lower.split_once("style").and_then(|(_, rest)| {
                let value = rest.trim_start().strip_prefix('=')?.trim_start();
                let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
                value.get(1..)?.split(quote).next()
            });
            let mut style = Style::default();
            value.is_some_and(|value| {
                read(value, &mut style);
                style.is_hidden
            })
        };
        tag.is_some_and(hides)
    })
}

fn read(declarations: &str, style: &mut Style) {
    let (mut is_positioned, mut is_clipped, mut is_far, mut has_no_extent) =
        (false, false, false, false);
    for declaration in declarations.split(';') {
        let Some((name, value)) = declaration.split_once(':') else { continue };
        let (name, value) = (name.trim(), value.trim().trim_end_matches("!important").trim_end());
        let is = |other: &str| value.eq_ignore_ascii_case(other);
        match name.to_ascii_lowercase().as_str() {
            "display" => match value.to_ascii_lowercase().as_str() {
                "none" => style.is_hidden = true,
                "block" | "flex" | "grid" | "table" | "list-item" | "flow-root" => {
                    style.is_block = Some(true);
                }
                "inline" => style.is_block = Some(false),
                _ => {}
            },
            "white-space" => match value.to_ascii_lowercase().as_str() {
                "pre" | "pre-wrap" | "pre-line" | "break-spaces" => style.keeps_lines = Some(true),
                "normal" | "nowrap" => style.keeps_lines = Some(false),
                _ => {}
            },
            "visibility" => style.is_hidden |= is("hidden") || is("collapse"),
            "opacity" => style.is_hidden |= value.parse::<f32>().is_ok_and(|v| v <= 0.01),
            "font-size" => style.is_hidden |= pixels(value).is_some_and(|v| v <= 1.0),
            "width" | "height" | "max-width" | "max-height" => {
                has_no_extent |= pixels(value).is_some_and(|v| v <= 1.0);
            }
            "overflow" | "overflow-x" | "overflow-y" => is_clipped |= is("hidden"),
            "position" => is_positioned |= is("absolute") || is("fixed"),
            "left" | "top" | "right" | "bottom" | "margin-left" | "margin-top" => {
                is_far |= pixels(value).is_some_and(|v| v <= OFF_SCREEN);
            }
            "text-indent" => style.is_hidden |= pixels(value).is_some_and(|v| v <= OFF_SCREEN),
            "color" => style.color = color(value).or(style.color),
            "background" | "background-color" => {
                let first = value.split_ascii_whitespace().next().unwrap_or_default();
                style.ground = color(first).or(style.ground);
            }
            _ => {}
        }
    }
    style.is_hidden |= has_no_extent && is_clipped || is_far && (is_positioned || is_clipped);
}

/// A length in pixels; units of the font count sixteen.
fn pixels(value: &str) -> Option<f32> {
    let end =
        value.find(|c: char| !matches!(c, '0'..='9' | '.' | '-' | '+')).unwrap_or(value.len());
    let (number, unit) = value.split_at(end);
    let number: f32 = number.parse().ok()?;
    match unit.trim().to_ascii_lowercase().as_str() {
        "" | "px" => Some(number),
        "pt" => Some(number * 4.0 / 3.0),
        "em" | "rem" => Some(number * 16.0),
        // Of nothing known; only nothing stays nothing.
        _ => (number == 0.0).then_some(0.0),
    }
}

/// A colour as 0xRRGGBB: hexadecimal, `rgb()`, or one of the names in common use for grounds.
fn color(value: &str) -> Option<u32> {
    let value = value.trim().to_ascii_lowercase();
    if let Some(digits) = value.strip_prefix('#') {
        let number = u32::from_str_radix(digits, 16).ok()?;
        return match digits.len() {
            6 => Some(number),
            3 => Some(
                [8, 4, 0].iter().fold(0, |all, shift| (all << 8) | (((number >> shift) & 15) * 17)),
            ),
            _ => None,
        };
    }
    if let Some(inside) = value.strip_prefix("rgb(").and_then(|v| v.strip_suffix(')')) {
        let mut parts = inside.split(',').map(|part| part.trim().parse::<u8>());
        let mut next = || parts.next()?.ok().map(u32::from);
        return Some((next()? << 16) | (next()? << 8) | next()?);
    }
    match value.as_str() {
        "white" => Some(0xff_ffff),
        "black" => Some(0),
        "red" => Some(0xff_0000),
        "gray" | "grey" => Some(0x80_8080),
        "silver" => Some(0xc0_c0c0),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_hidden(declarations: &str) -> bool {
        let mut style = Style::default();
        read(declarations, &mut style);
        style.is_hidden
    }

    #[test]
    fn hidden_in_every_way() {
        for declarations in [
            "display:none",
            "color: red; DISPLAY : None !important",
            "visibility:hidden",
            "height:0;overflow:hidden",
            "overflow:hidden; width: 1px",
            "position:absolute; left:-9999px",
            "position: fixed; top: -100em",
            "text-indent:-2000px",
            "font-size:0",
            "opacity:0.0",
        ] {
            assert!(is_hidden(declarations), "{declarations}");
        }
        for declarations in [
            "display:block",
            "height:0",
            "height:0.5em;overflow:hidden",
            "left:-9999px",
            "position:absolute;left:-20px",
            "width:0%",
            "none",
            "font-size:12px",
        ] {
            assert!(!is_hidden(declarations), "{declarations}");
        }
    }

    #[test]
    fn a_line_kept_with_its_tags_tells_that_it_was_hidden() {
        for line in [
            "<div style=\"position:absolute;left:-9999px;display:none\"><a href=x>词</a>",
            "文字 <P STYLE = 'Visibility: Hidden'>词</P>",
            "a < b <span style=\"font-size:0\">词",
            "<b style='display:none",
        ] {
            assert!(holds_hiding_tag(line), "{line}");
        }
        for line in [
            "display:none",
            "<p style=\"color:red\">a</p> display:none",
            "a < b and style=\"display:none",
            "<p>style</p>",
            "<style=",
            "<",
        ] {
            assert!(!holds_hiding_tag(line), "{line}");
        }
    }

    #[test]
    fn colours_are_told_however_they_are_written() {
        for white in ["#fff", "#FFFFFF", "white", "rgb(255, 255,255)"] {
            assert_eq!(color(white), Some(0xff_ffff), "{white}");
        }
        assert_eq!(color("#1a2"), Some(0x11_aa22));
        for none in ["#ff", "#gggggg", "rgb(1,2)", "rgb(300,0,0)", "inherit", ""] {
            assert_eq!(color(none), None, "{none}");
        }
    }
}
