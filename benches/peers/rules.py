#!/usr/bin/env python3
"""Line rules of corpus pipelines, and the way from an extractor's text back to lines.

In: a line, or a line and the text that an extractor made of its page. Out: whether the line is kept.
Run as a program it checks cases written for it.
"""

import re
import unicodedata

POLICY = ("terms of use", "privacy policy", "cookie policy", "uses cookies", "use of cookies", "use cookies")
CITATION = re.compile(r"\[\d*\]|\[edit\]|\[citation needed\]")


def c4(line):
    """The line rules of datatrove 0.10's `C4QualityFilter` with its default values: no word of more than
    1,000 characters, an English end of sentence but no ellipsis, three words at least, no `javascript`,
    no phrase about cookies and policies. Its rules that drop a whole page (lorem ipsum, a curly
    bracket, fewer than five sentences) are left out: they would lose the article with the junk."""
    words = line.split()
    if any(len(word) > 1000 for word in words):
        return False
    text = CITATION.sub("", line.strip())
    if not text.endswith((".", "?", "!", '"', "'")) or text.endswith("..."):
        return False
    folded = text.lower()
    return len(words) >= 3 and "javascript" not in folded and not any(p in folded for p in POLICY)


def chinese_c4(line):
    """The line rules of c4-dataset-script for Chinese: a Chinese end of sentence, colon or closing
    quotation mark, 5 to 500 characters, no box and no character that stands for a lost one. Its rule
    that drops pages with fewer than six such lines is left out, as above."""
    text = line.strip()
    if not text.endswith(("。", "！", "？", "……", "”", "：")) or not 5 <= len(text) <= 500:
        return False
    return not any(c in "□■\ufffd" or unicodedata.category(c) in ("Cc", "Co") for c in text)


SHORT = 10  # characters: what is shorter occurs inside other words by chance
CELLS = re.compile(r"[\n|\t]+")


def squeezed(text):
    return "".join(text.split())


class Output:
    """What an extractor made of a page."""

    def __init__(self, text):
        self.all = squeezed(text)
        self.whole = {squeezed(cell).strip("-*•·") for cell in CELLS.split(text)}

    def contains(self, line):
        """White space aside, the line is contained in the text."""
        return squeezed(line) in self.all

    def contains_whole(self, line):
        """The same, but a line of fewer than ten characters must be a line of the text, or a cell of
        one, by itself: `News` is not kept because an article has the word."""
        text = squeezed(line)
        return text.strip("-*•·") in self.whole if len(text) < SHORT else text in self.all


def check():
    for line, kept in (
        ("The bridge is open again.", True),
        ("The bridge is open again[3].[4]", True),
        ("The bridge is open again...", False),
        ("Open again.", False),
        ("The bridge is open again", False),
        ("Please enable JavaScript for this.", False),
        ("We use cookies on this site.", False),
        ("浮桥重新开通了。", False),
    ):
        assert c4(line) == kept, line
    for line, kept in (
        ("浮桥重新开通了。", True),
        ("他说：“浮桥通了。”", True),
        ("通了。", False),
        ("浮桥重新开通了", False),
        ("浮桥重新\ufffd通了。", False),
        ("浮" * 500 + "。", False),
        ("The bridge is open again.", False),
    ):
        assert chinese_c4(line) == kept, line
    output = Output("The News of the\nbridge is good.\n• Open\nNorth | South")
    assert output.contains("News") and not output.contains_whole("News")
    assert output.contains_whole("Open") and output.contains_whole("South")
    assert output.contains_whole("the bridge is good.") and not output.contains("bad")


if __name__ == "__main__":
    check()
    print("rules: as expected")
