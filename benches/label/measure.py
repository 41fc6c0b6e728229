#!/usr/bin/env python3
"""What first labels by rules are worth, on pages whose labels are hidden from the program.

In each of several runs the sites are dealt into two halves by a hash. In the first half pages are drawn,
their labels taken away; the second half is only measured on.

rules  `dechaff label` on the held-out half: precision and coverage of what it calls junk.
model  a model trained on the rules' labels of the drawn pages, beside one trained on their gold labels.
next   that model again, after N of the rules' labels were corrected: lines in the order of `label --next`,
       and lines at random. A correction goes to all lines of the same text but for digits, as with Shift in
       `review`.

Needs Python 3.9 and nothing else:
  python3 benches/label/measure.py --dechaff target/release/dechaff --pages PAGES -o figures.json
PAGES is a folder of labelled .jsonl or .jsonl.gz; files whose name ends in _weak are left out."""

import argparse
import gzip
import hashlib
import json
import random
import re
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

RECIPE = Path(__file__).with_name("recipe.toml")


def read_pages(folder):
    """All trusted pages, each with a set and an id of its own."""
    pages = []
    for path in sorted(folder.glob("*.jsonl*")):
        name = path.name.split(".")[0]
        if name.endswith("_weak"):
            continue
        opened = gzip.open if path.suffix == ".gz" else open
        with opened(path, "rt", encoding="utf-8") as lines:
            for number, line in enumerate(lines):
                page = json.loads(line)
                page["lines"] = [line for line in page["lines"] if line["text"].strip()]
                page["set"] = name
                page["site"] = page.get("site") or f"{name}/{number}"
                page["id"] = f"{name}:{number}"
                pages.append(page)
    return pages


def parsed(text):
    """JSON Lines. Not `splitlines`, which also ends lines at U+2028 and the like."""
    return [json.loads(line) for line in text.split("\n") if line]


def is_held_out(run, site):
    return hashlib.sha256(f"{run}\0{site}".encode()).digest()[0] % 2 == 1


def write(path, pages, line_of):
    with open(path, "w", encoding="utf-8") as out:
        for page in pages:
            fields = {key: page[key] for key in ("id", "site", "lang") if key in page}
            fields["lines"] = [line_of(line) for line in page["lines"]]
            out.write(json.dumps(fields, ensure_ascii=False) + "\n")


def hidden(line):
    return {"text": line["text"]}


def gold(line):
    return {key: line[key] for key in ("text", "label", "kind") if line.get(key)}


class Bench:
    def __init__(self, dechaff, recipe, folder):
        self.dechaff, self.recipe, self.folder = dechaff.resolve(), recipe, folder

    def run(self, *arguments):
        command = [str(self.dechaff), *map(str, arguments), "--quiet"]
        done = subprocess.run(command, capture_output=True, encoding="utf-8")
        if done.returncode != 0:
            sys.exit(f"{' '.join(command)}\n{done.stderr}")
        return done.stdout

    def train(self, name, labels):
        model = self.folder / f"{name}.dechaff"
        self.run("train", labels, "--recipe", self.recipe, "-o", model)
        return model

    def figures(self, model, folder):
        """F1 as the model is; the best within a loss of 2 % and 5 % of these pages' article, and of all."""
        figures = json.loads(self.run("evaluate", folder, "-m", model, "--json"))
        pooled, mean = figures["pooled"], figures["mean_over_sets"]

        def within(budget):
            points = (p for p in figures["curve"] if (p["article_loss"] or 0.0) <= budget)
            return max(((p["junk_f1"] or 0.0) for p in points), default=0.0)

        return {
            "f1": pooled["junk"]["f1"],
            "precision": pooled["junk"]["precision"],
            "recall": pooled["junk"]["recall"],
            "loss": pooled["article_characters_lost"],
            "mean_f1": mean["junk"]["f1"],
            "mean_loss": mean["article_characters_lost"],
            "mean_area": mean["pr_area"],
            "f1_at_2": within(0.02),
            "f1_at_5": within(0.05),
            "f1_at_best": within(1.0),
            "area": pooled.get("pr_area"),
        }


def measure_rules(bench, held_out, folder):
    raw, report = bench.folder / "raw-held-out.jsonl", bench.folder / "report.json"
    write(raw, held_out, hidden)
    bench.run("label", raw, "--gold", folder / "gold.jsonl", "--report", report)
    gold = json.loads(report.read_text(encoding="utf-8"))["gold"]
    keep = ("junk_precision", "junk_coverage", "article_precision", "article_coverage", "accuracy")
    return {way: {key: gold[way][key] for key in keep} for way in ("combined", "unthresholded", "majority")}


def form(line):
    return re.sub(r"\d", "0", line["text"].lower()).strip()


