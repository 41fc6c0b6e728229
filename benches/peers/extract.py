#!/usr/bin/env python3
"""Extraction from HTML: dechaff's output beside that of other extractors, scored alike.

In: JSON Lines (also .gz) of pages `{"id", "site", "lang", "html", "gold"}`, each file a set; and, by
`--output NAME=FILE`, JSON Lines of `{"id", "text"}` that some program made of them. Out: Markdown
tables of precision, recall and F1 of 4-shingles and of pages per second on standard output.
"""

import argparse
import gzip
import json
import logging
import os
import random
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from shingles import compare, means, without_titles

DRAWS = 1000  # of the bootstrap over pages
SEED = 1


def read_lines(path):
    """The objects of a file of JSON Lines."""
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8", newline="\n") as lines:
        return [json.loads(line) for line in lines]


def files_of(paths):
    """The files that are given, and those in the folders that are given."""
    for path in paths:
        yield from sorted(path.glob("*.jsonl*")) if path.is_dir() else [path]


def set_name(path):
    return path.name.split(".")[0]


# The extractors: page in, text out.


def trafilatura_mode(**mode):
    import trafilatura
    import trafilatura.meta

    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)

    def extract(html):
        return trafilatura.extract(html, **mode) or ""

    # It remembers what it has seen: a second run over the same pages would not be the same work.
    extract.forget = trafilatura.meta.reset_caches
    return extract


def readability():
    import html_text
    from readability import Document

    logging.getLogger("readability").setLevel(logging.CRITICAL)
    return lambda html: html_text.extract_text(Document(html).summary())


def resiliparse_main():
    from resiliparse.extract.html2text import extract_plain_text

    return lambda html: extract_plain_text(html, main_content=True, alt_texts=False, links=False)


def justext():
    import justext

    def extract(html):
        # Without stop words only lengths and links decide, which is all there is for Chinese.
        paragraphs = justext.justext(
            html, frozenset(), length_low=20, length_high=60, stopwords_low=0.0, stopwords_high=0.0
        )
        return "\n".join(p.text for p in paragraphs if not p.is_boilerplate)

    return extract


PEERS = {
    # Readers' comments are not in the gold text of articles; they are where the page is a discussion.
    "trafilatura": lambda: trafilatura_mode(include_comments=False),
    "trafilatura, precision": lambda: trafilatura_mode(include_comments=False, favor_precision=True),
    "trafilatura, recall": lambda: trafilatura_mode(include_comments=False, favor_recall=True),
    "trafilatura, comments": lambda: trafilatura_mode(include_comments=True),
    "readability-lxml": readability,
    "resiliparse, main content": resiliparse_main,
    "jusText, 20/60": justext,
}


def run_peer(extract, pages, runs):
    """Texts by id, pages that failed, and seconds of each run."""
    seconds, texts, failed = [], {}, 0
    for _ in range(runs):
        getattr(extract, "forget", lambda: None)()
        texts, failed = {}, 0
        start = processor_seconds()
        for page in pages:
            try:
                texts[page["id"]] = extract(page["html"]) or ""
            except Exception:  # an extractor that gives up has found nothing
                texts[page["id"]], failed = "", failed + 1
        seconds.append(processor_seconds() - start)
    return texts, failed, seconds


