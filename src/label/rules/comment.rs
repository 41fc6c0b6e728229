//! The furniture of comments: boxes, buttons, counters, rules of the house.

use super::Pattern;
use crate::text::Kind;

pub(super) fn patterns() -> Vec<Pattern> {
    vec![
        Pattern {
            name: "comment_button",
            about: "reply, report, quote, like, with or without a count, and nothing else",
            kind: Kind::CommentUi,
            most_units: 16.0,
            pattern: concat!(
                "^\\P{L}*((我要|我来|发表|发布|写|提交|查看|查看全部|全部|更多|最新|热门|精彩|网友|用户|读者|文章|相关|点击|立即|添加|匿名|快速|高级)?(评论|回复|留言|跟帖|点评|评价|发言|发表|回帖|回应|说两句|吐槽)(列表|内容|框|区|一下|此楼|该楼|此文|我|数|人数|\\(必填\\))?|举报|支持|反对|顶|踩|引用|沙发|板凳|地板|楼主|只看(该作者|楼主|大图|ta|他)|(正|倒)序(浏览|查看|排列|阅读)?|(发|回)帖|使用道具|返回列表|抢沙发|电梯直达|跳转到指定楼层|来自手机|收起回复|展开回复|加(为)?好友|发(送)?(消息|私信)|看全部|分享 评分|评分|采纳|有用|没用|赞同|感谢)",
                "(\\P{L}+(评论|回复|举报|支持|反对|引用|收藏|分享|顶|踩|使用道具|点赞|赞|删除|编辑|条|人|楼|参与))*\\P{L}*$|",
                "^\\P{L}*(reply|replies|report( (abuse|comment|post|this))?|quote|like|unlike|dislike|upvote|downvote|vote (up|down)|flag( (as|this).{0,16})?|permalink|permanent link|0+ ?(comments?|repl(y|ies)|responses?|likes?|votes?|upvotes?|points?|notes|answers?)|no (comments|replies|responses)( yet)?|comments?( (closed|off|section|policy))?|view (all )?(replies|comments)|show (replies|comments)|hide (replies|comments)|add (a )?(comment|reply)|(leave|post|write|submit)( (a|your))? ?(comment|reply|response|review)|sort by( .{0,12})?|(newest|oldest|best|top)( (first|comments|rated))?|top rated|load more comments|follow comments|share|edited|delete|award|give award|save|helpful|was this helpful.{0,6}|mark as .{0,16})",
                "(\\P{L}+(reply|report|quote|like|share|flag|permalink|save|delete|edit|unlike|award|follow))*\\P{L}*$",
            )
            .into(),
        },
        Pattern {
            name: "comment_box",
            about: "how to comment, who may, what the house asks",
            kind: Kind::CommentUi,
            most_units: 60.0,
            pattern: concat!(
                "(登录|注册).{0,6}后?(才|方|再|即|就)?(能|可|可以|能够|来)?.{0,4}(评论|发表|回复|发言|回帖|留言|发帖|参与)|(您|你)(的|需要|必须|还没有|还可以|可以|所在的|尚未|无权).{0,12}(电子邮箱地址不会|登录|用户组|回复|评论|发帖|输入|发言)|",
                "(必填|验证码|看不清|换一张|匿名(发表|评论)?|表情)\\P{L}*$|(文明上网|理性发言|文明发言|自觉遵守)|还可以?(输入|写) ?0+|限 ?0+ ?字|暂(无|时没有)(评论|回复|留言|网友|相关|内容|数据)|(共|已)?(有)? ?0+ ?(条|人|位网友|个)?(评论|跟帖|参与|回复|留言)|(评论|跟帖|回复|参与)(数)?[:(] ?0+|(网友|本站|以下)(评论|留言)(仅|只).{0,12}|",
                "e-?mail address will not be (published|shown)|required fields|notify me (of|when)|save my name|(log|sign) ?(in|up)( or (register|sign up))? to (reply|comment|leave|post|vote|join)|be the first to (comment|reply|like|review)|join the (discussion|conversation)|comments (are|have been|on this).{0,20}(closed|disabled|moderated|for)|(your|leave a|post a|add a|write a|view|read|all|more|show|0+) (comment|comments|reply)\\b|you must be (logged|signed|registered)|(this )?comment (has been|was) (deleted|removed)|please (keep|read).{0,20}(comments?|respectful|polite|rules)",
            )
            .into(),
        },
        Pattern {
            name: "post_head",
            about: "the head of a post: floor, author's level, posted at",
            kind: Kind::CommentUi,
            most_units: 22.0,
            pattern: concat!(
                "^\\P{L}*(发表于|发布于|回复于|编辑于|最后(编辑|回复|发表)(于|由|:)?|本帖最后由)|^.{0,16}(发表于|回复于|发布于)[: ]?\\P{L}*0{4}|^\\P{L}*0*(楼|#|f)\\P{L}*$|^\\P{L}*第? ?0+ ?(楼|层)(\\P{L}|$)|(主题|帖子|精华|积分|威望|金钱|阅读权限|在线时间|注册时间|最后登录|用户组|等级|听众|粉丝|经验|贡献)[:|]? ?0+\\P{L}*$|ip属地|来自:? ?\\p{Han}{2,6}(网友|客户端|用户)|",
                "^\\P{L}*(posted|joined|registered|member since|last (edited|seen|activity|post|modified|reply)|location|messages|posts|reputation|reaction score|likes received|senior member|junior member|new member|active member|moderator|administrator|original poster)(\\P{L}| (by|on|at).{0,30})",
            )
            .into(),
        },
    ]
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;

    #[test]
    fn buttons() {
        check(
            "comment_button",
            &["回复(0)", "我要评论", "顶 12 踩 0", "Reply", "Reply Report", "3 comments", "举报"],
            &["支持修桥的人", "I like rain", "Report on bridges"],
        );
    }

    #[test]
    fn boxes() {
        check(
            "comment_box",
            &[
                "登录后才能发表评论",
                "文明上网理性发言",
                "暂无评论",
                "Be the first to comment",
                "Log in to reply",
            ],
            &["他登录后看到了信。", "He did not comment."],
        );
    }

    #[test]
    fn heads_of_posts() {
        check(
            "post_head",
            &["发表于 2019-3-4 05:06", "12楼", "积分 120", "Joined: Mar 2004", "Posted by someone"],
            &["发表了演讲", "They posted letters", "十二楼的灯"],
        );
    }
}
