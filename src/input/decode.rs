//! Bytes of a page become text. UTF-8 is borrowed as it is; UTF-16 is told by its byte order mark, or by
//! its zeros; the legacy encodings of East Asia are guessed, but only where the bytes cannot be UTF-8
//! with a few faults: there, only the faulty bytes are replaced. What names of encodings are worth is
//! settled in `named.rs`. Nothing here fails or panics.

use std::borrow::Cow;
use std::collections::BTreeMap;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{
    BIG5, EUC_JP, EUC_KR, Encoding, GB18030, GBK, ISO_2022_JP, SHIFT_JIS, UTF_8, WINDOWS_1252,
};

use super::named::{Utf8Share, decode_named};
use super::quotes::is_ascii_with_quotes;
use super::wide::unmarked_utf16;

/// The encodings that a guess may name. Single-byte ones are not among them: every sequence of bytes
/// is valid in most of those, so a guess for one of them proves nothing.
const GUESSABLE: [&Encoding; 6] = [GBK, GB18030, BIG5, SHIFT_JIS, EUC_JP, EUC_KR];

/// Bytes shown to the detector, from the first one that is not ASCII: plenty to be sure.
const DETECTOR_BYTES: usize = 1 << 20;

/// Lines that are asked one by one.
const MAX_VOTES: usize = 2000;

/// A text and how it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decoded<'a> {
    /// The text, without a byte order mark.
    pub text: Cow<'a, str>,
    /// The name of the encoding, as the WHATWG spells it: `UTF-8`, `GBK`, `Big5`, …
    pub encoding: &'static str,
    /// How many faulty sequences were replaced by U+FFFD.
    pub replaced: usize,
}

/// Decodes the bytes of one page or one line of JSON.
///
/// ```
/// use dechaff::input::decode;
/// assert_eq!(decode("今天".as_bytes()).text, "今天");
/// let faulty = decode(b"caf\xc3\xa9 and\xff more");
/// assert_eq!((&*faulty.text, faulty.replaced), ("café and\u{fffd} more", 1));
/// ```
pub fn decode(bytes: &[u8]) -> Decoded<'_> {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        let rest = bytes.get(mark..).unwrap_or_default();
        return if encoding == UTF_8 { decode_unmarked(rest) } else { decode_as(rest, encoding) };
    }
    match unmarked_utf16(bytes) {
        Some(encoding) => decode_as(bytes, encoding),
        None => decode_unmarked(bytes),
    }
}

/// Decodes the bytes of a page whose server named an encoding. A byte order mark and UTF-8 are stronger
/// than what servers say; what they say is stronger than a guess, where the bytes bear it out.
pub(crate) fn decode_labelled<'a>(bytes: &'a [u8], label: Option<&str>) -> Decoded<'a> {
    if is_told_by_itself(bytes) {
        return decode(bytes);
    }
    let named = label.and_then(|label| Encoding::for_label(label.as_bytes()));
    decode_named(bytes, [named, None]).unwrap_or_else(|| decode(bytes))
}

/// Whether no name counts, for the bytes leave no doubt.
fn is_told_by_itself(bytes: &[u8]) -> bool {
    Encoding::for_bom(bytes).is_some()
        || simdutf8::basic::from_utf8(bytes).is_ok()
        || unmarked_utf16(bytes).is_some()
}

/// Decodes the value of a field, where a byte order mark is a character like any other.
pub(crate) fn decode_field(bytes: &[u8]) -> Decoded<'_> {
    match simdutf8::basic::from_utf8(bytes) {
        Ok(text) => Decoded { text: Cow::Borrowed(text), encoding: UTF_8.name(), replaced: 0 },
        Err(_) => decode(bytes),
    }
}

/// Where a page says what it is encoded in, it does so within these bytes.
const PRESCAN: usize = 4096;

