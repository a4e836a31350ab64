"""The title search once more, by plain loops and a table of distances: slow, easy to check."""

from app.model.title_index import ENOUGH, fold_words, without_articles
from app.model.typos import allowed


def distance(one, other):
    """Optimal string alignment, as a table of lists."""
    table = [
        [i + j if 0 in (i, j) else 0 for j in range(len(other) + 1)] for i in range(len(one) + 1)
    ]
    for i in range(1, len(one) + 1):
        for j in range(1, len(other) + 1):
            table[i][j] = min(
                table[i - 1][j] + 1,
                table[i][j - 1] + 1,
                table[i - 1][j - 1] + (one[i - 1] != other[j - 1]),
            )
            if i > 1 and j > 1 and one[i - 1] == other[j - 2] and one[i - 2] == other[j - 1]:
                table[i][j] = min(table[i][j], table[i - 2][j - 2] + 1)
    return table[-1][-1]


def nearest(word, other):
    """The distance to the nearest beginning of a word."""
    return min(distance(word, other[:end]) for end in range(len(other) + 1))


def plain_search(titles, years, votes, query):
    """Give the indices of what matches, best first, and whether that only comes near."""
    wanted = fold_words(query)
    bare = without_articles(wanted)
    folded = [fold_words(title) for title in titles]
    words = [
        [*title, str(year)] if year else title for title, year in zip(folded, years, strict=True)
    ]
    keys = {}
    if not wanted:
        return [], False
    for index, title in enumerate(folded):
        if without_articles(title) == bare:
            keys[index] = (0, 0)
    for rank, asked in ((1, wanted), (3, bare)):
        if rank == 1 or len(keys) < ENOUGH:
            for index, title in enumerate(folded):
                better = _rank(rank, asked, words[index], "".join(title))
                if better is not None:
                    keys[index] = min(keys.get(index, (9, 0)), (better, 0))
    near = not keys
    if len(keys) < ENOUGH:
        for index in set(range(len(titles))) - keys.keys():
            typos = [_typos(word, words[index]) for word in bare]
            if None not in typos:
                keys[index] = (5, sum(typos))
    best_first = sorted(keys, key=lambda index: (keys[index], -votes[index], index))
    return best_first, near and bool(keys)


def _rank(rank, asked, words, joined):
    if all(any(word.startswith(each) for word in words) for each in asked):
        return rank
    if all(any(each in word for word in words) for each in asked) or "".join(asked) in joined:
        return rank + 1
    return None


def _typos(wanted, words):
    if any(word.startswith(wanted) for word in words):
        return 0
    fewest = min((nearest(wanted, word) for word in words), default=99)
    return fewest if fewest <= allowed(wanted) else None
