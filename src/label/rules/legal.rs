//! Lines that the law or a lawyer asked for: registration numbers, copyright, terms, disclaimers, who
//! runs and who built the site.

use super::Pattern;
use super::nav::only;
use crate::text::Kind;

pub(super) fn patterns() -> Vec<Pattern> {
    vec![
        Pattern {
            name: "registration_number",
            about: "a licence or registration number of a site or firm",
            kind: Kind::Legal,
            most_units: 90.0,
            pattern: concat!(
                "icp ?(备|证|许|经营)|公网安备|网安备 ?\\[?0|备案(号|序号|编号)|备0{6,}号|",
                "(经营|服务|传播|制作|出版|发布)[^,.]{0,8}许可证|许可证(编)?号|增值电信业务|网络文化经营|",
                "统一社会信用代码|统一编号:|网出证|京网文|新出发|卫网审|",
                "\\b(company|charity|registration|licen[cs]e|vat) (no|number|reg)\\b|",
                "registered (in england|office|charity|company)|\\bissn\\b.{0,4}0000",
            )
            .into(),
        },
        Pattern {
            name: "copyright",
            about: "a copyright form: ©, all rights reserved, not to be reprinted",
            kind: Kind::Legal,
            most_units: 110.0,
            pattern: concat!(
                "©|\\(c\\) ?(0000|copyright)|\\bcopyrights?\\b.{0,30}(0000|reserved|©|by)|copyright:|",
                "版权(所有|声明|与免责|信息)|版权归.{0,20}所有|著作权(所有|声明)|all ?rights? ?reserved|",
                "保留(所有|一切|全部)?权利|(未经|非经|如无).{0,20}(授权|许可|同意|允许).{0,20}(不得|禁止|请勿|严禁|谢绝)|",
                "(谢绝|严禁|禁止|请勿)(任何)?(未经.{0,10})?(转载|盗用|抄袭|镜像)|转载(请|须|需|时请|必须).{0,8}(注明|联系|标明|保留)",
            )
            .into(),
        },
        Pattern {
            name: "terms_link",
            about: "nothing but names of legal pages: terms, privacy, cookies, about this site",
            kind: Kind::Legal,
            most_units: 40.0,
            pattern: only(&[
                "terms", "terms (of|and|&) (use|service|sale|conditions)", "terms & privacy", "conditions of use",
                "(your )?(us |california )?privacy", "privacy (policy|notice|statement|center|centre|choices|rights|settings)",
                "cookies?", "cookies? (policy|notice|settings|preferences|statement)", "manage (cookies?|preferences)",
                "legal( notices?| information)?", "imprint", "disclaimers?", "accessibility( statement| help)?",
                "do not sell( or share)? my (personal )?(information|info|data)", "ad ?choices", "copyright( policy)?",
                "(user|community) (agreement|guidelines)", "code of (ethics|conduct)", "editorial (policy|standards|guidelines)",
                "modern slavery( act)?( statement)?", "corrections( policy)?", "your (ad|privacy) choices", "dmca", "gdpr",
                "隐私(权|保护|声明|政策|条款|权政策|权声明|保护政策|保护声明)?", "(法律|免责|版权|权利|网站|重要|郑重)(声明|条款|公告|说明|保护)",
                "(用户|服务|会员|使用|注册|网站|客户)(协议|条款|规则|规约|守则|须知|公约)", "服务(条款|协议|声明)", "cookie(政策|声明)",
                "网站(声明|律师)", "法律顾问", "知识产权", "侵权(投诉|举报|处理)", "社区(公约|规范|规则)",
            ]),
        },
        Pattern {
            name: "disclaimer",
            about: "whose views these are, and whom to tell of what infringes",
            kind: Kind::Legal,
            most_units: 120.0,
            pattern: concat!(
                "(不代表|并不代表|不反映)(本|我|.{1,6}的?)(站|网|平台|刊|报|网站|公司|社)?.{0,6}(观点|立场|意见)|",
                "(侵权|侵犯).{0,20}(联系|删除|告知|来信|通知|处理)|(联系|通知|告知)(我们|本站|管理员).{0,12}(删除|处理)|",
                "仅供.{0,6}(参考|学习|娱乐|个人)|文责自负|责任自负|",
                "(不良|违法|违规|有害|虚假|侵权).{0,8}(信息|内容)?.{0,4}(举报|投诉)|(举报|投诉|监督)(电话|热线|邮箱|中心|专区|入口)|",
                "本站.{0,16}(来自|来源于|转载自|收集自|整理自).{0,6}(互联网|网络|网友)|投资.{0,4}(有)?风险.{0,6}谨慎|",
                "(views|opinions) expressed.{0,40}(author|those)|for (informational|information|entertainment) purposes only|",
                "(may|can) (not be|be) (reproduced|republished|redistributed)|without (the )?(prior )?(express )?(written )?permission",
            )
            .into(),
        },
        Pattern {
            name: "site_credit",
            about: "who runs, hosts, designed or powers the site",
            kind: Kind::Legal,
            most_units: 60.0,
            pattern: concat!(
                "^\\W*(网站|网页|技术|系统|软件|it)?(技术)?(支持|建设|制作|设计|维护|运营|开发)(单位|方|商)?[: ]|",
                "(主办|承办|协办|主管|运营|版权)(单位|方)?:|网站标识码|建议.{0,8}(分辨率|浏览器|使用)|最佳(浏览|分辨率)|",
                "\\b(powered|proudly powered|designed|hosted|developed|built|website|site|theme|webdesign)( design)? by\\b|",
                "^\\W*(powered by|wordpress theme|a wordpress)",
            )
            .into(),
        },
        Pattern {
            name: "cookie_banner",
            about: "asks for consent to cookies",
            kind: Kind::Legal,
            most_units: 120.0,
            pattern: concat!(
                "(uses?|using|accept|enable|allow|reject|our|use of) (all |necessary |optional |of |our |third[- ]party )?cookies|",
                "(使用|接受|启用|允许|采用).{0,6}cookie|cookie.{0,12}(同意|接受)|",
                "(enable|turn on|requires?|need) javascript|(开启|启用|打开|支持).{0,4}javascript|(browser|浏览器).{0,20}(not support|out of date|upgrade|版本过低|不支持|升级)",
            )
            .into(),
        },
    ]
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;

    #[test]
    fn registration_numbers() {
        check(
            "registration_number",
            &[
                "京ICP备00000000號-1",
                "某公网安备 11000002000000号",
                "营业性演出许可证号：沪000",
                "Company No. 01234567",
                "Registered office: 1 High Street",
            ],
            &["他拿到了驾驶执照。", "登记那天下着雨。", "He has no company."],
        );
    }

    #[test]
    fn copyright_forms() {
        check(
            "copyright",
            &[
                "Copyright © 2001-2019 某某网",
                "版權所有 某某公司",
                "未经本网书面授权，不得转载",
                "All Rights Reserved.",
                "转载请注明出处",
            ],
            &["法院认为他侵犯了作者的权利。", "He reserved a table."],
        );
    }

    #[test]
    fn links_to_terms() {
        check(
            "terms_link",
            &[
                "Privacy Policy",
                "Terms of Use | Privacy | Cookies",
                "免责声明",
                "用户协议 隐私政策",
            ],
            &[
                "The privacy policy was changed after protests.",
                "他发表了声明",
                "Privacy fears grow",
            ],
        );
    }

    #[test]
    fn disclaimers() {
        check(
            "disclaimer",
            &[
                "以上内容仅供参考",
                "本文不代表本站观点",
                "如有侵权请联系我们删除",
                "违法和不良信息举报电话：000",
            ],
            &["他代表村民发了言。", "The views from the hill are fine."],
        );
    }

    #[test]
    fn credits() {
        check(
            "site_credit",
            &["技术支持：某某网络", "主办单位：某某局", "Powered by Something"],
            &["他支持技术革新。", "The boat was built of wood"],
        );
    }

    #[test]
    fn cookie_banners() {
        check(
            "cookie_banner",
            &[
                "We use cookies to improve your visit.",
                "Please enable JavaScript to view this page",
            ],
            &["Grandma bakes cookies."],
        );
    }
}