/// Decodes an HTML page. A byte order mark says what it is; after that bytes that are UTF-8, but for a
/// fault, are UTF-8, whatever the page says; then `charset`, as the server named it, then what a
/// `<meta>` at the start of the page names, each only where the bytes bear it out; then the guess of
/// [`decode`].
///
/// ```
/// use dechaff::input::decode_html;
/// let page = decode_html(b"<meta charset=\"big5\"><p>\xa4\xd1", None);
/// assert_eq!((&*page.text, page.encoding), ("<meta charset=\"big5\"><p>天", "Big5"));
/// ```
pub fn decode_html<'a>(bytes: &'a [u8], charset: Option<&str>) -> Decoded<'a> {
    let named = charset.and_then(|label| Encoding::for_label(label.as_bytes()));
    // All ASCII to look at, and yet not what it says.
    let is_escaped = || named.or_else(|| declared(bytes)) == Some(ISO_2022_JP);
    if is_told_by_itself(bytes) && (Encoding::for_bom(bytes).is_some() || !is_escaped()) {
        return decode(bytes);
    }
    decode_named(bytes, [named, declared(bytes)]).unwrap_or_else(|| decode(bytes))
}

/// The encoding that a `<meta>` tag names.
fn declared(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = bytes.get(..PRESCAN).unwrap_or(bytes).to_ascii_lowercase();
    memchr::memmem::find_iter(&head, b"<meta").find_map(|start| {
        let tag = head.get(start..)?;
        let tag = tag.get(..memchr::memchr(b'>', tag)?)?;
        let after = tag.get(memchr::memmem::find(tag, b"charset")? + b"charset".len()..)?;
        let value = after.trim_ascii_start().strip_prefix(b"=")?.trim_ascii_start();
        let value = value.strip_prefix(b"\"").or(value.strip_prefix(b"'")).unwrap_or(value);
        let end = value.iter().position(|b| matches!(b, b'"' | b'\'' | b';' | b' ' | b'/'));
        // A page that says UTF-16 in ASCII is not.
        Encoding::for_label(value.get(..end.unwrap_or(value.len()))?).map(|encoding| {
            let can_be = encoding.is_ascii_compatible() || encoding == ISO_2022_JP;
            if can_be { encoding } else { UTF_8 }
        })
    })
}

fn decode_unmarked(bytes: &[u8]) -> Decoded<'_> {
    if let Ok(text) = simdutf8::basic::from_utf8(bytes) {
        return Decoded { text: Cow::Borrowed(text), encoding: UTF_8.name(), replaced: 0 };
    }
    if Utf8Share::of(bytes).is_most() {
        return decode_faulty_utf8(bytes);
    }
    if is_ascii_with_quotes(bytes) {
        return decode_as(bytes, WINDOWS_1252);
    }
    guess(bytes).unwrap_or_else(|| decode_faulty_utf8(bytes))
}

/// The encoding of a text without byte order mark of which this is a part: what [`decode`] would say
/// of the part, a last line without its end left out, for it may end inside of a character.
pub(super) fn encoding_of_part(bytes: &[u8]) -> &'static Encoding {
    let end = memchr::memrchr2(b'\n', b'\r', bytes);
    let lines = end.and_then(|end| bytes.get(..=end)).unwrap_or(bytes);
    let encoding = Encoding::for_label(decode_unmarked(lines).encoding.as_bytes());
    // A few quotation marks in this part say too little of what comes after it.
    encoding.filter(|&encoding| encoding != WINDOWS_1252).unwrap_or(UTF_8)
}

/// Replaces each faulty sequence by one U+FFFD, and nothing else.
pub(super) fn decode_faulty_utf8(bytes: &[u8]) -> Decoded<'static> {
    let mut text = String::with_capacity(bytes.len() + 16);
    let mut replaced = 0;
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        if !chunk.invalid().is_empty() {
            text.push(char::REPLACEMENT_CHARACTER);
            replaced += 1;
        }
    }
    Decoded { text: Cow::Owned(text), encoding: UTF_8.name(), replaced }
}

