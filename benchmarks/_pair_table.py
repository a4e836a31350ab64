"""The table of the rules by which one list is made for two people."""

from typing import Any

from _accuracy_table import PROTOCOLS
from _markdown import table

INTRODUCTION = """## One list for two

What `/both` lists, by the rule that makes one order of two, on test ratings. *Less served*: NDCG@10
for the one of each pair for whom it is lower; *mean*: of both; *apart*: how far the two are apart.
The rule is chosen on the stack ratings, where it serves best whom a list serves less; one that
makes another list when the two change places, in italics, cannot be chosen. The last row is no
rule: each has a list of their own of the movies that neither has rated."""
KINDS = (("random", "pairs at random"), ("different", "pairs of different tastes"))


def both(result: dict[str, Any]) -> str:
    """A row per rule, best first; the last is no rule."""
    *rules, own = dict.fromkeys(row["rule"] for row in result["rows"])
    rules.sort(key=lambda rule: -sum(row["less_served"] for row in _test(result, rule)))
    cells = [[_label(rule, result), *_cells(result, rule)] for rule in (*rules, own)]
    head = [
        "",
        *(f"{what}, {words}" for _, words in KINDS for what in ("less served", "mean", "apart")),
        *(f"less served, ten ratings, {words}" for _, words in KINDS),
    ]
    errors = [row["less_served_error"] for rule in rules for row in _test(result, rule)]
    pairs = " and ".join(
        f"{row['n_pairs']:,} {words}"
        for kind, words in KINDS
        for row in _test(result, own)
        if (row["pairs"], row["given"]) == (kind, None)
    )
    words = (
        f"**{result['source']}, {PROTOCOLS[result['protocol']]}**, {result['n_people']:,} people, "
        f"{pairs}; the standard error of *less served* is at most {max(errors):.3f}."
    )
    return f"{words}\n\n{table(head, cells)}"


def _test(result: dict[str, Any], rule: str) -> list[dict[str, Any]]:
    return [row for row in result["rows"] if (row["part"], row["rule"]) == ("test", rule)]


def _cells(result: dict[str, Any], rule: str) -> list[str]:
    found = {(row["pairs"], row["given"]): row for row in _test(result, rule)}
    measures = ("less_served", "mean", "difference")
    every = [found[kind, None][measure] for kind, _ in KINDS for measure in measures]
    few = [
        row["less_served"]
        for kind, _ in KINDS
        for (of, given), row in found.items()
        if of == kind and given is not None
    ]
    return [f"{value:.3f}" for value in (*every, *few)]


def _label(rule: str, result: dict[str, Any]) -> str:
    if rule == result["chosen"]:
        return f"**{rule}**"
    return f"*{rule}*" if rule == result["one_begins"] else rule
