"""Title search: letter case, accents and punctuation do not matter, nor does the order of words."""

import re
import unicodedata
from collections.abc import Sequence

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


def fold_words(text: str) -> list[str]:
    """Split a text into words without case, accents and punctuation."""
    decomposed = unicodedata.normalize("NFKD", text.casefold()).translate(_LETTERS)
    return _WORD.findall("".join(c for c in decomposed if not unicodedata.combining(c)))


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
        folded = [" ".join(fold_words(title)) for title in titles]
        self._titles = folded
        self._joined = [title.replace(" ", "") for title in folded]
        self._texts = [f" {title} {year or ''}" for title, year in zip(folded, years, strict=True)]
        self._n_ratings = n_ratings

    def find(self, query: str) -> list[int]:
        """Return the indices of all movies that match, best first.

        The order is: the very title; every word begins a word of the title; every word stands
        somewhere in the title. Ties are broken by number of ratings, then by movie index.
        """
        words = fold_words(query)[:_MOST_WORDS]
        if not words:
            return []
        ranked = [
            (rank, -self._n_ratings[index], index)
            for index in range(len(self._titles))
            if (rank := self._rank(index, words)) is not None
        ]
        return [index for _, _, index in sorted(ranked)]

    def _rank(self, index: int, words: list[str]) -> int | None:
        text = self._texts[index]
        if not all(word in text for word in words):
            return 2 if "".join(words) in self._joined[index] else None
        if self._titles[index] == " ".join(words):
            return 0
        return 1 if all(f" {word}" in text for word in words) else 2
