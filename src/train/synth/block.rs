//! One block of junk: a family and a handful of independent draws — shape, number of items, what
//! joins, brackets or marks them, the lead phrase, the disguise — become the lines of the block.

use super::Rng;
use super::family::{Family, Shape};
use super::garble;
use super::join::{Bullet, bar, brackets, separator};
use super::lexicon::{Lexicons, Scope};
use super::noise::Noise;

/// Lines longer than this are not written: real runs end somewhere too.
const MAX_BYTES: usize = 6000;

/// A planted block has at least about this many characters.
const SHORTEST: usize = 8;

/// Writes one block. No line is blank; there is at least one as long as the lists hold terms.
pub(super) fn lines(
    lexicons: &Lexicons,
    family: Family,
    english: bool,
    headlines: &[&str],
    rng: &mut Rng,
) -> Vec<String> {
    let names = Names::new(lexicons, family, english);
    let mut scope = Scope::with_headlines(headlines);
    let mut out = match rng.weighted(family.shapes()) {
        Shape::Run => runs(lexicons, &names, &mut scope, rng),
        Shape::Packed => vec![packed(lexicons, &names, &mut scope, rng)],
        Shape::List => list(lexicons, &names, &mut scope, rng),
        Shape::Lines => ready_made(lexicons, &names, &mut scope, rng),
        Shape::Hidden => hidden(lexicons, &names, family, english, &mut scope, rng),
    };
    out.retain(|line| !line.chars().all(char::is_whitespace));
    if out.is_empty() {
        out.push(lexicons.draw(&names.items, rng));
        out.retain(|line| !line.chars().all(char::is_whitespace));
    }
    // Nobody plants a word or two that say nothing: without a context they could be article.
    if !names.natural && out.iter().map(|line| line.chars().count()).sum::<usize>() < SHORTEST {
        let mut line = String::new();
        let items = rng.range(3, 9);
        run(lexicons, &names, items, &mut scope, rng, &mut line);
        out.push(line);
    }
    if !names.natural && !english && rng.chance(0.06) {
        let readings = if rng.chance(0.4) { 30 } else { 0 };
        for line in &mut out {
            *line = garble::variants(line, readings);
        }
    }
    out
}

/// A short piece of a family, in one line, for planting inside an article line.
pub(super) fn piece(lexicons: &Lexicons, family: Family, english: bool, rng: &mut Rng) -> String {
    let names = Names::new(lexicons, family, english);
    let mut scope = Scope::default();
    let mut out = String::new();
    if rng.chance(0.25) {
        lexicons.draw_into(&names.lines, rng, &mut scope, &mut out);
    } else {
        let count = rng.skewed(1, 6);
        run(lexicons, &names, count, &mut scope, rng, &mut out);
    }
    out.replace('\n', " ").trim().to_string()
}

/// The names of the lists that a block is written from.
struct Names {
    items: String,
    lines: String,
    leads: String,
    natural: bool,
}

impl Names {
    /// The family's own lists, the English ones where they are wanted and there are any.
    fn new(lexicons: &Lexicons, family: Family, english: bool) -> Self {
        let base = family.lists();
        let find = |what: &str, other: &str| {
            let candidates = [
                (english, format!("{base}.en.{what}")),
                (english, format!("{base}.en.{other}")),
                (true, format!("{base}.{what}")),
                (true, format!("{base}.{other}")),
            ];
            let found = candidates.into_iter().find(|(on, name)| *on && lexicons.has(name));
            found.map(|(_, name)| name).unwrap_or_default()
        };
        let leads = format!("{base}.{}leads", if english { "en." } else { "" });
        let natural = family.is_natural();
        let general = if english { "leads.en" } else { "leads" };
        Names {
            items: find("items", "lines"),
            lines: find("lines", "items"),
            leads: if lexicons.has(&leads) || natural { leads } else { general.to_string() },
            natural,
        }
    }
}

/// Draws one item; kept terms are forgotten first, unless the block repeats them on purpose.
fn item(
    lexicons: &Lexicons,
    list: &str,
    repeats: bool,
    scope: &mut Scope,
    rng: &mut Rng,
) -> String {
    if !repeats {
        scope.clear();
    }
    let mut out = String::new();
    lexicons.draw_into(list, rng, scope, &mut out);
    if out.contains('\n') { out.replace('\n', " ") } else { out }
}

