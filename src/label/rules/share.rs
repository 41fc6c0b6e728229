//! Share buttons, follow us, scan this, sign up for letters.

use super::Pattern;
use super::nav::only;
use crate::text::Kind;

pub(super) fn patterns() -> Vec<Pattern> {
    vec![
        Pattern {
            name: "share_buttons",
            about: "nothing but the names of networks and the verbs of share buttons",
            kind: Kind::Share,
            most_units: 60.0,
            pattern: only(&[
                "share( (this|on|via|to|it|the)( (article|story|post|page|link|video))?)?", "(re)?tweet( this)?", "pin( it)?", "likes?( (us|this|it))?", "follow( (us|me|on))?", "email( (this|to a friend|link|article|us))?", "e-mail( this)?", "mail", "print( (this|page|article))?", "copy( (link|url))?", "save", "bookmark", "link", "more", "on", "via", "or", "and", "to", "with", "us on",
                "facebook( messenger)?", "messenger", "twitter", "linked ?in", "whats ?app", "reddit", "pinterest", "telegram", "tumblr", "instagram", "youtube", "snapchat", "tik ?tok", "flipboard", "pocket", "vk(ontakte)?", "google ?\\+?( plus)?", "stumbleupon", "digg", "delicious", "evernote", "rss", "mastodon", "bluesky", "threads", "discord", "flickr", "viber", "line", "skype", "sms", "xing", "wechat", "weibo", "qzone", "qq", "x",
                "分享(到|至|本文|按钮|给好友|链接)?", "转发", "收藏", "点赞", "赞", "关注", "微信(好友|朋友圈|扫一扫|公众号)?", "朋友圈", "(新浪|腾讯|网易|搜狐)?微博", "qq(空间|好友|群)", "(豆瓣|豆瓣网|人人网|开心网|百度贴吧|贴吧|知乎|抖音|快手|小红书|头条|今日头条|百家号|搜狐|腾讯|新浪|领英|脸书|推特|飞信|有道云笔记|印象笔记)", "复制(链接|网址|地址)", "打印", "邮件", "举报",
            ]),
        },
        Pattern {
            name: "share_phrase",
            about: "asks to share, follow, scan a code, subscribe",
            kind: Kind::Share,
            most_units: 50.0,
            pattern: concat!(
                "(分享|转发)(到|至|给|本文|按钮)|扫(一扫|一下|描|码).{0,14}(二维码|关注|下载|微信|分享|手机|查看|加入|添加|访问|打开)|二维码|",
                "(关注|订阅|搜索|添加).{0,14}(公众号|微信号|公号|微信|微博|订阅号)|微信(公众号|扫一扫|公众平台|公众帐号|公众账号)|官方(微信|微博|抖音|公众)|用微信|打开微信|长按.{0,8}(识别|关注|二维码)|",
                "\\b(share|pin|post|send) (this|it|on|via|to)\\b|\\b(follow|like|join|find|connect with) us\\b|\\bfollow .{1,30} on (facebook|twitter|instagram|google|linkedin)|",
                "\\b(subscribe|sign ?up) (to|for|now|today|here)\\b|\\bnewsletters?\\b|delivered (straight )?to your (inbox|email)|(enter|your) e-?mail( address)?\\b|click to (share|email|print|tweet)|opens in (a )?new window|get (the )?latest .{0,30}(inbox|email|alerts)",
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
            "share_buttons",
            &["分享到：微信 新浪微博 QQ空间", "Facebook Twitter WhatsApp", "Tweet", "Share this"],
            &["They share bread", "他关注天气", "Line dancing"],
        );
    }

    #[test]
    fn phrases() {
        check(
            "share_phrase",
            &[
                "扫描二维码关注我们",
                "长按识别",
                "Follow us on Facebook",
                "Sign up for our newsletter",
            ],
            &["他们分享了面包", "They signed the treaty"],
        );
    }
}
