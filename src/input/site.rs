//! The site of a page, as the page or its address says it.

use serde::Deserialize;

use super::page::{Body, InputPage};

impl InputPage {
    /// The page's site: the `site` of a JSON page, or the host of its `url`; of a record of WARC and of a
    /// row with a column `url` the host. `None` where nothing says it.
    pub fn site(&self) -> Option<String> {
        #[derive(Deserialize)]
        struct Place {
            site: Option<serde_json::Value>,
            url: Option<serde_json::Value>,
        }
        let Body::Record(record) = &self.body else { return host(self.url.as_deref()?) };
        let place: Place = serde_json::from_str(&record.raw).ok()?;
        let text = |value: Option<serde_json::Value>| value?.as_str().map(str::to_owned);
        let site = text(place.site).filter(|site| !site.is_empty());
        site.or_else(|| host(&text(place.url)?))
    }
}

fn host(url: &str) -> Option<String> {
    let after = url.split_once("://").map_or(url, |(_, after)| after);
    let host = after.split(['/', '?', '#']).next()?;
    let host = host.rsplit('@').next()?;
    let host = host.split(':').next()?;
    (!host.is_empty()).then(|| host.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use crate::input::{About, Format, RawPage, RecordOptions};

    fn site(format: Format, bytes: &str, url: Option<&str>) -> Option<String> {
        let raw = RawPage {
            path: std::path::Path::new("f").into(),
            line: 1,
            format,
            bytes: bytes.into(),
            about: About { url: url.map(str::to_owned), ..About::default() },
        };
        raw.parse(RecordOptions::default()).unwrap().site()
    }

    #[test]
    fn sites_come_from_the_page_or_its_address() {
        let json = |bytes| site(Format::JsonLines, bytes, None);
        assert_eq!(
            json(r#"{"text":"","site":"a.example","url":"http://b"}"#).unwrap(),
            "a.example"
        );
        let url = r#"{"text":"","url":"https://me@News.Example:80/x?y"}"#;
        assert_eq!(json(url).unwrap(), "news.example");
        assert_eq!(json(r#"{"text":"","url":7}"#), None);
        assert_eq!(json(r#"{"text":""}"#), None);
        for format in [Format::Warc, Format::Parquet] {
            let of = |url| site(format, "甲", url);
            assert_eq!(of(Some("http://e.example/1")).unwrap(), "e.example", "{format:?}");
            assert_eq!(of(None), None, "{format:?}");
        }
        assert_eq!(site(Format::Text, "甲", None), None);
    }
}
