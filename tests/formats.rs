//! Every format by the program itself, on small files made here: what comes out, byte for byte or
//! column by column; and what is wrong with a file, with the message, the exit code, and nothing lost
//! that could be read.

mod common;

use std::io::Write as _;

use common::{Bench, gunzip, gzip};

/// Three lines, the second one junk.
const PAGE: &str = "河边的步道修好了。\n首页 魍 登录\n周末有许多人去散步。\n";
const CLEAN: &str = "河边的步道修好了。\n周末有许多人去散步。\n";

fn unpacked(bytes: &[u8]) -> String {
    String::from_utf8(gunzip(bytes)).unwrap()
}

fn zstd(bytes: impl AsRef<[u8]>) -> Vec<u8> {
    zstd::encode_all(bytes.as_ref(), 0).unwrap()
}

fn unzstd(bytes: &[u8]) -> String {
    String::from_utf8(zstd::decode_all(bytes).unwrap()).unwrap()
}

/// Lines that do not compress to nothing, so that half of a file holds about half of them.
fn many_lines() -> String {
    let line = |n: u64| format!("{:x}\n", n.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    (0..20_000).map(line).collect()
}

/// A record of a WARC file.
fn record(kind: &str, fields: &[(&str, &str)], body: &str) -> String {
    let fields: String =
        fields.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let length = body.len();
    format!(
        "WARC/1.0\r\nWARC-Type: {kind}\r\n{fields}Content-Length: {length}\r\n\r\n{body}\r\n\r\n"
    )
}

fn wet(number: u32, text: &str) -> String {
    let id = format!("<urn:uuid:{number}>");
    let url = format!("http://site.example/{number}");
    let fields = [
        ("WARC-Target-URI", url.as_str()),
        ("WARC-Record-ID", &id),
        ("Content-Type", "text/plain"),
    ];
    record("conversion", &fields, text)
}

/// What becomes of a page of [`wet`].
fn json(number: u32, text: &str) -> String {
    let text = serde_json::Value::from(text);
    format!(
        "{{\"id\":\"<urn:uuid:{number}>\",\"url\":\"http://site.example/{number}\",\"text\":{text}}}\n"
    )
}

#[test]
fn zstd_goes_where_gzip_goes() {
    let bench = Bench::new();
    let jsonl = format!("{{\"text\": {}}}\n", serde_json::Value::from(PAGE));
    let clean = format!("{{\"text\": {}}}\n", serde_json::Value::from(CLEAN));
    bench.write("in/p.txt.zst", zstd(PAGE)).write("in/p.jsonl.zst", zstd(&jsonl));
    bench.write("in/q.txt.gz", gzip(PAGE)).write("in/r.txt", PAGE);
    bench.filter(&["in", "-o", "out", "--removed", "gone.jsonl.zst"]).exits(0);
    assert_eq!(unzstd(&bench.read("out/p.txt.zst")), CLEAN);
    assert_eq!(unzstd(&bench.read("out/p.jsonl.zst")), clean);
    assert_eq!(unpacked(&bench.read("out/q.txt.gz")), CLEAN);
    assert_eq!(bench.read("out/r.txt"), CLEAN.as_bytes());
    assert_eq!(unzstd(&bench.read("gone.jsonl.zst")).matches("\"what\":\"line\"").count(), 4);
    // The name of the output decides, and the content of the input, not its name.
    bench.filter(&["in/p.jsonl.zst", "-o", "out.jsonl.gz"]).exits(0);
    assert_eq!(unpacked(&bench.read("out.jsonl.gz")), clean);
    bench.write("s.txt", zstd(PAGE)).write("t.txt.zst", PAGE);
    bench.filter(&["s.txt"]).exits(0).prints(CLEAN);
    bench.filter(&["t.txt.zst"]).exits(0).prints(CLEAN);
    let two_frames = [zstd(&jsonl), zstd(&jsonl)].concat();
    bench
        .run_with(&["filter", "-m", "m.dechaff", "-"], &two_frames)
        .exits(0)
        .prints(clean.repeat(2));
}

#[test]
fn broken_zstd_is_read_up_to_the_break() {
    let bench = Bench::new();
    let text = many_lines();
    let whole = zstd(&text);
    bench.write("p.txt.zst", &whole[..whole.len() / 2]);
    let out = bench.filter(&["p.txt.zst"]);
    out.exits(1).says("dechaff: p.txt.zst: the zstd data ends too early; is it truncated?\n");
    out.check(out.stdout.len() > text.len() / 4, "what could be read");
    out.check(text.as_bytes().starts_with(&out.stdout), "nothing but what was there");
    let mut damaged = whole.clone();
    *damaged.last_mut().unwrap() ^= 1;
    damaged[whole.len() / 2..whole.len() / 2 + 32].fill(0xff);
    // The other files are read all the same.
    bench.write("in/q.txt.zst", damaged).write("in/r.txt", PAGE);
    bench.filter(&["in", "-o", "out"]).exits(1).says("in/q.txt.zst: the zstd data is damaged: ");
    assert_eq!(bench.read("out/r.txt"), CLEAN.as_bytes());
    bench.write("e.txt.zst", &whole[..2]);
    bench.filter(&["e.txt.zst"]).exits(0);
}

#[test]
fn a_damaged_member_of_a_warc_costs_its_record_alone() {
    let bench = Bench::new();
    let records: Vec<Vec<u8>> = (1..=4).map(|n| gzip(wet(n, PAGE))).collect();
    let (start, next) = (records[0].len(), records[0].len() + records[1].len());
    let said = |what: &str| {
        format!(
            "dechaff: in/p.wet.gz: the gzip member at byte {start} is damaged ({what}); reading \
             goes on with the one at byte {next}\n"
        )
    };
    let others = [json(1, CLEAN), json(3, CLEAN), json(4, CLEAN)].concat();
    // In its head; in its midst; in its checksum, which is told when all of its text was read.
    for (at, what, reads) in [
        (1, "invalid gzip header", others.clone()),
        (10, "corrupt deflate stream", others),
        (
            records[1].len() - 8,
            "corrupt gzip stream does not have a matching checksum",
            (1..=4).map(|n| json(n, CLEAN)).collect(),
        ),
    ] {
        let mut bytes = records.concat();
        bytes[start + at] = 0xff;
        bench.write("in/p.wet.gz", bytes);
        bench.filter(&["in/p.wet.gz"]).exits(1).prints(&reads).says(&said(what));
        bench.filter(&["in", "-o", "out"]).exits(1).says("inputs with errors: in/p.wet.gz (1)");
        assert_eq!(unpacked(&bench.read("out/p.jsonl.gz")), reads);
    }
    // The first one, so that nothing but the name says what the file is.
    let mut bytes = records.concat();
    bytes[10] = 0xff;
    bench.write("r.wet.gz", &bytes);
    let reads: String = (2..=4).map(|n| json(n, CLEAN)).collect();
    bench.filter(&["r.wet.gz"]).exits(1).prints(reads).says("the gzip member at byte 0 is damaged");
}

#[test]
fn a_zip_bomb_is_left_in_time() {
    let bench = Bench::new();
    // 100 MB of one page a line, from some ten kilobytes.
    let line = format!("{{\"text\": \"{}\"}}\n", "a".repeat(999_986));
    let bomb = zstd(line.repeat(100));
    assert!(bomb.len() < 50_000, "{}", bomb.len());
    bench.write("in/a.jsonl.zst", &bomb).write("in/b.txt", PAGE);
    let out = bench.filter(&["in", "-o", "out"]);
    out.exits(1).says(
        "in/a.jsonl.zst: the zstd data expands to more than 1000 times its size; is it a zip bomb?",
    );
    let kept = unzstd(&bench.read("out/a.jsonl.zst"));
    assert!(kept.starts_with(&line.repeat(67)), "what came before is kept");
    assert!(kept.len() < 70_000_000, "{}", kept.len());
    assert_eq!(bench.read("out/b.txt"), CLEAN.as_bytes());
}

#[test]
fn wet_becomes_json_lines() {
    let bench = Bench::new();
    let info =
        record("warcinfo", &[("Content-Type", "application/warc-fields")], "software: x\r\n");
    let records = [info, wet(1, PAGE), wet(2, "魍"), wet(3, "")];
    let want = [json(1, CLEAN), json(2, ""), json(3, "")].concat();
    // A member of gzip a record, as crawls have it.
    let members: Vec<u8> = records.iter().flat_map(gzip).collect();
    bench.write("in/a/x.warc.wet.gz", &members).write("in/y.wet", records.concat());
    bench.write("in/z.wet.zst", zstd(records.concat()));
    bench.filter(&["in", "-o", "out"]).exits(0).says("9 pages");
    assert_eq!(unpacked(&bench.read("out/a/x.jsonl.gz")), want);
    assert_eq!(bench.read("out/y.jsonl"), want.as_bytes());
    assert_eq!(unzstd(&bench.read("out/z.jsonl.zst")), want);
    // By content: on standard input, and whatever the name says.
    bench.run_with(&["filter", "-m", "m.dechaff"], &members).exits(0).prints(&want);
    bench.write("x.txt", records.concat());
    bench.filter(&["x.txt"]).exits(0).prints(&want);
    // Into one stream with JSON Lines, and their names into the scores.
    bench.write("p.jsonl", "{\"text\": \"丙\"}\n");
    bench.filter(&["in/y.wet", "p.jsonl"]).exits(0).prints(format!("{want}{{\"text\": \"丙\"}}\n"));
    let out = bench.run(&["score", "-m", "m.dechaff", "in/y.wet"]);
    let scores = String::from_utf8_lossy(&out.stdout);
    out.exits(0).check(scores.starts_with("{\"id\":\"<urn:uuid:1>\","), "scores by id");
    let out = bench.filter(&["in/y.wet", "x.txt", "in/a/x.warc.wet.gz", "-o", "one.txt"]);
    out.exits(2).says("in/y.wet is JSON Lines and x.txt is text");
}

#[test]
fn warc_gives_its_pages_of_text() {
    let bench = Bench::new();
    let response = |number: u32, head: &str, body: &str| {
        let fields = [
            ("WARC-Record-ID", format!("<urn:uuid:{number}>")),
            ("WARC-Target-URI", format!("http://site.example/{number}")),
            ("Content-Type", "application/http; msgtype=response".into()),
        ];
        let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        record("response", &fields, &format!("HTTP/1.1 {head}\r\n\r\n{body}"))
    };
    let half = PAGE.find("魍").unwrap();
    let (one, two) = PAGE.split_at(half);
    let chunked = format!("{:x}\r\n{one}\r\n{:x};x\r\n{two}\r\n0\r\n\r\n", one.len(), two.len());
    let warc = [
        record("request", &[("Content-Type", "application/http")], "GET / HTTP/1.1\r\n\r\n"),
        response(1, "200 OK\r\nContent-Type: text/plain", PAGE),
        response(2, "200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked", &chunked),
        response(3, "404 Not Found\r\nContent-Type: text/plain", PAGE),
        response(4, "200 OK\r\nContent-Type: image/png", "..."),
    ]
    .concat();
    let want = [json(1, CLEAN), json(2, CLEAN)].concat();
    bench.write("in/x.warc.gz", gzip(&warc)).write("y.warc", &warc);
    let out = bench.filter(&["in", "-o", "out"]);
    out.exits(0).says("2 pages").says("2 WARC records passed over");
    assert_eq!(unpacked(&bench.read("out/x.jsonl.gz")), want);
    bench.filter(&["y.warc"]).exits(0).prints(&want);
    // The charset of the head, and a payload under gzip.
    let (big5, _, _) = encoding_rs::BIG5.encode("河邊的步道修好了。\n魍\n");
    let packed = gzip(&big5);
    let head =
        "HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=Big5\r\nContent-Encoding: gzip";
    let body = [format!("{head}\r\n\r\n").as_bytes(), &packed].concat();
    let head = format!("WARC/1.1\r\nWARC-Type: response\r\nContent-Length: {}\r\n\r\n", body.len());
    bench.write("z.warc", [head.as_bytes(), &body, b"\r\n\r\n"].concat());
    let out = bench.filter(&["z.warc"]);
    out.exits(0).prints("{\"id\":\"z.warc:1\",\"text\":\"河邊的步道修好了。\\n\"}\n");
    out.says("1 page read as Big5");
}

/// A record with a response of HTTP.
fn response(number: u32, head: &str, body: &[u8]) -> Vec<u8> {
    let http = [b"HTTP/1.1 ", head.as_bytes(), b"\r\n\r\n", body].concat();
    let head = format!(
        "WARC/1.0\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:{number}>\r\n\
         WARC-Target-URI: http://site.example/{number}\r\n\
         Content-Type: application/http; msgtype=response\r\nContent-Length: {}\r\n\r\n",
        http.len()
    );
    [head.as_bytes(), &http, b"\r\n\r\n"].concat()
}

#[test]
fn warc_gives_its_pages_of_html() {
    let bench = Bench::new();
    let html = |head: &str| {
        format!(
            "<html>{head}<body><p>河边的步道修好了。</p><p>首页 魍 登录</p><p>周末有许多人去散步。</p></body></html>"
        )
    };
    // The page itself says nothing of its encoding, or what is wrong; its server knows.
    let page = html("<title>步道</title><meta charset=big5>");
    let (gbk, _, _) = encoding_rs::GBK.encode(&page);
    let said = "<meta property='og:title' content='新步道'><meta name=author content='李明'>";
    let utf8 = html(said).replacen("<html>", "<html lang=zh>", 1);
    let plain = "200 OK\r\nContent-Type: text/plain";
    let warc = [
        response(1, "200 OK\r\nContent-Type: text/html; charset=GBK", &gbk),
        response(2, "200 OK\r\nContent-Type: application/xhtml+xml", utf8.as_bytes()),
        response(3, "404 Not Found\r\nContent-Type: text/html", utf8.as_bytes()),
        response(4, "200 OK\r\nContent-Type: image/png", utf8.as_bytes()),
        response(5, plain, PAGE.as_bytes()),
    ]
    .concat();
    let with = |number, fields: &str| {
        json(number, CLEAN.trim_end()).replace("}\n", &format!("{fields}}}\n"))
    };
    let one = with(1, ",\"title\":\"步道\"");
    let two = with(2, ",\"title\":\"新步道\",\"author\":\"李明\",\"language\":\"zh\"");
    let want = [one.as_str(), &two, &json(5, CLEAN)].concat();
    bench.write("in/x.warc.gz", gzip(&warc)).write("y.warc", &warc);
    let out = bench.filter(&["in", "-o", "out", "--removed", "gone.jsonl"]);
    out.exits(0).says("3 pages").says("2 WARC records passed over").says("1 page read as GBK");
    assert_eq!(unpacked(&bench.read("out/x.jsonl.gz")), want);
    let gone = String::from_utf8(bench.read("gone.jsonl")).unwrap();
    assert_eq!(gone.matches("\"text\":\"首页 魍 登录\"").count(), 3);
    assert!(gone.starts_with("{\"file\":\"x.jsonl.gz\",\"record\":1,\"page\":\"<urn:uuid:1>\""));
    bench.filter(&["y.warc"]).exits(0).prints(&want);
    // With the HTML, as JSON that can be read back.
    let out = bench.filter(&["y.warc", "--keep-html"]);
    let kept = String::from_utf8(out.exits(0).stdout.clone()).unwrap();
    let second: serde_json::Value = serde_json::from_str(kept.lines().nth(1).unwrap()).unwrap();
    let names: Vec<_> = second.as_object().unwrap().keys().collect();
    assert_eq!(names, ["id", "url", "html", "text", "title", "author", "language"]);
    assert_eq!(second["html"], utf8.as_str());
    // Without a name of its own, a page is named by its place, and is JSON all the same.
    let nameless =
        String::from_utf8(response(1, "200 OK\r\nContent-Type: text/html", b"<p>\xe4\xb8\x99"))
            .unwrap();
    let nameless = nameless.replace("WARC-Record-ID", "x").replace("WARC-Target-URI", "y");
    bench.write("z.warc", nameless);
    bench.filter(&["z.warc"]).exits(0).prints("{\"id\":\"z.warc:1\",\"text\":\"丙\"}\n");
    // What was removed from text comes back; pages of HTML are left as they were written.
    let out = bench.run(&["restore", "out", "--removed", "gone.jsonl", "-o", "back"]);
    out.exits(0).says("2 pages had been HTML in JSON");
    let back = [one.as_str(), &two, &json(5, PAGE)].concat();
    assert_eq!(unpacked(&bench.read("back/x.jsonl.gz")), back);
    // By other forms: names follow.
    bench.filter(&["in", "--emit", "text", "-o", "texts"]).exits(0);
    assert_eq!(unpacked(&bench.read("texts/x.txt.gz")), [CLEAN; 3].join("\n"));
    bench.filter(&["in", "--emit", "scores", "-o", "scores"]).exits(0);
    assert!(bench.path("scores/x.jsonl.gz").exists());
}

#[test]
fn restore_and_show_know_every_format() {
    let bench = Bench::new();
    let jsonl = format!("{{\"text\": {}}}\n", serde_json::Value::from(PAGE));
    bench.write("in/p.txt.zst", zstd(PAGE)).write("in/q.jsonl.zst", zstd(&jsonl));
    bench.write("in/a/r.warc.wet.gz", gzip(wet(1, PAGE)));
    bench.filter(&["in", "-o", "out", "--removed", "gone.jsonl.zst"]).exits(0);
    bench.run(&["restore", "out", "--removed", "gone.jsonl.zst", "-o", "back"]).exits(0);
    assert_eq!(unzstd(&bench.read("back/p.txt.zst")), PAGE);
    assert_eq!(unzstd(&bench.read("back/q.jsonl.zst")), jsonl);
    assert_eq!(unpacked(&bench.read("back/a/r.jsonl.gz")), json(1, PAGE));
    let out = bench.run(&["restore", "in/a/r.warc.wet.gz", "--removed", "gone.jsonl.zst"]);
    out.exits(1).prints("").says("is WARC, which `filter` does not write");
    let out = bench.run(&["show", "-m", "m.dechaff", "in/a/r.warc.wet.gz"]);
    out.exits(0).check(out.stdout.starts_with(b"<urn:uuid:1>\n"), "the page by its id");
}

#[test]
fn a_broken_record_does_not_take_the_next_one_along() {
    let bench = Bench::new();
    let (one, two, three) = (wet(1, PAGE), wet(2, PAGE), wet(3, PAGE));
    let want = [json(1, CLEAN), json(3, CLEAN)].concat();
    let at = one.len();
    let no_length = two.replace("Content-Length", "Content-Width");
    bench.write("a.wet", [&one, &no_length, &three].map(String::as_str).concat());
    let out = bench.filter(&["a.wet"]);
    let said = format!("dechaff: a.wet: record at byte {at}: has no valid Content-Length\n");
    out.exits(1).prints(&want).says(&said);
    // A length that is too large: the next record is still whole.
    let long = two.replace("Content-Length: ", "Content-Length: 9");
    bench.write("b.wet", [&one, &long, &three].map(String::as_str).concat());
    let out = bench.filter(&["b.wet"]);
    let said = format!("b.wet: record at byte {at}: its length runs over the next record");
    out.exits(1).prints([1, 2, 3].map(|n| json(n, CLEAN)).concat()).says(&said);
    // Cut off in the middle of a page.
    let cut = two.find("周末").unwrap();
    bench.write("c.wet", format!("{one}{}", &two[..cut]));
    let out = bench.filter(&["c.wet"]);
    let n = cut - two.find("河").unwrap();
    let said = format!("record at byte {at}: is cut off after {n} of {} bytes", PAGE.len());
    out.exits(1).prints(json(1, CLEAN) + &json(2, "河边的步道修好了。\n")).says(&said);
    let packed = gzip(format!("{one}{}", wet(2, &many_lines())));
    bench.write("d.warc.wet.gz", &packed[..packed.len() / 2]);
    let out = bench.filter(&["d.warc.wet.gz"]);
    out.exits(1).says("d.warc.wet.gz: the gzip data ends too early; is it truncated?");
    out.check(out.stdout.len() > packed.len() / 4, "the part that was there");
    // Not WARC at all.
    bench.write("e.warc", PAGE);
    let out = bench.filter(&["e.warc"]);
    out.exits(1).prints("").says("e.warc: byte 0: no WARC record begins here");
}

#[test]
fn what_is_not_read_says_so() {
    let bench = Bench::new();
    bench.write("a.txt", b"\xfd7zXZ\0\0\0").write("b.jsonl", b"%PDF-1.7\n");
    bench.write("p.txt", PAGE);
    let out = bench.filter(&["a.txt", "p.txt"]);
    out.exits(1).prints(CLEAN).says("dechaff: a.txt: holds xz data, which is not read; ");
    bench.filter(&["b.jsonl"]).exits(1).says("b.jsonl: holds PDF data, which is not read");
    let out = bench.filter(&["p.txt", "--format", "html5"]);
    out.exits(2).says("[possible values: txt, html, jsonl, warc, parquet]");
    bench.run_with(&["filter", "-m", "m.dechaff", "--format", "wet"], PAGE.as_bytes()).exits(1);
}

#[cfg(feature = "parquet")]
mod parquet {
    use super::*;
    use std::sync::Arc;

    use ::parquet::basic::{Compression, ZstdLevel};
    use ::parquet::data_type::{ByteArray, ByteArrayType, Int64Type};
    use ::parquet::file::metadata::KeyValue;
    use ::parquet::file::properties::{EnabledStatistics, WriterProperties};
    use ::parquet::file::reader::{FileReader, SerializedFileReader};
    use ::parquet::file::writer::SerializedFileWriter;
    use ::parquet::record::RowAccessor as _;
    use ::parquet::schema::parser::parse_message_type;

    type Row = (i64, Option<String>, Vec<u32>);

    /// A file with `id` (a number), the texts under `name`, and a list of numbers, in row groups.
    fn write(groups: &[Vec<Row>], name: &str, codec: Compression) -> Vec<u8> {
        let schema = format!(
            "message m {{ required int64 id; optional binary {name} (UTF8); \
             optional group tags (LIST) {{ repeated group list {{ required int64 element; }} }} }}"
        );
        let schema = Arc::new(parse_message_type(&schema).unwrap());
        let properties = WriterProperties::builder()
            .set_compression(codec)
            .set_statistics_enabled(EnabledStatistics::Page)
            .set_key_value_metadata(Some(vec![KeyValue::new("made".into(), "by hand".to_owned())]))
            .build();
        let mut writer = SerializedFileWriter::new(vec![], schema, Arc::new(properties)).unwrap();
        for rows in groups {
            let mut group = writer.next_row_group().unwrap();
            let ids: Vec<i64> = rows.iter().map(|row| row.0).collect();
            let mut column = group.next_column().unwrap().unwrap();
            column.typed::<Int64Type>().write_batch(&ids, None, None).unwrap();
            column.close().unwrap();
            let levels: Vec<i16> = rows.iter().map(|row| row.1.is_some().into()).collect();
            let texts = rows.iter().filter_map(|row| row.1.as_deref());
            let texts: Vec<ByteArray> = texts.map(ByteArray::from).collect();
            let mut column = group.next_column().unwrap().unwrap();
            column.typed::<ByteArrayType>().write_batch(&texts, Some(&levels), None).unwrap();
            column.close().unwrap();
            let (mut values, mut def, mut rep) = (vec![], vec![], vec![]);
            for (_, _, tags) in rows {
                for (index, tag) in tags.iter().enumerate() {
                    values.push(i64::from(*tag));
                    def.push(2);
                    rep.push((index > 0).into());
                }
                if tags.is_empty() {
                    def.push(1);
                    rep.push(0);
                }
            }
            let mut column = group.next_column().unwrap().unwrap();
            column.typed::<Int64Type>().write_batch(&values, Some(&def), Some(&rep)).unwrap();
            column.close().unwrap();
            group.close().unwrap();
        }
        writer.into_inner().unwrap()
    }

    fn open(bytes: &[u8]) -> SerializedFileReader<std::fs::File> {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(bytes).unwrap();
        SerializedFileReader::new(file).unwrap()
    }

    /// The rows of a file, by row group.
    fn read(bytes: Vec<u8>) -> Vec<Vec<Row>> {
        let reader = open(&bytes);
        let group = |index| {
            let group = reader.get_row_group(index).unwrap();
            let rows = group.get_row_iter(None).unwrap().map(|row| {
                let row = row.unwrap();
                let tags = row.get_list(2).unwrap();
                let tags = tags.elements().iter().map(|tag| tag.to_string().parse().unwrap());
                (row.get_long(0).unwrap(), row.get_string(1).ok().cloned(), tags.collect())
            });
            rows.collect()
        };
        (0..reader.num_row_groups()).map(group).collect()
    }

    fn rows() -> Vec<Vec<Row>> {
        let page = || Some(PAGE.to_owned());
        vec![
            vec![(7, page(), vec![1, 2]), (8, None, vec![]), (9, Some("魍".into()), vec![3])],
            vec![(10, Some(String::new()), vec![]), (11, Some("丙\n".into()), vec![4, 5, 6])],
            (12..400).map(|n| (n, page(), vec![n as u32])).collect(),
        ]
    }

    fn clean_rows() -> Vec<Vec<Row>> {
        let clean = |text: String| match text.as_str() {
            PAGE => CLEAN.to_owned(),
            "魍" => String::new(),
            _ => text,
        };
        let row = |(id, text, tags): Row| (id, text.map(clean), tags);
        rows().into_iter().map(|group| group.into_iter().map(row).collect()).collect()
    }

    #[test]
    fn a_column_is_cleaned_and_all_else_is_as_it_was() {
        let bench = Bench::new();
        for codec in [
            Compression::UNCOMPRESSED,
            Compression::SNAPPY,
            Compression::GZIP(Default::default()),
            Compression::BROTLI(Default::default()),
            Compression::LZ4_RAW,
            Compression::ZSTD(ZstdLevel::try_new(3).unwrap()),
        ] {
            let input = write(&rows(), "text", codec);
            bench.write("in/a/p.parquet", &input);
            let out = bench.filter(&["in", "-o", "out", "--removed", "gone.jsonl"]);
            out.exits(0).says("393 pages");
            let output = bench.read("out/a/p.parquet");
            assert_eq!(read(output.clone()), clean_rows(), "{codec:?}");
            let [before, after] = [input, output].map(|bytes| open(&bytes).metadata().clone());
            let (old, new) = (before.file_metadata(), after.file_metadata());
            assert_eq!(old.key_value_metadata(), new.key_value_metadata());
            assert_eq!(old.schema(), new.schema());
            for (old, new) in before.row_groups().iter().zip(after.row_groups()) {
                for (old, new) in old.columns().iter().zip(new.columns()) {
                    assert_eq!(old.compression_codec(), new.compression_codec());
                    let is_text = old.column_path().string() == "text";
                    assert!(is_text || old.compressed_size() == new.compressed_size());
                    assert!(is_text || old.statistics() == new.statistics());
                }
            }
            // Pages by their ids, numbers too.
            let gone = String::from_utf8(bench.read("gone.jsonl")).unwrap();
            let first = gone.lines().next().unwrap();
            let place = "{\"file\":\"a/p.parquet\",\"record\":1,\"page\":\"7\",\"n\":2,";
            assert!(first.starts_with(place), "{first}");
        }
        // The same bytes on any number of threads.
        let once = bench.read("out/a/p.parquet");
        bench.filter(&["in/a/p.parquet", "-o", "one.parquet", "-j", "1"]).exits(0);
        assert_eq!(bench.read("one.parquet"), once);
    }

    #[test]
    fn there_is_no_way_back_and_other_forms_take_rows_as_pages() {
        let bench = Bench::new();
        bench.write("in/p.parquet", write(&rows()[..1], "content", Compression::SNAPPY));
        let named = ["--text-field", "content"];
        bench.filter(&[&["in", "-o", "out", "--removed", "r.jsonl"], &named[..]].concat()).exits(0);
        for output in [&["out", "-o", "back"][..], &["out/p.parquet", "-o", "p.parquet"]] {
            let out = bench.run(&[&["restore", "--removed", "r.jsonl"], output].concat());
            out.exits(1).says("p.parquet: is parquet, into which nothing can be put back");
        }
        assert!(!bench.path("back/p.parquet").exists() && !bench.path("p.parquet").exists());
        let out = bench.filter(&[&["in/p.parquet", "--emit", "jsonl"], &named[..]].concat());
        out.exits(0).check(out.stdout.starts_with(b"{\"id\":\"7\",\"text\":\""), "rows as pages");
        bench.filter(&[&["in", "--emit", "dolma", "-o", "dolma"], &named[..]].concat()).exits(0);
        assert!(bench.path("dolma/p.jsonl").exists());
        let out = bench.run(&[&["show", "-m", "m.dechaff", "in"], &named[..]].concat());
        out.exits(0).check(out.stdout.starts_with(b"7\n"), "the column is named here too");
    }

    #[test]
    fn the_column_is_named_and_must_hold_text() {
        let bench = Bench::new();
        bench.write("p.parquet", write(&rows(), "content", Compression::SNAPPY));
        bench.filter(&["p.parquet", "-o", "out.parquet", "--text-field", "content"]).exits(0);
        assert_eq!(read(bench.read("out.parquet")), clean_rows());
        let bench = Bench::new();
        bench.write("p.parquet", write(&rows(), "content", Compression::SNAPPY));
        for (field, said) in [
            (
                "text",
                "p.parquet: it has no column `text`; its columns of text are `content` (--text-field)",
            ),
            (
                "id",
                "p.parquet: its column `id` is not text but INT64; its columns of text are `content`",
            ),
            (
                "tags",
                "p.parquet: its column `tags` is not text but nested; its columns of text are",
            ),
        ] {
            let out = bench.filter(&["p.parquet", "-o", "out.parquet", "--text-field", field]);
            out.exits(1).says(said).check(!bench.path("out.parquet").exists(), "no output");
        }
        bench.write("q.parquet", write(&rows(), "text", Compression::SNAPPY));
        // One bad file does not stop the others.
        bench.filter(&["p.parquet", "q.parquet", "-o", "out/"]).exits(1).says("no column `text`");
        assert_eq!(read(bench.read("out/q.parquet")), clean_rows());
        assert!(!bench.path("out/p.parquet").exists());
    }

    #[test]
    fn row_groups_and_files_without_rows_are_no_damage() {
        let bench = Bench::new();
        let mut groups = rows();
        groups.insert(1, vec![]);
        groups.push(vec![]);
        bench.write("p.parquet", write(&groups, "text", Compression::SNAPPY));
        bench.filter(&["p.parquet", "-o", "out.parquet"]).exits(0).says("393 pages");
        assert_eq!(read(bench.read("out.parquet")), clean_rows());
        bench.write("in/none.parquet", write(&[], "text", Compression::SNAPPY));
        bench.write("in/empty.parquet", write(&[vec![]], "text", Compression::SNAPPY));
        bench.filter(&["in", "-o", "out"]).exits(0).says("0 pages");
        for name in ["out/none.parquet", "out/empty.parquet"] {
            assert_eq!(open(&bench.read(name)).metadata().file_metadata().num_rows(), 0, "{name}");
        }
    }

    #[test]
    fn scores_and_dry_runs_need_no_parquet_out() {
        let bench = Bench::new();
        bench.write("p.parquet", write(&rows()[..2], "text", Compression::SNAPPY));
        let out = bench.run(&["score", "-m", "m.dechaff", "p.parquet"]);
        let scores = String::from_utf8_lossy(&out.stdout);
        let ids: Vec<_> = scores.lines().map(|line| &line[..9]).collect();
        out.exits(0).check(ids[..2] == ["{\"id\":\"7\"", "{\"id\":\"8\""], "by id");
        bench.filter(&["p.parquet", "--dry-run"]).exits(0).says("5 pages");
    }

    #[test]
    fn where_parquet_cannot_go_it_is_not_sent() {
        let bench = Bench::new();
        let bytes = write(&rows(), "text", Compression::SNAPPY);
        bench.write("p.parquet", &bytes).write("q.parquet", &bytes).write("t.txt", PAGE);
        bench.write("unnamed", &bytes).write("wrong.jsonl", &bytes).write("r.parquet", PAGE);
        bench.write("s.parquet.gz", gzip(&bytes));
        // 2 where names say it already, 1 where it shows once an input is opened.
        for (code, arguments, said) in [
            (2, &["p.parquet"][..], "cannot go to standard output: give a file with -o"),
            (1, &["unnamed"], "cannot go to standard output: give a file with -o"),
            (2, &["p.parquet", "q.parquet", "-o", "out.parquet"], "give a folder with -o"),
            (1, &["p.parquet", "unnamed", "-o", "out.parquet"], "give a folder with -o"),
            (2, &["p.parquet", "t.txt", "-o", "out.x"], "p.parquet is parquet and t.txt is text"),
            (2, &["t.txt", "-o", "out.parquet"], "text, which does not become parquet"),
            (1, &["r.parquet", "-o", "out.x"], "r.parquet: is not a parquet file"),
            (
                1,
                &["s.parquet.gz", "-o", "out.x"],
                "s.parquet.gz: parquet inside of a compressed file",
            ),
            (2, &["p.parquet", "-o", "p.parquet"], "is also an input"),
        ] {
            bench.filter(arguments).exits(code).says(said).prints("");
        }
        assert_eq!(bench.read("p.parquet"), bytes);
        let out = bench.run_with(&["filter", "-m", "m.dechaff", "-o", "x.parquet"], &bytes);
        out.exits(1).says("-: parquet cannot be read from a stream; give the file's name");
        // A wrong name does no harm.
        bench.filter(&["wrong.jsonl", "-o", "right"]).exits(0);
        assert_eq!(read(bench.read("right")), clean_rows());
    }

    #[test]
    fn damage_takes_its_row_group_and_no_other() {
        let bench = Bench::new();
        let bytes = write(&rows(), "text", Compression::ZSTD(ZstdLevel::try_new(1).unwrap()));
        bench.write("a.parquet", &bytes[..bytes.len() - 20]);
        let out = bench.filter(&["a.parquet", "-o", "out.parquet"]);
        out.exits(1).says("a.parquet: the parquet footer cannot be read; is it truncated?");
        assert!(!bench.path("out.parquet").exists());
        bench.write("b.parquet", b"PAR1");
        bench.filter(&["b.parquet", "-o", "out.parquet"]).exits(1).says("is it truncated?");
        // The texts of the second row group.
        let reader = open(&bytes);
        let chunk = reader.metadata().row_group(1).column(1);
        let start = chunk.dictionary_page_offset().unwrap_or(chunk.data_page_offset()) as usize;
        let mut damaged = bytes.clone();
        damaged[start..start + chunk.compressed_size() as usize].fill(0xff);
        bench.write("c.parquet", damaged);
        let out = bench.filter(&["c.parquet", "-o", "out.parquet"]);
        out.exits(1).says("c.parquet: row group 2 (rows 4 to 5) is damaged: ");
        let mut want = clean_rows();
        want.remove(1);
        assert_eq!(read(bench.read("out.parquet")), want);
    }

    #[test]
    fn no_bytes_do_harm() {
        // Any byte of a small file changed: an error or an output, and the run goes on to its end.
        let bench = Bench::new();
        let bytes = write(&rows()[..1], "text", Compression::SNAPPY);
        for (at, &byte) in bytes.iter().enumerate() {
            for other in [0, 0xff, byte ^ 1, byte ^ 0x80, byte.wrapping_add(16)] {
                let mut damaged = bytes.clone();
                damaged[at] = other;
                bench.write(&format!("in/{at:04}-{other:02x}.parquet"), damaged);
            }
        }
        let out = bench.filter(&["in", "-o", "out"]);
        out.exits(1).says("errors told above").says("in/0000-ff.parquet: is not a parquet file");
        out.says("the reader gave up");
        out.check(!out.stderr.contains("panicked"), "panics are told as errors");
        assert!(!bench.path("out/0000-ff.parquet").exists());
    }
}

#[test]
fn lines_of_old_files_stay_lines() {
    let bench = Bench::new();
    bench.write("old.txt", "甲\r魍\r乙\r");
    bench.filter(&["old.txt"]).exits(0).prints("甲\r乙\r");
    bench.filter(&["old.txt", "--emit", "text"]).exits(0).prints("甲\n乙\n");
    bench.filter(&["old.txt", "-o", "new.txt", "--removed", "r"]).exits(0);
    bench.run(&["restore", "new.txt", "--removed", "r"]).exits(0).prints("甲\r魍\r乙\r");
}
