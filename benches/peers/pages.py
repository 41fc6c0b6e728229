#!/usr/bin/env python3
"""Lines of labelled pages: dechaff beside what one would use instead, on the same held-out lines.

In: files of labelled pages (JSON Lines, also .gz), each a set; the HTML of the same pages; the figures
that `dechaff train --cross-validate` wrote. Out: Markdown tables, `pages.json`, the picture `pages.svg`,
and the table between the marks of the READMEs. Answers are kept in the work folder.

Programs that learn do so five times, from the pages of four folds, and answer for the fifth; the folds
are dechaff's. `--redraw` puts in dechaff's figures anew and needs neither pages nor packages.
"""

import argparse
import datetime
import gzip
import hashlib
import json
import random
import sys
from collections import namedtuple
from pathlib import Path

import folds as dealing
import picture
import rules
import tables

FOLDS = 5
BUDGET = 0.02  # share of article characters that the operating point may lose; training/recipe.toml
WEAK_SHARE = 0.1  # of the weight, where weak sets are learned from; training/recipe.toml
SET_WEIGHTS = {"zh_crawl": 3.0, "zh_crawl_2025": 2.0, "zh_hant": 1.5}  # training/recipe.toml
GRID = 2000  # thresholds that are tried, at most
DRAWS = 1000  # of the bootstrap over pages
SEED = 1
HERE = Path(__file__).resolve().parent

Page = namedtuple("Page", "set site id lines is_weak")
Line = namedtuple("Line", "text is_junk")


# Pages


def read_sets(folder):
    """The pages of all files of a folder, in order of name, and how many lines each has with those
    that are not scored. A set whose name ends in `_weak` is learned from and never measured."""
    pages, sizes = [], []
    for path in sorted(folder.glob("*.jsonl*")):
        name = path.name.split(".")[0]
        with (gzip.open if path.suffix == ".gz" else open)(path, "rt", encoding="utf-8", newline="\n") as file:
            for number, text in enumerate(file, 1):
                page = json.loads(text)
                lines = [line for line in page["lines"] if line["text"].strip()]
                scored = [Line(line["text"], line["label"] == "junk") for line in lines if line["label"] != "either"]
                ident = str(page.get("id") or f"{path.name}:{number}")
                site = page.get("site") or f"{name}/{ident}"
                pages.append(Page(name, site, ident, scored, name.endswith("_weak")))
                sizes.append(len(lines))
    if not pages:
        raise SystemExit(f"{folder}: no pages")
    return pages, sizes


def fold_of_pages(pages, sizes, evaluation):
    """The folds; where the figures of dechaff name the folds of its sites, they must be the same."""
    found = dealing.by_site([(page.set, page.site, size) for page, size in zip(pages, sizes)], FOLDS)
    ours = {page.site: fold for page, fold in zip(pages, found)}
    theirs = evaluation["evaluation"]["sites"]
    for site in theirs:
        if site["name"] not in ours:
            raise SystemExit(f"the figures of dechaff are of other pages: site {site['name']}")
        if "fold" in site and site["fold"] != ours[site["name"]]:
            raise SystemExit(f"the figures of dechaff were made with other folds: site {site['name']}")
    said = sum("fold" in site for site in theirs)
    print(f"folds: {len(ours)} sites; {said} of {len(theirs)} confirmed by dechaff's figures", file=sys.stderr)
    return found


def training_messages(pages, data):
    """(is junk, text) of what is learned from. None of the programs takes the weights of dechaff as it
    does, so a line comes as often as its weight says, and that by lot."""
    gold = [page for page in pages if not page.is_weak]
    weak = [page for page in pages if page.is_weak] if data["weak"] else []

    def weights(some):
        for page in some:
            each = len(page.lines) ** -0.5 * SET_WEIGHTS.get(page.set, 1.0) if data["balanced"] and page.lines else 1.0
            yield from ((line, each) for line in page.lines)

    trusted = list(weights(gold))
    whole = sum(weight for _, weight in trusted)
    lines = [(line, weight * len(trusted) / whole) for line, weight in trusted]
    if weak:
        extra = list(weights(weak))
        scale = len(trusted) * WEAK_SHARE / (1 - WEAK_SHARE) / sum(weight for _, weight in extra)
        lines += [(line, weight * scale) for line, weight in extra]
    lot = random.Random(SEED)
    messages = []
    for line, weight in lines:
        messages += [(line.is_junk, line.text)] * int(weight + lot.random())
    return messages


