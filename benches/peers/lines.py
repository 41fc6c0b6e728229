#!/usr/bin/env python3
"""Spam messages: dechaff beside fastText, Vowpal Wabbit and scikit-learn.

In: files of `label<TAB>text` (also .gz), label `junk` or `article`; each file is a task of its own.
Out: one Markdown table of spam F1 and times on standard output; folds and predictions as files.

Every system learns from the same four fifths and is asked about the last fifth, five times; the five
sets of answers are put together and scored once. A peer picks its setting from the list below on the
first of the five, by holding out a fifth of what it learns from; the setting is written beside its answers.
"""

import argparse
import gzip
import hashlib
import json
import os
import random
import resource
import subprocess
import sys
import time
from pathlib import Path

FOLDS = 5
INNER = 5  # one of so many training messages is held out to choose a setting
DRAWS = 2000  # of the paired bootstrap
SEED = 1


# Messages and folds


def read_task(path):
    """The messages of a file as (is junk, text)."""
    messages = []
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8", newline="\n") as lines:
        for number, line in enumerate(lines, 1):
            label, tab, text = line.rstrip("\r\n").partition("\t")
            if label not in ("junk", "article") or not tab:
                raise SystemExit(f"{path}:{number}: neither junk nor article before a tab")
            messages.append((label == "junk", text))
    return messages


def dealt(messages, parts):
    """The part of each message: both classes are dealt out evenly, in the order of a digest of the
    text, so that neither the order of the file nor a random number decides."""
    part = [0] * len(messages)
    for wanted in (True, False):
        chosen = [n for n, (junk, _) in enumerate(messages) if junk == wanted]
        chosen.sort(key=lambda n: hashlib.sha256(messages[n][1].encode()).digest())
        for place, n in enumerate(chosen):
            part[n] = place % parts
    return part


def write_folds(messages, folder):
    """Writes `foldK.train.txt` and `foldK.test.txt` as fastText has them, and `foldK.test.jsonl`
    with one page for each message; returns the (training, test) numbers of each fold."""
    folder.mkdir(parents=True, exist_ok=True)
    part = dealt(messages, FOLDS)
    folds = []
    for fold in range(FOLDS):
        test = [n for n in range(len(messages)) if part[n] == fold]
        train = [n for n in range(len(messages)) if part[n] != fold]
        write_labelled(folder / f"fold{fold}.train.txt", [messages[n] for n in train])
        write_labelled(folder / f"fold{fold}.test.txt", [messages[n] for n in test])
        with open(folder / f"fold{fold}.test.jsonl", "w", encoding="utf-8") as out:
            for n in test:
                page = {"id": str(n), "text": messages[n][1]}
                out.write(json.dumps(page, ensure_ascii=False) + "\n")
        folds.append((train, test))
    return folds


def write_labelled(path, messages):
    with open(path, "w", encoding="utf-8", newline="\n") as out:
        for junk, text in messages:
            out.write(f"__label__{'junk' if junk else 'article'} {text}\n")


# Peers: fit(setting, messages) gives a model; predict(model, texts) gives P(junk) for each.


def characters(text):
    """One token for each character; white space is a token as well."""
    return ["\u2581" if c.isspace() else c for c in text]


class FastText:
    """fastText, supervised: words as they stand with their character n-grams, or characters as
    words. One thread, so that the same input gives the same model."""

    name = "fastText"
    settings = [
        {"tokens": "characters", "wordNgrams": n, "epoch": epoch} for n, epoch in ((2, 20), (4, 5), (4, 20))
    ] + [{"tokens": "words", "wordNgrams": 2, "minn": 1, "maxn": 4, "epoch": 20}]

    def __init__(self, folder):
        self.path = folder / "fasttext.tmp"

    def text(self, setting, text):
        return " ".join(characters(text)) if setting["tokens"] == "characters" else text

    def fit(self, setting, messages):
        import fasttext

        write_labelled(self.path, [(junk, self.text(setting, text)) for junk, text in messages])
        options = {k: v for k, v in setting.items() if k != "tokens"}
        model = fasttext.train_supervised(
            str(self.path), dim=16, lr=0.5, bucket=1 << 20, thread=1, seed=SEED, verbose=0, **options
        )
        self.path.unlink()
        return setting, model

    def predict(self, model, texts):
        setting, model = model
        answers = []
        for text in texts:
            # The wrapper's own `predict` does not work with numpy 2.
            found = model.f.predict(self.text(setting, text) + "\n", 2, 0.0, "strict")
            answers.append({label: p for p, label in found}.get("__label__junk", 0.0))
        return answers


