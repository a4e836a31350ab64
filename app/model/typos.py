"""Words within a typo or two of another: a letter missing, added, wrong, or two of them swapped.

Source:  Damerau (1964), "A technique for computer detection and correction of spelling errors"; the
         distance is that of optimal string alignment, to a word or to any beginning of it.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

LEAST_LETTERS = 4  # of a word that may have a typo
MANY_LETTERS = 8  # of a word that may have two
_WIDTH = 24  # letters of a word that are looked at
_BITS = 64


def allowed(word: str) -> int:
    """How many typos a word may have: none in short ones and in numbers."""
    if len(word) < LEAST_LETTERS or any(character.isdigit() for character in word):
        return 0
    return 1 if len(word) < MANY_LETTERS else 2


class NearWords:
    """Finds the words that a word may have been meant for.

    Parameters
    ----------
    words
        All words that there are.
    """

    def __init__(self, words: Sequence[str]) -> None:
        self._letters = np.zeros((len(words), _WIDTH), np.uint32)
        self._lengths = np.array([min(len(word), _WIDTH) for word in words], np.int64)
        self._has = np.zeros(len(words), np.uint64)
        for place, word in enumerate(words):
            codes = [ord(character) for character in word[:_WIDTH]]
            self._letters[place, : len(codes)] = codes
            self._has[place] = _bits(word[:_WIDTH])

    def find(self, word: str) -> dict[int, int]:
        """Return the places of the words within the allowed typos, and how many it takes."""
        most = allowed(word)
        word = word[:_WIDTH]
        if not most:
            return {}
        missing = np.bitwise_count(~self._has & np.uint64(_bits(word)))
        some = np.flatnonzero((missing <= most) & (self._lengths >= len(word) - most))
        distances = self._distances(word, some)
        near = distances <= most
        return dict(zip(some[near].tolist(), distances[near].tolist(), strict=True))

    def _distances(self, word: str, some: NDArray[np.int64]) -> NDArray[np.int64]:
        """How many typos lie between a word and the nearest beginning of each of `some`.

        Beginnings that have more letters than the word, or fewer, by no more than it may have typos
        are looked at: where it takes more typos than that, the number is only a larger one.
        """
        most = allowed(word)
        width = min(_WIDTH, len(word) + most)
        letters = self._letters[some, :width].T
        last = np.repeat(np.arange(width + 1)[:, None], len(some), axis=1)
        before = last
        for i, character in enumerate(word, start=1):
            row = np.full_like(last, 2 * _WIDTH)
            row[0] = i
            wrong = letters != ord(character)
            for j in range(max(1, i - most), min(width, i + most) + 1):
                cost = np.minimum(last[j] + 1, row[j - 1] + 1)
                np.minimum(cost, last[j - 1] + wrong[j - 1], out=cost)
                if i > 1 and j > 1:
                    swapped = ~wrong[j - 2] & (letters[j - 1] == ord(word[i - 2]))
                    cost[swapped] = np.minimum(cost[swapped], before[j - 2][swapped] + 1)
                row[j] = cost
            before, last = last, row
        beyond = np.arange(width + 1)[:, None] > self._lengths[some]
        found: NDArray[np.int64] = np.where(beyond, 2 * _WIDTH, last).min(axis=0)
        return found


def _bits(word: str) -> int:
    """Which letters a word has, each at one of 64 bits."""
    return sum({1 << ord(character) % _BITS for character in word})