# Programs that learn


def settings_of(name):
    """What is tried: first which of these is best, then which way to take the lines."""
    words = {"tokens": "words", "minn": 1, "maxn": 4}
    return {
        "fasttext": [
            {"tokens": "characters", "wordNgrams": 3, "epoch": 20},
            {**words, "wordNgrams": 1, "epoch": 5},
            {**words, "wordNgrams": 2, "epoch": 5},
            {**words, "wordNgrams": 2, "epoch": 10},
        ],
        "sklearn": [{"C": c, "min_df": 2} for c in (1.0, 10.0, 100.0)],
        "vw": [
            {"ngram": ngram, "passes": passes, "l2": l2}
            for ngram, passes, l2 in ((2, 1, 0.0), (2, 3, 0.0), (3, 1, 0.0), (3, 3, 0.0))
        ],
    }[name]


def peer_of(name, folder):
    """The program as for messages, with answers that do not end in ties, and for Vowpal Wabbit with
    features that suit lines of every length. As they are written, its answers have six digits, and those of
    fastText are steps of 6e-8 near one: where thousands of lines are next to one, that decides."""
    import math

    import lines

    class FastText(lines.FastText):
        def predict(self, model, texts):
            setting, model = model
            answers = []
            for text in texts:
                found = model.f.predict(self.text(setting, text) + "\n", 2, 0.0, "strict")
                # It adds 1e-5 to every probability; the smaller of two has the more digits.
                article = {label: p for p, label in found}.get("__label__article", 0.0)
                answers.append(1.0 - max(0.0, article - 1e-5))
            return answers

    class VowpalWabbit(lines.VowpalWabbit):
        # Its own --ngram sums over all n-grams, so a long line is always sure of something, and with
        # it much of the article goes. Here a line of n tokens has n features of 1/√n.
        def features(self, setting, text):
            tokens, longest = self.tokens(text), setting["ngram"]
            grams = ["".join(tokens[n:n + k]) for k in range(1, longest + 1) for n in range(len(tokens) - k + 1)]
            return f"|c:{len(grams) ** -0.5:.6f} {' '.join(grams)}"

        def options(self, setting):
            return ""

        def predict(self, setting, texts):
            return [1 / (1 + math.exp(-margin)) for margin in super().predict(setting, texts)]

    return {**lines.PEERS, "fasttext": FastText, "vw": VowpalWabbit}[name](folder)


LINES = [{"weak": weak, "balanced": balanced} for weak in (False, True) for balanced in (False, True)]


