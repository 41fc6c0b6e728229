//! Runs dom_smoothie on JSON Lines of `{"id", "html"}`, the file named first; writes JSON Lines of
//! `{"id", "text"}`. A page that it finds nothing in has an empty text.

use std::error::Error;
use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write, stdout};

use dom_smoothie::{Config, Readability, TextMode};
use serde_json::{Value, json};

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args_os().nth(1).ok_or("usage: peer-dom-smoothie FILE")?;
    let mut out = BufWriter::new(stdout().lock());
    for line in BufReader::new(File::open(path)?).lines() {
        let page: Value = serde_json::from_str(&line?)?;
        let html = page["html"].as_str().ok_or("a page without html")?;
        let text = extract(html).unwrap_or_default();
        writeln!(out, "{}", json!({ "id": page["id"], "text": text }))?;
    }
    Ok(out.flush()?)
}

/// Text with line breaks between blocks; as it is by default, words of neighbouring blocks run together.
fn extract(html: &str) -> Result<String, Box<dyn Error>> {
    let config = Config { text_mode: TextMode::Formatted, ..Config::default() };
    let article = Readability::new(html, None, Some(config))?.parse()?;
    Ok(article.text_content.to_string())
}
