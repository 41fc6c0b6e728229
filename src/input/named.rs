//! What servers and pages say of an encoding, held against the bytes. A name is a hint: servers send the
//! same one for all their files, and old pages were moved to UTF-8 with their heads as they were. So
//! bytes that are UTF-8 but for a fault stay UTF-8, a name that leaves characters over gives way to one
//! that leaves none, and a name that fits any bytes whatever is the last to be believed. The quotation marks
//! of an English page are no Han characters, whatever is said of it.

use encoding_rs::{Encoding, ISO_8859_15, REPLACEMENT, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

use super::decode::{Decoded, decode_as, decode_faulty_utf8, guess};
use super::quotes::outweigh_a_name;

/// So many bytes of sound characters outside ASCII for each fault: in GBK, where they are sound by
/// chance only, there are hardly as many in a row.
const ALMOST: usize = 8;

/// Decodes bytes that are not UTF-8 throughout, in one of the encodings that were named, the one that
/// counts for more first; `None` where the bytes have to be asked alone.
pub(super) fn decode_named(
    bytes: &[u8],
    names: [Option<&'static Encoding>; 2],
) -> Option<Decoded<'static>> {
    // In UTF-16 every space, digit, tag and line end has a zero, and any two bytes are a character.
    let can_be_wide = memchr::memchr(0, bytes).is_some();
    let is_wide = |name: &Encoding| name == UTF_16LE || name == UTF_16BE;
    // The one that stands for encodings that are not read any more makes one character of any page.
    let can_be = |&name: &&'static Encoding| {
        name != UTF_8 && name != REPLACEMENT && (can_be_wide || !is_wide(name))
    };
    let names = || names.into_iter().flatten().filter(can_be);
    let is_western = |name: &Encoding| name == WINDOWS_1252 || name == ISO_8859_15;
    names().next()?;
    let utf8 = Utf8Share::of(bytes);
    // Of what western pages are written with, hardly two stand as bytes of UTF-8 do: the greater part is enough.
    if utf8.is_almost_all() || names().all(is_western) && utf8.is_most_beside_western() {
        return Some(decode_faulty_utf8(bytes));
    }
    if names().any(|name| !name.is_single_byte()) && outweigh_a_name(bytes) {
        return Some(decode_as(bytes, WINDOWS_1252));
    }
    let mut best: Option<Read> = None;
    for name in names().filter(|&name| !is_western(name)) {
        let read = Read::of(decode_as(bytes, name));
        // One fault may be an accident; where there are more, others are asked.
        if read.n_bad < 2 {
            return Some(read.decoded);
        }
        if best.as_ref().is_none_or(|best| read.n_bad < best.n_bad) {
            best = Some(read);
        }
    }
    // The last resort: half of a text is better than nothing of it.
    let poor = best.take_if(|best| !best.fits(10)).filter(|poor| poor.fits(2) && !utf8.is_most());
    let western = names().find(|&name| is_western(name));
    // What has no faults in an encoding of one byte a character has few neighbours outside ASCII.
    if best.is_some() || western.is_none() || stand_together(bytes) {
        let guessed = guess(bytes).map(Read::of).filter(|guessed| match &best {
            Some(best) => guessed.n_bad * 10 <= best.n_bad,
            None => guessed.fits(if western.is_some() { 20 } else { 10 }),
        });
        best = guessed.or(best);
    }
    let western = || western.map(|name| decode_as(bytes, name));
    best.map(|read| read.decoded).or_else(western).or(poor.map(|read| read.decoded))
}

/// Bytes read in some encoding, and what became of them.
struct Read {
    decoded: Decoded<'static>,
    /// Characters outside ASCII.
    n_foreign: usize,
    /// Of these, faults, and characters that the encoding has for private use.
    n_bad: usize,
}

impl Read {
    fn of(decoded: Decoded<'static>) -> Read {
        let (mut n_foreign, mut n_bad) = (0, 0);
        for character in decoded.text.chars().filter(|c| !c.is_ascii()) {
            n_foreign += 1;
            let is_bad = matches!(character, '\u{e000}'..='\u{f8ff}' | '\u{fffd}');
            n_bad += usize::from(is_bad);
        }
        Read { decoded, n_foreign, n_bad }
    }

    /// Whether no more than one in so many is bad.
    fn fits(&self, one_in: usize) -> bool {
        self.n_bad * one_in <= self.n_foreign
    }
}

/// Whether of the bytes outside ASCII three in five have another one beside them. Accented letters
/// stand alone among others; in the encodings of East Asia a character is two such bytes mostly.
fn stand_together(bytes: &[u8]) -> bool {
    let (mut all, mut together) = (0, 0);
    for run in bytes.split(u8::is_ascii).filter(|run| !run.is_empty()) {
        all += run.len();
        together += if run.len() > 1 { run.len() } else { 0 };
    }
    together * 5 >= all * 3 && all > 0
}