/// Most blocks are made in one or two ways throughout; the others take what comes.
fn pin_forms(lexicons: &Lexicons, names: &Names, scope: &mut Scope, rng: &mut Rng) {
    let forms = rng.weighted([(1, 35), (2, 20), (3, 10), (0, 35)]);
    if forms > 0 {
        lexicons.pin(&names.items, forms, rng, scope);
    }
}

/// Appends a run of `count` items to `out`.
fn run(
    lexicons: &Lexicons,
    names: &Names,
    count: usize,
    scope: &mut Scope,
    rng: &mut Rng,
    out: &mut String,
) {
    let wild = !names.natural;
    let joint = if wild { separator(rng) } else { bar(rng) };
    let (open, close) = brackets(rng, if wild { 0.12 } else { 0.03 });
    let noise = if wild { Noise::draw(rng) } else { Noise::None };
    let repeats = rng.chance(0.35);
    let bullet = if rng.chance(0.1) { Bullet::draw(rng) } else { Bullet::None };
    // The same few items over and over, or all of them different.
    let distinct = if wild && rng.chance(0.12) { rng.range(1, 3) } else { count };
    let links = wild && rng.chance(0.06);
    pin_forms(lexicons, names, scope, rng);
    let mut seen: Vec<String> = Vec::new();
    for index in 0..count {
        if out.len() > MAX_BYTES {
            break;
        }
        if index > 0 {
            out.push_str(&joint);
        }
        bullet.write(index, out);
        out.push_str(open);
        if index < distinct {
            let text = item(lexicons, &names.items, repeats, scope, rng);
            noise.write(&text, rng, out);
            if distinct < count {
                seen.push(text);
            }
        } else if let Some(text) = seen.get(index % distinct.max(1)) {
            out.push_str(text);
        }
        out.push_str(close);
        if links {
            out.push_str(rng.pick([" ", "(", "", ":"]));
            lexicons.draw_into("url", rng, scope, out);
        }
    }
}

/// One or several lines, each a run.
fn runs(lexicons: &Lexicons, names: &Names, scope: &mut Scope, rng: &mut Rng) -> Vec<String> {
    let count = rng.weighted([(1, 70), (2, 12), (3, 8), (5, 6), (9, 4)]);
    let most = if count == 1 { 50 } else { 12 };
    let lead_each = rng.chance(0.2);
    let with_lead = rng.chance(0.35) && !names.leads.is_empty();
    let lead_alone = rng.chance(0.2);
    let mut lines = Vec::new();
    for index in 0..count {
        let mut line = String::new();
        if with_lead && (index == 0 || lead_each) {
            lead(lexicons, names, scope, rng, &mut line);
            if lead_alone {
                lines.push(std::mem::take(&mut line));
            }
        }
        let items = rng.skewed(1, most);
        run(lexicons, names, items, scope, rng, &mut line);
        if rng.chance(0.12) {
            line.push_str(
                rng.pick(["|", "。", "...", "、", ",", "!", "！", "更多", "......", "_", "-"]),
            );
        }
        lines.push(line);
    }
    lines
}

fn lead(lexicons: &Lexicons, names: &Names, scope: &mut Scope, rng: &mut Rng, out: &mut String) {
    let (open, close) = brackets(rng, 0.15);
    out.push_str(open);
    lexicons.draw_into(&names.leads, rng, scope, out);
    out.push_str(close);
    out.push_str(rng.pick(["：", ":", "", " ", "：", "|", " - ", "》", ">>", "\u{3000}", "： "]));
}

fn packed(lexicons: &Lexicons, names: &Names, scope: &mut Scope, rng: &mut Rng) -> String {
    let mut line = String::new();
    let repeats = rng.chance(0.3);
    for _ in 0..rng.skewed(2, 30) {
        line.push_str(&item(lexicons, &names.items, repeats, scope, rng));
    }
    line
}

