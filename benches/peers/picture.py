"""The picture of the comparison: rows are systems, columns are means and sets, and each cell has a bar
for junk F1, the figure itself, and below it what is lost of the article.

In: the figures as `pages.py` puts them together. Out: SVG whose text is text and whose colours follow
the reader's light or dark setting.
"""

from html import escape

from tables import best_first, label, plain, share

LEFT, CELL, ROW, TOP, FOOT = 184, 90, 40, 92, 62  # pixels
BAR = 74  # the longest bar

STYLE = """
  svg { color-scheme: light dark; }
  .ground { fill: #ffffff; } .own { fill: #eaf2fb; } .rule { stroke: #d5dae1; }
  text { font: 12px system-ui, -apple-system, "Segoe UI", "Noto Sans", sans-serif; fill: #1f2328; }
  .title { font-size: 16px; font-weight: 600; } .faint { fill: #59636e; font-size: 11px; }
  .number { font-variant-numeric: tabular-nums; } .strong { font-weight: 600; }
  .track { fill: #e6e9ee; } .f1 { fill: #2f6fb7; } .lost { fill: #c4501b; } .warn { fill: #b03a0c; font-size: 11px; }
  @media (prefers-color-scheme: dark) {
    .ground { fill: #0d1117; } .own { fill: #14243a; } .rule { stroke: #30363d; } text { fill: #e6edf3; }
    .faint { fill: #9198a1; } .track { fill: #262c34; } .f1 { fill: #5b9be6; } .lost { fill: #f0813f; }
    .warn { fill: #f79b66; }
  }
"""


def draw(figures):
    systems = best_first(figures)
    means, names = figures["mean_sets"], figures["mean_sets"]["all"]
    columns = [(f"mean of {len(means['all'])}", lambda one: one["means"].get("all"))]
    if means["html"]:
        columns.append((f"{len(means['html'])} with HTML", lambda one: one["means"].get("html")))
    columns += [(name, lambda one, name=name: one["sets"].get(name)) for name in names]
    groups = [(sees, [one for one in systems if one["sees"] == sees]) for sees in ("page", "line", "html")]
    titles = {"page": "sees the lines of a page", "line": "sees one line", "html": "sees the HTML"}
    width = LEFT + CELL * len(columns) + 12
    body, y = [], TOP
    for sees, members in groups:
        if not members:
            continue
        body.append(f'<text class="faint" x="12" y="{y + 14}">{titles[sees]}</text>')
        y += 20
        for one in members:
            if one["name"].startswith("dechaff"):
                place = f'x="6" y="{y}" width="{width - 12}" height="{ROW - 3}" rx="4"'
                body.append(f'<rect class="own" {place}/>')
            bold = " strong" if one["name"].startswith("dechaff") else ""
            body.append(f'<text class="name{bold}" x="12" y="{y + 22}">{escape(label(one))}</text>')
            for number, (_, of) in enumerate(columns):
                found = of(one)
                if found:
                    body.append(cell(LEFT + CELL * number, y, found, bold))
            y += ROW
        body.append(f'<line class="rule" x1="6" x2="{width - 6}" y1="{y}" y2="{y}"/>')
        y += 4
    height = y + FOOT
    made = figures["dechaff"]
    heads = [
        f'<text class="faint" x="{LEFT + CELL * number}" y="{TOP - 6}">{escape(name)}</text>'
        for number, (name, _) in enumerate(columns)
    ]
    own = next(one for one in systems if one["name"] == "dechaff")
    summary = (
        f"Mean junk F1 over {len(names)} sets: "
        + ", ".join(f"{label(one)} {plain(one['means']['all']['junk_f1'])}" for one in systems if "all" in one["means"])
    )
    notes = [
        f"{figures['pages']:,} pages, {figures['lines']:,} lines, each judged by a model that saw no page of its site."
        f" Loss budget: the threshold that loses at most {share(figures['budget'], 0)} of the article characters of other sites.",
        f"Measured {figures['date']}; dechaff {made['date']}, model {made['model'][:12]}."
        " dechaff, HTML, is measured on the lines that it makes of the HTML of the same pages.",
    ]
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
            ' role="img" aria-labelledby="title summary">',
            '<title id="title">Junk lines told from article lines on sites not seen</title>',
            f'<desc id="summary">{escape(summary)}. dechaff loses'
            f' {share(own["means"]["all"]["article_characters_lost"])} of the article characters.</desc>',
            f"<metadata>date {figures['date']}; model sha256 {made['model']}; pages sha256 {figures['data']}</metadata>",
            f"<style>{STYLE}</style>",
            f'<rect class="ground" width="{width}" height="{height}" rx="6"/>',
            '<text class="title" x="12" y="28">Junk lines told from article lines, on sites not seen</text>',
            '<rect class="f1" x="12" y="43" width="10" height="8"/>'
            '<text class="faint" x="27" y="51">junk F1, longer is better</text>'
            '<rect class="lost" x="172" y="45" width="10" height="4"/>'
            '<text class="faint" x="187" y="51">article characters lost, shorter is better</text>',
            *heads,
            *body,
            *(f'<text class="faint" x="12" y="{y + 22 + 17 * n}">{escape(note)}</text>' for n, note in enumerate(notes)),
            "</svg>\n",
        ]
    )


def cell(x, y, one, bold):
    """A bar of F1 with its figure, and under it a thin one of what is lost; the figures are beside
    nothing else, so that they can be read without the bars."""
    f1, lost = one["junk_f1"] or 0.0, one["article_characters_lost"] or 0.0
    alarming = "warn" if lost > 0.05 else "faint"
    return (
        f'<text class="number{bold}" x="{x}" y="{y + 14}">{plain(one["junk_f1"]).removeprefix("0")}</text>'
        f'<text class="number {alarming}" x="{x + BAR}" y="{y + 14}" text-anchor="end">{share(lost, 1 if lost < 0.0995 else 0)}</text>'
        f'<rect class="track" x="{x}" y="{y + 19}" width="{BAR}" height="8"/>'
        f'<rect class="f1" x="{x}" y="{y + 19}" width="{BAR * f1:.1f}" height="8"/>'
        f'<rect class="lost" x="{x}" y="{y + 29}" width="{BAR * lost:.1f}" height="3"/>'
    )
