#!/usr/bin/env python3
"""Deals the sites of labelled pages into folds as `dechaff train --cross-validate` does: the same rule
as `by_site` in `src/train/split.rs`, so that all programs are asked about the same held-out lines.

In: set, site and number of lines of each page. Out: the fold of each page. Run as a program it checks
the cases that the Rust tests have.
"""


def by_site(pages, folds):
    """The fold of each page; `pages` is a list of (set, site, lines). Set by set in order of name, the
    sites go, largest first, to the fold that has the fewest lines of the set, then of all sets."""
    sets = {}
    for name, site, lines in pages:
        of_set = sets.setdefault(name, {})
        of_set[site] = of_set.get(site, 0) + lines
    fold_of, total = {}, [0] * folds
    for name in sorted(sets):
        of_set, still_open = [0] * folds, []
        for site, lines in sets[name].items():
            if site in fold_of:
                of_set[fold_of[site]] += lines
            else:
                still_open.append((-lines, site))
        for negative, site in sorted(still_open):
            fold = min(range(folds), key=lambda f: (of_set[f], total[f], f))
            fold_of[site] = fold
            of_set[fold] -= negative
            total[fold] -= negative
    return [fold_of[site] for _, site, _ in pages]


def check():
    pages = [("a", "x", 10), ("a", "y", 1), ("b", "x", 3), ("b", "z", 2), ("a", "x", 5), ("b", "w", 2)]
    folds = by_site(pages, 2)
    assert folds[0] == folds[2] == folds[4] != folds[1], folds
    # Set b has three lines of x already, so both of its own sites balance them.
    assert folds[3] == folds[5] == folds[1], folds
    # Equal sites go by name; an empty fold of the set is taken in the order of all lines, then of number.
    assert by_site([("a", "q", 4), ("a", "p", 4), ("b", "r", 1)], 3) == [1, 0, 2]


if __name__ == "__main__":
    check()
    print("folds: as expected")