/// How far bytes are UTF-8.
pub(super) struct Utf8Share {
    /// Bytes of characters outside ASCII …
    valid: usize,
    /// … without those that are a capital and a quotation mark or a space in windows-1252, as in “CAFÉ”.
    certain: usize,
    /// Faulty sequences …
    faults: usize,
    /// … and their bytes.
    faulty: usize,
}

impl Utf8Share {
    pub(super) fn of(bytes: &[u8]) -> Utf8Share {
        let mut share = Utf8Share { valid: 0, certain: 0, faults: 0, faulty: 0 };
        for chunk in bytes.utf8_chunks() {
            for character in chunk.valid().chars().filter(|c| !c.is_ascii()) {
                let bytes = character.len_utf8();
                share.valid += bytes;
                // Other letters of two bytes begin with what is a letter in windows-1252, too.
                let is_certain = bytes > 2 || character <= 'ÿ';
                share.certain += if is_certain { bytes } else { 0 };
            }
            share.faults += usize::from(!chunk.invalid().is_empty());
            share.faulty += chunk.invalid().len();
        }
        share
    }

    /// Whether the bytes outside ASCII are for the greater part valid. Other encodings give valid
    /// sequences only by chance: of GBK text, about one byte in five.
    pub(super) fn is_most(&self) -> bool {
        self.valid > 0 && self.valid >= 2 * self.faulty
    }

    /// The same, held against windows-1252.
    fn is_most_beside_western(&self) -> bool {
        self.certain > 0 && self.certain >= 2 * self.faulty
    }

