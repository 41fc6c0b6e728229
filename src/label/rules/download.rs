//! Document sites: sizes, points, formats, log in to download.

use super::Pattern;
use crate::text::Kind;

pub(super) fn patterns() -> Vec<Pattern> {
    vec![
        Pattern {
            name: "document_facts",
            about: "size, format, points or owner of a document for download",
            kind: Kind::Download,
            most_units: 50.0,
            pattern: concat!(
                "(文件|文档|资源|软件|资料)(大小|格式|类型|编号|页数|热度|星级|评分|id)|下载(积分|次数|地址|量|币|权限|链接|方式|说明|须知|点数|需)|",
                "(需要|消耗|扣除|支付|需|售价|价格)?[: ]?0+ ?个?(积分|下载币|金币|文库币|财富值|下载券|学币|资源币)|上传(者|时间|日期|人):?|",
                "还剩 ?0+ ?页|(阅读|预览)(已)?(结束|完毕|到此)|试读|解压(密码|缩)|提取码|网盘(下载|链接|地址)|",
                "(pdf|docx?|pptx?|xlsx?|txt|rar|zip) ?(格式|文档|文件|下载|版)|^\\P{L}*0+(\\.0+)? ?[kmg]b\\P{L}*$|\\bfile (size|type|format)\\b",
            )
            .into(),
        },
        Pattern {
            name: "download_button",
            about: "asks to download, or to log in first",
            kind: Kind::Download,
            most_units: 24.0,
            pattern: concat!(
                "(立即|免费|点击|马上|直接|本地|高速|普通|迅雷|此处)下载|登录后?(才|方|即|就)?(可|能|可以|能够)?(下载|查看|阅读|复制)|(下载|全文)(本|该|此|全)?(文|文档|全文|资源|资料|原文)|开通(vip|会员)|(vip|会员)(免费|专享|下载)|",
                "\\bdownload (now|pdf|free|the pdf|here|full|document|as pdf)\\b|^\\P{L}*downloads?\\P{L}*$",
            )
            .into(),
        },
    ]
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;

    #[test]
    fn facts() {
        check(
            "document_facts",
            &["文件大小：1.2MB", "下载积分：10 分", "需要 5 积分", "还剩12页未读", "PDF格式"],
            &["桥的大小正好", "文件由两国签署"],
        );
    }

    #[test]
    fn buttons() {
        check(
            "download_button",
            &["立即下载", "登录后可下载", "Download PDF"],
            &["下午下雨", "They downloaded songs in the night train"],
        );
    }
}