/// The text in the legacy encoding that the detector names, if it decodes well in it.
pub(super) fn guess(bytes: &[u8]) -> Option<Decoded<'static>> {
    let first = bytes.iter().position(|b| !b.is_ascii())?;
    let shown = bytes.get(first..).unwrap_or_default();
    let cut = shown.len() > DETECTOR_BYTES;
    let shown = if cut { &shown[..DETECTOR_BYTES] } else { shown };
    // The detector rules an encoding out at its first faulty byte. Where that happens to the page as
    // a whole, its lines are asked one by one, by shorter and shorter starts.
    let encoding = detect(shown, !cut)
        .or_else(|| detect_by_line(shown, 512))
        .or_else(|| detect_by_line(shown, 64))?;
    let decoded = decode_as(bytes, encoding);
    let foreign = decoded.text.chars().filter(|c| !c.is_ascii()).count();
    // Of random bytes read as GBK, a quarter are faults; of real text with bytes lost here and there,
    // one in some dozen at worst, as each loss spoils what follows up to the next ASCII character.
    (decoded.replaced * 10 <= foreign).then_some(decoded)
}

fn detect(bytes: &[u8], last: bool) -> Option<&'static Encoding> {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(bytes, last);
    let guess = detector.guess(None, Utf8Detection::Deny);
    GUESSABLE.contains(&guess).then_some(guess)
}

/// The encoding named by most lines, weighed by their bytes outside ASCII, if these are at least half of
/// all. A line is shown up to `length` bytes; its start never lies inside a character.
fn detect_by_line(bytes: &[u8], length: usize) -> Option<&'static Encoding> {
    let mut votes: BTreeMap<&'static str, (usize, &'static Encoding)> = BTreeMap::new();
    let mut total = 0;
    for line in bytes.split(|&b| b == b'\n').take(MAX_VOTES) {
        let shown = line.get(..length).unwrap_or(line);
        let foreign = shown.iter().filter(|b| !b.is_ascii()).count();
        if foreign == 0 {
            continue;
        }
        total += foreign;
        if let Some(encoding) = detect(shown, shown.len() == line.len()) {
            votes.entry(encoding.name()).or_insert((0, encoding)).0 += foreign;
        }
    }
    let (most, encoding) = votes.into_values().max_by_key(|(count, _)| *count)?;
    (most * 2 >= total).then_some(encoding)
}