class VowpalWabbit:
    """Vowpal Wabbit, logistic loss on n-grams of characters."""

    name = "Vowpal Wabbit"
    settings = [
        {"ngram": ngram, "passes": passes, "l2": l2}
        for ngram, passes, l2 in ((3, 5, 0.0), (4, 5, 0.0), (4, 20, 0.0), (4, 20, 1e-7))
    ]

    def __init__(self, folder):
        self.data, self.model = folder / "vw.tmp", folder / "vw.model.tmp"
        self.answers, self.cache = folder / "vw.out.tmp", folder / "vw.tmp.cache"

    def tokens(self, text):
        # The bar and the colon have a meaning in the format.
        escaped = {"|": "<bar>", ":": "<colon>"}
        return [escaped.get(c, c) for c in characters(text)]

    def features(self, setting, text):
        return f"|c {' '.join(self.tokens(text))}"

    def options(self, setting):
        return f"--link logistic --ngram {setting['ngram']}"

    def write(self, setting, messages):
        with open(self.data, "w", encoding="utf-8", newline="\n") as out:
            for junk, text in messages:
                out.write(f"{1 if junk else -1} {self.features(setting, text)}\n")

    def fit(self, setting, messages):
        import vowpalwabbit

        # Passes in the order of a file that begins with all of one class would learn badly.
        messages = list(messages)
        random.Random(SEED).shuffle(messages)
        self.write(setting, messages)
        vowpalwabbit.Workspace(
            f"-d {self.data} --cache_file {self.cache} -k --passes {setting['passes']} --holdout_off"
            f" --loss_function logistic -b 22 {self.options(setting)}"
            f" --l2 {setting['l2']} -f {self.model} --quiet"
        ).finish()
        self.cache.unlink(missing_ok=True)
        return setting

    def predict(self, setting, texts):
        import vowpalwabbit

        self.write(setting, [(False, text) for text in texts])
        vowpalwabbit.Workspace(
            f"-t -d {self.data} -i {self.model} -p {self.answers} --quiet"
        ).finish()
        answers = [float(line.split()[0]) for line in open(self.answers, encoding="utf-8")]
        for path in (self.data, self.model, self.answers):
            path.unlink(missing_ok=True)
        return answers


class ScikitLearn:
    """scikit-learn: TF-IDF of character 1-4-grams, logistic regression."""

    name = "scikit-learn"
    # N-grams of one message only are left out: with them it is slower and, on Chinese, worse.
    settings = [{"C": c, "min_df": 2} for c in (10.0, 100.0)]

    def __init__(self, folder):
        pass

    def fit(self, setting, messages):
        from sklearn.feature_extraction.text import TfidfVectorizer
        from sklearn.linear_model import LogisticRegression

        vectors = TfidfVectorizer(
            analyzer="char", ngram_range=(1, 4), sublinear_tf=True, min_df=setting["min_df"]
        )
        model = LogisticRegression(C=setting["C"], solver="liblinear", random_state=SEED)
        model.fit(vectors.fit_transform([text for _, text in messages]), [j for j, _ in messages])
        return vectors, model

    def predict(self, model, texts):
        vectors, model = model
        return model.predict_proba(vectors.transform(texts))[:, list(model.classes_).index(True)].tolist()


PEERS = {"fasttext": FastText, "vw": VowpalWabbit, "sklearn": ScikitLearn}


