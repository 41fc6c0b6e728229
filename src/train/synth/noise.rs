//! How planted words are hidden from word filters: signs, spaces and look-alikes put into them.
//! A block draws one way and uses it throughout.

use super::Rng;

/// A way of disguising words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Noise {
    None,
    Spaced,
    Invisible(char),
    Signs(char),
    FullWidth,
    LookAlike,
    Digits,
    Repeated,
    RandomTail,
}

impl Noise {
    /// Mostly none.
    pub(super) fn draw(rng: &mut Rng) -> Noise {
        if !rng.chance(0.2) {
            return Noise::None;
        }
        match rng.below(9) {
            0 => Noise::Spaced,
            1 => Noise::Invisible(
                rng.pick(['\u{200b}', '\u{200d}', '\u{feff}', '\u{2060}', '\u{ad}']),
            ),
            2 => Noise::Signs(
                rng.pick(['.', '*', '-', '·', '_', '|', '+', '√', '゛', '。', '/', '^']),
            ),
            3 => Noise::FullWidth,
            4 | 5 => Noise::LookAlike,
            6 => Noise::Digits,
            7 => Noise::Repeated,
            _ => Noise::RandomTail,
        }
    }

    /// Appends an item in its disguise.
    pub(super) fn write(self, item: &str, rng: &mut Rng, out: &mut String) {
        match self {
            Noise::None => out.push_str(item),
            Noise::Spaced => spread(item, 1.0, " ", rng, out),
            Noise::Invisible(sign) => spread(item, 0.4, sign.encode_utf8(&mut [0; 4]), rng, out),
            Noise::Signs(sign) => spread(item, 0.25, sign.encode_utf8(&mut [0; 4]), rng, out),
            Noise::FullWidth => out.extend(item.chars().map(full_width)),
            Noise::LookAlike => out.extend(item.chars().map(|c| look_alike(c, rng))),
            Noise::Digits => {
                out.push_str(item);
                for _ in 0..rng.range(2, 6) {
                    out.push((b'0' + rng.below(10) as u8) as char);
                }
            }
            Noise::Repeated => {
                for _ in 0..rng.range(2, 3) {
                    out.push_str(item);
                }
            }
            Noise::RandomTail => {
                out.push_str(item);
                out.push_str(rng.pick(["", "-", "_", " "]));
                for _ in 0..rng.range(4, 9) {
                    out.push((b'a' + rng.below(26) as u8) as char);
                }
            }
        }
    }
}

fn spread(item: &str, share: f64, sign: &str, rng: &mut Rng, out: &mut String) {
    for (index, c) in item.chars().enumerate() {
        if index > 0 && rng.chance(share) {
            out.push_str(sign);
        }
        out.push(c);
    }
}

/// ASCII in its full-width form.
pub(super) fn full_width(c: char) -> char {
    match c {
        '!'..='~' => char::from_u32(c as u32 + 0xfee0).unwrap_or(c),
        c => c,
    }
}

/// Letters of other scripts and signs that look or sound like the one that is meant.
fn look_alike(c: char, rng: &mut Rng) -> char {
    if rng.chance(0.4) {
        return c;
    }
    match c {
        'a' => 'а',
        'e' => 'е',
        'o' => 'о',
        'p' => 'р',
        'c' => 'с',
        'x' => 'х',
        'i' => 'і',
        'A' => 'Α',
        'B' => 'В',
        'E' => 'Ε',
        'H' => 'Н',
        'K' => 'Κ',
        'M' => 'М',
        'O' => '0',
        'V' => 'Ⅴ',
        '0' => 'O',
        '1' => 'l',
        '3' => 'З',
        '彩' => '采',
        '博' => '愽',
        '网' => '網',
        '发' => '發',
        '乐' => '樂',
        '娱' => '娯',
        '赌' => '賭',
        '牌' => '棑',
        '官' => '冠',
        '微' => '薇',
        '信' => '芯',
        '加' => '伽',
        '电' => '電',
        '费' => '废',
        '免' => '勉',
        '注' => '紸',
        '册' => '冊',
        '体' => '軆',
        '育' => '毓',
        '色' => '铯',
        '片' => '爿',
        '视' => '視',
        '频' => '頻',
        '国' => '囯',
        '人' => '亽',
        '产' => '産',
        '区' => '區',
        '看' => '着',
        '成' => '荿',
        '精' => '棈',
        '品' => '榀',
        '龙' => '龍',
        '门' => '門',
        '华' => '華',
        '万' => '萬',
        '亚' => '亞',
        c => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_disguise_writes_what_it_says() {
        let mut rng = Rng::derive(1, "noise", 0);
        let mut write = |noise: Noise| {
            let mut out = String::new();
            noise.write("彩票Ab", &mut rng, &mut out);
            out
        };
        assert_eq!(write(Noise::None), "彩票Ab");
        assert_eq!(write(Noise::Spaced), "彩 票 A b");
        assert_eq!(write(Noise::FullWidth), "彩票Ａｂ");
        assert_eq!(write(Noise::Invisible('\u{200b}')).replace('\u{200b}', ""), "彩票Ab");
        let tail = write(Noise::Digits);
        assert!(tail.strip_prefix("彩票Ab").is_some_and(|t| t.parse::<u32>().is_ok()), "{tail}");
    }
}
