// The review page: asks the server for lines, shows them, sends decisions. No decision is taken for
// made before the server says that it is on disk, and no key counts while an answer is awaited, so that
// nothing is ever decided about a line that was not yet on the screen.
"use strict";

const WORDS = {
  en: {
    search: "search", language: "中文", theme: "light/dark", finish: "finish",
    page: "the page", lines: "lines of the page", why: "why", keys: "keys",
    article: "article", either: "either", junk: "junk", unsure: "unsure",
    keep: "right as it is", skip: "skip", back: "back", undo: "undo", move: "line", pages: "page",
    all: "+ letter: all its siblings too",
    done: (s) => `${s.questions - s.questions_left} of ${s.questions} groups decided · ${s.by_hand} of ${s.lines} lines by hand`,
    saved: "file written", unsaved: "in the journal",
    place: (w) => `${w.id}${w.site && w.site !== w.id ? ` · ${w.site}` : ""} · ${w.n_lines} lines`,
    legend: "bar: what the model says · colour and word: the label · ✓ by hand, ≈ with a sibling",
    above: (n) => `↑ ${n} lines above`, below: (n) => `↓ ${n} lines below`,
    more: (n) => ` … and ${n} more characters`,
    probability: "probability of junk", model_says: "the model:", label: "Label",
    by_hand: "by hand", by_rules: "by rules", no_source: "in the file", nobody: "no rule was sure",
    yes: "yes", no: "no", of_sibling: "sibling", columns: "What decided, among its neighbours", grams: "What the line itself says",
    words: "Its words", alike: (n) => `Near-identical lines: ${n}`, alone: "No line like it.",
    decided: (what, n) => `${what}${n > 1 ? `, ${n} lines` : ""}. On disk.`,
    left: (n) => `${n} siblings were left: decided otherwise before.`,
    undone: (n) => `Taken back${n > 1 ? `, ${n} lines` : ""}.`,
    undone_left: (n) => `${n} lines were left: decided anew since.`,
    nothing_to_undo: "This window has nothing to take back.",
    conflict: (what) => `Another window decided this line meanwhile: ${what}. Nothing was overwritten. Press a key to decide it anew, Space for the next one.`,
    undo_conflict: "Another window decided this line since. Nothing was taken back.",
    disk: (why) => `Not decided: it could not be written to disk. ${why}`,
    trouble: (why) => `The file could not be written; every decision is in the journal. ${why}`,
    gone: "The server does not answer. Nothing that was shown as decided is lost: run dechaff review again.",
    refused: "The server knows nothing of this page: open the address that dechaff review printed.",
    ended: "The review has ended and the file is written. This window can be closed.",
    all_done: "No open question is left. Any line can still be changed; F to finish.",
    no_more: "That was the first one.", fault: (why) => `The server did not do it: ${why}`,
    search_for: "Lines with", found: (n, shown) => n ? `${n} found${n > shown ? `, the first ${shown}` : ""}. ↓ ↑ and Enter.` : "None found.",
    finish_question: "Write the file and end the review?", finish_yes: "finish", finish_no: "go on",
    train: "train", train_title: "A new model from these labels", train_start: "train", train_again: "train again", train_keep: "keep the new model",
    train_close: "go on labelling", finish_training: "The training that runs will be stopped.",
    train_about: "Trains on every label of this file and compares the result with the model that asks the questions. Each page is judged by a new model that did not see its site. It takes minutes; you can go on labelling. Nothing is written unless you keep the new model.",
    train_running: (t) => `${t.step} · ${t.seconds} s`,
    train_failed: (why) => `It did not work: ${why}`,
    train_other: "Another window was first: this is how far its training is.",
    no_model: "There is no new model to keep any more.",
    missing: (m) => m.has_folder ? `Not found, so that pages are made without: ${m.names.join(", ")}.`
      : `No folder of prose and word lists was named (--data or DECHAFF_DATA): pages are made without ${m.names.length} files that the recipe names.`,
    train_done: "The training is done: P shows what changes.",
    train_kept: (name) => `Written as ${name}, beside the labels; what was decided after P is not in it. dechaff filter -m ${name} uses it; dechaff review LABELS -m ${name} asks what it doubts.`,
    outcome: {
      better: "The new model is better.", worse: "The model in use is better.",
      unclear: "These pages do not tell which is better: label more of them, or look at the lines.",
    },
    known: (n) => `Pages left out, for the model in use was trained on them: ${n}.`,
    all_known: "The model in use was trained on all of these pages: its figures flatter it.",
    machine_made: (n) => `Labels by rules left out of the figures: ${n}.`,
    all_machine_made: "All labels are those of rules: the figures say who agrees with the rules, not who is right.",
    set: "set", n_pages: "pages", n_lines: "lines", f1: "junk F1", lost: "article lost", now: "in use", new: "new",
    change: (f1, lost) => `95 % interval of the change of F1: ${f1}; of the share of text lost: ${lost} points.`,
    flips: (c) => `Lines judged otherwise: ${c.now_right} now right, ${c.now_wrong} now wrong.`,
    now_right: "now right", now_wrong: "now wrong", removed: "removed", kept: "kept",
    kinds: {
      spider_pool: ["link farm", "planted runs of company, product or site titles"],
      adult: ["adult", "planted sexual keywords"],
      gambling: ["gambling", "planted betting and lottery keywords"],
      ad: ["ad", "sales talk, contact bait"],
      nav: ["nav", "menus, breadcrumbs, login, pagination, site name"],
      related: ["related", "other articles, rankings, tag clouds"],
      share: ["share", "share buttons, follow us, like counters"],
      legal: ["legal", "copyright, licence numbers, disclaimers, contact"],
      download: ["download", "file size, points, please log in to download"],
      ticker: ["ticker", "member and order feeds, online counters"],
      comment_ui: ["comments", "comment boxes, readers' comments below an article"],
      meta: ["meta", "front matter, tags, view counts, ids"],
      markup: ["markup", "left-over tags, scripts, template variables"],
      debris: ["debris", "mojibake, lone symbols, empty bullets"],
    },
  },
  zh: {
    search: "搜索", language: "English", theme: "明/暗", finish: "完成",
    page: "页面", lines: "页面的各行", why: "依据", keys: "按键",
    article: "正文", either: "两可", junk: "垃圾", unsure: "存疑",
    keep: "标注无误", skip: "跳过", back: "上一个", undo: "撤销", move: "换行", pages: "换页",
    all: "+ 字母：同类的行一起标",
    done: (s) => `已定 ${s.questions - s.questions_left} / ${s.questions} 组 · 人工标注 ${s.by_hand} / ${s.lines} 行`,
    saved: "已写入文件", unsaved: "已记入日志",
    place: (w) => `${w.id}${w.site && w.site !== w.id ? ` · ${w.site}` : ""} · 共 ${w.n_lines} 行`,
    legend: "竖条：模型的判断 · 颜色和文字：标注 · ✓ 人工，≈ 随同类",
    above: (n) => `↑ 上面还有 ${n} 行`, below: (n) => `↓ 下面还有 ${n} 行`,
    more: (n) => ` …… 还有 ${n} 个字符`,
    probability: "是垃圾的概率", model_says: "模型判为", label: "标注",
    by_hand: "人工", by_rules: "规则", no_source: "文件原有", nobody: "没有规则能确定",
    yes: "是", no: "否", of_sibling: "随同类", columns: "与邻行相比，起作用的部分", grams: "这一行本身的字串",
    words: "这一行的词", alike: (n) => `几乎相同的行：${n}`, alone: "没有与它相同的行。",
    decided: (what, n) => `${what}${n > 1 ? `，${n} 行` : ""}。已存盘。`,
    left: (n) => `有 ${n} 个同类行先前另有标注，未改动。`,
    undone: (n) => `已撤销${n > 1 ? `，${n} 行` : ""}。`,
    undone_left: (n) => `有 ${n} 行之后又被改过，未撤销。`,
    nothing_to_undo: "这个窗口没有可撤销的。",
    conflict: (what) => `另一个窗口刚把这一行标为：${what}。没有覆盖。要改就再按一次键，空格看下一个。`,
    undo_conflict: "另一个窗口之后改过这一行，没有撤销。",
    disk: (why) => `没有标上：写不进磁盘。${why}`,
    trouble: (why) => `文件没有写成；所有标注都在日志里。${why}`,
    gone: "服务程序没有回应。凡是显示已标注的都没有丢：请重新运行 dechaff review。",
    refused: "服务程序不认识这个页面：请打开 dechaff review 打印的地址。",
    ended: "标注结束，文件已写好，可以关闭这个窗口。",
    all_done: "没有待定的了。任何一行仍可修改；按 F 完成。",
    no_more: "已经是第一个。", fault: (why) => `服务程序没有照做：${why}`,
    search_for: "查找含有", found: (n, shown) => n ? `找到 ${n} 行${n > shown ? `，列出前 ${shown} 行` : ""}。↓ ↑ 选择，回车打开。` : "没有找到。",
    finish_question: "写好文件，结束标注？", finish_yes: "完成", finish_no: "继续",
    train: "训练", train_title: "用这些标注训练新模型", train_start: "开始训练", train_again: "重新训练", train_keep: "保留新模型",
    train_close: "继续标注", finish_training: "正在进行的训练会停止。",
    train_about: "用这个文件里的全部标注训练，再与现在提问的模型比较。每一页都由没见过它所在网站的新模型来判断。需要几分钟，其间可以继续标注。不选择保留，就什么也不写。",
    train_running: (t) => `${t.step} · ${t.seconds} 秒`,
    train_failed: (why) => `没有成功：${why}`,
    train_other: "另一个窗口先开始了训练，进度如下。",
    no_model: "已没有可保留的新模型。",
    missing: (m) => m.has_folder ? `没有找到下列文件，合成页面时未用：${m.names.join("、")}。`
      : `没有指定文本和词表的文件夹（--data 或 DECHAFF_DATA）：合成页面时未用配方列出的 ${m.names.length} 个文件。`,
    train_done: "训练完成：按 P 看有什么变化。",
    train_kept: (name) => `已存为 ${name}，与标注文件在一起；按 P 之后的决定不在其中。dechaff filter -m ${name} 用它过滤；dechaff review 标注文件 -m ${name} 按它的疑问提问。`,
    outcome: {
      better: "新模型更好。", worse: "现用的模型更好。", unclear: "这些页面还分不出哪个更好：再多标一些，或看看下面的行。",
    },
    known: (n) => `现用模型训练时见过的页面不计：${n}。`,
    all_known: "现用模型训练时见过所有这些页面，它的数字偏高。",
    machine_made: (n) => `规则给出的标注不计入数字：${n}。`,
    all_machine_made: "所有标注都出自规则：数字只说明谁与规则一致，不说明谁对。",
    set: "集合", n_pages: "页", n_lines: "行", f1: "垃圾 F1", lost: "正文损失", now: "现用", new: "新",
    change: (f1, lost) => `95% 区间：F1 的变化 ${f1}；正文损失的变化 ${lost} 个百分点。`,
    flips: (c) => `判断不同的行：${c.now_right} 行改对，${c.now_wrong} 行改错。`,
    now_right: "改对", now_wrong: "改错", removed: "删除", kept: "保留",
    kinds: {
      spider_pool: ["链接农场", "植入的成串公司名、产品名、站名"],
      adult: ["色情", "植入的色情关键词"],
      gambling: ["博彩", "植入的博彩、彩票关键词"],
      ad: ["广告", "推销、留联系方式"],
      nav: ["导航", "菜单、面包屑、登录、翻页、站名"],
      related: ["相关", "别的文章、排行、标签云"],
      share: ["分享", "分享按钮、关注、点赞数"],
      legal: ["版权", "版权、备案号、免责声明、联系方式"],
      download: ["下载", "文件大小、积分、请登录下载"],
      ticker: ["滚动", "会员动态、订单动态、在线人数"],
      comment_ui: ["评论", "评论框、文章下面的读者评论"],
      meta: ["元信息", "文前信息、标签、阅读数、编号"],
      markup: ["标记", "残留的标签、脚本、模板变量"],
      debris: ["碎屑", "乱码、孤立符号、空项目符号"],
    },
  },
};