class Learner:
    """A program with its fits: the pages of some folds are left out and asked about."""

    def __init__(self, name, pages, fold_of, folder):
        from lines import processor_seconds

        self.name, self.peer, self.clock = name, peer_of(name, folder), processor_seconds
        self.pages, self.fold_of, self.known = pages, fold_of, {}

    def numbers(self, fold):
        """The measured pages of a fold."""
        return [n for n, page in enumerate(self.pages) if self.fold_of[n] == fold and not page.is_weak and page.lines]

    def answers(self, setting, data, without, asked):
        """P(junk) of each line of the pages of the folds `asked`, by page, from a model that saw none of
        the folds `without`; seconds of training and of asking, how many lines were asked."""
        known = [page for page, fold in zip(self.pages, self.fold_of) if fold not in without]
        start = self.clock()
        model = self.peer.fit(setting, training_messages(known, data))
        middle = self.clock()
        numbers = [n for fold in asked for n in self.numbers(fold)]
        found = iter(self.peer.predict(model, [line.text for n in numbers for line in self.pages[n].lines]))
        by_page = {n: [next(found) for _ in self.pages[n].lines] for n in numbers}
        return by_page, middle - start, self.clock() - middle, sum(map(len, by_page.values()))

    def without(self, setting, data, a, b):
        """Answers for the lines of two folds from a model that saw neither; it is asked for once."""
        key = json.dumps([setting, data, a, b])
        if key not in self.known:
            self.known[key], seconds, *_ = self.answers(setting, data, (a, b), (a, b))
            print(f"{self.name}: {key}, {seconds:.1f} s", file=sys.stderr, flush=True)
        return self.known[key]

    def choose(self):
        """The setting, then the lines, that do best on four of the folds, by models without two of them
        each: once for all folds, as dechaff's recipe was. What is tried is listed with its score."""
        tried = []

        def score(setting, data):
            by_page = {**self.without(setting, data, 0, 1), **self.without(setting, data, 2, 3)}
            tried.append({**setting, **data, "mean_junk_f1": operate(self.pages, by_page)[1]})
            print(f"{self.name}: {tried[-1]}", file=sys.stderr, flush=True)
            return tried[-1]["mean_junk_f1"]

        setting = max(settings_of(self.name), key=lambda one: score(one, LINES[0]))
        best = max(one["mean_junk_f1"] for one in tried)
        scores = [best] + [score(setting, data) for data in LINES[1:]]
        return setting, LINES[scores.index(max(scores))], tried

    def run(self):
        setting, data, tried = self.choose()
        # A model without two folds answers for each of them on behalf of the other: so the threshold of
        # a fold is chosen on answers of models that saw neither it nor what they answer for.
        held_out = [{} for _ in range(FOLDS)]
        for a in range(FOLDS):
            for b in range(a + 1, FOLDS):
                for n, p in self.without(setting, data, a, b).items():
                    held_out[b if self.fold_of[n] == a else a][n] = p
        thresholds, answers, train, asking, asked = [], {}, 0.0, 0.0, 0
        for fold in range(FOLDS):
            thresholds.append(operate(self.pages, held_out[fold])[0])
            by_page, seconds, more, lines = self.answers(setting, data, (fold,), (fold,))
            answers.update(by_page)
            train, asking, asked = train + seconds, asking + more, asked + lines
        common = {
            "setting": {**setting, **data}, "tried": tried,
            "train_seconds": train / FOLDS, "lines_per_second": asked / asking,
        }
        results = []
        for point, chosen in (("budget", thresholds), ("one half", [0.5] * FOLDS)):
            removed = {n: [p >= chosen[self.fold_of[n]] for p in some] for n, some in answers.items()}
            results.append({"point": point, "thresholds": chosen, **common, "pages": counts(self.pages, removed)})
        return results


def operate(pages, by_page):
    """The threshold with the best mean junk F1 over the sets among those that lose no more than the
    budget of article characters, pooled, and that mean: dechaff's own rule (`src/train/operate.rs`)."""
    import numpy as np

    p = np.array([p for n in by_page for p in by_page[n]])
    lines = [(line, pages[n].set) for n in by_page for line in pages[n].lines]
    junk = np.array([line.is_junk for line, _ in lines])
    length = np.array([0 if line.is_junk else len(line.text) for line, _ in lines], dtype=float)
    sets = np.array([name for _, name in lines])
    levels = np.unique(p)
    tried = levels[np.unique(np.linspace(0, len(levels) - 1, GRID).astype(int))]

    def above(values):
        """The sum of the values of lines at or above each threshold."""
        order = np.argsort(p[values[1]], kind="stable")
        sums = np.concatenate([[0.0], np.cumsum(values[0][values[1]][order])])
        return sums[-1] - sums[np.searchsorted(p[values[1]][order], tried, side="left")]

    everything = np.ones(len(p), dtype=bool)
    lost = above((length, everything)) / max(1.0, length.sum())
    f1 = []
    for name in sorted(set(sets)):
        of_set = sets == name
        found = above((junk.astype(float), of_set))
        removed = above((np.ones(len(p)), of_set))
        f1.append(2 * found / np.maximum(1.0, removed + junk[of_set].sum()))
    mean = np.where(lost <= BUDGET, np.mean(f1, axis=0), -1.0)
    best = int(np.argmax(mean))
    if mean[best] < 0:
        return float("inf"), 0.0
    # Half way to the next lower answer: the same for these lines, fairer to new ones.
    place = int(np.searchsorted(levels, tried[best]))
    threshold = (levels[place] + levels[place - 1]) / 2 if place else levels[place]
    return float(threshold), float(mean[best])


# Counts


def counts(pages, removed):
    """For each measured page: its set, and junk removed, junk kept, article removed, article kept,
    article characters, article characters lost. `removed` gives for the number of a page whether each
    of its lines goes; a page that is not there has no part in it."""
    rows = []
    for n, gone in removed.items():
        cells = [0] * 6
        for line, goes in zip(pages[n].lines, gone, strict=True):
            cells[(0 if goes else 1) if line.is_junk else (2 if goes else 3)] += 1
            if not line.is_junk:
                cells[4] += len(line.text)
                cells[5] += len(line.text) if goes else 0
        rows.append([pages[n].set, *cells])
    return rows


