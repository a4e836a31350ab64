"""The tables of docs/benchmarks.md and the headlines of the README, made from the results.

Run: python benchmarks/tables.py
"""

import argparse
import json
from pathlib import Path
from typing import Any

from _accuracy_table import INTRODUCTION as ACCURACY
from _accuracy_table import accuracy
from _common import RESULTS, ROOT, say
from _headlines import headlines
from _members_table import INTRODUCTION as MEMBERS
from _members_table import members
from _myfm_table import our_chains
from _pair_table import INTRODUCTION as PAIRS
from _pair_table import both
from _ranking_tables import ANELLI, against_implicit, against_rankers, anelli, ease_solve
from _ranking_tables import INTRODUCTION as LISTS
from _speed_tables import INTRODUCTION as SPEED
from _speed_tables import against_libmf, against_surprise, first_page, full_size, slug_size, website

BEGIN = "<!-- made by benchmarks/tables.py -->"
END = "<!-- end of what benchmarks/tables.py makes -->"


def main() -> None:
    """Rewrite what stands between the two markers of each page."""
    argparse.ArgumentParser(description=__doc__.splitlines()[0]).parse_args()
    for name, make in PAGES.items():
        page = ROOT / name
        text = placed(page.read_text(encoding="utf-8"), make(RESULTS))
        page.write_text(text, encoding="utf-8")
        say(f"{name} holds what {RESULTS.name} say.")


def placed(page: str, made: str) -> str:
    """The page with `made` between its markers, each of which has to be there once."""
    before, rest = page.split(BEGIN)
    _, after = rest.split(END)
    return f"{before}{BEGIN}\n{made}{END}{after}"


def tables(results: Path) -> str:
    """Every table whose result is there, in Markdown; nothing where there is none."""
    parts = [
        (ACCURACY, (("accuracy-*.json", lambda result: accuracy(result, results)),)),
        (MEMBERS, (("members-*.json", members),)),
        (
            LISTS,
            (
                ("against_rankers-*.json", against_rankers),
                ("against_implicit-*.json", against_implicit),
                ("ease_solve.json", ease_solve),
            ),
        ),
        (ANELLI, (("anelli.json", anelli),)),
        (PAIRS, (("both-*.json", both),)),
        (
            SPEED,
            (
                ("against_surprise-*.json", against_surprise),
                ("against_libmf-*.json", against_libmf),
                ("our_chains-*.json", lambda result: our_chains(result, results)),
                ("full_size.json", full_size),
                ("full_size-*.json", full_size),
                ("first_page.json", first_page),
                ("website.json", website),
                ("slug_size.json", slug_size),
            ),
        ),
    ]
    sections = []
    for introduction, makers in parts:
        made = [
            f"{make(result)}\n\n{_footnote(result, path)}"
            for pattern, make in makers
            for path in sorted(results.glob(pattern))
            for result in [json.loads(path.read_text(encoding="utf-8"))]
        ]
        sections += [introduction, *made] if made else []
    return "".join(f"{section}\n\n" for section in sections)


def _footnote(result: dict[str, Any], path: Path) -> str:
    machine = result["machine"]
    return (
        f"`{result['command']}`, {result['date']}, commit {result['commit']}; {machine['cpu']}, "
        f"{machine['cores']} cores, {machine['memory_gb']:.0f} GB, {machine['os']}, Python "
        f"{machine['python']}; [all figures](../benchmarks/results/{path.name})."
    )


PAGES = {"README.md": headlines, "docs/benchmarks.md": tables}

if __name__ == "__main__":
    main()