def run_peer(peer, messages, folds):
    """Answers for every message, from the model that did not learn from it."""
    junk = [None] * len(messages)
    setting, train_seconds, test_seconds = None, 0.0, 0.0
    for train, test in folds:
        known = [messages[n] for n in train]
        setting = setting or choose(peer, known)
        start = processor_seconds()
        model = peer.fit(setting, known)
        middle = processor_seconds()
        answers = peer.predict(model, [messages[n][1] for n in test])
        train_seconds += middle - start
        test_seconds += processor_seconds() - middle
        for n, p in zip(test, answers, strict=True):
            junk[n] = [p >= 0.5, p]
    return {"junk": junk, "train": train_seconds, "test": test_seconds, "setting": setting}


def choose(peer, known):
    """The setting with the best F1 on a held-out part of the training messages."""
    part = dealt(known, INNER)
    inside = [message for message, p in zip(known, part) if p != 0]
    held_out = [message for message, p in zip(known, part) if p == 0]
    gold = [junk for junk, _ in held_out]
    best, best_f1 = None, -1.0
    for setting in peer.settings:
        answers = peer.predict(peer.fit(setting, inside), [text for _, text in held_out])
        value = f1(gold, [p >= 0.5 for p in answers])
        if value > best_f1:
            best, best_f1 = setting, value
    return best


def run_dechaff(binary, recipe, messages, folds, folder):
    """The program itself on the same folds: `train` on the file of each, `score` on its pages."""
    junk = [None] * len(messages)
    train_seconds, test_seconds = 0.0, 0.0
    environment = {k: v for k, v in os.environ.items() if k != "DECHAFF_DATA"}
    for fold in range(len(folds)):
        model = folder / "dechaff.tmp"
        train = [binary, "train", folder / f"fold{fold}.train.txt", "-o", model, "-q"]
        if recipe:
            train += ["--recipe", recipe]
        start = processor_seconds()
        subprocess.run(train, check=True, env=environment, stdin=subprocess.DEVNULL)
        middle = processor_seconds()
        score = [binary, "score", folder / f"fold{fold}.test.jsonl", "-m", model, "-q"]
        said = subprocess.run(score, check=True, env=environment, stdout=subprocess.PIPE).stdout
        train_seconds += middle - start
        test_seconds += processor_seconds() - middle
        for line in said.decode().splitlines():
            page = json.loads(line)
            (only,) = page["lines"]
            junk[int(page["id"])] = [only["verdict"] == "junk", only["p"]]
        model.unlink()
    return {"junk": junk, "train": train_seconds, "test": test_seconds, "setting": str(recipe)}