// One fixed key for each class and kind.
const CLASSES = { a: ["article"], e: ["either"], j: ["junk"] };
const KINDS = {
  s: "spider_pool", x: "adult", g: "gambling", d: "ad", n: "nav", r: "related", h: "share", l: "legal",
  w: "download", t: "ticker", c: "comment_ui", m: "meta", k: "markup", b: "debris",
};
const ACTIONS = [
  ["Enter", "keep"], ["Space", "skip"], ["←", "back"], ["U", "undo"], ["↑ ↓", "move"], ["[ ]", "pages"],
];

const AROUND = 40; // lines asked for on either side of the line in question
const STEP = 80; // lines more, asked for at the end of a window

const byId = (id) => document.getElementById(id);
const windowName = crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`;
let language = recall("language") ?? (navigator.language.startsWith("zh") ? "zh" : "en");
let state = null; // how far the review is
let view = null; // the window of lines that is shown
let current = null; // the line in question, with what decided about it
let position = null; // its place in the queue, or that of the last one that was in it
let visited = []; // lines seen before it
let busy = false;
let over = false; // the server has ended
let training = { state: "none" }; // the new model
let refusal = null; // why the server did not train or keep: a name of the words and what it is about
let last = null; // the last message, to be said again in the other language

const words = () => WORDS[language];

function recall(name) {
  try { return localStorage.getItem(name); } catch { return null; }
}

function remember(name, value) {
  try { localStorage.setItem(name, value); } catch { /* then not */ }
}

/** An element with attributes, classes and children. */
function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== null && value !== false) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

// ---- the server

/** What the server could not or would not do. */
class Refused extends Error {
  constructor(status, answer) {
    super(answer.message ?? `HTTP ${status}`);
    this.status = status;
    this.answer = answer;
  }
}

async function ask(path, body) {
  const options = body === undefined ? {} : {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
  };
  let response;
  try {
    response = await fetch(`api/${path}`, { cache: "no-store", ...options });
  } catch {
    throw new Refused(0, {});
  }
  const answer = (response.headers.get("Content-Type") ?? "").startsWith("application/json")
    ? await response.json() : { message: await response.text() };
  if (!response.ok) throw new Refused(response.status, answer);
  return answer;
}

/** Does one thing at a time; what is asked for meanwhile is not done. */
async function alone(work) {
  if (busy || over) return;
  busy = true;
  byId("lines").setAttribute("aria-busy", "true");
  try {
    await work();
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    if (error.status === 0) say("gone", [], true);
    else if (error.status === 403) say("refused", [], true);
    else if (error.status === 507) say("disk", [error.message], true);
    else say("fault", [error.message], true);
  } finally {
    busy = false;
    byId("lines").setAttribute("aria-busy", "false");
  }
}

// ---- what is shown

/** A message, with what it is about; `values` is a function where they are words in the language, too. */
function say(name, values = [], warns = false) {
  last = { name, values, warns };
  const text = name ? words()[name] : "";
  const given = typeof values === "function" ? values() : values;
  byId("message").textContent = typeof text === "function" ? text(...given) : text;
  byId("message").classList.toggle("warn", warns);
}

function kindName(kind) {
  return words().kinds[kind]?.[0] ?? kind;
}

function what(line) {
  const label = words()[line.label];
  return line.kind ? `${label} · ${kindName(line.kind)}` : label;
}

function showWords() {
  document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
  for (const element of document.querySelectorAll("[data-t]")) {
    element.textContent = words()[element.dataset.t];
  }
  for (const element of document.querySelectorAll("[data-l]")) {
    element.setAttribute("aria-label", words()[element.dataset.l]);
  }
  showKeys();
  if (last) say(last.name, last.values, last.warns);
  if (state) showState();
  if (view) showLines();
  if (current) showWhy();
  showTraining();
}

function showState() {
  byId("file").textContent = state.file;
  byId("bar").max = Math.max(1, state.questions);
  byId("bar").value = state.questions - state.questions_left;
  byId("done").textContent = words().done(state);
  byId("saved").textContent = state.is_saved ? words().saved : words().unsaved;
  byId("trouble").hidden = !state.trouble;
  byId("trouble").textContent = state.trouble ? words().trouble(state.trouble) : "";
}

function lineElement(line) {
  const isCurrent = current && line.line === current.line && line.page === current.page;
  const shown = isCurrent ? current : line;
  const source = line.by_hand ? (line.from ? "≈" : "✓") : "";
  const element = make(
    "div",
    {
      class: `line ${line.label}${line.by_hand ? " by-hand" : ""}`, role: "option", id: `line-${line.line}`,
      "aria-selected": isCurrent ? "true" : "false",
    },
    make("span", { class: "n" }, String(line.n)),
    make("span", { class: `bar ${line.verdict}`, title: `${words().model_says} ${words()[line.verdict]}, ${line.p}` }),
    make("span", { class: "text" }, shown.text,
      shown.more ? make("span", { class: "more" }, words().more(shown.more)) : null),
    make("span", { class: "what" }, `${source ? `${source} ` : ""}${what(line)}`),
  );
  element.addEventListener("click", () => alone(() => show(line.page, line.line)));
  return element;
}

function showLines(keepsScroll = false) {
  const list = byId("lines");
  const scroll = list.scrollTop;
  const below = view.n_lines - view.from - view.lines.length;
  const elsewhere = (n, text, line) => {
    const button = make("button", { type: "button", class: "elsewhere" }, text(n));
    button.addEventListener("click", () => alone(() => look(line)));
    return n > 0 ? button : null;
  };
  list.replaceChildren(...[
    elsewhere(view.from, words().above, view.from - STEP),
    ...view.lines.map(lineElement),
    elsewhere(below, words().below, view.from + STEP),
  ].filter(Boolean));
  byId("place").textContent = words().place(view);
  byId("place").title = byId("place").textContent;
  if (current) list.setAttribute("aria-activedescendant", `line-${current.line}`);
  const selected = list.querySelector('[aria-selected="true"]');
  if (keepsScroll || !selected) {
    list.scrollTop = scroll;
  } else {
    // The middle of the line in the middle of the list; of a long line, its beginning.
    const space = Math.max(list.clientHeight - selected.offsetHeight, 0) / 2;
    const top = selected.getBoundingClientRect().top - list.getBoundingClientRect().top;
    list.scrollTop += top - space;
  }
}

function signed(number) {
  return `${number > 0 ? "+" : ""}${number.toFixed(2)}`;
}

/** The value of a column as a reader takes it; the model takes numbers as ln(1 + n). */
function shown(value, unit) {
  switch (unit) {
    case "count": return `${Math.round(Math.expm1(value))}`;
    case "share": return `${Math.round(100 * value)} %`;
    case "yes_no": return value ? words().yes : words().no;
    default: return `${+value.toFixed(2)}`;
  }
}

function showWhy() {
  const w = words();
  const side = (adds) => (adds > 0 ? "for-junk" : "for-article");
  const source = current.from ? `${w.of_sibling}: ${current.from}`
    : current.by_hand ? w.by_hand
    : current.rules.length ? `${w.by_rules}${current.confidence === null ? "" : ` ${current.confidence}`}: ${current.rules.join(", ")}`
    : current.label === "either" ? w.nobody : w.no_source;
  const columns = (current.columns ?? []).map((part) => make(
    "tr", {},
    make("td", { title: part.name }, part.says[language] || part.name),
    make("td", { class: "value" }, part.values.map((value) => shown(value, part.unit)).join(", ")),
    make("td", { class: `adds ${side(part.adds)}` }, signed(part.adds)),
  ));
  const grams = (title, list) => (list.length ? [
    make("h3", {}, title),
    make("div", { class: "grams" }, ...list.map((gram) => make(
      "span", { class: side(gram.adds) }, `${gram.text} ${signed(gram.adds)}`))),
  ] : []);
  const alike = current.alike.map((other) => make(
    "li", { title: other.text }, `${w[other.label]}  ${other.text}`));
  byId("why").replaceChildren(
    make("p", { class: "verdict" },
      make("span", { class: "p" }, current.p.toFixed(2)),
      make("span", {}, w.probability),
      make("span", { class: `chip ${current.verdict}` }, `${w.model_says} ${w[current.verdict]}`)),
    make("h3", {}, w.label),
    make("p", {}, make("span", { class: `chip ${current.label}`, id: "label" }, what(current)), ` ${source}`),
    make("h3", {}, current.siblings > 1 ? w.alike(current.siblings - 1) : w.alone),
    make("ul", { class: "alike" }, ...alike),
    ...(columns.length ? [make("h3", {}, w.columns), make("table", {}, ...columns)] : []),
    ...grams(w.grams, current.grams),
    ...grams(w.words, current.words),
  );
  byId("why").scrollTop = 0;
  for (const button of document.querySelectorAll("#keys [data-key]")) {
    const [label, kind] = decisionOf(button.dataset.key);
    button.classList.toggle("current", label === current.label && (kind ?? null) === (current.kind ?? null));
  }
}

function showKeys() {
  const key = (letter, label, text, title) => {
    const button = make("button", { type: "button", class: label, "data-key": letter, title },
      make("kbd", {}, letter.toUpperCase()), ` ${text}`);
    button.addEventListener("click", (event) => decide(letter, event.shiftKey));
    return button;
  };
  const w = words();
  const actions = ACTIONS.map(([name, action]) => {
    const button = make("button", { type: "button" }, ...name.split(" ").map((part) => make("kbd", {}, part)), ` ${w[action]}`);
    button.addEventListener("click", () => act(action));
    return button;
  });
  byId("keys").replaceChildren(
    make("div", {},
      ...Object.entries(CLASSES).map(([letter, [label]]) => key(letter, label, w[label]))),
    make("div", {},
      ...Object.entries(KINDS).map(([letter, kind]) => key(letter, "junk", w.kinds[kind][0], w.kinds[kind][1]))),
    make("div", { class: "actions" }, ...actions,
      make("span", {}, make("kbd", {}, "Shift"), ` ${w.all}`)),
  );
  if (current) showWhy();
}

// ---- what is done

const query = (values) => new URLSearchParams(values).toString();

/** Shows the lines around another one, without leaving the line in question. */
async function look(line) {
  const from = Math.max(0, line);
  view = await ask(`lines?${query({ page: view.page, from, count: 2 * AROUND + 1 })}`);
  showLines(true);
  byId("lines").scrollTop = 0;
  byId("lines").focus();
}

/** The lines around a line, and what decided about it. */
function around(page, line) {
  const from = Math.max(0, line - AROUND);
  return Promise.all([
    ask(`lines?${query({ page, from, count: 2 * AROUND + 1 })}`),
    ask(`line?${query({ page, line })}`),
  ]);
}

/** Makes a line the line in question. */
async function show(page, line) {
  [view, current] = await around(page, line);
  showLines();
  showWhy();
}

function leave() {
  if (current) visited.push({ page: current.page, line: current.line, position });
  if (visited.length > 1000) visited.shift();
}

/** The next open question; its words replace no message that matters. */
async function next(keepsMessage) {
  const found = await ask(position === null ? "next" : `next?after=${position}`);
  if (found.position === null) {
    if (current) await show(current.page, current.line);
    else await show(await firstPage(), 0);
    say("all_done");
    return;
  }
  leave();
  position = found.position;
  if (!keepsMessage) say("");
  await show(found.page, found.line);
}

/** The first page that has lines. */
async function firstPage() {
  for (let page = 0; page < state.pages; page += 1) {
    if ((await ask(`lines?${query({ page, count: 1 })}`)).n_lines > 0) return page;
  }
  return 0;
}

/** Label and kind of a key. */
function decisionOf(letter) {
  return letter in CLASSES ? [CLASSES[letter][0], undefined] : ["junk", KINDS[letter]];
}

function decide(letter, siblings) {
  const [label, kind] = letter === null ? [current?.label, current?.kind ?? undefined] : decisionOf(letter);
  return alone(async () => {
    if (!current) return;
    const { page, line, version } = current;
    let done;
    try {
      done = await ask("decide", { window: windowName, page, line, version, label, kind, siblings });
    } catch (error) {
      if (error.status !== 409) throw error;
      await show(page, line);
      say("conflict", () => [what(error.answer.line)], true);
      return;
    }
    state = done.state;
    showState();
    if (done.left) say("left", [done.left], true);
    else say("decided", () => [what(done.line), done.changed]);
    await next(true);
  });
}

function undo() {
  return alone(async () => {
    let done;
    try {
      done = await ask("undo", { window: windowName });
    } catch (error) {
      if (error.status !== 409) throw error;
      if (error.answer.error === "nothing_to_undo") {
        say("nothing_to_undo");
      } else {
        await show(error.answer.line.page, error.answer.line.line);
        say("undo_conflict", [], true);
      }
      return;
    }
    state = done.state;
    showState();
    // Back to where it was decided, so that the next question is the one that was left.
    const { page, line } = done.line;
    const before = visited.findLastIndex((seen) => seen.page === page && seen.line === line);
    if (before >= 0) {
      position = visited[before].position;
      visited.length = before;
    }
    await show(page, line);
    if (done.left) say("undone_left", [done.left], true);
    else say("undone", [done.changed]);
  });
}

function back() {
  return alone(async () => {
    const before = visited.pop();
    if (!before) return say("no_more");
    position = before.position;
    say("");
    await show(before.page, before.line);
  });
}

function move(by) {
  return alone(async () => {
    const line = Math.min(Math.max(current.line + by, 0), view.n_lines - 1);
    if (view.page !== current.page || line !== current.line) await show(current.page, line);
  });
}

function movePage(by) {
  return alone(async () => {
    for (let page = current.page + by; page >= 0 && page < state.pages; page += by) {
      if ((await ask(`lines?${query({ page, count: 1 })}`)).n_lines > 0) {
        leave();
        return show(page, 0);
      }
    }
  });
}

function finish() {
  byId("finish-training").hidden = training.state !== "running";
  byId("finish").showModal();
  byId("finish-yes").focus();
}

function reallyFinish() {
  byId("finish").close();
  return alone(async () => {
    try {
      await ask("finish", {});
    } catch (error) {
      if (error.status !== 507) throw error;
      say("trouble", [error.message], true);
      return;
    }
    state.is_saved = true;
    state.trouble = null;
    showState();
    say("ended");
    over = true;
  });
}

function act(action) {
  switch (action) {
    case "keep": return decide(null, false);
    case "skip": return alone(() => next(false));
    case "back": return back();
    case "undo": return undo();
    case "move": return move(1);
    case "pages": return movePage(1);
    case "search": return openSearch();
    case "finish": return finish();
    case "train": return openTraining();
    case "language":
      language = language === "zh" ? "en" : "zh";
      remember("language", language);
      return showWords();
    case "theme": {
      const dark = matchMedia("(prefers-color-scheme: dark)").matches;
      const now = document.documentElement.dataset.theme ?? (dark ? "dark" : "light");
      document.documentElement.dataset.theme = now === "dark" ? "light" : "dark";
      return remember("theme", document.documentElement.dataset.theme);
    }
  }
}

// ---- a new model

const share = (x) => (x === null ? "–" : `${(100 * x).toFixed(1)} %`);
const number = (x) => (x === null ? "–" : x.toFixed(3));

/** What the new model changes. */
function comparisonElements(c) {
  const w = words();
  const remarks = [
    c.known ? w.known(c.known) : null, c.all_known ? w.all_known : null,
    c.machine_made ? w.machine_made(c.machine_made) : null, c.all_machine_made ? w.all_machine_made : null,
  ].filter(Boolean);
  const cells = (tag, values) => values.map((value) => make(tag, {}, String(value)));
  const row = (pair) => make("tr", {}, make("th", { scope: "row" }, pair.name), ...cells("td", [
    pair.pages, pair.lines, number(pair.current.junk_f1), number(pair.new.junk_f1),
    share(pair.current.article_characters_lost), share(pair.new.article_characters_lost),
  ]));
  const head = [w.set, w.n_pages, w.n_lines, `${w.f1}: ${w.now}`, w.new, `${w.lost}: ${w.now}`, w.new];
  const range = (interval, scale) =>
    interval ? `${signed(scale * interval.low)} … ${signed(scale * interval.high)}` : "–";
  const interval = c.f1_change || c.loss_change
    ? make("p", {}, w.change(range(c.f1_change, 1), range(c.loss_change, 100))) : null;
  const flips = c.flips.map((flip) => make("li", { class: flip.is_right ? "right" : "wrong" },
    make("span", { class: "what" },
      `${flip.is_right ? w.now_right : w.now_wrong}, ${flip.is_removed ? w.removed : w.kept} · ${flip.page}:${flip.line}`),
    ` ${flip.text}`));
  return [
    make("p", { id: "outcome" }, w.outcome[c.outcome]),
    ...remarks.map((text) => make("p", { class: "remark" }, text)),
    make("table", {}, make("tr", {}, ...cells("th", head)),
      ...c.sets.map(row), ...(c.sets.length > 1 ? [row(c.all)] : [])),
    interval,
    make("p", {}, w.flips(c)),
    make("ul", { id: "flips" }, ...flips),
  ];
}

function showTraining() {
  const w = words();
  const { state: how } = training;
  byId("training").textContent = how === "running" ? `… ${training.seconds} s` : how === "done" ? "✓" : "";
  const why = refusal && w[refusal[0]];
  byId("trained").replaceChildren(...[
    why ? make("p", { class: "warn", role: "alert" }, typeof why === "function" ? why(...refusal.slice(1)) : why) : null,
    how === "none" ? make("p", {}, w.train_about) : null,
    how === "running" ? make("p", { role: "status" }, w.train_running(training)) : null,
    how === "failed" ? make("p", { class: "warn" }, w.train_failed(training.reason)) : null,
    training.missing?.names.length ? make("p", { class: "remark" }, w.missing(training.missing)) : null,
    training.kept ? make("p", { id: "kept" }, w.train_kept(training.kept)) : null,
    ...(how === "done" ? comparisonElements(training.comparison) : []),
  ].filter(Boolean));
  byId("train-start").hidden = how === "running";
  byId("train-start").querySelector("kbd").hidden = how === "done";
  byId("train-start").querySelector("span").textContent = how === "done" ? w.train_again : w.train_start;
  byId("train-keep").hidden = how !== "done" || Boolean(training.kept);
}

/** Why the server does not train or keep: a name of the words and what it is about. */
function whyNot(error) {
  if (error.status === 0) return ["gone"];
  if (error.status === 403) return ["refused"];
  if (error.status === 507) return ["train_failed", error.message];
  if (error.answer.error === "training") return ["train_other"];
  if (error.answer.error === "no_model") return ["no_model"];
  return ["fault", error.message];
}

async function askTraining(path, body) {
  const { state: before, kept } = training;
  const said = refusal;
  try {
    training = await ask(path, body);
    // What was asked for in vain stays in sight until something else is asked for.
    if (body !== undefined || said?.[0] === "gone") refusal = null;
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    const why = whyNot(error);
    if (String(why) !== String(said)) refusal = why;
    if (refusal !== said && !byId("train").open) say(why[0], why.slice(1), true);
    // Another window was first: how far it is.
    if (error.status === 409) training = await ask("train").catch(() => training);
  }
  if (before === "running" || before !== training.state || kept !== training.kept || said !== refusal) {
    showTraining();
  }
  if (before === "running" && training.state === "done" && !byId("train").open) say("train_done");
}

async function openTraining() {
  refusal = null;
  await askTraining("train");
  showTraining();
  byId("train").showModal();
  byId("train-close").focus();
}

byId("train-start").addEventListener("click", () => !byId("train-start").hidden && askTraining("train", {}));
byId("train-keep").addEventListener("click", () => !byId("train-keep").hidden && askTraining("keep", {}));
byId("train-close").addEventListener("click", () => byId("train").close());
setInterval(() => {
  if (!over && training.state === "running") askTraining("train");
}, 1000);

// ---- search

let searches = 0;

function openSearch() {
  byId("search").showModal();
  byId("words").select();
}

async function search() {
  const mine = ++searches;
  const text = byId("words").value.trim();
  let found = { found: 0, lines: [] };
  try {
    if (text) found = await ask(`search?${query({ q: text })}`);
  } catch {
    byId("search").close();
    return say("gone", [], true);
  }
  if (mine !== searches) return;
  byId("found").textContent = text ? words().found(found.found, found.lines.length) : "";
  byId("results").replaceChildren(...found.lines.map(({ id, line }) => {
    const button = make("button", { type: "button" },
      make("span", { class: "where" }, `${id}:${line.n}`),
      make("span", { class: "text" }, line.text),
      make("span", { class: `chip ${line.label}` }, what(line)));
    button.addEventListener("click", () => {
      byId("search").close();
      alone(async () => {
        leave();
        say("");
        await show(line.page, line.line);
      });
    });
    return button;
  }));
}

byId("words").addEventListener("input", search);
byId("search").addEventListener("keydown", (event) => {
  const results = [...byId("results").children];
  const at = results.indexOf(document.activeElement);
  if (event.isComposing) return;
  if (event.key === "ArrowDown") results[Math.min(at + 1, results.length - 1)]?.focus();
  else if (event.key === "ArrowUp") (results[at - 1] ?? byId("words")).focus();
  else if (event.key === "Enter" && at < 0) results[0]?.click();
  else return;
  event.preventDefault();
});

// ---- keys

const MARKS = { Slash: "/", BracketLeft: "[", BracketRight: "]", Space: " " };

/** The key, by its place where an input method for Chinese makes something else of it. */
function keyOf(event) {
  const isOther = event.isComposing || event.key === "Process" || /^[^\x00-\x7f]$/.test(event.key);
  return (isOther && (MARKS[event.code] ?? /^Key([A-Z])$/.exec(event.code)?.[1])) || event.key;
}

/** What a key does; nothing for keys that are the browser's own. */
function actionOf(event) {
  const key = keyOf(event);
  const letter = /^[a-z]$/i.test(key) ? key.toLowerCase() : null;
  if (document.querySelector("dialog[open]")) {
    if (byId("train").open && !event.ctrlKey && !event.metaKey && !event.repeat) {
      // A model that nobody kept is not trained over by a key pressed twice.
      if (letter === "p") return training.state === "done" ? null : () => byId("train-start").click();
      return letter === "k" ? () => byId("train-keep").click() : null;
    }
    return byId("finish").open && letter === "f" ? reallyFinish : null;
  }
  if ((event.ctrlKey || event.metaKey) && letter === "z") return undo;
  if (event.ctrlKey || event.metaKey || event.altKey) return null;
  // A key that is held down moves; it does not decide line after line.
  if (event.repeat && !key.startsWith("Arrow")) return null;
  if ((key === "Enter" || key === " ") && event.target.closest("button")) return null;
  switch (key) {
    case "Enter": return () => decide(null, event.shiftKey);
    case " ": case "ArrowRight": return () => act("skip");
    case "ArrowLeft": return back;
    case "ArrowUp": return () => move(-1);
    case "ArrowDown": return () => move(1);
    case "PageUp": return () => move(-10);
    case "PageDown": return () => move(10);
    case "Home": return () => move(-Infinity);
    case "End": return () => move(Infinity);
    case "[": return () => movePage(-1);
    case "]": return () => movePage(1);
    case "/": return () => act("search");
  }
  switch (letter) {
    case "u": return undo;
    case "f": return () => act("finish");
    case "p": return () => act("train");
    case "i": return () => act("language");
    case "v": return () => act("theme");
  }
  return letter in CLASSES || letter in KINDS ? () => decide(letter, event.shiftKey) : null;
}

document.addEventListener("keydown", (event) => {
  const action = actionOf(event);
  if (action) {
    event.preventDefault();
    action();
  }
});
for (const button of document.querySelectorAll("[data-do]")) {
  button.addEventListener("click", () => act(button.dataset.do));
}
byId("finish-yes").addEventListener("click", reallyFinish);
byId("finish-no").addEventListener("click", () => byId("finish").close());

// ---- other windows, and the file on disk

/**
 * How far the review is by now, and, when this window is looked at again, what others decided. Nobody waits
 * for it: keys count meanwhile, and what was asked for before one is dropped.
 */
async function glance(withLines) {
  if (busy || over || document.hidden || !state) return;
  const [before, line] = [state, current];
  const isStale = () => busy || over || state !== before || current !== line;
  try {
    const now = await ask("state");
    const seen = withLines && line ? await around(line.page, line.line) : null;
    if (isStale()) return;
    state = now;
    showState();
    // Lines that are the same stay, for somebody may be clicking on them.
    if (seen && JSON.stringify([view.lines, line]) !== JSON.stringify([seen[0].lines, seen[1]])) {
      view = seen[0];
      // Under the version that was on the screen: who presses a key this moment is told first.
      current = { ...seen[1], version: line.version };
      showLines();
      showWhy();
    }
    if (last?.name === "gone") say("");
  } catch (error) {
    if (error instanceof Refused && !isStale()) say(error.status === 403 ? "refused" : "gone", [], true);
  }
}

setInterval(() => glance(false), 2000);
window.addEventListener("focus", () => glance(true));
window.addEventListener("resize", () => {
  if (view) showLines();
});

const theme = recall("theme");
if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
showWords();
alone(async () => {
  state = await ask("state");
  showState();
  await next(false);
  byId("lines").focus();
  await askTraining("train");
});
