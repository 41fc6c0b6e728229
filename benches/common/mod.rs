//! Text for the benches, composed from a few words by a seeded generator: the same in every run. It is
//! more even than real pages, so figures on it are for comparing one version of the code with another.

const ZH: &str = "清晨 渡口 船工 把 缆绳 解开 河面 上 起了 薄雾 两岸 的 稻田 刚刚 收割 孩子们 沿着 堤坝 跑 老人 坐在 门前 \
    修补 渔网 集市 开门 很早 首页 新闻 视频 下载 登录 更多 厂家 批发 价格 公司 设备 安装 2019 年 5 月 来源";
const EN: &str = "the ferry leaves before dawn and the river keeps a thin mist over both banks while children run \
    along the dyke an old man mends his nets market opens early home news video download login more price \
    company 2019 about contact share";

/// A language, and the stream of its lines.
pub struct Writer {
    words: Vec<&'static str>,
    space: &'static str,
    end: &'static str,
    state: u64,
}

impl Writer {
    /// Lines in Chinese.
    pub fn chinese() -> Self {
        Writer { words: ZH.split_whitespace().collect(), space: "", end: "。", state: 1 }
    }

    /// Lines in English.
    pub fn english() -> Self {
        Writer { words: EN.split_whitespace().collect(), space: " ", end: ".", state: 1 }
    }

    /// A number below `n` (linear congruences: Knuth's MMIX).
    pub fn below(&mut self, n: usize) -> usize {
        self.state = self.state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (self.state >> 33) as usize % n
    }

    /// Appends a line of one to `longest` words.
    pub fn line(&mut self, longest: usize, page: &mut String) {
        for word in 0..1 + self.below(longest) {
            page.push_str(if word > 0 { self.space } else { "" });
            let chosen = self.below(self.words.len());
            page.push_str(self.words[chosen]);
            page.push_str(if self.below(9) == 0 { "," } else { "" });
        }
        page.push_str(self.end);
        page.push('\n');
    }
}
