"""What a search asks for besides titles: a user by number, a genre or years of the catalogue."""

import re

from app.model.catalogue import Browse
from app.model.opened import OpenedRelease
from app.model.title_index import fold_words
from processing.ids import Id

_USER = frozenset("user viewer benutzer nutzer zuschauer utilisateur spectateur".split())
_FILLERS = frozenset("a best film filme filmes films from good movie movies of the".split())
_YEAR = re.compile(r"(?:18|19|20)\d\d")
_DECADE = re.compile(r"((?:18|19|20)?\d0)s")
_LATEST_CENTURY = 1900  # of a decade that is written with two digits


def user_asked_for(opened: OpenedRelease, query: str) -> Id | None:
    """Return the user whose id a query is, or names after "user"; None if there is none."""
    first, _, rest = query.strip().partition(" ")
    for text in (query.strip(), *((rest.strip(),) if first.casefold() in _USER else ())):
        index = opened.release.find_user(text)
        if index is not None:
            return opened.release.user_id(index)
    return None


def part_asked_for(opened: OpenedRelease, query: str) -> Browse | None:
    """Return the part of the catalogue that a query names by a genre, a year or a decade.

    None where a word is something else, or the query is but a year, which titles have too.
    """
    words = [word for word in fold_words(query) if word not in _FILLERS]
    genre, rest = _genre(opened.everyone.genre_names, words)
    if not rest:
        return None if genre is None else Browse(genre=genre)
    if len(rest) > 1:
        return None
    if decade := _DECADE.fullmatch(rest[0]):
        first = int(decade[1])
        first += _LATEST_CENTURY if first < 100 else 0
        return Browse(genre=genre, year_from=first, year_to=first + 9)
    if genre is not None and _YEAR.fullmatch(rest[0]):
        return Browse(genre=genre, year_from=int(rest[0]), year_to=int(rest[0]))
    return None


def without_numbers(query: str) -> str:
    """Return a query without the words that are numbers; empty where that leaves nothing or all."""
    words = fold_words(query)
    kept = [word for word in words if not word.isdigit()]
    return "" if len(kept) == len(words) else " ".join(kept)


def _genre(names: tuple[str, ...], words: list[str]) -> tuple[str | None, list[str]]:
    """The genre that some of the words name, of one or more, and the words that are left."""
    for name in sorted(names, key=len, reverse=True):
        wanted = fold_words(name)
        n = len(wanted)
        for start in range(len(words) - n + 1):
            *firsts, last = words[start : start + n]
            if firsts == wanted[:-1] and last in _spellings(wanted[-1]):
                return name, words[:start] + words[start + n :]
    return None, words


def _spellings(word: str) -> set[str]:
    return {word, f"{word}s", f"{word[:-1]}ies" if word.endswith("y") else word}
