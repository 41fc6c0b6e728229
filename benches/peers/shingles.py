"""How near a text is to the gold text, in 4-shingles, and lines that repeat the page's title.

In: texts. Out: counts of shingles for each page, means over pages, intervals. The same rules as
`src/evaluate/shingles.rs`, and the same cases as its tests: run this file to check them.
"""

from collections import Counter

import regex

SHINGLE = 4

# Han characters and kana, one token each. Then runs of the other word characters: letters and what
# Unicode counts to the alphabet, numbers, and the low line, which is what `\w` means elsewhere.
SINGLE = (
    r"\u2E80-\u2FDF\u3005\u3007\u3021-\u3029\u3038-\u303B\u3400-\u4DBF\u4E00-\u9FFF\uF900-\uFAFF"
    r"\U00020000-\U0003FFFF\u3041-\u3096\u309D-\u309F\u30A1-\u30FA\u30FC-\u30FF\u31F0-\u31FF"
    r"\uFF66-\uFF9F\U0001AFF0-\U0001B16F"
)
TOKEN = regex.compile(rf"[{SINGLE}]|(?:(?![{SINGLE}])[\p{{Alphabetic}}\p{{N}}_])+")


def shingles(text):
    """The multiset of the runs of four tokens; of a text with one to three tokens the whole text is
    the only one, and one without tokens has none."""
    tokens = TOKEN.findall(text)
    if not tokens:
        return Counter()
    last = max(1, len(tokens) - SHINGLE + 1)
    return Counter(tuple(tokens[n : n + SHINGLE]) for n in range(last))


def compare(gold, output):
    """(in both, in the output only, in the gold only)."""
    gold, output = shingles(gold), shingles(output)
    both = (gold & output).total()
    return both, output.total() - both, gold.total() - both


def means(pages):
    """Mean precision over the pages with output, mean recall over the pages with gold, and F1 of the
    two means; None where nothing defines it. A page with gold and no output thus has recall 0 and no
    precision, one with output and no gold precision 0 and no recall."""
    precision = mean([both / (both + false) for both, false, _ in pages if both + false])
    recall = mean([both / (both + missed) for both, _, missed in pages if both + missed])
    if precision is None or recall is None:
        return precision, recall, None
    total = precision + recall
    return precision, recall, 2 * precision * recall / total if total else 0.0


def mean(values):
    return sum(values) / len(values) if values else None


def collapsed(line):
    return " ".join(line.split())


def without_titles(headings, title, text):
    """The text without the lines that are equal to one of the headings (texts of `<h1>`) or that
    stand in the title, white space collapsed. Blank lines stand in every title."""
    headings = {collapsed(heading) for heading in headings}
    title = collapsed(title)

    def repeats(line):
        line = collapsed(line)
        return line in title or line in headings

    return "\n".join(line for line in text.split("\n") if not repeats(line))


def check():
    """The cases of the tests in Rust."""

    def tokens(text):
        return TOKEN.findall(text)

    assert tokens("Hello, wörld_1 (x2)!") == ["Hello", "wörld_1", "x2"]
    assert tokens("don't A.B") == ["don", "t", "A", "B"]
    assert tokens("买iPhone15了、か・なｶﾅ々") == ["买", "iPhone15", "了", "か", "な", "ｶ", "ﾅ", "々"]
    assert tokens("한국어 слово ٣٤") == ["한국어", "слово", "٣٤"]
    assert tokens("。，—\u3000\n") == []
    assert compare("a b c d e", "b c d e f") == (1, 1, 1)
    assert compare("a b c d e", "a b c d e") == (2, 0, 0)
    assert compare("a b", "a b") == (1, 0, 0)
    assert compare("a b", "a b c") == (0, 1, 1)
    assert compare("x x x x x x", "x x x x") == (1, 0, 2)
    assert compare("", "a") == (0, 1, 0)
    assert compare("a", "…") == (0, 0, 1)
    assert compare("", "") == (0, 0, 0)
    assert means([(1, 1, 0), (3, 0, 1)]) == (0.75, 0.875, 2 * 0.75 * 0.875 / 1.625)
    assert means([(1, 0, 1), (0, 0, 5)]) == (1.0, 0.25, 0.4)
    assert means([(1, 0, 0), (0, 7, 0)]) == (0.5, 1.0, 2 / 3)
    assert means([(0, 0, 0)]) == (None, None, None)
    assert means([(0, 1, 1)]) == (0.0, 0.0, 0.0)
    headings = ["  The \n bridge ", ""]
    text = "The  bridge\nThe bridge is open.\n\n the town \nBody"
    assert without_titles(headings, "The bridge | the town", text) == "The bridge is open.\nBody"
    assert without_titles([], "", "a\n\nb") == "a\nb"
    assert without_titles(["b"], "", "a\r\nb\r\nc") == "a\r\nc"


if __name__ == "__main__":
    check()
    print("shingles.py: as expected")