def run_rule(rule, pages):
    from lines import processor_seconds

    measured = [n for n, page in enumerate(pages) if not page.is_weak and page.lines]
    start = processor_seconds()
    removed = {n: [not rule(line.text) for line in pages[n].lines] for n in measured}
    seconds = processor_seconds() - start
    lines = sum(len(pages[n].lines) for n in measured)
    return {"lines_per_second": lines / seconds, "pages": counts(pages, removed)}


def run_extractors(names, pages, folder):
    """The best of some ways to run an extractor: by mean junk F1, under the kinder of the two ways from
    text to lines."""
    from extract import PEERS, read_lines, run_peer

    known = {(page.set, page.id): n for n, page in enumerate(pages) if page.lines}
    html = []
    for path in sorted(folder.glob("*.jsonl*")):
        name = path.name.split(".")[0]
        html += [(known[name, page["id"]], page) for page in read_lines(path) if (name, page["id"]) in known]
    lines = sum(len(pages[n].lines) for n, _ in html)
    found = []
    for name in names:
        # An identifier may occur in two sets.
        numbered = [{"id": n, "html": page["html"]} for n, page in html]
        texts, failed, seconds = run_peer(PEERS[name](), numbered, 1)
        outputs = {n: rules.Output(text) for n, text in texts.items()}
        for way in ("contains", "contains_whole"):
            removed = {n: [not getattr(out, way)(line.text) for line in pages[n].lines] for n, out in outputs.items()}
            rows = counts(pages, removed)
            score = mean_f1(rows)
            setting = {"mode": name, "lines": way, "failed_pages": failed}
            print(f"{setting}: {score:.4f}", file=sys.stderr, flush=True)
            found.append((score, {"setting": setting, "lines_per_second": lines / sum(seconds), "pages": rows}))
    best = max(found, key=lambda one: one[0])[1]
    return {**best, "tried": [{**one["setting"], "mean_junk_f1": score} for score, one in found]}


def mean_f1(rows):
    by_set = {}
    for name, tp, fn, fp, *_ in rows:
        sums = by_set.setdefault(name, [0, 0, 0])
        for place, value in enumerate((tp, fn, fp)):
            sums[place] += value
    return sum(2 * tp / max(1, 2 * tp + fn + fp) for tp, fn, fp in by_set.values()) / len(by_set)


# Figures


def figures_of(rows, mean_sets):
    """Figures by set with 95 % intervals, pages drawn with replacement, and the mean over each list of
    sets in `mean_sets` that the rows have all of."""
    import numpy as np

    def derived(cells):
        tp, fn, fp, tn, characters, lost = (cells[..., k].astype(float) for k in range(6))
        with np.errstate(divide="ignore", invalid="ignore"):
            return {
                "junk_precision": np.where(tp + fp > 0, tp / (tp + fp), np.nan),
                "junk_recall": tp / (tp + fn),
                "junk_f1": np.where(tp > 0, 2 * tp / (2 * tp + fn + fp), 0.0),
                "article_f1": np.where(tn > 0, 2 * tn / (2 * tn + fn + fp), 0.0),
                "article_characters_lost": lost / characters,
            }

    def told(point, drawn):
        intervals = {}
        for name, values in drawn.items():
            values = values[~np.isnan(values)]
            if name in ("junk_f1", "article_f1", "article_characters_lost") and len(values):
                low, high = np.percentile(values, [2.5, 97.5])
                intervals[name] = [round(float(low), 5), round(float(high), 5)]
        number = lambda value: None if np.isnan(value) else round(float(value), 5)
        return {**{name: number(value) for name, value in point.items()}, "intervals": intervals}

    draws = np.random.default_rng(SEED)
    sets, points, drawn = {}, {}, {}
    for name in sorted({row[0] for row in rows}):
        cells = np.array([row[1:] for row in rows if row[0] == name], dtype=np.int64)
        weights = draws.multinomial(len(cells), np.full(len(cells), 1 / len(cells)), size=DRAWS)
        points[name], drawn[name] = derived(cells.sum(axis=0)), derived(weights @ cells)
        sets[name] = {
            "pages": len(cells), "lines": int(cells[:, :4].sum()), **told(points[name], drawn[name])
        }
    means = {}
    for mean, names in mean_sets.items():
        if all(name in sets for name in names):
            # Where nothing is removed there is no precision, and the mean leaves the set out.
            average = lambda of: {
                key: np.nanmean(np.stack([of[name][key] for name in names]), axis=0)
                if any(not np.all(np.isnan(of[name][key])) for name in names) else np.float64(np.nan)
                for key in of[names[0]]
            }
            point, draw = average(points), average(drawn)
            means[mean] = told(point, {key: np.atleast_1d(values) for key, values in draw.items()})
    return {"sets": sets, "means": means}


