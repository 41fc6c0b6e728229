//! Ways around a site: menus, breadcrumbs, next and previous, pages of a list, log in, back to top.

use super::Pattern;
use crate::text::Kind;

/// A pattern for lines made of nothing but these words (patterns themselves) and what is no letter.
pub(super) fn only(words: &[&str]) -> String {
    let words = words.join("|");
    format!("^\\P{{L}}*(?:{words})(?:\\P{{L}}+(?:{words}))*\\P{{L}}*$")
}

pub(super) fn patterns() -> Vec<Pattern> {
    vec![
        Pattern {
            name: "prev_next",
            about: "previous and next page, post, chapter",
            kind: Kind::Nav,
            most_units: 45.0,
            pattern: concat!(
                "^\\P{L}*(上|下|前|后)(一)?(篇|页|章|节|条|则|个|回|集|张|幅|组|图|期|主题|话题|帖)(新闻|文章|图集|主题|信息|日志)?(\\P{L}|$|没有|返回|下一|目录|尾页)|",
                "^\\P{L}*(prev|previous|next|older|newer)( (posts?|articles?|pages?|story|stories|entry|entries|chapter|slide|image|photo|project|topic|thread|up))?\\P{L}*$|",
                "^\\P{L}*(previous|next) (post|article|story|page|entry|thread|topic|chapter):|",
                "^\\P{L}*(previous|prev|next)\\P{L}+(previous|prev|next|home|index|top)\\P{L}*$|没有(上|下)一?篇|返回(列表|目录|书页)",
            )
            .into(),
        },
        Pattern {
            name: "page_numbers",
            about: "the numbers of a list's pages",
            kind: Kind::Nav,
            most_units: 24.0,
            pattern: concat!(
                "^\\P{L}*(首页|尾页|末页|跳至|跳转|共 ?0+ ?(页|条)|第 ?0+ ?页)(\\P{L}|上一页|下一页|末页|尾页|首页|共|页|条|第|/|跳到|转到|跳转|到|确定|每页)*$|",
                "^\\P{L}*page 0+( (of|/) 0+)?\\P{L}*$|^\\W*0{1,3}( +[·|]? *0{1,3}){3,}( ?\\.+ ?0+)?\\P{L}*(next|last|下一页|尾页|末页)?\\P{L}*$",
            )
            .into(),
        },
        Pattern {
            name: "breadcrumb",
            about: "where in the site the page stands",
            kind: Kind::Nav,
            most_units: 60.0,
            pattern: concat!(
                "(当前|现在|目前|所在|您的|你的|我的)的?(页面)?(所在)?位置|您?现在的?位置|^\\P{L}*(首页|主页|网站首页|home|homepage|main|index) ?(>|/|·|-|::)+ ?\\p{L}|",
                "^\\P{L}*(位置|导航):|\\byou are here\\b|^[^,.!?>]{1,20}( ?> ?[^,.!?>]{1,24}){2,} ?>?$",
            )
            .into(),
        },
        Pattern {
            name: "menu_words",
            about: "nothing but the words of menus",
            kind: Kind::Nav,
            most_units: 80.0,
            pattern: only(&[
                "(网站|本站|返回|回到?|官网)?(首页|主页)", "关于(我们|本站|我|网站|本网)?", "联系(我们|方式|我|本站|客服)?", "(公司|企业|集团|单位|学校|本站|走进|了解)(简介|概况|介绍|动态|新闻|文化|荣誉|风采|形象|资质|历史|架构|相册)",
                "新闻(中心|动态|资讯|频道|快讯)?", "资讯(中心)?", "行业(新闻|动态|资讯|知识)", "产品(中心|展示|系列|分类|列表|介绍|目录|库|大全)?", "(成功|工程|客户|经典|合作)案例", "案例(展示|中心)?",
                "解决方案", "服务(中心|项目|支持|网络|范围|指南)?", "技术(支持|文章|中心|资料|交流)", "人才(招聘|中心|战略|理念)", "(加入|诚聘|招贤)(我们|英才|纳士)", "招聘(信息)?", "在线(留言|咨询|客服|反馈|订单|下单|报名|投稿|服务)",
                "(客户|意见|信息|留言|用户)(留言|反馈|服务|簿|板)", "留言(板|本|簿)?", "(网站|站点)?(地图|导航)", "站内(搜索|信)", "友情(链接|连接)", "常见问题", "帮助(中心)?", "下载(中心|专区)?", "资料下载", "论坛", "社区", "博客", "微博", "专栏", "专题", "商城", "会员(中心|登录|注册|专区)?", "个人中心", "购物车", "我的(订单|收藏|账户|主页)",
                "时政", "国内", "国际", "社会", "军事", "体育", "娱乐", "财经", "科技", "汽车", "房产", "教育", "健康", "旅游", "时尚", "女性", "游戏", "图片", "视频", "直播", "评论", "文化", "历史", "读书", "美食", "股票", "基金", "理财", "数码", "家居", "亲子", "星座", "彩票", "地方", "滚动", "要闻", "港澳", "台湾", "全球", "观点", "访谈", "更多", "其他", "全部", "广告(服务|合作|联系|刊登|投放)", "(商务|媒体|业务|友情)合作", "版权(声明|所有)?", "设为首页", "加入?收藏", "收藏(本站|夹)", "繁体(中文|版)?", "简体(中文|版)?", "english", "中文(版)?", "手机(版|客户端|站)", "移动(版|端)", "电脑版", "客户端", "rss( ?feed|订阅)?", "wap", "app(下载)?", "登录", "登陆", "登入", "注册", "搜索", "搜寻", "检索", "退出",
                "home( ?page)?", "about( us| me| the site)?", "contact( us| me)?", "our (team|story|people|company|mission|history)", "(latest |breaking |local |world |us |uk )?news( home)?", "world", "politics", "business", "economy", "markets?", "money", "finance", "sports?", "football", "soccer", "cricket", "rugby", "tennis", "golf", "entertainment", "arts?", "culture", "music", "movies?", "films?", "tv( & radio)?", "television", "books?", "style", "fashion", "beauty", "food( & drink)?", "recipes?", "travel", "technology", "tech", "science", "health", "education", "environment", "climate", "opinion", "editorials?", "columnists?", "columns", "comment", "letters", "obituaries", "weather", "traffic", "videos?", "photos?", "galleries", "gallery", "pictures", "podcasts?", "audio", "radio", "live", "blogs?", "forums?", "community", "shop", "store", "deals", "coupons", "jobs?", "careers?", "cars?", "motors", "property", "real estate", "classifieds", "events?", "calendar", "magazine", "lifestyle", "life", "family", "parenting", "relationships", "games?", "gaming", "crosswords?", "puzzles", "horoscopes?", "local", "national", "international", "africa", "asia", "europe", "americas?", "middle east", "australia", "canada", "india", "china", "uk", "us", "usa", "faqs?", "help( cent(er|re))?", "support", "feedback", "site ?map", "site ?index", "advertis(e|ing)( with us)?", "press( office| room| releases)?", "media( kit)?", "investors?( relations)?", "newsletters?", "archives?", "more", "menu", "search", "login", "log ?in", "log ?out", "sign ?(in|up|out)", "register", "subscribe( now)?", "my account", "account", "profile", "settings", "notifications", "wishlist", "cart", "checkout", "basket", "sections", "categories", "topics", "tags", "products?", "services?", "solutions", "pricing", "features", "resources", "docs", "documentation", "download", "downloads", "partners?", "team", "company", "legal", "apps?", "mobile( apps?)?", "rss( feeds?)?", "e-?paper", "e-?edition", "edition", "members?(hip)?", "donate", "giving", "volunteer", "portfolio", "testimonials", "reviews", "guides?", "how-?to", "lists?", "trending", "popular", "latest", "featured", "stories", "features",
            ]),
        },
        Pattern {
            name: "account",
            about: "log in, register, search, close, skip to content",
            kind: Kind::Nav,
            most_units: 24.0,
            pattern: concat!(
                "^\\P{L}*(请|立即|免费|马上|快速|会员|用户|账号|还没有?(账号|帐号)\\P{L}*|没有(账号|帐号)\\P{L}*|手机|qq|微信|微博|新用户|第三方|使用.{0,6})?(登录|登陆|登入|注册|签到|注销)(名|账号|帐号|密码|入口|中心|后台|即?送.{0,6})?(\\P{L}|登录|登陆|注册|或|/|找回密码|忘记密码|立即|免费|新用户)*$|",
                "^\\P{L}*(忘记|找回)密码|^\\P{L}*(用户名|账号|帐号|密码|记住我|自动登录|下次自动登录)(\\P{L}|$)|^\\P{L}*(站内|全站|高级|热门|本站|搜本版)(搜索|搜寻|检索)|^\\P{L}*(搜索|搜寻|查询|关闭|取消|确定|确认|提交|清空|展开|收起|折叠|刷新|切换.{0,6}|隐藏|返回)\\P{L}*$|",
                "^\\P{L}*(skip to|jump to|go to) (the )?(main|content|navigation|nav|footer|search|bottom|top|page|end)|",
                "^\\P{L}*(toggle|open|close|show|hide|expand|collapse|main|mobile|primary|site|user|account)( the)?( main| mobile| site| side)?( menu| navigation| nav| search| sidebar| sub ?menu| dropdown)(\\P{L}|$)|",
                "^\\P{L}*(forgot|lost|reset|remember)( your)?( my)?( password| username| me)\\P{L}*$|^\\P{L}*(already|not yet|new|become) (a |an? )?(member|registered|subscriber|user|here|have)|",
                "^\\P{L}*(search|close|cancel|submit|dismiss|ok|go|clear|apply|reset|edit|save|back|continue|username|password|email|e-mail|filter|sort|refresh|loading|advertisement|ad|advertising)(\\P{L}+|$)$|^\\P{L}*(create|sign in to|log ?in to|sign up for|manage) (an? |your |my )?(free )?account\\P{L}*$|^\\P{L}*search (for|the site|this site|our site|query|results|form)",
            )
            .into(),
        },
        Pattern {
            name: "load_more",
            about: "more, all, details, back to top",
            kind: Kind::Nav,
            most_units: 16.0,
            pattern: concat!(
                "^\\P{L}*(点击|点此|继续)?(加载|查看|阅读|显示|浏览|了解|展开|更|看|查看更)(更多|全部|全文|详情|详细|所有|多|余下.{0,6})?(内容|新闻|资讯|文章|回复|评论|图片|信息|精彩.{0,4})?\\P{L}*$|^\\P{L}*(更多|详细|详情|全文|全部|更多(内容|新闻|资讯|文章|精彩|推荐|信息|产品|评论|图片|视频|案例|服务|专题|功能))\\P{L}*$|",
                "^\\P{L}*(返回|回到?)(页面)?(顶部|首页|列表|上一?[级页]|主页|频道|目录|最上|原处|页首|专题|搜狐|主站)|^\\P{L}*(打印|关闭)(本页|此页|窗口|本文|页面|该页)|^\\P{L}*(top|back|回顶部|顶部|置顶|至顶)\\P{L}*$|",
                "^\\P{L}*(read|see|view|show|load|learn|find out|click for|get|discover|explore|shop|browse)( (the |our |me )?(more|all|full|less|full (story|article|list|review|post|bio|details)|details|now))+( (about|on|in|from|at|of|here|stories|articles|news|posts|comments|results|photos|images|videos|reviews|details|products|items|replies).{0,30})?\\P{L}*$|",
                "^\\P{L}*(back|return|go|jump|scroll) (up |back )?to (the )?(top|home|homepage|index|article|list|search|results|main)|^\\P{L}*(continue|keep) reading|^\\P{L}*(click|tap) (here|to)\\b",
            )
            .into(),
        },
        Pattern {
            name: "site_furniture",
            about: "friendly links, site map, set as home page, add to favourites, versions of the site",
            kind: Kind::Nav,
            most_units: 40.0,
            pattern: concat!(
                "^\\P{L}*(友情|友好|合作|相关)(链接|连接|网站|站点)|设为(首页|主页)|加入收藏|添加收藏|收藏本(站|页|文)|网站(地图|导航|首页|公告)|站点地图|",
                "^\\P{L}*(site ?map|site index)|(手机|触屏|电脑|桌面|无障碍|繁体|简体|移动|老年|关怀|pc)(版|模式)(\\P{L}|$)|(download|get) (the|our) (free |mobile |news )*app\\b|下载.{0,10}(app|客户端)|(available|download|get it) on (the )?(app|google|apple)",
            )
            .into(),
        },
    ]
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;

    #[test]
    fn previous_and_next() {
        check(
            "prev_next",
            &["上一篇：某某厂搬家", "下一页", "« Older posts", "Previous Post: Rain"],
            &["上一代人修的桥", "下一步怎么走", "Next year we build"],
        );
    }

    #[test]
    fn page_numbers() {
        check(
            "page_numbers",
            &["1 2 3 4 5 ... 20 下一页", "首页 1 2 3 尾页", "Page 2 of 10", "共12页"],
            &["2019 2020", "第一页写的是雨", "3 eggs"],
        );
    }

    #[test]
    fn breadcrumbs() {
        check(
            "breadcrumb",
            &[
                "您現在的位置：首頁 > 新聞",
                "首页 > 公司新闻",
                "Home / News / Local",
                "书籍 > 历史 > 桥梁",
            ],
            &["他的位置很好", "Home is where it rains.", "a > b"],
        );
    }

    #[test]
    fn menus() {
        check(
            "menu_words",
            &["首頁", "新闻 | 体育 | 财经", "About Us", "Home News Sport", "登录/注册"],
            &["新闻说今天有雨", "The news about sport was good", "体育馆里"],
        );
    }

    #[test]
    fn accounts() {
        check(
            "account",
            &["请登录", "立即注册", "忘记密码？", "Skip to main content", "Search"],
            &["登录火星的人", "They search the house"],
        );
    }

    #[test]
    fn more() {
        check(
            "load_more",
            &["查看更多", "更多>>", "返回顶部", "Read more", "View all comments", "Back to top"],
            &["更多的雨", "Read the letter more slowly", "查看了水位"],
        );
    }

    #[test]
    fn furniture() {
        check(
            "site_furniture",
            &["友情链接：", "設為首頁", "网站地图", "Download our app"],
            &["友情长存", "The map of the site"],
        );
    }
}
