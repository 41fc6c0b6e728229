//! Feeds that pretend or show life: masked users, orders, who is online, counts of members.

use super::Pattern;
use crate::text::Kind;

pub(super) fn patterns() -> Vec<Pattern> {
    vec![
        Pattern {
            name: "masked_name",
            about: "a masked name or number, and what it has just done",
            kind: Kind::Ticker,
            most_units: 36.0,
            pattern: concat!(
                "0{2,4}\\*{2,}0{2,4}|[\\p{Han}a-z0]\\*{1,6}[\\p{Han}a-z0]?.{0,10}(刚刚|购买|下单|申请|咨询|获得|提现|中奖|报名|充值|成功|加入|兑换|预约|领取|投注|盈利|喜中|注册)|",
                "[\\p{Han}](先生|女士|小姐|同学|\\*\\*|某某).{0,10}(刚刚|分钟前|小时前|已)?.{0,4}(购买|下单|申请|咨询|提现|中奖|报名|预约|领取)",
            )
            .into(),
        },
        Pattern {
            name: "crowd_count",
            about: "how many are online, joined, posted today",
            kind: Kind::Ticker,
            most_units: 30.0,
            pattern: concat!(
                "(在线|当前|同时|历史最高)(人数|访客|会员|用户|在线)|0+ ?(人|位|名|个)?.{0,6}(正在|在)(线|浏览|观看|围观|阅读|咨询)|已有 ?0+ ?(人|位|名)|0+ ?(人|位)(已)?(购买|报名|申请|加入|参与|关注|收藏|喜欢|学习|下载|付款|评价)|",
                "(今日|昨日|最高日|总)(发帖|主题|帖数|帖|新增|访问|访问量|更新):?|欢迎新(会员|用户)|最新会员|注册会员[: ]|访问(总)?(量|人数|统计)|",
                "\\b0+ (users?|members?|guests?|people|visitors?|fans|followers?|subscribers)( (are|is|currently|viewing|online|like|watching|browsing|following))*( .{0,24})?$|\\b(users? (browsing|online)|currently active users|who\"?s online|members online|newest member|online now)\\b",
            )
            .into(),
        },
    ]
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;

    #[test]
    fn masked_names() {
        check(
            "masked_name",
            &["138****0000 刚刚下单", "王** 3分钟前申请成功", "李女士 咨询了报价"],
            &["李女士说桥修得好", "3 * 4 = 12"],
        );
    }

    #[test]
    fn crowds() {
        check(
            "crowd_count",
            &[
                "当前在线人数：12",
                "今日发帖: 3",
                "已有 120 人参与",
                "12 users online",
                "Who's Online",
            ],
            &["三百人走过了桥", "The people like tea"],
        );
    }
}
