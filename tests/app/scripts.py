"""Runs the site's scripts without a browser, to hold what they write to what the server writes."""

import csv
import html
import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from app.languages import ENGLISH

_ROOT = Path(__file__).parents[2]
_FILMS = _ROOT / "processing" / "simulation" / "films.csv"
_PROGRAM = """
import { readFileSync } from "node:fs";
const { lang, prefix, texts, given } = JSON.parse(readFileSync(0, "utf8"));
globalThis.document = { documentElement: { lang, dataset: { prefix } } };
globalThis.fetch = async () => new Response(texts);
const modules = await Promise.all(%s.map((name) => import(`%s/${name}`)));
const run = %s;
const found = await run(Object.assign({}, ...modules), given);
process.stdout.write(JSON.stringify(found));
"""
ODD_TITLES = (
    "Matrix, The",
    "Œdipus & Sons",
    "Straße der Łódź",
    "羅生門 Rashōmon",
    "8½",
    "O’Brien `x`",
    "<b>\"Bold\"</b> & 'Brave'",
    "The Of And",
    "…",
    "☆ ☆",
    "ΟΔΥΣΣΕΥΣ ο πολύτροπος",
    "हिन्दी मीडियम",
    "ﬁnal ﬂight",
    "ǅungla ǆ",
    "𝔘nder 𝔖iege",
    "😀 Emoji",
    "ŉdoda",
    "İstanbul ıslak",
    "  two   spaces ",
    "_under_score_",
    "Ａｌｉｅｎ",
    "१२ Angry",
    "ß",
    '=HYPERLINK("x")',
    "-273.15 °C",
    "@night",
    "+1",
    "-1",
    "-1-1",
)
SCALES = ((1, 5, 1), (0.5, 5, 0.5), (1, 10, 1), (0, 100, 1), (1, 100, 1), (-10, 10, 0.25))

_EMPTY = re.compile(r"\s*\n\s*")
_ITEM = re.compile(r'<li class="pick".*?</li>\n', re.DOTALL)


def rows_of(markup: str) -> list[str]:
    """Return the rows of a list, without empty lines and room at their ends."""
    return [_EMPTY.sub("\n", item) for item in _ITEM.findall(markup)]


def chart_of(markup: str) -> str:
    """Return the chart of a page or the like, without empty lines and room at their ends."""
    _, start, rest = markup.partition('<figure class="chart"')
    chart, end, _ = rest.partition("</figure>")
    return _EMPTY.sub("\n", start + chart + end)


def chart_texts_of(page: str) -> dict[str, str]:
    """Return what a page hands to the script that draws its chart."""
    found = re.search("data-chart='([^']*)'", page)
    assert found is not None
    texts: dict[str, str] = json.loads(html.unescape(found[1]))
    return texts


def films() -> list[tuple[str, int | None, tuple[str, ...]]]:
    """Titles, years and genres of the real films of the simulation, and of some odd ones."""
    with _FILMS.open(encoding="utf-8", newline="") as file:
        real = [(r["title"], int(r["year"]), r["genres"].split("|")) for r in csv.DictReader(file)]
    odd = [(title, None, ["Sci-Fi & more"] * (n % 2)) for n, title in enumerate(ODD_TITLES)]
    return [(title, year, tuple(genres)) for title, year, genres in (*real, *odd)]


def run_scripts(names: list[str], function: str, given: Any, language: str = ENGLISH) -> Any:
    """Return what a JavaScript function makes of the exports of scripts and of a JSON value.

    The scripts stand in a page of this language, whose address begins with it.
    """
    node = shutil.which("node")
    if node is None:
        pytest.fail(
            "There is no node, which runs the site's scripts; on Debian: apt-get install nodejs."
        )
    static = _ROOT / "app" / "static"
    page = {"lang": language, "prefix": "", "texts": "{}"}
    if language != ENGLISH:
        texts = (static / f"texts-{language}.json").read_text(encoding="utf-8")
        page |= {"prefix": f"/{language}", "texts": texts}
    done = subprocess.run(
        [
            node,
            "--input-type=module",
            "--eval",
            _PROGRAM % (json.dumps(names), static.as_uri(), function),
        ],
        input=json.dumps(page | {"given": given}),
        capture_output=True,
        encoding="utf-8",
        env={**os.environ, "TZ": "UTC"},
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