pub(super) fn decode_as(bytes: &[u8], encoding: &'static Encoding) -> Decoded<'static> {
    let (text, faulty) = encoding.decode_without_bom_handling(bytes);
    let replaced = if faulty { text.matches(char::REPLACEMENT_CHARACTER).count() } else { 0 };
    Decoded { text: Cow::Owned(text.into_owned()), encoding: encoding.name(), replaced }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NEWS: &str =
        "市图书馆周六开放新馆，读者可凭身份证办理借阅手续。\n开馆首日举办了三场讲座。\n";

    #[test]
    fn utf8_is_borrowed_and_only_its_mark_is_dropped() {
        let decoded = decode(NEWS.as_bytes());
        assert!(matches!(decoded.text, Cow::Borrowed(text) if text == NEWS));
        assert_eq!((decoded.encoding, decoded.replaced), ("UTF-8", 0));
        assert_eq!(decode("\u{feff}a\0b".as_bytes()).text, "a\0b");
        assert_eq!(decode(b"").text, "");
    }

    #[test]
    fn what_the_server_says_comes_after_utf8_and_before_a_guess() {
        let (big5, _, _) = encoding_rs::BIG5.encode("圖書館");
        let got = |bytes: &[u8], label| {
            let decoded = decode_labelled(bytes, label);
            (decoded.text.into_owned(), decoded.encoding)
        };
        assert_eq!(got(&big5, Some("big5")), ("圖書館".into(), "Big5"));
        assert_eq!(got("圖書館".as_bytes(), Some("big5")), ("圖書館".into(), "UTF-8"));
        assert_eq!(got(b"na\xefve", Some("ISO-8859-1")), ("naïve".into(), "windows-1252"));
        assert_eq!(got(b"na\xefve", Some("no such")), ("na\u{fffd}ve".into(), "UTF-8"));
        assert_eq!(got(b"na\xefve", Some("utf-8")), ("na\u{fffd}ve".into(), "UTF-8"));
        assert_eq!(decode_field("\u{feff}a".as_bytes()).text, "\u{feff}a");
    }

    #[test]
    fn a_few_faults_in_utf8_are_replaced_alone() {
        let mut bytes = NEWS.as_bytes().to_vec();
        // A character cut in half, as at the end of a crawler's buffer.
        bytes.extend_from_slice(&"完".as_bytes()[..2]);
        bytes.extend_from_slice(b"\nend");
        let decoded = decode(&bytes);
        assert_eq!(decoded.text, format!("{NEWS}\u{fffd}\nend"));
        assert_eq!((decoded.encoding, decoded.replaced), ("UTF-8", 1));
        // Latin-1 is not guessed at.
        assert_eq!(decode(b"a na\xefve plan").text, "a na\u{fffd}ve plan");
    }

    #[test]
    fn legacy_encodings_are_told_apart() {
        let hant = "圖書館週六開放新館，讀者可憑身分證辦理借閱手續。\n開館首日舉辦了三場講座。\n";
        let kana = "図書館は土曜日に新しい建物を開きます。読者は身分証明書で本を借りられます。\n";
        let hangul =
            "도서관은 토요일에 새 건물을 엽니다. 독자는 신분증으로 책을 빌릴 수 있습니다.\n";
        for (text, encoding, name) in [
            (NEWS, GBK, "GBK"),
            (hant, BIG5, "Big5"),
            (kana, SHIFT_JIS, "Shift_JIS"),
            (kana, EUC_JP, "EUC-JP"),
            (hangul, EUC_KR, "EUC-KR"),
        ] {
            let (bytes, _, lossy) = encoding.encode(text);
            assert!(!lossy, "{name}");
            let decoded = decode(&bytes);
            assert_eq!((&*decoded.text, decoded.encoding, decoded.replaced), (text, name, 0));
        }
    }

    #[test]
    fn gbk_with_a_fault_is_still_gbk() {
        let whole = GBK.encode(&NEWS.repeat(5)).0.into_owned();
        let decoded = decode(&[&whole[..], b"\xff\xff\n"].concat()).text.into_owned();
        assert_eq!(decoded, format!("{}\u{fffd}\u{fffd}\n", NEWS.repeat(5)));
        // A lost byte, wherever it is, spoils its own line at most.
        for lost in (0..whole.len()).step_by(7) {
            let mut bytes = whole.clone();
            bytes.remove(lost);
            let decoded = decode(&bytes);
            assert_eq!(decoded.encoding, "GBK", "byte {lost}");
            let n_whole = decoded.text.lines().filter(|line| NEWS.contains(line)).count();
            assert!(n_whole >= 8, "byte {lost}: {}", decoded.text);
        }
    }

    #[test]
    fn utf16_is_told_by_its_mark_or_by_its_zeros() {
        for big in [false, true] {
            let utf16 = |text: &str| {
                let bytes = |unit: u16| if big { unit.to_be_bytes() } else { unit.to_le_bytes() };
                text.encode_utf16().flat_map(bytes).collect::<Vec<u8>>()
            };
            let bytes = utf16("\u{feff}新馆\r\n𠀀");
            let decoded = decode(&bytes);
            assert_eq!((&*decoded.text, decoded.replaced), ("新馆\r\n𠀀", 0));
            let page = "<meta charset=gbk>\r\n<p>新馆𠀀</p>";
            let bytes = utf16(page);
            let name = if big { "UTF-16BE" } else { "UTF-16LE" };
            for decoded in [decode(&bytes), decode_html(&bytes, Some("latin1"))] {
                assert_eq!((&*decoded.text, decoded.encoding), (page, name));
            }
        }
    }

    #[test]
    fn names_of_what_is_not_read_any_more_say_nothing() {
        let text = "镇上的图书馆照常开放，借书还书都不受影响。";
        let (gbk, _, _) = GBK.encode(text);
        for name in ["hz-gb-2312", "iso-2022-kr"] {
            assert_eq!(decode_html(&gbk, Some(name)).text, text, "{name}");
            assert_eq!(decode_labelled(&gbk, Some(name)).text, text, "{name}");
        }
        let escaped = b"<meta charset=iso-2022-jp><p>\x1b$B5l$$\x1b(B";
        assert!(decode_html(escaped, None).text.ends_with("<p>旧い"));
    }

    #[test]
    fn a_name_of_utf16_counts_where_it_can_be() {
        let decoded = |bytes: &[u8], charset| {
            let decoded = decode_labelled(bytes, Some(charset));
            assert_eq!(decode_html(bytes, Some(charset)), decoded);
            (decoded.text.into_owned(), decoded.encoding)
        };
        for name in ["utf-16", "utf-16le", "utf-16be"] {
            let ascii = ("a page".to_owned(), "UTF-8");
            assert_eq!(decoded(b"a page", name), ascii);
            let quoted = ("it’s a page".to_owned(), "windows-1252");
            assert_eq!(decoded(b"it\x92s a page", name), quoted);
            let gbk = GBK.encode(NEWS).0.into_owned();
            assert_eq!(decoded(&gbk, name), (NEWS.to_owned(), "GBK"));
        }
        // Too few zeros to be told by itself.
        let utf16: Vec<u8> = NEWS.encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(unmarked_utf16(&utf16), None);
        assert_eq!(decoded(&utf16, "utf-16"), (NEWS.to_owned(), "UTF-16LE"));
    }

    #[test]
    fn a_part_with_a_quotation_mark_does_not_speak_for_the_whole() {
        assert_eq!(encoding_of_part(b"it\x92s\n"), UTF_8);
        assert_eq!(decode(b"it\x92s\n").text, "it’s\n");
    }

    #[test]
    fn quotation_marks_in_a_page_of_ascii_are_those_of_windows_1252() {
        let decoded = decode(b"\x93It\x92s here,\x94 she said \x96 twice\x85\xa0\x97");
        let text = "“It’s here,” she said – twice…\u{a0}—";
        assert_eq!((&*decoded.text, decoded.encoding, decoded.replaced), (text, "windows-1252", 0));
        assert_eq!(
            decode_html(b"<meta charset=utf-8><p>it\x92s", None).text,
            "<meta charset=utf-8><p>it’s"
        );
        // Without quotation marks nothing says what it is.
        assert_eq!(decode(b"a\xa0b\xa9").replaced, 2);
        assert_eq!(decode("“It’s”".as_bytes()).encoding, "UTF-8");
    }

    #[test]
    fn a_page_of_html_says_what_it_is_encoded_in() {
        let said = |bytes: &[u8], charset| {
            let decoded = decode_html(bytes, charset);
            (decoded.text.into_owned(), decoded.encoding)
        };
        // One character is too little to guess from; what is said decides.
        let (gbk, _, _) = GBK.encode("<p>天");
        assert_eq!(said(&gbk, Some("gb2312")), ("<p>天".into(), "GBK"));
        let meta = "<meta http-equiv=Content-Type content='text/html; charset=GBK'><p>天";
        let (bytes, _, _) = GBK.encode(meta);
        assert_eq!(said(&bytes, None), (meta.into(), "GBK"));
        // A server that names another encoding than the page is believed if the bytes bear it out.
        assert_eq!(said(&bytes, Some("utf-8")), (meta.into(), "GBK"));
        // What is valid UTF-8 is UTF-8.
        let meta = "<meta charset=gbk><p>图书馆";
        assert_eq!(said(meta.as_bytes(), Some("gbk")), (meta.into(), "UTF-8"));
        let latin = b"<meta charset=iso-8859-1><p>caf\xe9";
        assert_eq!(said(latin, None).0, "<meta charset=iso-8859-1><p>café");
        assert_eq!(said(b"<meta charset=utf-16><p>a", None).0, "<meta charset=utf-16><p>a");
        assert_eq!(said(b"\x1b$BE75$\x1b(B", Some("iso-2022-jp")).0, "天気");
    }

    proptest! {
        #[test]
        fn any_bytes_decode(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            let decoded = decode(&bytes);
            if std::str::from_utf8(&bytes).is_ok() && !bytes.starts_with(b"\xef\xbb\xbf") {
                prop_assert_eq!(decoded.text.as_bytes(), &bytes[..]);
            }
        }

        #[test]
        fn any_text_with_a_fault_keeps_its_text(
            before in "[\\PC\n]{0,80}", after in "[ -~\n]{0,80}"
        ) {
            let before = format!("{NEWS}{before}");
            let bytes = [before.as_bytes(), b"\xff", after.as_bytes()].concat();
            prop_assert_eq!(decode(&bytes).text, format!("{before}\u{fffd}{after}"));
        }
    }
}