# Putting it together

TRAFILATURA = ["trafilatura", "trafilatura, precision", "trafilatura, recall", "trafilatura, comments"]

# Name, what it sees, how it is run.
SYSTEMS = [
    ("fastText", "line", ("learn", "fasttext")),
    ("scikit-learn", "line", ("learn", "sklearn")),
    ("Vowpal Wabbit", "line", ("learn", "vw")),
    ("C4 rules", "line", ("rule", rules.c4)),
    ("Chinese C4 rules", "line", ("rule", rules.chinese_c4)),
    ("keep everything", "line", ("rule", lambda _: True)),
    ("trafilatura", "html", ("extract", TRAFILATURA)),
    ("readability-lxml", "html", ("extract", ["readability-lxml"])),
    ("resiliparse", "html", ("extract", ["resiliparse, main content"])),
    ("jusText", "html", ("extract", ["jusText, 20/60"])),
]


def run_all(arguments, evaluation):
    """The figures of all systems but dechaff."""
    pages, sizes = read_sets(arguments.pages)
    fold_of = fold_of_pages(pages, sizes, evaluation)
    html_sets = sorted(path.name.split(".")[0] for path in arguments.html.glob("*.jsonl*")) if arguments.html else []
    measured = sorted({page.set for page in pages if not page.is_weak})
    mean_sets = {"all": measured, "html": [name for name in measured if name in html_sets]}
    only = set(arguments.only.split(",")) if arguments.only else None
    systems = []
    arguments.work.mkdir(parents=True, exist_ok=True)
    for name, sees, (how, what) in SYSTEMS:
        if how == "extract" and not html_sets or only and name not in only:
            continue
        kept = arguments.work / f"{name.replace(' ', '_')}.json"
        if arguments.again or not kept.exists():
            print(name, file=sys.stderr, flush=True)
            if how == "learn":
                folder = arguments.work / what
                folder.mkdir(exist_ok=True)
                results = Learner(what, pages, fold_of, folder).run()
            elif how == "rule":
                results = [run_rule(what, pages)]
            else:
                results = [run_extractors(what, pages, arguments.html)]
            kept.write_text(json.dumps(results))
        for result in json.loads(kept.read_text()):
            rows = result.pop("pages")
            systems.append({"name": name, "sees": sees, **result, **figures_of(rows, mean_sets)})
    data = hashlib.sha256()
    for page in pages:
        data.update(json.dumps(page, ensure_ascii=False).encode())
    return {
        "date": datetime.date.today().isoformat(),
        "data": data.hexdigest(),
        "versions": (HERE / "requirements.txt").read_text().split("# Messages\n")[1].split(),
        "budget": BUDGET,
        "folds": FOLDS,
        "pages": sum(not page.is_weak for page in pages),
        "lines": sum(len(page.lines) for page in pages if not page.is_weak),
        "mean_sets": mean_sets,
        "systems": systems,
    }


def of_dechaff(evaluation, mean_sets):
    """dechaff's rows from what its cross-validation wrote: of text, and of HTML where it has it."""

    def figures(one):
        interval = lambda name: [one["intervals"][name]["low"], one["intervals"][name]["high"]]
        names = ("junk_f1", "article_f1", "article_characters_lost")
        return {
            "junk_precision": one["junk"]["precision"], "junk_recall": one["junk"]["recall"],
            "junk_f1": one["junk"]["f1"], "article_f1": one["article"]["f1"],
            "article_characters_lost": one["article_characters_lost"],
            "intervals": {name: interval(name) for name in names if one.get("intervals")},
        }

    def mean(sets, names):
        keys = ("junk_precision", "junk_recall", "junk_f1", "article_f1", "article_characters_lost")
        return {key: sum(sets[name][key] or 0.0 for name in names) / len(names) for key in keys} | {"intervals": {}}

    rows = []
    for sees, outcome in (("page", evaluation), ("html", evaluation.get("html"))):
        if not outcome:
            continue
        found = outcome["evaluation"]
        sets = {one["name"]: {"pages": one["pages"], "lines": one["lines"], **figures(one)} for one in found["sets"]}
        means = {key: mean(sets, names) for key, names in mean_sets.items() if names and all(n in sets for n in names)}
        for key, names in mean_sets.items():
            if sorted(sets) == sorted(names):
                means[key] = figures(found["mean_over_sets"])
        name = "dechaff" if sees == "page" else "dechaff, HTML"
        rows.append({"name": name, "sees": sees, "thresholds": outcome["thresholds"], "sets": sets, "means": means})
    return rows


