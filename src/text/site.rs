//! The site that a page is of, and its lines told apart by site: hashes that are the same everywhere and
//! forever, since files hold them.

use super::fnv::{self, mix};

/// A site, by a hash of its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Site(u64);

impl Site {
    /// The site of that name, mostly a host: capitals and a `www.` before it make no difference.
    ///
    /// ```
    /// use dechaff::text::Site;
    /// assert_eq!(Site::named("www.News.example"), Site::named("news.example"));
    /// assert_ne!(Site::named("sport.example"), Site::named("news.example"));
    /// ```
    pub fn named(name: &str) -> Self {
        let name = name.trim();
        let bare = match name.get(..4) {
            Some(start) if start.eq_ignore_ascii_case("www.") => name.get(4..).unwrap_or(name),
            _ => name,
        };
        Site(mix(fnv::hash_64(bare.bytes().map(|byte| byte.to_ascii_lowercase()))))
    }

    /// The hash of the site itself.
    pub fn key(self) -> u64 {
        self.0
    }

    /// The hash of one of its lines, of which `codes` are what it is folded to: see
    /// [`fold_line`](super::fold::fold_line). Case, width and script make no difference, but digits do. The
    /// same line of another site has another one.
    pub fn line_key(self, line: &str, codes: &[u16]) -> u64 {
        // Folded, all digits are one.
        let digits = line.bytes().filter(u8::is_ascii_digit).map(u32::from);
        mix(fnv::hash_64(codes.iter().map(|&code| u32::from(code)).chain(digits)) ^ self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_hosts_in_any_spelling() {
        let site = Site::named("甲.example");
        for name in ["WWW.甲.EXAMPLE", " 甲.example\n", "www.甲.example"] {
            assert_eq!(Site::named(name), site, "{name}");
        }
        for name in ["", "w.甲.example", "甲.example.cn", "www", "www."] {
            assert_ne!(Site::named(name), site, "{name}");
        }
        // Files hold these.
        assert_eq!(site.key(), 0x8478_01D5_64F8_858C);
        assert_eq!(site.line_key("一7", &[0x4e00, 1]), 0x95E5_05B9_AB06_F3AE);
    }

    #[test]
    fn a_line_of_another_site_is_another_line() {
        let (one, two) = (Site::named("a"), Site::named("b"));
        let codes = [7u16, 8, 9];
        assert_ne!(one.line_key("a", &codes), two.line_key("a", &codes));
        assert_ne!(one.line_key("a", &codes), one.line_key("a", &codes[1..]));
        assert_ne!(one.line_key("a1", &codes), one.line_key("a2", &codes));
        assert_eq!(one.line_key("Ａ1", &codes), one.line_key("a1", &codes));
    }
}
