#!/usr/bin/env python3
"""Time of training: dechaff beside fastText, on the same labelled lines.

In: files of labelled pages (`training/LABELLING.md`; also .gz), and how many lines to learn from. Pages are
taken in the order of the files, and again under other names where there are too few of them.
Out: one Markdown table on standard output; processor seconds, one thread each.

dechaff learns without the pages that it makes up, since the others cannot have them. Its line model is two
questions fitted once for the model and once for each fold; the table has the mean of one such fit beside
the whole training, which also fits the stages behind it on answers for lines held out.
"""

import argparse
import gzip
import json
import os
import re
import resource
import subprocess
import sys
import time
from pathlib import Path

import pages

# What `pages.py` found to be the best setting.
SETTING = {"tokens": "words", "minn": 1, "maxn": 4, "wordNgrams": 2, "epoch": 10}
QUESTIONS = 2
STAGE = re.compile(r"\[ *\d+ s\] (.*)")
FITS = re.compile(r"fitting the line model on (\d+) lines, .* (\d+) \+ 1 times")


def take(paths, wanted):
    """Pages with so many lines that are learned from, or a few more."""
    taken, count, turn = [], 0, 0
    while count < wanted:
        before = count
        for path in paths:
            opened = gzip.open if path.suffix == ".gz" else open
            with opened(path, "rt", encoding="utf-8") as records:
                for record in map(json.loads, records):
                    if count >= wanted:
                        break
                    labelled = [line for line in record["lines"] if line["label"] in ("junk", "article")]
                    count += len(labelled)
                    again = f" {turn}" if turn else ""
                    record["id"], record["site"] = f"{record['id']}{again}", f"{record['site']}{again}"
                    taken.append((path.name.split(".")[0], record, labelled))
        if count == before:
            raise SystemExit("the files hold no labelled lines")
        turn += 1
    return taken, count


def bare_recipe(path):
    """dechaff's recipe with nothing made up."""
    text = Path(path).read_text(encoding="utf-8")
    return re.sub(r"(?m)^(plant|composed|junk_pages) = \d+", r"\1 = 0", text)


def processor_seconds(who):
    used = resource.getrusage(who)
    return used.ru_utime + used.ru_stime


def time_fasttext(taken, work):
    messages = [(line["label"] == "junk", line["text"]) for _, _, labelled in taken for line in labelled]
    peer = pages.peer_of("fasttext", work)
    start = processor_seconds(resource.RUSAGE_SELF)
    peer.fit(SETTING, messages)
    return processor_seconds(resource.RUSAGE_SELF) - start


def time_dechaff(taken, work, program, recipe):
    """Seconds of one fit of the line model and of everything; and the lines that it says it learned from."""
    folder = work / "pages"
    folder.mkdir(exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    for name, record, _ in taken:
        with open(folder / f"{name}.jsonl", "a", encoding="utf-8") as out:
            out.write(json.dumps(record, ensure_ascii=False) + "\n")
    (work / "recipe.toml").write_text(bare_recipe(recipe), encoding="utf-8")
    command = [program, "train", folder, "--recipe", work / "recipe.toml", "-o", work / "model.dechaff", "-j", "1"]
    without = {k: v for k, v in os.environ.items() if k != "DECHAFF_DATA"}
    start = processor_seconds(resource.RUSAGE_CHILDREN)
    process = subprocess.Popen(command, stderr=subprocess.PIPE, env=without, encoding="utf-8")
    said, fits, began, one = [], None, None, None
    for line in process.stderr:
        said.append(line)
        stage = STAGE.search(line)
        if stage and began is not None and one is None:
            one = (time.monotonic() - began) / (QUESTIONS * (int(fits[2]) + 1))
        if stage and (found := FITS.search(stage[1])):
            fits, began = found, time.monotonic()
    if process.wait() != 0 or one is None:
        raise SystemExit(f"dechaff ended with {process.returncode}:\n{''.join(said[-20:])}")
    return one, processor_seconds(resource.RUSAGE_CHILDREN) - start, int(fits[1])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="+", type=Path, metavar="PAGES", help="labelled pages, JSON Lines, also .gz")
    parser.add_argument("--lines", default="200000,1000000", help="how many to learn from, parted by commas")
    parser.add_argument("--dechaff", default="target/release/dechaff", help="the program")
    parser.add_argument("--recipe", default="training/recipe.toml")
    parser.add_argument("--work", type=Path, required=True, help="folder for files in between")
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    print("| lines | fastText | dechaff, line model, one fit | of fastText | everything | of fastText |")
    print("|---:|---:|---:|---:|---:|---:|")
    for wanted in map(int, options.lines.split(",")):
        taken, count = take(options.files, wanted)
        theirs = time_fasttext(taken, options.work)
        one, everything, learned = time_dechaff(taken, options.work, options.dechaff, options.recipe)
        if learned != count:
            raise SystemExit(f"dechaff learned from {learned} lines, fastText from {count}")
        print(
            f"| {count:,} | {theirs:.0f} s | {one:.1f} s | {one / theirs:.2f} | {everything:.0f} s"
            f" | {everything / theirs:.1f} |",
            flush=True,
        )


if __name__ == "__main__":
    sys.exit(main())
