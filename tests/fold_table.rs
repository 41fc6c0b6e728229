//! Makes `src/text/fold_table.txt` afresh, out of the data of unicode-normalization (NFKC) and of
//! ferrous-opencc (Traditional to Simplified) and the rules below, and compares it with the
//! committed file. With DECHAFF_UPDATE_TABLES=1 in the environment it writes the file instead.
//! What is a letter is asked of the standard library: a Rust with a newer Unicode may find new ones.

use std::fmt::Write as _;

use dechaff::text::script::Class;
use ferrous_opencc::OpenCC;
use ferrous_opencc::config::BuiltinConfig;
use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

const HEAD: &str = "\
# What each character of the Basic Multilingual Plane folds to, and its class. Not written by hand:
# DECHAFF_UPDATE_TABLES=1 cargo test --test fold_table
# FROM-TO class: the class of a run of characters; where no line names one, it is symbol.
# FROM TO …: what a character folds to (0000: it is dropped) and, for letters, both to look at;
# where no line names one, it folds to itself.
# NFKC is that of unicode-normalization; Traditional, regional and Japanese forms are from the
# dictionaries of OpenCC (Apache License 2.0) by way of ferrous-opencc.
";

/// Groups of characters that become one, with the class of all of them; the members are separated by
/// spaces, and a range is written with `..` between its ends. The first group that has a character
/// wins, so that a range may have holes.
const GROUPS: &[(char, Class, &str)] = &[
    ('|', Class::Separator, "| ｜ 丨 ︱ ︳ ∣ ∥ ¦ ‖ ǀ ǁ ❘..❚ ⎮ ￨ ⏐"),
    // Box drawing: lines lying, lines across, and lines standing with what joins them.
    ('-', Class::Separator, "─ ━ ┄ ┅ ┈ ┉ ╌ ╍ ═ ╴ ╶ ╸ ╺ ╼ ╾"),
    ('/', Class::Separator, "╱..╳"),
    ('|', Class::Separator, "│..╿"),
    (
        '-',
        Class::Separator,
        "- ~ ‐..― − － ﹣ ﹘ ～ 〜 〰 ∼ ∽ ˜ ˗ ¯ ˉ ‾ ￣ ⁃ ⁓ ⸺ ⸻ ⎯ ︲ ﹉..﹌ ᠆ ֊ ゠",
    ),
    ('_', Class::Separator, "_ ＿ ‗ ︴ ﹍..﹏"),
    ('<', Class::Separator, "< ＜ ﹤ « ‹ ← ↚ ↞ ↢ ↤ ↩ ↫ ↰ ↵ ↼ ↽ ⇇ ⇐ ⇚ ⇜ ⇠ ⇤ ⇦ ⇷ ⇺ ⇽ ⟵ ⟸ ⟻ ≪ ≺"),
    ('<', Class::Separator, "◀..◁ ◂..◅ ⏪ ⏮ ❮ ❰ ⬅"),
    ('>', Class::Separator, "> ＞ ﹥ » › ▶..▻ ≫ ≻ ⏩ ⏭ ⏵ ❯ ❱ ←..⇿ ⟰..⟿ ⤀..⥿ ➔..➯ ➱..➾ ⬀..⬑ ￩..￬"),
    ('·', Class::Separator, "· ･ ・ • ‣ ․ ‧ ∙ ⋅ ∘ ※ ⁎ ⁕ ⁑ ⁂ ■ ▢..◿ ★ ☆ ⭐ ⬛..⬜ ✓..✘ ✙..❒ ❖ ▀..▟"),
    ('·', Class::Separator, "☐..☒ ☰..☷ ⏺ ⚫ ⚪ ⚬ ⬒..⯿ ﹅ ﹆ ㆍ \u{387} ᐧ ⸰ ⸱ ꞏ ٭ ˙"),
    ('/', Class::Separator, "/ \\ ／ ＼ ⁄ ∕ ∖ ﹨ 〳 〴 〵 ⧸ ⧹ 丿"),
    ('*', Class::Separator, "* ＊ ∗ ﹡"),
    ('=', Class::Separator, "= ＝ ﹦"),
    ('+', Class::Separator, "+ ＋ ﹢"),
    ('#', Class::Separator, "# ＃ ﹟"),
    ('^', Class::Separator, "^ ＾ ˆ ‸"),
    ('"', Class::Quote, "\" ' ` ´ ‘..‟ ′..‷ ＂ ＇ ｀ 〝..〟 ʹ..ˈ ˊ ˋ ❛..❠"),
    (',', Class::Comma, ", ， ﹐ ︐ ، ⸲ ⹁"),
    ('、', Class::Comma, "、 ､ ﹑ ︑"),
    (':', Class::Colon, ": ： ﹕ ︓ ∶ ∷ ։ ː ˸"),
    (';', Class::Colon, "; ； ﹔ ︔ ؛ \u{37e}"),
    ('?', Class::SentenceEnd, "? ？ ﹖ ︖ ؟ ⁇ ⁈ ❓ ❔ ‽"),
    ('!', Class::SentenceEnd, "! ！ ﹗ ︕ ‼ ⁉ ❕ ❗ ǃ"),
    ('.', Class::Dot, ". ． ﹒"),
    ('.', Class::SentenceEnd, "。 ｡ ︒ … ⋯ ‥ ︙ ︰ । ॥ ۔ ። ។ ။"),
    ('[', Class::OpenBracket, "[ ［ 【 〔 「 『 〖 〘 〚 ｢ ﹝ ︗ ︵..︹ ︻ ﹁ ﹃ ﹇ ⟦ ❲ ⁅"),
    (']', Class::CloseBracket, "] ］ 】 〕 」 』 〗 〙 〛 ｣ ﹞ ︘ ︺ ︼ ﹂ ﹄ ﹈ ⟧ ❳ ⁆"),
    ('(', Class::OpenBracket, "( （ ﹙ ❨ ❪ ⦅ ｟ ⸨ ⁽ ₍"),
    (')', Class::CloseBracket, ") ） ﹚ ❩ ❫ ⦆ ｠ ⸩ ⁾ ₎"),
    ('{', Class::OpenBracket, "{ ｛ ﹛ ❴"),
    ('}', Class::CloseBracket, "} ｝ ﹜ ❵"),
    ('《', Class::OpenBracket, "《 〈 \u{2329} ⟨ ⟪ ❬ ︽ ︿"),
    ('》', Class::CloseBracket, "》 〉 \u{232a} ⟩ ⟫ ❭ ︾ ﹀"),
    ('™', Class::Symbol, "™ ℠"),
    ('0', Class::Digit, "❶..➓ ㉈..㉏ ⓪ ⓫..⓿"),
    ('☺', Class::Emoji, "⌚..⌛ ⌨ ⏏ ⏫..⏬ ⏯..⏴ ⏶..⏹ ⏻..⏿ ☀..⛿ ✀..✒ ❢..❧ ➰ ➿ 〽"),
];