def processor_seconds():
    """Of this process and of those it has waited for: what other work on the machine disturbs least."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


# Scores


def counts(gold, junk):
    """(found, false, missed) junk."""
    found = sum(1 for g, j in zip(gold, junk) if g and j)
    return found, sum(junk) - found, sum(gold) - found


def f1(gold, junk):
    found, false, missed = counts(gold, junk)
    return 2 * found / (2 * found + false + missed) if found else 0.0


def paired_bootstrap(gold, ours, theirs):
    """Messages are drawn with replacement: mean and 95 % interval of our F1 minus theirs, and the
    share of draws in which ours is below."""
    import numpy as np

    cells = [
        [g and j for g, j in zip(gold, ours)], ours, [g and j for g, j in zip(gold, theirs)], theirs, gold
    ]
    cells = np.array(cells, dtype=np.float64)
    draws = np.random.default_rng(SEED)
    differences = []
    for _ in range(DRAWS):
        weight = draws.multinomial(len(gold), np.full(len(gold), 1 / len(gold)))
        our_found, our_all, their_found, their_all, all_junk = cells @ weight
        differences.append(
            2 * our_found / (our_all + all_junk) - 2 * their_found / (their_all + all_junk)
        )
    low, high = np.percentile(differences, [2.5, 97.5])
    return float(np.mean(differences)), float(low), float(high), float(np.mean(np.array(differences) < 0))


# The table


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("tasks", nargs="+", type=Path, help="files of label<TAB>text, also .gz")
    parser.add_argument("--work", type=Path, required=True, help="folder for folds and answers")
    parser.add_argument("--dechaff", type=Path, help="the program; left out unless given")
    parser.add_argument("--recipe", action="append", default=[], metavar="NAME=FILE",
                        help="train dechaff by this recipe as well; may be given again")
    parser.add_argument("--only-recipes", action="store_true",
                        help="do not train dechaff by the recipe inside the program")
    parser.add_argument("--peers", default=",".join(PEERS), help="of fasttext,vw,sklearn; may be empty")
    parser.add_argument("--again", action="store_true", help="do not take answers from an earlier run")
    arguments = parser.parse_args()

    if arguments.dechaff:
        arguments.dechaff = arguments.dechaff.resolve()
    ours = [] if arguments.only_recipes or not arguments.dechaff else [("dechaff", None)]
    for given in arguments.recipe:
        name, _, file = given.partition("=")
        ours.append((f"dechaff, {name}", Path(file)))
    peers = [name for name in arguments.peers.split(",") if name]

    rows = []
    for path in arguments.tasks:
        task = path.name.split(".")[0]
        messages = read_task(path)
        gold = [junk for junk, _ in messages]
        folder = arguments.work / task
        folds = write_folds(messages, folder)
        results = {}
        runs = [(PEERS[name].name, lambda name=name: run_peer(PEERS[name](folder), messages, folds)) for name in peers]
        runs += [(name, lambda recipe=recipe: run_dechaff(arguments.dechaff, recipe, messages, folds, folder))
                 for name, recipe in ours]
        for name, run in runs:
            kept = folder / f"{name.replace(' ', '_').replace(',', '')}.json"
            if arguments.again or not kept.exists():
                print(f"{task}: {name}", file=sys.stderr, flush=True)
                start = time.monotonic()
                result = run()
                result["wall"] = time.monotonic() - start
                kept.write_text(json.dumps(result))
            results[name] = json.loads(kept.read_text())
        rows.append((task, gold, results))
    print_table(rows, [name for name, _ in ours])


def print_table(rows, ours):
    names = list(rows[0][2])
    print("| task | messages, junk | system | spam F1 | P | R | best F1 | dechaff minus it [95 %] | train s | test s |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    for task, gold, results in rows:
        for name in names:
            result = results[name]
            junk = [bool(j) for j, _ in result["junk"]]
            found, false, missed = counts(gold, junk)
            difference = ""
            if ours and name != ours[0]:
                base = [bool(j) for j, _ in results[ours[0]]["junk"]]
                mean, low, high, below = paired_bootstrap(gold, base, junk)
                difference = f"{mean:+.4f} [{low:+.4f}, {high:+.4f}], below in {below:.0%}"
            print(
                f"| {task} | {len(gold):,}, {sum(gold):,} | {name} | {f1(gold, junk):.4f} |"
                f" {found / max(1, found + false):.3f} | {found / max(1, found + missed):.3f} |"
                f" {best_f1(gold, [p for _, p in result['junk']]):.4f} | {difference} |"
                f" {result['train'] / FOLDS:.1f} | {result['test'] / FOLDS:.2f} |"
            )
    print()
    print(
        "Best F1: at the threshold that is best on the answers themselves; it says how much is lost by the"
        " threshold alone. Times: processor seconds, mean over the folds."
    )


def best_f1(gold, p):
    """The best F1 that any one threshold on the answers gives."""
    order = sorted(range(len(gold)), key=lambda n: -p[n])
    best, found, total = 0.0, 0, sum(gold)
    for place, n in enumerate(order, 1):
        found += gold[n]
        tied = place < len(order) and p[order[place]] == p[n]
        if not tied:
            best = max(best, 2 * found / (place + total))
    return best


if __name__ == "__main__":
    main()
