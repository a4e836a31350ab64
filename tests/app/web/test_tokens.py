"""Ratings as a part of an address, as Python and as the browser write and read them."""

import base64
import zlib

import pytest

from app.model.film_index import FilmIndex
from app.model.opened import PageNotFoundError
from app.web.tokens import make_token, read_token, token_in
from tests.app.links import shared_of
from tests.app.scripts import ODD_TITLES, run_scripts

ROWS = [
    (10, "Alïen 😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀", 1979, 4.0),
    (9, "Das Boot", 1981, 4.5),
    (2**53 - 1, "Late", None, 0.5),
    ("zoë/1", "A text for an id", 2001, 1.0),
    ("ﬁ", "Another", 2001, 5.0),
    ("😀", "A third", 2001, 5.0),
    *((None, title, None, 3.0) for title in ODD_TITLES),
]
SCALE = (0.5, 5.0, 0.5)


def packed(text):
    data = text if isinstance(text, bytes) else text.encode()
    return base64.urlsafe_b64encode(zlib.compress(data)).decode().rstrip("=")


def row(text):
    return packed(f'["abcdef",[1,5,1],[{text}]]')


def test_token_when_written_then_compact_sorted_cut_and_always_the_same():
    shared = shared_of(ROWS[:2], "abcdef", SCALE)
    token = make_token(shared)
    assert token == make_token(shared_of(ROWS[:2][::-1], "abcdef", SCALE))
    text = zlib.decompress(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))).decode()
    cut = ROWS[0][1][:24]
    assert text == f'["abcdef",[0.5,5,0.5],[[9,4.5,"Das Boot",1981],[10,4,"{cut}",1979]]]'
    assert {each.title for each in read_token(token).ratings} == {"Das Boot", cut}


@pytest.mark.parametrize(
    "token",
    [
        "",
        "a",
        "é",
        "=",
        "W1sxLDUuMF1d.zYx-_09",
        packed(""),
        packed("null"),
        packed("[" * 100_000),
        packed('{"set": 1}'),
        packed('["abcdef",[1,5,1],[]]'),
        packed('["abcdef",[5,1,1],[[1,3,"a",1979]]]'),
        packed('["abcdef",[-1e308,1e308,1],[[1,3,"a",1979]]]'),
        row('[1,6,"a",1979]'),
        row('[1,NaN,"a",1979]'),
        row('[1,1e999,"a",1979]'),
        row('[1.5,3,"a",1979]'),
        row('[99999999999999999999,3,"a",1979]'),
        row('[1,3,"a",1e9]'),
        row('[1,3,"a",true]'),
        row('[1,3,"a",1979,0]'),
        row('[1,3,"\\ud800",1979]'),
        row('[1,3,"' + "a" * 25 + '",1979]'),
        packed(b'["abcdef",[1,5,1],[[1,3,"\xff",1979]]]'),
        row('[1,3,"a",1979],\n' * 100_000 + '[1,3,"a",1979]'),  # small, but for its content
        packed(b" " * 50_000_000),
    ],
)
def test_token_when_it_holds_something_else_then_refused(token):
    with pytest.raises(PageNotFoundError, match="cut off or changed"):
        read_token(token)


def test_token_when_any_letter_is_another_or_missing_then_refused():
    token = make_token(shared_of(ROWS[:2]))
    places = range(len(token))
    others = [token[:k] + ("B" if token[k] == "A" else "A") + token[k + 1 :] for k in places]
    for other in (*others, *(token[:k] for k in places), token + "A", token + "="):
        with pytest.raises(PageNotFoundError):
            read_token(other)


@pytest.mark.parametrize(
    ("text", "token"),
    [
        ("https://films.example/list/eJx-_", "eJx-_"),
        ("https://films.example/de/list/eJx-_?sort=gap", "eJx-_"),
        (" https://films.example/list#eJx-_ ", "eJx-_"),
        ("eJx-_", "eJx-_"),
        ("", ""),
        ("what is this?", ""),
    ],
)
def test_pasted_text_when_it_is_a_link_then_its_token(text, token):
    assert token_in(text) == token


DEVICE = """
Object.assign(globalThis.document, { body: { dataset: { set: "abcdef", scale: "0.5 5 0.5" } } });
globalThis.addEventListener = () => {};
"""


def test_token_when_the_browser_writes_it_then_the_same_and_each_reads_the_others():
    films = [
        {
            "title": title,
            "year": year,
            "ids": {} if movie_id is None else {"abcdef": movie_id},
            "rating": rating,
            "scale": SCALE,
            "at": "",
        }
        for movie_id, title, year, rating in ROWS
    ]
    shared = shared_of(ROWS, "abcdef", SCALE)
    token = make_token(shared)
    script = (
        "async (links, given) => {" + DEVICE + "return [await links.linkOf(given[0]), "
        "await links.readLink(given[1]), await links.readLink(given[1].slice(0, -4))]; }"
    )
    written, read, spoilt = run_scripts(["links.js"], script, [films, token])
    assert read_token(written) == read_token(token)
    assert [film["title"] for film in read] == [each.title for each in read_token(token).ratings]
    assert read[0] == films[1] | {"scale": list(SCALE)}
    assert spoilt is None


CATALOGUE = {
    "movie_ids": [1, 2, 3, 4, 5, 6],
    "titles": ["The Matrix", "Hamlet", "Hamlet", "Movie 4", "Dr. Strangelove or: How I", "8½"],
    "years": [1999, 1996, 1996, None, 1964, 1963],
}


@pytest.mark.parametrize(
    ("movie_id", "title", "year"),
    [
        (9, "Matrix, The", 1999),
        (9, "The Matrix", 1998),
        (9, "Hamlet", 1996),
        (3, "Hamlet", 1996),
        (None, "Hamlet", 1996),
        (4, "Movie 4", None),
        (5, "Movie 4", None),
        (1, "Dr. Strangelove or: How ", 1964),
        (1, "8 1/2", 1963),
        (6, "Nothing", 1963),
    ],
)
def test_films_of_another_set_when_looked_for_then_found_alike_here_and_in_the_browser(
    movie_id, title, year
):
    ids = {} if movie_id is None else {"ffffff": movie_id}
    film = {"title": title, "year": year, "ids": ids, "rating": 4, "scale": [1, 5, 1], "at": ""}
    script = "(links, given) => {" + DEVICE + "return links.foundIn(given[0], given[1]).stars; }"
    found = run_scripts(["links.js"], script, [[film], CATALOGUE])
    place = FilmIndex(*CATALOGUE.values()).find(title, year, movie_id)
    assert list(found) == ([] if place is None else [str(CATALOGUE["movie_ids"][place])])


def test_films_of_this_set_when_looked_for_then_by_id_alone():
    film = {"title": "Hamlet", "year": 1996, "ids": {"abcdef": 1}, "rating": 4, "at": ""}
    gone = film | {"ids": {"abcdef": 99}}
    script = "(links, given) => {" + DEVICE + "return links.foundIn(given[0], given[1]); }"
    found = run_scripts(["links.js"], script, [[film, gone], CATALOGUE])
    assert found == {"stars": {"1": 4}, "missing": [gone]}