/// First code points of the ten decimal digits of a script.
const DIGIT_ZEROS: [u32; 37] = [
    0x0030, 0x0660, 0x06F0, 0x07C0, 0x0966, 0x09E6, 0x0A66, 0x0AE6, 0x0B66, 0x0BE6, 0x0C66, 0x0CE6,
    0x0D66, 0x0DE6, 0x0E50, 0x0ED0, 0x0F20, 0x1040, 0x1090, 0x17E0, 0x1810, 0x1946, 0x19D0, 0x1A80,
    0x1A90, 0x1B50, 0x1BB0, 0x1C40, 0x1C50, 0xA620, 0xA8D0, 0xA900, 0xA9D0, 0xA9F0, 0xAA50, 0xABF0,
    0xFF10,
];

/// General category Cf, and fillers and selectors that show nothing.
const INVISIBLE: &str = "00AD 0600-0605 061C 06DD 070F 0890-0891 08E2 115F-1160 17B4-17B5 180B-180F \
    200B-200F 202A-202E 2060-206F 2800 3164 FE00-FE0F FEFF FF9E-FF9F FFA0 FFF0-FFFC";

/// Latin letters that Unicode does not decompose, each before its base.
const LATIN_BASES: &str = "øo ðd đd łl ħh ŧt ıi ßs æa œo ɑa ɡg ƀb ɓb ɨi ʉu ɵo";

/// Variants that the dictionaries leave alone or send the other way, each before what it becomes.
const SIMPLER: &str = "擡抬 麽么";

struct Maker {
    /// Traditional to Simplified.
    simplified: OpenCC,
    /// Simplified to Traditional.
    traditional: OpenCC,
    /// Forms of Taiwan and Hong Kong to Simplified, and of Japan to Traditional.
    regional: [OpenCC; 3],
    /// By code point: where the groups send it.
    grouped: Vec<Option<(char, Class)>>,
    invisible: Vec<bool>,
}

