"""The figures of `pages.json` as Markdown: every set with all its columns, and the short table that
the READMEs show between two marks.

In: the figures as `pages.py` puts them together. Out: text.
"""

BEGIN, END = "<!-- peers: begin -->", "<!-- peers: end -->"

ENGLISH = {
    "head": "junk F1 · article characters lost",
    "all": "mean of {}", "html": "mean of the {} that also exist as HTML",
    "budget": "loss budget", "one half": "one half",
    "keep everything": "keep everything", "C4 rules": "C4 rules", "Chinese C4 rules": "Chinese C4 rules",
    "dechaff, HTML": "dechaff, HTML", "page": "the page's lines", "line": "one line", "html": "the HTML",
    "sees": "sees", "of": "{} of {} pages",
}
CHINESE = {
    "head": "垃圾行 F1 · 丢失的正文字符",
    "budget": "同一损失预算", "one half": "阈值一半",
    "keep everything": "全部保留", "C4 rules": "C4 规则", "Chinese C4 rules": "中文 C4 规则",
    "dechaff, HTML": "dechaff，HTML", "page": "整页的行", "line": "单独一行", "html": "HTML", "sees": "看到",
}


def label(system, words=ENGLISH):
    """The name of a row."""
    name = words.get(system["name"], system["name"])
    point = system.get("point")
    return f"{name}{'，' if words is CHINESE else ', '}{words[point]}" if point else name


def share(value, digits=1):
    return "–" if value is None else f"{100 * value:.{digits}f} %"


def plain(value):
    return "–" if value is None else f"{value:.3f}"


def pair(one):
    return f"{plain(one['junk_f1'])} · {share(one['article_characters_lost'])}" if one else "–"


def best_first(figures):
    """dechaff, then the others by what they see and by the mean that all of them have."""
    order = {"page": 0, "line": 1, "html": 2}
    systems = [one for one in figures["systems"] if one["name"] != "keep everything"]
    last = [one for one in figures["systems"] if one["name"] == "keep everything"]
    mean = lambda one: (one["means"].get("html") or one["means"]["all"])["junk_f1"]
    key = lambda one: (order[one["sees"]], not one["name"].startswith("dechaff"), -mean(one))
    return sorted(systems, key=key) + last


def overview(figures, readme):
    """Means and sets, for a README; in Chinese for `README.zh.md`."""
    words = CHINESE if ".zh." in readme else ENGLISH
    names = figures["mean_sets"]["all"]
    few = len(figures["mean_sets"]["html"])
    if words is CHINESE:
        heads = [words["sees"], f"{len(names)} 个集合平均", f"有 HTML 的 {few} 个平均"]
    else:
        heads = [words["sees"], f"mean of {len(names)} sets", f"of the {few} with HTML"]
    rows = [f"| {words['head']} | {' | '.join(heads + names)} |", f"|---|---|{'---:|' * (len(names) + 2)}"]
    for one in best_first(figures):
        cells = [words[one["sees"]], pair(one["means"].get("all")), pair(one["means"].get("html"))]
        cells += [pair(one["sets"].get(name)) for name in names]
        rows.append(f"| {label(one, words)} | {' | '.join(cells)} |")
    made = figures["dechaff"]
    if words is CHINESE:
        note = f"{figures['date']} 测得；dechaff 的数字属于模型 `{made['model'][:12]}`（{made['date']}）。"
    else:
        note = f"Measured on {figures['date']}; dechaff's figures are those of the model `{made['model'][:12]}`, {made['date']}."
    return "\n".join(rows) + f"\n\n{note}\n"


def put_into(path, table):
    """Replaces what stands between the two marks of a file."""
    text = path.read_text(encoding="utf-8")
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise SystemExit(f"{path}: has no {BEGIN} … {END}")
    path.write_text(f"{before}{BEGIN}\n{table}{END}{after}", encoding="utf-8")


def everything(figures):
    """One table for each set, then the means with times."""
    systems = best_first(figures)

    def interval(one, name, form):
        found = one.get("intervals", {}).get(name)
        return f"{form(one[name])} [{form(found[0])}, {form(found[1])}]" if found else form(one[name])

    def cells(one):
        return (
            f"{plain(one['junk_precision'])} | {plain(one['junk_recall'])} | {interval(one, 'junk_f1', plain)} |"
            f" {interval(one, 'article_f1', plain)} | {interval(one, 'article_characters_lost', share)}"
        )

    head = "junk P | R | F1 | article F1 | article characters lost"
    parts = []
    for name in figures["mean_sets"]["all"]:
        rows = [f"## {name}\n", f"| system | {head} |", "|---|---:|---:|---:|---:|---:|"]
        rows += [f"| {label(one)} | {cells(one['sets'][name])} |" for one in systems if name in one["sets"]]
        parts.append("\n".join(rows))
    for key, names in figures["mean_sets"].items():
        rows = [f"## Mean over {', '.join(names)}\n", f"| system | {head} | lines/s | training, s |"]
        rows.append("|---|---:|---:|---:|---:|---:|---:|---:|")
        for one in systems:
            if key in one["means"]:
                speed, train = one.get("lines_per_second"), one.get("train_seconds")
                times = f"{f'{speed:,.0f}' if speed else '–'} | {f'{train:.0f}' if train else '–'}"
                rows.append(f"| {label(one)} | {cells(one['means'][key])} | {times} |")
        parts.append("\n".join(rows))
    return "\n\n".join(parts)