def processor_seconds():
    """Of this process and of those it has waited for. On an idle machine the same as the clock, since
    all run on one thread; on a busy one less disturbed."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def run_program(command, pages, runs, copies):
    """The same for a program that reads JSON Lines of pages from a file whose name is appended to the
    command, and writes JSON Lines of `id` and `text`. Reading, writing and starting count against it; each
    page is there `copies` times, so that starting counts as it does where there are that many more pages."""
    seconds, texts = [], {}
    environment = dict(os.environ, RAYON_NUM_THREADS="1")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "pages.jsonl"
        with open(path, "w", encoding="utf-8") as out:
            for page in pages * copies:
                asked = {key: page[key] for key in ("id", "html")}
                out.write(json.dumps(asked, ensure_ascii=False) + "\n")
        for _ in range(runs):
            start = processor_seconds()
            done = subprocess.run([*command, path], env=environment, stdout=subprocess.PIPE)
            seconds.append((processor_seconds() - start) / copies)
            if done.returncode not in (0, 1):  # 1: some pages could not be read
                raise SystemExit(f"{command[0]}: exit code {done.returncode}")
            texts = texts_by_id([json.loads(line) for line in done.stdout.splitlines()])
    return texts, len(pages) - len(texts), seconds


def texts_by_id(records):
    return {record["id"]: record.get("text") or "" for record in records}


# Scores


def titles(pages):
    """The texts of `<h1>` and of `<title>` of each page, by an HTML5 parser."""
    from resiliparse.parse.html import HTMLTree

    found = []
    for page in pages:
        tree = HTMLTree.parse(page["html"])
        headings = tree.document.get_elements_by_tag_name("h1")
        found.append(([heading.text for heading in headings], tree.title or ""))
    return found


def score(pages, page_titles, texts):
    """Shingles of each page: (in both, in the output only, in the gold only)."""
    counts = []
    for page, (headings, title) in zip(pages, page_titles):
        gold = without_titles(headings, title, page["gold"])
        output = without_titles(headings, title, texts.get(page["id"], ""))
        counts.append(compare(gold, output))
    return counts


def interval(counts):
    """95 % of the F1 of pages drawn with replacement."""
    draws = random.Random(SEED)
    values = [means(draws.choices(counts, k=len(counts)))[2] for _ in range(DRAWS)]
    values = sorted(value for value in values if value is not None)
    return values[round(0.025 * (len(values) - 1))], values[round(0.975 * (len(values) - 1))]


# The tables


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("sets", nargs="+", type=Path, help="pages with HTML and gold text: files, or folders of them")
    parser.add_argument("--output", action="append", default=[], metavar="NAME=FILE",
                        help="JSON Lines of id and text, of one set or of several; may be given again")
    parser.add_argument("--program", action="append", default=[], metavar="NAME=COMMAND",
                        help="a program to run as COMMAND FILE, which writes JSON Lines of id and text")
    parser.add_argument("--peers", help="run only those whose name contains one of these, by commas")
    parser.add_argument("--runs", type=int, default=3, help="the speed is the median of so many (3)")
    parser.add_argument("--copies", type=int, choices=range(1, 101), default=1, metavar="N",
                        help="give programs each page so many times: less of the time is starting (1)")
    parser.add_argument("--keep", type=Path, metavar="DIR",
                        help="write the text of each extractor to DIR/NAME/SET.jsonl")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every page's counts as JSON")
    arguments = parser.parse_args()

    wanted = None if arguments.peers is None else [p for p in arguments.peers.split(",") if p]
    systems = {}
    for name, make in PEERS.items():
        if wanted is None or any(part in name for part in wanted):
            extract = make()
            systems[name] = lambda pages, extract=extract: run_peer(extract, pages, arguments.runs)
    for given in arguments.program:
        name, _, command = given.partition("=")
        command = command.split()
        systems[name] = lambda pages, command=command: run_program(
            command, pages, arguments.runs, arguments.copies
        )
    given_texts = {}
    for given in arguments.output:
        name, _, file = given.partition("=")
        given_texts.setdefault(name, {}).update(texts_by_id(read_lines(Path(file))))
    for name, texts in given_texts.items():
        systems[name] = lambda pages, texts=texts: (texts, 0, None)

    results = {name: {} for name in systems}
    sets = []
    for path in files_of(arguments.sets):
        pages = read_lines(path)
        page_titles = titles(pages)
        sets.append((set_name(path), len(pages)))
        for name, run in systems.items():
            print(f"{set_name(path)}: {name}", file=sys.stderr, flush=True)
            texts, failed, seconds = run(pages)
            counts = score(pages, page_titles, texts)
            speed = len(pages) / statistics.median(seconds) if seconds else None
            results[name][set_name(path)] = {"counts": counts, "failed": failed, "speed": speed}
            if arguments.keep and seconds:
                keep(arguments.keep / re.sub(r"\W+", "_", name), set_name(path), pages, texts)
    if arguments.json:
        arguments.json.write_text(json.dumps(results))
    print_tables(sets, results)


def keep(folder, name, pages, texts):
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / f"{name}.jsonl", "w", encoding="utf-8") as out:
        for page in pages:
            record = {"id": page["id"], "text": texts.get(page["id"], "")}
            out.write(json.dumps(record, ensure_ascii=False) + "\n")


def print_tables(sets, results):
    print("F1 of 4-shingles (precision, recall) [95 % by page]; in brackets pages that failed\n")
    print("| system | " + " | ".join(f"{name}, {pages} pages" for name, pages in sets) + " | mean F1 |")
    print("|---" * (len(sets) + 2) + "|")
    for system, by_set in results.items():
        cells, values = [], []
        for name, _ in sets:
            result = by_set[name]
            precision, recall, f1 = means(result["counts"])
            if f1 is None:
                cells.append("–")
                continue
            low, high = interval(result["counts"])
            failed = f" ({result['failed']} failed)" if result["failed"] else ""
            cells.append(f"{f1:.3f} ({precision:.3f}, {recall:.3f}) [{low:.3f}, {high:.3f}]{failed}")
            values.append(f1)
        average = f"{sum(values) / len(values):.3f}" if values else "–"
        print(f"| {system} | " + " | ".join(cells) + f" | {average} |")
    print("\nPages per second, one thread\n")
    print("| system | " + " | ".join(name for name, _ in sets) + " | all |")
    print("|---" * (len(sets) + 2) + "|")
    for system, by_set in results.items():
        speeds = [by_set[name]["speed"] for name, _ in sets]
        if None in speeds:
            continue
        seconds = sum(pages / speed for (_, pages), speed in zip(sets, speeds))
        total = sum(pages for _, pages in sets) / seconds
        print(f"| {system} | " + " | ".join(f"{speed:.1f}" for speed in speeds) + f" | {total:.1f} |")


if __name__ == "__main__":
    main()