def corrected(labelled, truth, chosen):
    """The labels with those of the chosen (page, line index) and of lines like them replaced by gold ones of
    the chosen; how many of the chosen were wrong, and how many lines were labelled."""
    pages, wrong = json.loads(json.dumps(labelled)), 0
    groups = {}
    for page in pages.values():
        for line in page["lines"]:
            groups.setdefault(form(line), []).append(line)
    decided = {}
    for page_id, index in chosen:
        line, right = pages[page_id]["lines"][index], truth[page_id]["lines"][index]
        wrong += labelled[page_id]["lines"][index]["label"] != right["label"]
        decided[id(line)] = line, gold(right)
    for line, right in decided.values():
        for other in groups[form(line)]:
            if other is line or id(other) not in decided and other.get("source") != "hand":
                text = other["text"]
                other.clear()
                other.update(right, text=text, source="hand")
    by_hand = sum(line.get("source") == "hand" for page in pages.values() for line in page["lines"])
    return list(pages.values()), wrong, by_hand


def one_run(number, pages, options, bench):
    drawn = random.Random(number)
    train = [page for page in pages if not is_held_out(number, page["site"])]
    held_out = [page for page in pages if is_held_out(number, page["site"])]
    train = sorted(drawn.sample(train, min(options.sample, len(train))), key=lambda page: page["id"])
    by_set = bench.folder / "held-out"
    by_set.mkdir(exist_ok=True)
    for old in by_set.iterdir():
        old.unlink()
    for name in sorted({page["set"] for page in held_out}):
        write(by_set / f"{name}.jsonl", [page for page in held_out if page["set"] == name], gold)
    write(bench.folder / "gold.jsonl", held_out, gold)
    found = {"pages": len(train), "rules": measure_rules(bench, held_out, bench.folder)}
    if options.only == "rules":
        return found

    raw, rules, truth = (bench.folder / f"{name}.jsonl" for name in ("raw", "rules", "truth"))
    write(raw, train, hidden)
    write(truth, train, gold)
    bench.run("label", raw, "-o", rules, "--overwrite")
    first = bench.train("rules", rules)
    found["by_rules"] = bench.figures(first, by_set)
    found["by_gold"] = bench.figures(bench.train("truth", truth), by_set)
    if options.only == "model":
        return found

    right = {page["id"]: page for page in train}
    labelled = {page["id"]: page for page in parsed(rules.read_text(encoding="utf-8"))}
    asked = parsed(bench.run("label", rules, "--next", options.lines, f"--with-model={first}"))
    ways = {"next": [(question["page"], question["line"] - 1) for question in asked]}
    everything = [(page, index) for page in labelled for index in range(len(labelled[page]["lines"]))]
    ways["random"] = drawn.sample(everything, options.lines)
    for way, chosen in ways.items():
        after, wrong, by_hand = corrected(labelled, right, chosen)
        path = bench.folder / f"{way}.jsonl"
        path.write_text("".join(json.dumps(page, ensure_ascii=False) + "\n" for page in after), encoding="utf-8")
        found[way] = {"lines": len(chosen), "changed": wrong, "by_hand": by_hand}
        found[way].update(bench.figures(bench.train(way, path), by_set))
    return found


def shown(key, values, digits):
    """Mean and worst of the runs that have the figure: of what is lost the most, of all else the least."""
    values = [value for value in values if value is not None]
    if not values:
        return f"{key} -"
    worst = max(values) if key == "loss" else min(values)
    return f"{key} {statistics.mean(values):.{digits}f} [{worst:.{digits}f}]"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dechaff", type=Path, required=True)
    parser.add_argument("--pages", type=Path, required=True)
    parser.add_argument("--recipe", type=Path, default=RECIPE)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--sample", type=int, default=40, help="pages to label by rules and train on")
    parser.add_argument("--lines", type=int, default=300, help="lines to correct")
    parser.add_argument("--only", choices=("rules", "model"), help="measure no more than this")
    parser.add_argument("-o", "--output", type=Path, required=True)
    options = parser.parse_args()
    pages, runs = read_pages(options.pages), []
    for number in range(options.runs):
        with tempfile.TemporaryDirectory() as folder:
            runs.append(one_run(number, pages, options, Bench(options.dechaff, options.recipe, Path(folder))))
        options.output.write_text(json.dumps(runs, indent=1) + "\n", encoding="utf-8")
        print(json.dumps(runs[-1]), file=sys.stderr)

    print("means of the runs, in brackets the worst")
    for way in ("combined", "majority"):
        keys = ("junk_precision", "junk_coverage", "article_precision", "article_coverage", "accuracy")
        print(way.ljust(9), *(shown(key, [run["rules"][way][key] for run in runs], 3) for key in keys))
    for way in ("by_rules", "by_gold", "next", "random"):
        if way in runs[0]:
            keys = ("f1", "loss", "f1_at_2", "f1_at_5", "f1_at_best", "area", "mean_area")
            print(way.ljust(9), *(shown(key, [run[way][key] for run in runs], 4) for key in keys))


if __name__ == "__main__":
    main()
