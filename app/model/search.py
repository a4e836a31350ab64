"""Title search: case, accents, punctuation, order of words, articles and a typo do not matter."""

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate

from app.model.typos import NearWords

# Letters that Unicode does not take apart; apostrophes vanish: "schindlers" finds "Schindler's".
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
ENOUGH = 5  # matches, for nothing else to be thought of

EXACT, BEGINNING, INSIDE, BARE_BEGINNING, BARE_INSIDE, NEAR = range(6)


def fold_words(text: str) -> list[str]:
    """Split a text into words without case, accents and punctuation."""
    decomposed = unicodedata.normalize("NFKD", text.casefold()).translate(_LETTERS)
    return _WORD.findall("".join(c for c in decomposed if not unicodedata.combining(c)))


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
        lines = list(texts)
        self._text = "\n".join(lines)
        self._starts = list(accumulate((len(line) + 1 for line in lines), initial=0))

    def containing(self, word: str) -> set[int]:
        """Return the places of the texts that contain a word."""
        found, at = set(), self._text.find(word)
        while at >= 0:
            place = bisect_right(self._starts, at) - 1
            found.add(place)
            at = self._text.find(word, self._starts[place + 1])
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
        places: dict[str, list[int]] = {}
        exact: dict[str, list[int]] = {}
        for index, words in enumerate(folded):
            exact.setdefault(" ".join(without_articles(words)), []).append(index)
            year = years[index]
            for word in {*words, str(year)} if year else set(words):
                places.setdefault(word, []).append(index)
        self._exact = exact
        self._words = sorted(places)
        self._lines = Lines(self._words)
        self._movies = [places[word] for word in self._words]
        by_votes = sorted(range(len(titles)), key=lambda index: -n_ratings[index])
        self._order = [0] * len(titles)
        for place, index in enumerate(by_votes):
            self._order[index] = place

    def find(self, query: str) -> list[int]:
        """Return the indices of all movies that match, best first."""
        return self.search(query).indices

    def search(self, query: str) -> Found:
        """Find movies.

        The order is: the very title but for articles; every word begins a word of the title; every
        word stands somewhere in the title; every word comes near one of the title, or near its
        beginning. Ties are broken by number of ratings, then by movie index. Articles at the ends
        of the query are passed over where they would leave nothing, and what only comes near is
        looked for where there are few matches.
        """
        words = fold_words(query)[:_MOST_WORDS]
        ranks = dict.fromkeys(self._exact.get(" ".join(without_articles(words)), ()), EXACT)
        self._add_having(ranks, words, BEGINNING, INSIDE)
        if len(ranks) < ENOUGH:
            self._add_having(ranks, without_articles(words), BARE_BEGINNING, BARE_INSIDE)
        is_near = not ranks
        distances: dict[int, int] = {}
        if words and len(ranks) < ENOUGH:
            distances = self._near(without_articles(words))
            self._add(ranks, distances, NEAR)
        indices = sorted(
            ranks, key=lambda index: (ranks[index], distances.get(index, 0), self._order[index])
        )
        return Found(indices=indices, near=is_near and bool(indices))

    def _add_having(
        self, ranks: dict[int, int], words: list[str], beginning: int, inside: int
    ) -> None:
        if words:
            self._add(ranks, self._containing(words), inside)
            self._add(ranks, self._beginning(words), beginning)

    @staticmethod
    def _add(ranks: dict[int, int], found: Iterable[int], rank: int) -> None:
        for index in found:
            ranks[index] = min(rank, ranks.get(index, rank))

    def _beginning(self, words: Sequence[str]) -> set[int]:
        return self._having_all([self._with_prefix(word) for word in words])

    def _containing(self, words: Sequence[str]) -> set[int]:
        joined = self._joined.containing("".join(words))
        return joined | self._having_all([self._lines.containing(word) for word in words])

    def _having_all(self, places: Sequence[Iterable[int]]) -> set[int]:
        """The movies that have, for each word, one of the words at these places."""
        found: set[int] | None = None
        for of_word in places:
            movies = {index for place in of_word for index in self._movies[place]}
            found = movies if found is None else found & movies
            if not found:
                return set()
        return found or set()

    def _with_prefix(self, word: str) -> range:
        first = bisect_left(self._words, word)
        return range(first, bisect_left(self._words, word + "\U0010ffff", first))

    def _near(self, words: list[str]) -> dict[int, int]:
        """The movies that come near to all words, and how many typos that takes."""
        found: dict[int, int] | None = None
        for word in words:
            places = dict.fromkeys(self._with_prefix(word), 0)
            for place, distance in self._near_words.find(word).items():
                places[place] = min(distance, places.get(place, distance))
            movies: dict[int, int] = {}
            for place, distance in places.items():
                for index in self._movies[place]:
                    movies[index] = min(distance, movies.get(index, distance))
            if found is None:
                found = movies
            else:
                both = found.keys() & movies.keys()
                found = {index: found[index] + movies[index] for index in both}
        return found or {}

    @cached_property
    def _near_words(self) -> NearWords:
        return NearWords(self._words)