fn list(lexicons: &Lexicons, names: &Names, scope: &mut Scope, rng: &mut Rng) -> Vec<String> {
    let bullet = Bullet::draw(rng);
    let wild = !names.natural;
    let noise = if wild { Noise::draw(rng) } else { Noise::None };
    let (open, close) = brackets(rng, if wild { 0.08 } else { 0.02 });
    pin_forms(lexicons, names, scope, rng);
    let repeats = rng.chance(0.25);
    let tail = rng.pick(["", "", "", "", "|", "", ",", "...", " >", "", "", "、", ";"]);
    let date = rng.chance(0.1);
    let doubled = rng.chance(0.06);
    let mut lines = Vec::new();
    if rng.chance(0.3) {
        let mut line = String::new();
        lead(lexicons, names, scope, rng, &mut line);
        lines.push(line);
    }
    for index in 0..rng.skewed(1, 50) {
        let mut line = String::new();
        bullet.write(index, &mut line);
        line.push_str(open);
        let text = item(lexicons, &names.items, repeats, scope, rng);
        noise.write(&text, rng, &mut line);
        line.push_str(close);
        line.push_str(tail);
        if date {
            line.push(' ');
            lexicons.draw_into("date", rng, scope, &mut line);
        }
        if doubled {
            lines.push(line.clone());
        }
        lines.push(line);
    }
    lines
}

fn ready_made(lexicons: &Lexicons, names: &Names, scope: &mut Scope, rng: &mut Rng) -> Vec<String> {
    let repeats = rng.chance(0.6);
    let mut lines = Vec::new();
    for _ in 0..rng.skewed(1, 10) {
        if !repeats {
            scope.clear();
        }
        let mut text = String::new();
        lexicons.draw_into(&names.lines, rng, scope, &mut text);
        lines.extend(text.split('\n').map(str::to_string));
    }
    lines
}

/// A run inside elements that a browser would not show.
fn hidden(
    lexicons: &Lexicons,
    names: &Names,
    family: Family,
    english: bool,
    scope: &mut Scope,
    rng: &mut Rng,
) -> Vec<String> {
    // Markup of its own has nothing to hide: it borrows what other families plant.
    let borrowed = rng.pick([Family::LinkFarm, Family::Gambling, Family::Adult, Family::Mirror]);
    let other = Names::new(lexicons, borrowed, english);
    let names = if family == Family::HiddenMarkup { &other } else { names };
    let (mut open, mut close) = (String::new(), String::new());
    lexicons.draw_into("markup.open", rng, scope, &mut open);
    if rng.chance(0.7) {
        lexicons.draw_into("markup.close", rng, scope, &mut close);
    }
    if rng.chance(0.3) {
        return linked(lexicons, names, &open, &close, scope, rng);
    }
    let mut body = String::new();
    let items = rng.skewed(1, 30);
    run(lexicons, names, items, scope, rng, &mut body);
    if rng.chance(0.25) { vec![open, body, close] } else { vec![format!("{open}{body}{close}")] }
}

/// A row of anchors, with what is left of their markup.
fn linked(
    lexicons: &Lexicons,
    names: &Names,
    open: &str,
    close: &str,
    scope: &mut Scope,
    rng: &mut Rng,
) -> Vec<String> {
    let quote = rng.pick(["\"", "'", "", "&quot;"]);
    let joint = rng.pick(["", " ", "|", "\n", "&nbsp;", ","]);
    let escaped = rng.chance(0.15);
    let mut body = open.to_string();
    for index in 0..rng.skewed(1, 20) {
        if index > 0 {
            body.push_str(joint);
        }
        body.push_str("<a href=");
        body.push_str(quote);
        lexicons.draw_into("url", rng, scope, &mut body);
        body.push_str(quote);
        body.push_str(rng.pick(["", "", " target=_blank", " title=\"\"", " style='display:none'"]));
        body.push('>');
        body.push_str(&item(lexicons, &names.items, false, scope, rng));
        body.push_str("</a>");
    }
    body.push_str(close);
    if escaped {
        body = body.replace('<', "&lt;").replace('>', "&gt;");
    }
    body.split('\n').map(str::to_string).collect()
}