    fn is_almost_all(&self) -> bool {
        self.valid > 0 && self.valid >= ALMOST * self.faults
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use encoding_rs::{BIG5, EUC_KR, GBK, SHIFT_JIS};

    const HANS: &str =
        "青石桥头的邮局上个月搬走了，留下一排绿色的信箱。老周说他还会来这里坐一坐。\n";
    const HANT: &str =
        "青石橋頭的郵局上個月搬走了，留下一排綠色的信箱。老周說他還會來這裡坐一坐。\n";
    const KANA: &str = "古い橋のたもとの郵便局は先月移転しました。緑のポストが並んでいます。\n";
    const HANGUL: &str =
        "오래된 다리 옆 우체국은 지난달 이사했습니다. 초록색 우체통이 남았습니다.\n";
    const WESTERN: [&str; 4] = [
        "L’été dernier, l’école a été fermée ; « déjà », répétait-elle, créée à l’époque où…\n",
        "«\u{a0}Où\u{a0}?\u{a0}» – «\u{a0}Là-bas\u{a0}!\u{a0}» Ça n’a pas plu à Noël, ni à Zoé.\n",
        "Die Brücke über den Fluß wird im März geöffnet, heißt es – „später“ wäre zu spät. Äöü.\n",
        "Mañana habrá más: ¿quién vendrá? ¡Nadie! El señor Núñez leyó “añoranza” en voz alta.\n",
    ];

    fn read(bytes: &[u8], names: [&str; 2]) -> (String, &'static str) {
        let names = names.map(|name| Encoding::for_label(name.as_bytes()));
        let decoded = decode_named(bytes, names).unwrap();
        (decoded.text.into_owned(), decoded.encoding)
    }

    #[test]
    fn utf8_with_a_fault_stays_utf8_whatever_is_said_of_it() {
        for name in ["gbk", "big5", "shift_jis", "windows-1252", "koi8-r"] {
            let cut = &HANS.as_bytes()[..HANS.len() - 3];
            let (text, encoding) = read(cut, [name, ""]);
            assert_eq!(
                (text.strip_suffix('\u{fffd}'), encoding),
                (HANS.strip_suffix("。\n"), "UTF-8")
            );
            let faulty = [b"\xff", HANS.as_bytes()].concat();
            assert_eq!(read(&faulty, [name, ""]), (format!("\u{fffd}{HANS}"), "UTF-8"), "{name}");
        }
        let accents = "Été\n".as_bytes();
        assert_eq!(read(&[accents, b"\xff"].concat(), ["latin1", ""]).0, "Été\n\u{fffd}");
        let western = WESTERN[0].as_bytes();
        let faulty = [western, b"\xff"].concat();
        assert_eq!(read(&faulty, ["gbk", ""]).0, format!("{}\u{fffd}", WESTERN[0]));
    }

    #[test]
    fn a_name_that_fits_all_bytes_gives_way_to_what_they_tell() {
        for (text, encoding) in [(HANS, GBK), (HANT, BIG5), (KANA, SHIFT_JIS), (HANGUL, EUC_KR)] {
            let (bytes, _, _) = encoding.encode(text);
            for names in [["iso-8859-1", ""], ["windows-1252", "us-ascii"], ["", "iso-8859-15"]] {
                assert_eq!(read(&bytes, names), (text.to_owned(), encoding.name()), "{names:?}");
            }
            // What the page itself says counts for more than what fits everything.
            let one = encoding.encode(&text[..3]).0;
            let names = ["iso-8859-1", encoding.name()];
            assert_eq!(read(&one, names), (text[..3].to_owned(), encoding.name()));
        }
    }

    #[test]
    fn accented_letters_stay_what_they_are() {
        for text in WESTERN {
            let (bytes, _, lossy) = WINDOWS_1252.encode(text);
            assert!(!lossy, "{text}");
            for names in [["iso-8859-1", ""], ["windows-1252", "utf-8"], ["latin1", "gb2312"]] {
                assert_eq!(read(&bytes, names), (text.to_owned(), "windows-1252"), "{names:?}");
            }
            for word in text.split(' ') {
                let (bytes, _, _) = WINDOWS_1252.encode(word);
                if !word.is_ascii() {
                    assert_eq!(read(&bytes, ["iso-8859-1", ""]).0, word);
                }
            }
        }
        // A capital before a quotation mark or a space is a letter of UTF-8, too.
        for text in ["In “CAFÉ” we met", "„Gruß“ und „Spaß“ sind kurz", "SOCIÉTÉ\u{a0}: rien"]
        {
            let (bytes, _, _) = WINDOWS_1252.encode(text);
            assert_eq!(read(&bytes, ["iso-8859-1", ""]), (text.to_owned(), "windows-1252"));
        }
    }

    #[test]
    fn quotation_marks_are_no_han_characters_but_han_characters_may_be_few() {
        let text = "It’s “new” – they say the dogs’ home won’t open…\n";
        let (western, _, lossy) = WINDOWS_1252.encode(text);
        assert!(!lossy);
        for name in ["gbk", "gb18030", "big5", "shift_jis", "euc-kr", "euc-jp"] {
            for names in [[name, ""], ["", name], ["iso-8859-1", name]] {
                assert_eq!(read(&western, names), (text.to_owned(), "windows-1252"), "{names:?}");
            }
            // One is enough where it stands inside a word.
            assert_eq!(read(b"<p>don\x92t</p>", [name, ""]).0, "<p>don’t</p>");
        }
        for (text, encoding) in [
            ("<h1>Tokyo (土)</h1> since 2024年, isn't it?", SHIFT_JIS),
            ("<p>A page of <b>北</b>, <b>脳</b> and 白</p>", SHIFT_JIS),
            ("<p>the clock shows 時 and 換 or <i>東</i></p>", GBK),
            ("<title>昇 page</title>", GBK),
            ("<p>the word 天 is said twice: 天</p>", GBK),
            ("<p>the word 一 and 的</p>", BIG5),
        ] {
            let (bytes, _, lossy) = encoding.encode(text);
            assert!(!lossy, "{text}");
            let name = encoding.name();
            assert_eq!(read(&bytes, [name, ""]), (text.to_owned(), name));
        }
    }

    #[test]
    fn a_name_that_leaves_characters_over_gives_way_to_one_that_leaves_none() {
        let (big5, _, _) = BIG5.encode(HANT);
        for names in [["gb2312", ""], ["gbk", "gb18030"], ["utf-8", "gbk"], ["latin1", "gbk"]] {
            assert_eq!(read(&big5, names), (HANT.to_owned(), "Big5"), "{names:?}");
        }
        let (gbk, _, _) = GBK.encode(HANS);
        assert_eq!(read(&gbk, ["gb2312", ""]), (HANS.to_owned(), "GBK"));
        assert_eq!(read(&gbk, ["shift_jis", ""]), (HANS.to_owned(), "GBK"));
        // A fault of its own does not cost a name the page.
        let faulty = [&gbk[..], b"\xff\n"].concat();
        assert_eq!(read(&faulty, ["gb2312", ""]), (format!("{HANS}\u{fffd}\n"), "GBK"));
        assert_eq!(read(b"\xcc\xec\xff\n", ["gb2312", ""]).0, "天\u{fffd}\n");
        // Big5 has most of what GBK is made of, but for a character here and there.
        let text = "镇上的图书馆春节前后照常开放，借书、还书、自习都不受影响；人们如常进入。日子久了，如今人人认得那扇门。";
        let (gbk, _, _) = GBK.encode(text);
        assert!(decode_as(&gbk, BIG5).replaced * 10 < text.chars().count());
        assert_eq!(read(&gbk, ["big5", ""]), (text.to_owned(), "GBK"));
        assert!(decode_named(&gbk, [None, Some(UTF_8)]).is_none());
    }
}
