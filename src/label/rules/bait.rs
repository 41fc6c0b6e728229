//! Contacts: messenger ids, telephone numbers, addresses, and the sales talk around them.

use super::Pattern;
use crate::text::Kind;

pub(super) fn patterns() -> Vec<Pattern> {
    vec![
        Pattern {
            name: "messenger_id",
            about: "asks to add a messenger id",
            kind: Kind::Ad,
            most_units: 50.0,
            pattern: concat!(
                "(加|添加|联系|咨询|客服|请加|扣|搜索?)?.{0,2}(微信|薇信|威信|v信|微|vx|wx|wechat|qq|扣扣|q群|企鹅|telegram|电报|飞机号?|tg|whatsapp|skype|旺旺|纸飞机)(号|群|客服|咨询|在线|同号)?[: @+]+[a-z0][a-z0_-]{4,}|",
                "(加|进)(我|群|微信|qq|客服|薇|v).{0,10}(领|免费|咨询|交流|福利|红包|获取|进群|了解)",
            )
            .into(),
        },
        Pattern {
            name: "telephone",
            about: "a telephone or fax number with its lead word",
            kind: Kind::Ad,
            most_units: 50.0,
            pattern: "(电话|热线|手机|传真|座机|咨询|客服|专线|致电|联系人|总机|直线|qq)[^,.]{0,10}[: ]*[+(]?0[0 ()/-]{6,}|\\b(tel|phone|fax|mobile|call( us)?|hotline|telephone|t|f|p|m)\\b[.: ]{1,3}[+(]?0[0 ().-]{6,}|\\b000-000-0000\\b".into(),
        },
        Pattern {
            name: "address",
            about: "where the firm is: address, postcode, mail",
            kind: Kind::Legal,
            most_units: 50.0,
            pattern: "^\\P{L}*(公司|联系|总部|办公|工厂|厂|单位|通讯|通信|门店|详细|网站)?(地址|邮编|邮政编码|邮箱|电子邮箱|电子邮件|传真|网址|官网|信箱|联系人|e-?mail|mail|add(ress)?|web(site)?|fax) ?:|^\\P{L}*[a-z0._-]+@[a-z0.-]+\\.[a-z]{2,5}\\P{L}*$|^\\P{L}*(https?://|www\\.)[^ ]+\\P{L}*$|邮编: ?0{6}".into(),
        },
        Pattern {
            name: "sales_talk",
            about: "offers, discounts, agents, order now",
            kind: Kind::Ad,
            most_units: 40.0,
            pattern: concat!(
                "(立即|马上|点击|免费|在线|一键|预约|快速|现在)(咨询|购买|抢购|订购|申请|领取|报名|预约|体验|试用|试听|开户|测试|估价|报价|拨打|询价|留言|下单|加盟|参团)|(厂家|工厂)(直销|供应|批发)|(全国|招商|诚招|代理)(加盟|代理|热线|包邮|招商)|(限时|特价|优惠|包邮|秒杀|满减|优惠券|折扣)(抢购|活动|优惠|领取|促销|券|中)|加入购物车|价格面议|询价|(原|现|市场|会员|本店|促销|零售)价 ?[:¥]|代(开|办)(发票|证|理)|欢迎(来电|致电|咨询|广大|新老|前来|您的).{0,10}(咨询|洽谈|订购|选购|光临|合作|莅临)|",
                "\\b(buy|order|shop|book|apply|enrol|try( it)?( for free)?|get started|start (your )?free trial|add to (cart|basket|bag)|request a (quote|demo)|contact sales|free trial|limited time( offer)?|free shipping|save up to|claim (your|now)|learn more|subscribe) ?(now|today|online|here|for free)?\\P{L}*$|0+ ?% off\\b",
            )
            .into(),
        },
    ]
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;

    #[test]
    fn contacts() {
        check(
            "messenger_id",
            &["加微信：abc12345", "QQ：12345678", "进群领红包"],
            &["他用微信付了钱", "微信很方便"],
        );
        check(
            "telephone",
            &["咨询热线：400-000-0000", "Tel: +86 000 00000000"],
            &["他打了电话", "He called at 10"],
        );
        check(
            "address",
            &["地址：某市某路1号", "E-mail: a@b.example", "www.example.com"],
            &["地址没有写清楚", "They mailed it"],
        );
    }

    #[test]
    fn sales() {
        check(
            "sales_talk",
            &["立即咨询", "厂家直销 欢迎来电咨询", "Add to cart", "20% off"],
            &["现在雨停了", "They buy bread"],
        );
    }
}
