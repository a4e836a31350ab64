"""Title search: case, accents, punctuation, order of words, articles and a typo do not matter.

Without a network the browser finds the same: `app/static/titles.js`.
"""

import re
import unicodedata
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from app.model.typos import NearWords

# Letters that Unicode does not decompose; apostrophes vanish: "schindlers" finds "Schindler's".
_LETTERS = str.maketrans(
    {
        "ø": "o",
        "ł": "l",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        "æ": "ae",
        "œ": "oe",
        "ı": "i",
        "'": "",
        "’": "",
        "`": "",
        "&": " and ",
    }
)
_WORD = re.compile(r"\w+")
_MOST_WORDS = 20
ARTICLES = frozenset("the a an la le les der die das el los las il lo gli un une een".split())
_BITS = {letter: 1 << place for place, letter in enumerate(b"abcdefghijklmnopqrstuvwxyz0123456789")}
ENOUGH = 5  # matches: with fewer, articles are left out and typos allowed for

EXACT, BEGINNING, INSIDE, BARE_BEGINNING, BARE_INSIDE, NEAR, NOT = range(7)
_PLACE_BITS = 32
_FAR = 100  # typos: more than any query may have


def fold_words(text: str) -> list[str]:
    """Split a text into words without case, accents and punctuation."""
    if text.isascii():  # most are, and have nothing to decompose
        plain = text.lower().translate(_LETTERS)
        return _WORD.findall(plain)
    decomposed = unicodedata.normalize("NFKD", text.casefold()).translate(_LETTERS)
    return _WORD.findall("".join(c for c in decomposed if unicodedata.category(c)[0] != "M"))


def without_articles(words: list[str]) -> list[str]:
    """Leave articles at the beginning and at the end out, unless there is nothing else.

    >>> without_articles(["matrix", "the"])
    ['matrix']
    """
    start, end = 0, len(words)
    while start < end and words[start] in ARTICLES:
        start += 1
    while end > start and words[end - 1] in ARTICLES:
        end -= 1
    return words[start:end] or words


@dataclass(frozen=True, kw_only=True)
class Found:
    """The indices of the movies found, best first; `near` where none has the words as written."""

    indices: list[int]
    near: bool


class Lines:
    """Texts in one, so that all that contain another are found at once."""

    def __init__(self, texts: Iterable[str]) -> None:
        lines = [f"{text}\n".encode() for text in texts]
        self._letters = np.frombuffer(b"".join(lines), np.uint8)
        lengths = [len(line) for line in lines]
        bits = np.zeros(256, np.uint64)
        bits[list(_BITS)] = list(_BITS.values())
        starts = np.cumsum([0, *lengths[:-1]])
        self._has = np.bitwise_or.reduceat(bits[self._letters], starts) if lines else bits[:0]
        kind = np.uint16 if len(lines) <= np.iinfo(np.uint16).max else np.int32
        self._line = np.repeat(np.arange(len(lines), dtype=kind), lengths)
        self._often: list[int] = np.bincount(self._letters, minlength=256).tolist()

    def containing(self, word: str) -> NDArray[np.int32]:
        """Return the places of the texts that contain a word, each once or as often as it does."""
        letters = word.encode()
        if len(letters) == 1 and letters[0] in _BITS:
            return np.flatnonzero(self._has & np.uint64(_BITS[letters[0]])).astype(np.int32)
        rarest = min(range(len(letters)), key=lambda offset: self._often[letters[offset]])
        end = len(self._letters) - len(letters) + 1 + rarest
        found = rarest + np.flatnonzero(self._letters[rarest : max(rarest, end)] == letters[rarest])
        for offset, letter in enumerate(letters):
            if offset != rarest:
                found = found[self._letters[found + (offset - rarest)] == letter]
        places: NDArray[np.int32] = self._line[found].astype(np.int32)
        return places


class MoviesByWord:
    """Which movies have which words: pairs of word and movie, in the order of the words.

    Parameters
    ----------
    movies
        For each word, the indices of the movies that have it.
    n_movies
        How many movies there are.
    """

    def __init__(self, movies: Sequence[Sequence[int]], n_movies: int) -> None:
        counts = [len(of_word) for of_word in movies]
        self.n_movies = n_movies
        self._n_words = len(counts)
        self._starts = np.concatenate(([0], np.cumsum(counts, dtype=np.int64)))
        self._word = np.repeat(np.arange(self._n_words, dtype=np.int32), counts)
        self._movie = np.array([index for of_word in movies for index in of_word], np.int32)

    def having(self, words: range | NDArray[np.int32]) -> NDArray[np.bool_]:
        """Say of each movie whether it has one of the words at these places."""
        found = np.zeros(self.n_movies, bool)
        if isinstance(words, range):
            found[self._movie[self._starts[words.start] : self._starts[words.stop]]] = True
        else:
            chosen = np.zeros(self._n_words, bool)
            chosen[words] = True
            found[self._movie[chosen[self._word]]] = True
        return found

    def fewest_typos(self, beginning: range, near: dict[int, int]) -> NDArray[np.int16]:
        """Say of each movie how many typos its nearest word takes: none at `beginning`."""
        of_word = np.full(self._n_words, _FAR, np.int16)
        of_word[list(near)] = list(near.values())
        of_word[beginning.start : beginning.stop] = 0
        typos = of_word[self._word]
        some = typos < _FAR
        found = np.full(self.n_movies, _FAR, np.int16)
        np.minimum.at(found, self._movie[some], typos[some])
        return found


