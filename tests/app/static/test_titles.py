"""The search in the browser against the one of the site, on real titles and many mistakes."""

import random

import pytest

from app.model.title_index import TitleIndex, fold_words
from tests.app.scripts import films, run_scripts

N_QUERIES = 400
FIND_ALL = """({ findTitles, makeIndex }, { catalogue, queries }) => {
  const index = makeIndex(catalogue);
  return queries.map((query) => findTitles(index, query).map((movie) => movie.movie_id));
}"""


@pytest.fixture(scope="module")
def catalogue():
    """Real titles, of which many have equally many votes."""
    titles, years, _ = zip(*films(), strict=True)
    votes = random.Random(5).choices(range(30), k=len(titles))
    places = list(range(len(titles)))
    return {"titles": titles, "years": years, "votes": votes, "movie_ids": places}


def test_words_when_of_any_title_then_folded_as_the_site_folds_them(catalogue):
    titles = catalogue["titles"]
    found = run_scripts(["titles.js"], "({ foldWords }, titles) => titles.map(foldWords)", titles)
    assert found == [fold_words(title) for title in titles]


def mistyped(word, chance):
    """Leave a letter out, put one in, write a wrong one, or swap two."""
    at = chance.randrange(max(1, len(word) - 1))
    letter = chance.choice("aeinorst")
    kinds = (
        word[:at] + word[at + 1 :],
        word[:at] + letter + word[at:],
        word[:at] + letter + word[at + 1 :],
        word[:at] + word[at + 1 : at + 2] + word[at : at + 1] + word[at + 2 :],
    )
    return chance.choice(kinds)


def make_query(title, chance):
    """Ask for a title as people do: in part, in another order, with mistakes, half typed."""
    words = title.split()
    words = chance.sample(words, chance.randint(1, len(words)))
    words = [mistyped(word, chance) if chance.random() < 0.4 else word for word in words]
    if chance.random() < 0.4:
        words[-1] = words[-1][: chance.randint(1, max(1, len(words[-1])))]
    if chance.random() < 0.3:
        words.insert(0, chance.choice(("the", "a", "der", "la")))
    return " ".join(words)


def test_find_titles_when_queries_are_as_people_type_them_then_as_the_site_finds(catalogue):
    chance = random.Random(11)
    picked = chance.choices(catalogue["titles"], k=N_QUERIES)
    queries = [*(make_query(title, chance) for title in picked), "", "the", "1979", "&", "the the"]
    index = TitleIndex(catalogue["titles"], catalogue["years"], catalogue["votes"])
    expected = [index.find(query) for query in queries]
    assert sum(index.search(query).near for query in queries) > N_QUERIES / 20
    found = run_scripts(["titles.js"], FIND_ALL, {"catalogue": catalogue, "queries": queries})
    different = [
        (query, ours[:5], theirs[:5])
        for query, ours, theirs in zip(queries, expected, found, strict=True)
        if ours != theirs
    ]
    assert different == []
