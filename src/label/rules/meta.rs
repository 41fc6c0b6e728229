//! Front matter and counters: views, tags, categories, font sizes, reading time.

use super::Pattern;
use crate::text::Kind;

pub(super) fn patterns() -> Vec<Pattern> {
    vec![
        Pattern {
            name: "view_count",
            about: "how often the page was read",
            kind: Kind::Meta,
            most_units: 30.0,
            pattern: concat!(
                "(阅读|浏览|点击|人气|访问|查看|热度|点击率|围观|阅|播放|关注度)(量|数|次数|人数|率|总数)?[:(] ?\\[?0*|0+(\\.0+)?[万w]? ?次?(阅读|浏览|点击|人气|播放|观看|围观|人看过|次)\\P{L}*$|^\\P{L}*(阅读|浏览|点击|播放)(量|数)? ?0+|",
                "^\\P{L}*0+(\\.0+)? ?[kmw]? ?(total )?(views?|reads?|hits|plays|shares|downloads)\\P{L}*$|^\\P{L}*(views?|reads?|hits|page views|shares)\\P{L}*0+|\\b0+ ?-?min(ute)?s?\\.? (read|watch|listen)\\b|(全文|本文|字数|阅读时间).{0,4}(约|共)?.{0,3}0+ ?(字|分钟)|预计阅读",
            )
            .into(),
        },
        Pattern {
            name: "tag_line",
            about: "tags, categories, key words of the page",
            kind: Kind::Meta,
            most_units: 50.0,
            pattern: "^\\P{L}*(本文)?(标签|tags?|关键词|关键字|keywords?|分类|所属(分类|栏目|频道|专题)|栏目|类别|话题|topics?|filed (under|in)|posted in|categor(y|ies)|归类于|labels?|tagged( (with|as|under))?|more on|索引号|主题词|信息(来源|索引)|文号|发文(字号|机关|日期)|公开(方式|日期|类别)|(责任|实习|值班)?编(辑|审)|责编|审核|录入|稿件来源) ?(:|·|\\|)".into(),
        },
        Pattern {
            name: "page_tools",
            about: "font size, print, read aloud",
            kind: Kind::Meta,
            most_units: 20.0,
            pattern: concat!(
                "字(体|号)(大小)?( ?[:\\[(大小]|$)|^\\P{L}*[\\[(【]?(大|中|小|特大|超大)(\\P{L}+(大|中|小|特大|超大|号))+\\P{L}*$|^\\P{L}*(打印|朗读|收听|听新闻|语音播报|视力保护色|保护视力色|调整字体|背景色|原标题|手机看新闻|手机阅读)\\P{L}*|我要(纠错|投稿|提问|反馈)|(纠错|内容)?(纠错|反馈|报错)\\P{L}*$|",
                "^\\P{L}*(font size|text size|a ?a ?a|listen( to (this )?article)?|print( (this )?(page|article))|resize|increase|decrease|report (an )?(error|typo)|suggest an edit|listen now|play|pause|mute|unmute|full ?screen|replay|captions?|image( caption| source| copyright)?|photo( credit)?|gallery|slideshow)\\P{L}*$",
            )
            .into(),
        },
    ]
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;

    #[test]
    fn counts() {
        check(
            "view_count",
            &["閱讀：120次", "点击量(12)", "1.2k views", "5 min read", "300 次浏览"],
            &["他阅读了信。", "The view was fine", "浏览全书"],
        );
    }

    #[test]
    fn tags() {
        check(
            "tag_line",
            &["标签：桥 水 村", "Tags: bridge, rain", "责任编辑：某某", "Filed under: Rain"],
            &["标签掉了", "The tags were lost."],
        );
    }

    #[test]
    fn tools() {
        check(
            "page_tools",
            &["字体大小", "[大 中 小]", "打印本页", "Font size"],
            &["大小正好", "The prints are good"],
        );
    }
}
