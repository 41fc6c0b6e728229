#!/usr/bin/env python3
"""What a site profile is worth on sites that the model has not seen.

The sites are dealt into two halves by a hash. A model is trained on each half and measured on the other one,
with and without the profile of that other half's pages, which needs no labels. Figures are told apart by
how many pages of a site there are: a site with one page cannot gain. "copies" is the profile of a crawl
that has each page a second time with one line more, so that every line is repeated: what that costs.

Needs Python 3.9 and nothing else:
  python3 benches/sites/measure.py --dechaff target/release/dechaff --pages PAGES --html HTML
PAGES and HTML are folders of labelled .jsonl.gz; files whose name ends in _weak are trained on only."""

import argparse
import collections
import gzip
import hashlib
import json
import subprocess
import sys
import tempfile
from pathlib import Path

GROUPS = {"1": lambda n: n == 1, "2": lambda n: n == 2, "3 and more": lambda n: n >= 3}


def half_of(site):
    return hashlib.sha256(site.encode()).digest()[0] % 2


def read_pages(folder):
    """Name of the file, site and line of each page."""
    pages = []
    for path in sorted(folder.glob("*.jsonl.gz")):
        with gzip.open(path, "rt", encoding="utf-8", newline="\n") as lines:
            for number, line in enumerate(lines):
                name = path.name.split(".")[0]
                site = json.loads(line).get("site") or f"{name}/{number}"
                pages.append((name, site, line))
    return pages


def write(folder, pages):
    """Each page into the file that it came from."""
    folder.mkdir(parents=True)
    for name in sorted({name for name, _, _ in pages}):
        with open(folder / f"{name}.jsonl", "w", encoding="utf-8") as out:
            out.writelines(line for of, _, line in pages if of == name)
    return folder


class Bench:
    def __init__(self, dechaff, recipe):
        self.dechaff, self.recipe = dechaff.resolve(), recipe

    def run(self, *arguments):
        command = [str(self.dechaff), *map(str, arguments), "--quiet"]
        done = subprocess.run(command, capture_output=True, encoding="utf-8")
        if done.returncode != 0:
            sys.exit(f"{' '.join(command)}\n{done.stderr}")
        return done.stdout

    def figures(self, folder, *arguments):
        return json.loads(self.run("evaluate", folder, "--json", "--resamples", 0, *arguments))


def measure(bench, folder, pages, html, half):
    """Sums over the pages of a half: by group and whether with a profile, what `evaluate` counted."""
    learned = [page for page in pages if half_of(page[1]) != half]
    shown = [page for page in pages if half_of(page[1]) == half and not page[0].endswith("_weak")]
    inputs = [write(folder / "train-pages", learned)]
    if html:
        inputs.append(write(folder / "train-html", [page for page in html if half_of(page[1]) != half]))
    model = folder / "half.dechaff"
    recipe = ["--recipe", bench.recipe] if bench.recipe else []
    bench.run("train", *inputs, *recipe, "-o", model)
    rows = []
    for kind, all_of_kind in (("text", shown), ("html", [p for p in html if half_of(p[1]) == half])):
        if not all_of_kind:
            continue
        profiles = {"without": []}
        for how, known in (("with", all_of_kind), ("copies", all_of_kind + copies(all_of_kind))):
            profile = folder / f"{kind}-{how}.sites"
            bench.run("profile", write(folder / f"{kind}-{how}", known), "-o", profile)
            profiles[how] = ["--site-profile", profile]
        counts = collections.Counter(site for _, site, _ in all_of_kind)
        for group, belongs in GROUPS.items():
            own = [page for page in all_of_kind if belongs(counts[page[1]])]
            if not own:
                continue
            gold = write(folder / f"{kind}-{group[0]}", own)
            for how, arguments in profiles.items():
                figures = bench.figures(gold, "-m", model, *arguments)
                pooled = figures["pooled"]
                row = {"half": half, "kind": kind, "pages of a site": group, "profile": how, "pages": len(own)}
                row |= pooled["confusion"]
                row["article_characters"] = sum(map(article_characters, own))
                row["lost"] = row["article_characters"] * (pooled["article_characters_lost"] or 0.0)
                texts = figures.get("texts", [])
                for name in ("precision", "recall"):
                    row[f"text_{name}"] = sum(text[name] * text["pages"] for text in texts)
                rows.append(row)
    return rows


def copies(pages):
    """The pages once more, each with a line of its own."""
    again = []
    for number, (name, site, line) in enumerate(pages):
        page = json.loads(line)
        if page.get("html"):
            page["html"] += f"<p>{number} {number}"
        if page.get("lines"):
            page["lines"].append({"text": f"{number} {number}"})
        again.append((name, site, json.dumps(page, ensure_ascii=False) + "\n"))
    return again


def article_characters(page):
    lines = json.loads(page[2]).get("lines", [])
    return sum(len(line["text"]) for line in lines if line.get("label") == "article")


def f1(precision, recall):
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def print_table(rows, kind):
    """Both halves together, as Markdown."""
    sums = collections.defaultdict(collections.Counter)
    for row in rows:
        if row["kind"] == kind:
            of = sums[row["pages of a site"], row["profile"]]
            of.update({name: value for name, value in row.items() if not isinstance(value, str)})
    if kind == "text":
        print("| pages of a site | pages | profile | junk precision | recall | F1 | article characters lost |")
    else:
        print("| pages of a site | pages of HTML | profile | text precision | recall | F1 |")
    print("|---|---:|---|" + "---:|" * (4 if kind == "text" else 3))
    for (group, how), of in sums.items():
        if kind == "text":
            removed, junk = of["junk_removed"] + of["article_removed"], of["junk_removed"] + of["junk_kept"]
            precision, recall = of["junk_removed"] / max(1, removed), of["junk_removed"] / max(1, junk)
            last = f" {of['lost'] / max(1, of['article_characters']):.2%} |"
        else:
            precision, recall = of["text_precision"] / of["pages"], of["text_recall"] / of["pages"]
            last = ""
        figures = f"{precision:.3f} | {recall:.3f} | {f1(precision, recall):.3f}"
        print(f"| {group} | {of['pages']} | {how} | {figures} |{last}")
    print()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dechaff", type=Path, required=True)
    parser.add_argument("--pages", type=Path, required=True)
    parser.add_argument("--html", type=Path)
    parser.add_argument("--recipe", type=Path)
    parser.add_argument("-o", "--output", type=Path)
    args = parser.parse_args()
    bench = Bench(args.dechaff, args.recipe)
    pages, html = read_pages(args.pages), read_pages(args.html) if args.html else []
    rows = []
    for half in (0, 1):
        with tempfile.TemporaryDirectory() as folder:
            rows += measure(bench, Path(folder), pages, html, half)
    if args.output:
        args.output.write_text(json.dumps(rows, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    for kind in ("text", "html") if html else ("text",):
        print_table(rows, kind)


main()