impl Maker {
    fn new() -> Self {
        let open = |config| OpenCC::from_config(config).unwrap();
        let mut grouped = vec![None; 0x1_0000];
        for &(to, class, members) in GROUPS {
            for member in members.split(' ') {
                let (from, last) = match member.split_once("..") {
                    Some((from, last)) if !from.is_empty() => (from, last),
                    _ => (member, member),
                };
                for slot in &mut grouped[only(from) as usize..=only(last) as usize] {
                    slot.get_or_insert((to, class));
                }
            }
        }
        let mut invisible = vec![false; 0x1_0000];
        for run in INVISIBLE.split_whitespace() {
            let (from, last) = run.split_once('-').unwrap_or((run, run));
            let point = |hex| usize::from_str_radix(hex, 16).unwrap();
            invisible[point(from)..=point(last)].fill(true);
        }
        Maker {
            simplified: open(BuiltinConfig::T2s),
            traditional: open(BuiltinConfig::S2t),
            regional: [BuiltinConfig::Tw2s, BuiltinConfig::Hk2s, BuiltinConfig::Jp2t].map(open),
            grouped,
            invisible,
        }
    }

    /// What a character folds to, if anything: one step after the other until nothing changes,
    /// which is what makes folding idempotent.
    fn fold(&self, c: char) -> Option<char> {
        let is_private = ('\u{e000}'..='\u{f8ff}').contains(&c);
        match self.class(c) {
            Class::Space => return Some(' '),
            Class::Ignored => return None,
            Class::Control if c != char::REPLACEMENT_CHARACTER && !is_private => return None,
            _ => {}
        }
        let mut now = c;
        for _ in 0..8 {
            let next = self.step(now);
            if next == now {
                return Some(now);
            }
            now = next;
        }
        panic!("{c:?} never settles: {now:?}");
    }

    fn step(&self, c: char) -> char {
        if let Some((to, _)) = self.grouped[c as usize] {
            return to;
        }
        if is_digit(c) {
            return '0';
        }
        let simpler = first_of(c);
        if simpler != c {
            return simpler;
        }
        let lower = c.to_lowercase().next().unwrap();
        if lower != c && (lower as u32) < 0x1_0000 {
            return lower;
        }
        if let Some(base) = latin_base(c) {
            return base;
        }
        if is_han(c) { self.simplified(c) } else { c }
    }

    fn simplified(&self, c: char) -> char {
        if let Some(to) = SIMPLER.split(' ').find(|pair| pair.starts_with(c)) {
            return to.chars().nth(1).unwrap();
        }
        let mut utf8 = [0; 4];
        let (gbk, _, _) = encoding_rs::GBK.encode(c.encode_utf8(&mut utf8));
        let is_gb2312 = matches!(gbk[..], [0xB0..=0xF7, 0xA1..=0xFE]);
        // What is the Simplified form of another stays: 么 is 麼 far more often than 幺.
        if is_gb2312 && converted(&self.traditional, c).is_some() {
            return c;
        }
        if let Some(to) = converted(&self.simplified, c) {
            return to;
        }
        // A character of GB 2312 is a Chinese one, whatever other places take it for: 芸 is not 藝.
        if is_gb2312 {
            return c;
        }
        self.regional.iter().find_map(|converter| converted(converter, c)).unwrap_or(c)
    }

    fn class(&self, c: char) -> Class {
        let point = c as u32;
        if let Some((_, class)) = self.grouped[c as usize] {
            return class;
        }
        if c.is_whitespace() {
            return Class::Space;
        }
        if self.invisible[c as usize] || is_combining_mark(c) {
            return Class::Ignored;
        }
        let is_nothing = matches!(point, 0xE000..=0xF8FF | 0xFDD0..=0xFDEF | 0xFFFD..=0xFFFF);
        if c.is_control() || is_nothing {
            return Class::Control;
        }
        if is_digit(c) {
            return Class::Digit;
        }
        if is_han(c) {
            return Class::Han;
        }
        match point {
            0x3041..=0x30FF | 0x31F0..=0x31FF | 0xFF66..=0xFF9F => return Class::Kana,
            0x1100..=0x11FF | 0x3131..=0x318E | 0xA960..=0xA97F | 0xAC00..=0xD7FF => {
                return Class::Hangul;
            }
            _ => {}
        }
        if is_latin(c) {
            let is_upper = c.is_uppercase() || c.to_lowercase().next() != Some(c);
            return if is_upper { Class::LatinUpper } else { Class::LatinLower };
        }
        // Compatibility forms are what they stand for; of the signs only the East Asian ones.
        let simpler = first_of(c);
        if simpler != c && (c.is_alphanumeric() || ('\u{3200}'..='\u{33ff}').contains(&c)) {
            return self.class(simpler);
        }
        if c.is_alphabetic() { Class::OtherLetter } else { Class::Symbol }
    }
}