class TitleIndex:
    """Finds movies by words of their titles.

    Parameters
    ----------
    titles, years
        One entry per movie; a year, where known, may be searched for like a word.
    n_ratings
        One count per movie: among equally good matches the movie with more ratings comes first.
    """

    def __init__(
        self, titles: Sequence[str], years: Sequence[int | None], n_ratings: Sequence[int]
    ) -> None:
        folded = [fold_words(title) for title in titles]
        self._joined = Lines("".join(words) for words in folded)
        movies: dict[str, list[int]] = {}
        for index, words in enumerate(folded):
            year = years[index]
            for word in {*words, str(year)} if year else set(words):
                movies.setdefault(word, []).append(index)
        self._titles = titles
        # A number for each title, where a dict of them would take twenty times the memory.
        self._wholes = np.array([hash(_whole(words)) for words in folded], np.int64)
        self._words = sorted(movies)
        self._lines = Lines(self._words)
        self._by_word = MoviesByWord([movies[word] for word in self._words], len(titles))
        self._by_votes = np.argsort(-np.array(n_ratings, np.int64), kind="stable").astype(np.int32)
        self._place = np.empty(len(titles), np.int64)  # of each movie in that order
        self._place[self._by_votes] = np.arange(len(titles))

    def find(self, query: str) -> list[int]:
        """Return the indices of all movies that match, best first."""
        return self.search(query).indices

    def search(self, query: str) -> Found:
        """Find movies.

        The order is: the very title but for articles; every word begins a word of the title; every
        word stands somewhere in the title; every word is within a typo or two of one of the title,
        or of its beginning, the fewest typos first. Ties are broken by number of ratings, then by
        movie index. Where there are fewer than `ENOUGH` matches, articles at the ends of the query
        are left out, and then typos are allowed for.
        """
        words = fold_words(query)[:_MOST_WORDS]
        if not words:
            return Found(indices=[], near=False)
        bare = without_articles(words)
        ranks = np.full(self._by_word.n_movies, NOT, np.int8)
        ranks[self._called(_whole(bare))] = EXACT
        self._add_having(ranks, words, BEGINNING, INSIDE)
        if bare != words and _n_found(ranks) < ENOUGH:
            self._add_having(ranks, bare, BARE_BEGINNING, BARE_INSIDE)
        n_as_written = _n_found(ranks)
        typos = np.zeros(len(ranks), np.int16)
        if n_as_written < ENOUGH:
            typos[ranks == NOT] = self._typos(bare)[ranks == NOT]
            ranks[(ranks == NOT) & (typos < _FAR)] = NEAR
        found = np.flatnonzero(ranks < NOT)
        keys = ranks[found] * np.int64(_FAR) + typos[found] << _PLACE_BITS | self._place[found]
        keys.sort()
        indices: list[int] = self._by_votes[keys & ((1 << _PLACE_BITS) - 1)].tolist()
        return Found(indices=indices, near=not n_as_written and bool(indices))

    def _called(self, whole: str) -> list[int]:
        """The indices of the movies with this title, but for articles."""
        places: list[int] = np.flatnonzero(self._wholes == hash(whole)).tolist()
        return [place for place in places if _whole(fold_words(self._titles[place])) == whole]

    def _add_having(
        self, ranks: NDArray[np.int8], words: list[str], beginning: int, inside: int
    ) -> None:
        is_inside = np.zeros(len(ranks), bool)
        is_inside[self._joined.containing("".join(words))] = True
        if len(words) > 1 or words[0].isdigit():  # else what a word has the whole title has
            is_inside |= self._having_all(map(self._inside, dict.fromkeys(words)))
        np.minimum(ranks, inside, out=ranks, where=is_inside)
        is_beginning = self._having_all(
            self._by_word.having(self._with_prefix(w)) for w in dict.fromkeys(words)
        )
        np.minimum(ranks, beginning, out=ranks, where=is_beginning)

    def _having_all(self, having: Iterable[NDArray[np.bool_]]) -> NDArray[np.bool_]:
        """Say of each movie whether all say so of it."""
        found = np.ones(self._by_word.n_movies, bool)
        for of_word in having:
            found &= of_word
            if not found.any():  # whatever the other words are
                break
        return found

    def _inside(self, word: str) -> NDArray[np.bool_]:
        """Say of each movie whether a word of its title, or its year, contains a word."""
        if len(word) > 1 or word.isdigit():
            return self._by_word.having(self._lines.containing(word))
        found = np.zeros(self._by_word.n_movies, bool)  # a letter of the title is in a word of it
        found[self._joined.containing(word)] = True
        return found

    def _with_prefix(self, word: str) -> range:
        first = bisect_left(self._words, word)
        return range(first, bisect_left(self._words, word + "\U0010ffff", first))

    def _typos(self, words: list[str]) -> NDArray[np.int16]:
        """Say of each movie how many typos it takes to come to all words; `_FAR` if too many."""
        found = np.zeros(self._by_word.n_movies, np.int16)
        for word, n in Counter(words).items():
            near = self._near_words.find(word)
            found += n * self._by_word.fewest_typos(self._with_prefix(word), near)
            if (found >= _FAR).all():
                break
        return np.minimum(found, _FAR)

    @cached_property
    def _near_words(self) -> NearWords:
        return NearWords(self._words)


def _whole(words: list[str]) -> str:
    """A title's words in one, without articles at its ends."""
    return " ".join(without_articles(words))


def _n_found(ranks: NDArray[np.int8]) -> int:
    return int(np.count_nonzero(ranks < NOT))
