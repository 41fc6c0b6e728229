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
        site_of(text(place.site).as_deref(), text(place.url).as_deref())
    }
}

/// The site that a page names, or the host of its address, where one of them says something.
pub(super) fn site_of(site: Option<&str>, url: Option<&str>) -> Option<String> {
    let site = site.map(str::trim).filter(|site| !site.is_empty());
    site.map(str::to_owned).or_else(|| host(url?))
}

/// The host of an address, as it is written but for capitals and a dot at its end.
fn host(url: &str) -> Option<String> {
    let url = url.trim();
    let after =
        url.split_once("://").map_or_else(|| url.strip_prefix("//"), |(_, after)| Some(after))?;
    let authority = after.split(['/', '?', '#', '\\']).next()?;
    let host = authority.rsplit('@').next()?;
    let host = match host.split_once(']') {
        // Of IPv6, whose colons are none of a port.
        Some((address, _)) if host.starts_with('[') => address.get(1..)?,
        _ => host.split(':').next()?,
    };
    let host = host.strip_suffix('.').unwrap_or(host);
    (!host.is_empty()).then(|| host.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;
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
        assert_eq!(json(r#"{"text":"","site":" ","url":"//B.example.:8/"}"#).unwrap(), "b.example");
        assert_eq!(json(r#"{"text":"","url":7}"#), None);
        let of = |url: &str| host(url);
        assert_eq!(of("http://[2001:DB8::1]:80/x").unwrap(), "2001:db8::1");
        assert_eq!(of("http://甲.example?u=a@b").unwrap(), "甲.example");
        for nowhere in [
            "mailto:me@a.example",
            "urn:uuid:1",
            "data:text/html,a",
            "index.html",
            "http:///x",
            "//",
        ] {
            assert_eq!(of(nowhere), None, "{nowhere}");
        }
        assert_eq!(json(r#"{"text":""}"#), None);
        for format in [Format::Warc, Format::Parquet] {
            let of = |url| site(format, "甲", url);
            assert_eq!(of(Some("http://e.example/1")).unwrap(), "e.example", "{format:?}");
            assert_eq!(of(None), None, "{format:?}");
        }
        assert_eq!(site(Format::Text, "甲", None), None);
    }
}