def speed_of_dechaff(program, pages):
    """Lines that the program judges in a second of processor time on one thread, starting included."""
    import os
    import subprocess
    import tempfile

    from lines import processor_seconds

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "pages.jsonl"
        lines = 0
        with open(path, "w", encoding="utf-8") as out:
            for page in pages:
                text = "\n".join(line.text for line in page.lines)
                lines += len(page.lines)
                out.write(json.dumps({"id": page.id, "text": text}, ensure_ascii=False) + "\n")
        start = processor_seconds()
        environment = {key: value for key, value in os.environ.items() if key != "DECHAFF_DATA"}
        command = [program, "filter", path, "-o", Path(folder) / "out.jsonl", "-q", "--threads", "1"]
        subprocess.run(command, check=True, env=environment)
        return lines / (processor_seconds() - start)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("pages", nargs="?", type=Path,
                        help="folder of labelled pages; sets named *_weak are learned from only")
    parser.add_argument("--html", type=Path, help="folder of the HTML of the same pages, by set and id")
    parser.add_argument("--evaluation", type=Path, required=True,
                        help="dechaff's figures, models/default.evaluation.json")
    parser.add_argument("--model", type=Path, required=True,
                        help="the model they are of, for its digest")
    parser.add_argument("--dechaff", type=Path, help="the program, to measure its speed")
    parser.add_argument("--dechaff-train-seconds", type=float,
                        help="processor seconds of `dechaff train`, for the table")
    parser.add_argument("--redraw", action="store_true",
                        help="take the others' figures from pages.json")
    parser.add_argument("--readme", nargs="*", type=Path, default=[],
                        help="write the table between the marks of these files")
    parser.add_argument("--to", type=Path, default=HERE, help="folder for pages.json and pages.svg")
    parser.add_argument("--work", type=Path, help="folder for answers; they are not made again")
    parser.add_argument("--only", help="names of systems, comma between them; nothing is written but answers")
    parser.add_argument("--again", action="store_true", help="do not take answers from an earlier run")
    arguments = parser.parse_args()

    evaluation = json.loads(arguments.evaluation.read_text())
    kept = arguments.to / "pages.json"
    before = json.loads(kept.read_text()) if kept.exists() else {}
    if arguments.redraw:
        figures = before
        if not figures:
            parser.error(f"{kept} is not there")
    elif arguments.pages and arguments.work:
        figures = run_all(arguments, evaluation)
        if arguments.only:
            return
    else:
        parser.error("give PAGES and --work, or --redraw")
    model = hashlib.sha256(arguments.model.read_bytes()).hexdigest()
    made = {"model": model, "inputs": evaluation["inputs"], "date": datetime.date.today().isoformat()}
    known = before.get("dechaff", {})
    if {**known, **made, "date": known.get("date")} == known:
        made = known  # with its date and its times; those of another model say nothing
    if arguments.dechaff and arguments.pages:
        pages = [page for page in read_sets(arguments.pages)[0] if not page.is_weak]
        made["lines_per_second"] = speed_of_dechaff(arguments.dechaff, pages)
    if arguments.dechaff_train_seconds:
        made["train_seconds"] = arguments.dechaff_train_seconds
    figures["dechaff"] = made
    ours = of_dechaff(evaluation, figures["mean_sets"])
    ours[0].update({key: made[key] for key in ("lines_per_second", "train_seconds") if key in made})
    figures["systems"] = ours + [one for one in figures["systems"] if not one["name"].startswith("dechaff")]
    kept.write_text(json.dumps(figures, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    (arguments.to / "pages.svg").write_text(picture.draw(figures), encoding="utf-8")
    for path in arguments.readme:
        tables.put_into(path, tables.overview(figures, path.name))
    print(tables.everything(figures))


if __name__ == "__main__":
    main()
