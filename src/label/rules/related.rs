//! What leads to other articles: headings of lists, headlines with a date, ages, adverts between.

use super::Pattern;
use crate::text::Kind;

pub(super) fn patterns() -> Vec<Pattern> {
    vec![
        Pattern {
            name: "related_heading",
            about: "the heading of a list of other pages: related, most read, you may like",
            kind: Kind::Related,
            most_units: 14.0,
            pattern: concat!(
                "^\\P{L}*(您?可能(还|也|会)?(感兴趣|喜欢)的?.{0,4}|猜(你|您)喜欢|大家(都|还|正)?在?(看|搜|说)|看(过|了).{0,6}的人.{0,6}|为(你|您)推荐|相关(的)?(文章|新闻|阅读|链接|推荐|内容|资讯|主题|专题|产品|报道|搜索|话题|帖子|标签|词条|信息|图片|视频|作品|小说|影片|知识|问题|日志|博文|游戏|软件|下载|案例|热词|职位|公司)?|",
                "(最新|最近|热门|热点|精彩|推荐|编辑|本周|本月|今日|昨日|一周|每日|24小时|00小时|站长|频道|图文|随机|同类|人气|头条|特别|重点|延伸|拓展|更多|其他|其它|近期|点击|阅读|浏览|评论|新闻|文章|资讯|视频|图片|热评|热帖|热搜|周|月|日|总|下载|销售|搜索|本类|栏目|焦点)(文章|新闻|阅读|推荐|内容|资讯|主题|专题|排行榜?|排名|榜单?|回复|评论|帖子|图片|视频|图集|图文|标签|搜索|关键词|产品|动态|博文|日志|发布|更新|热点|精选|精选文章|推荐文章|点击|话题|头条|导读|专栏|下载|作品|游戏|招聘|职位|问题|关注|点击排行|阅读排行|点击榜|热门|热文|信息|软文|排行)|排行榜)",
                "( ?(top ?0+|more|更多))?\\P{L}*$|",
                "^\\P{L}*(related|popular|trending|recommended|latest|recent|most (read|popular|viewed|commented|shared|recent|watched|emailed|discussed)|more (from|in|on|stories|news|articles|like|by|about|top|posts|videos|to)|(you )?(may|might) (also )?(like|be interested)|you('ll| will) (also )?like|editor\"?s?'? (picks?|choice)|don\"?t miss|read (next|this next|also|on)|up next|next up|see also|also (read|on|in|see)|top (stories|news|posts|headlines)|sponsored|promoted|partner content|around the web|from (around )?the web|from our (partners|network|sponsors)|featured|hot (topics|stories|right now)|in (other|this) (news|section|series)|similar|further reading|what to read|must[- ]read|best of|today\"?s|this week|watch(ed)? (next|now|more)|what\"s (new|hot|trending)|the latest|people also|customers also|explore more|keep reading|share this|other (stories|articles|news|posts))(\\P{L}|$)",
            )
            .into(),
        },
        Pattern {
            name: "dated_title",
            about: "a short title with a date before or behind it, as lists have them",
            kind: Kind::Related,
            most_units: 32.0,
            pattern: concat!(
                "^[·\\-\\[(> ]*[^·|.!?]*\\p{Han}{4}[^|.!?]*[ \\[(·]+(0{4}[-/.年])?00?[-/.月]00?日?[\\])]?$|",
                "^[·> ]*\\[?\\(?(0{4}[-/.])?00?[-/]00?[\\])]?[ ·]+[^:|.!?]*\\p{Han}{5}[^:|.!?]*$",
            )
            .into(),
        },
        Pattern {
            name: "age",
            about: "so many minutes, hours or days ago, and little else",
            kind: Kind::Related,
            most_units: 14.0,
            pattern: concat!(
                "^.{0,24}(0+|刚刚|一|半) ?(秒钟?|分钟|小时|天|周|个?月|年)(之)?前( .{0,12})?$|",
                "^.{0,30}\\b(0+|an?|one) ?(s|m|h|d|w|min|mins|minutes?|hrs?|hours?|days?|weeks?|months?|years?|yrs?) ago(\\P{L}|$)|",
                "^\\P{L}*(0{1,3} ?[smhdwy]|yesterday|today|just now)\\P{L}*$",
            )
            .into(),
        },
        Pattern {
            name: "advert_mark",
            about: "says that an advert follows",
            kind: Kind::Ad,
            most_units: 12.0,
            pattern: concat!(
                "^\\P{L}*(广告|赞助商?(链接|内容)?|推广(链接|信息)?|赞助)\\P{L}*$|",
                "^\\P{L}*(advertisements?|advertising|sponsored( (content|by|links?|stories|post))?|promoted( (content|by|links?|stories))?|paid (content|post)|ads? (by|from)|article continues below|story continues below|recommended by|continue reading (the main story|below))( .{0,20})?$",
            )
            .into(),
        },
    ]
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;

    #[test]
    fn headings() {
        check(
            "related_heading",
            &[
                "相关阅读",
                "热门文章",
                "猜你喜欢",
                "點擊排行榜",
                "Related Articles",
                "You may also like",
                "Most read",
            ],
            &["相关部门表示", "热门的茶馆", "They recently moved", "最新的桥"],
        );
    }

    #[test]
    fn titles_with_dates() {
        check(
            "dated_title",
            &[
                "某某公司召开年度会议 2019-03-04",
                "· 老桥今日重新通车了 [05-06]",
                "[03-04] 老桥今日重新通车了",
            ],
            &["2019年3月，老桥通车了。", "会议定于 2019-03-04 举行，欢迎参加"],
        );
    }

    #[test]
    fn ages() {
        check(
            "age",
            &["3小时前", "刚刚 5分钟前", "2 days ago", "张某 12天前"],
            &["三年前他来过这里，那时候桥还没有修好", "It was built 300 years before"],
        );
    }

    #[test]
    fn adverts() {
        check(
            "advert_mark",
            &["广告", "Advertisement", "Sponsored by Nobody"],
            &["广告公司开业", "Sponsors left"],
        );
    }
}