fn only(text: &str) -> char {
    let mut chars = text.chars();
    let c = chars.next().unwrap();
    assert_eq!(chars.next(), None, "{text} is more than one character");
    c
}

fn converted(converter: &OpenCC, c: char) -> Option<char> {
    let to = only(&converter.convert(c.encode_utf8(&mut [0; 4])));
    // Forms that are only in the astral planes have no code.
    (to != c && (to as u32) < 0x1_0000).then_some(to)
}

/// The first character of the compatibility form that says something: `⑴` is `(1)`, hence `1`.
fn first_of(c: char) -> char {
    c.nfkc()
        .find(|&n| !matches!(n, ' ' | '(' | ')' | '〔' | '〕') && !is_combining_mark(n))
        .filter(|&n| (n as u32) < 0x1_0000)
        .unwrap_or(c)
}

fn is_digit(c: char) -> bool {
    let point = c as u32;
    let is_decimal = DIGIT_ZEROS.iter().any(|&zero| (zero..zero + 10).contains(&point));
    // Raised, lowered, circled and bracketed numbers; fractions too.
    is_decimal || c.is_numeric() && first_of(c).is_ascii_digit()
}

fn is_han(c: char) -> bool {
    matches!(c, '\u{2e80}'..='\u{2fd5}' | '々' | '〆' | '〇' | '〡'..='〩' | '〸'..='〻')
        || matches!(c, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}')
}

fn is_latin(c: char) -> bool {
    let is_block = matches!(c, 'A'..='Z' | 'a'..='z' | 'ª' | 'º' | '\u{c0}'..='\u{2b8}')
        || matches!(c, '\u{1d00}'..='\u{1d25}' | '\u{1d2c}'..='\u{1d5c}' | '\u{1d62}'..='\u{1d65}')
        || matches!(c, '\u{1d6b}'..='\u{1d9a}' | '\u{1e00}'..='\u{1eff}' | '\u{2c60}'..='\u{2c7f}')
        || matches!(c, '\u{a722}'..='\u{a7ff}' | '\u{ab30}'..='\u{ab64}' | '\u{fb00}'..='\u{fb06}')
        || matches!(c, 'Ａ'..='Ｚ' | 'ａ'..='ｚ' | 'Ⓐ'..='ⓩ' | 'Ⅰ'..='ↈ');
    is_block && c.is_alphanumeric() || matches!(c, '⒜'..='⒵')
}

/// The Latin letter without its marks.
fn latin_base(c: char) -> Option<char> {
    let base = c.nfkd().next().filter(|&base| base != c && is_latin(base));
    let listed = LATIN_BASES.split(' ').find(|pair| pair.starts_with(c) && !c.is_ascii());
    base.or(listed.and_then(|pair| pair.chars().nth(1)))
}

fn make() -> String {
    let maker = Maker::new();
    let mut text = HEAD.to_owned();
    let mut runs: Vec<(u32, u32, Class)> = Vec::new();
    for c in (0..0x1_0000).filter_map(char::from_u32) {
        let (point, class) = (c as u32, maker.class(c));
        match runs.last_mut() {
            Some((_, last, same)) if *same == class && *last + 1 == point => *last = point,
            _ => runs.push((point, point, class)),
        }
    }
    for (from, to, class) in runs.into_iter().filter(|run| run.2 != Class::Symbol) {
        writeln!(text, "{from:04X}-{to:04X} {}", class.name()).unwrap();
    }
    for c in (0..0x1_0000).filter_map(char::from_u32) {
        let from = c as u32;
        match maker.fold(c) {
            Some(to) if to == c => {}
            Some(to) if c.is_alphanumeric() && to.is_alphanumeric() => {
                writeln!(text, "{from:04X} {:04X} {c}{to}", to as u32).unwrap();
            }
            to => writeln!(text, "{from:04X} {:04X}", to.map_or(0, u32::from)).unwrap(),
        }
    }
    text
}

#[test]
fn the_committed_table_is_the_one_that_the_rules_make() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/src/text/fold_table.txt");
    let fresh = make();
    if std::env::var_os("DECHAFF_UPDATE_TABLES").is_some_and(|value| value == "1") {
        std::fs::write(path, &fresh).unwrap();
        return;
    }
    let committed = std::fs::read_to_string(path).unwrap().replace("\r\n", "\n");
    for (number, (old, new)) in committed.lines().zip(fresh.lines()).enumerate() {
        assert_eq!(old, new, "line {} of {path}", number + 1);
    }
    assert_eq!(committed.len(), fresh.len(), "{path}");
}
