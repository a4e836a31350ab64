"""One list for two people: which rule serves both, and how far each falls short of their own list.

People are drawn from those with enough known ratings; EASE's weights are learned from everyone
else, and give each person's order of all movies as the site gives it to visitors
(`processing.release.affinity`), from all their known ratings or from ten of them. A rule makes one
order of two. Listed is what neither has rated, so spread as the site spreads lists. Each person's
likes are those held out, of movies that could be listed. NDCG@10 of the list for each of the two is
measured over pairs who both have a like: pairs at random, and pairs whose orders correlate least
among fifty random partners each. The rule is chosen on the stack ratings, by what the list is worth
to the one of each pair to whom it is worth less; the test ratings are looked at once, with all
rules beside each other.

Only a rule that makes the same list whoever of the two is named first can be chosen. That limit was
set after a first run whose test figures had been seen: by stack ratings alone "in turn, one begins"
was ahead by less than its error.

Run: python benchmarks/both.py SOURCE --protocol random

Source: Masthoff (2011), "Group recommender systems: combining individual models", for the rules;
Baltrunas, Makcinskas and Ricci (2010), "Group recommendations with rank aggregation and
collaborative filtering", for pairs made at random and by taste, and NDCG for each member.
"""

import argparse
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from _common import ROOT, say, slug, write_result
from numpy.typing import NDArray

from processing.data.ingest import load_dataset
from processing.data.ratings import Ratings
from processing.data.splits import Mask, Split, make_splits
from processing.evaluation.steps.visitor_orders import default_about
from processing.profile import load_profile
from processing.ranking.ease import Ease
from processing.ranking.gram import Grams
from processing.ranking.near import near_movies
from processing.release.affinity import Affinity, Weights
from processing.release.pair import pair_order
from processing.release.spread import spread
from processing.visitors.weights import published

FEWEST_KNOWN = 20
MOST_SHARE = 0.2  # of the users: without more of them the weights would be others
N_PARTNERS = 50
FEW = 10
TOP, LOOKED_AT = 10, 300  # movies of a list, and those that it is spread from
WORST = 0.9  # of a person's order: what is below is misery
Orders = NDArray[np.float64]  # (2, n): of two people, over the movies that neither has rated
Rule = Callable[[Orders], NDArray[np.float64]]


def standardised(orders: Orders) -> Orders:
    """Each person's order with mean 0 and standard deviation 1."""
    means, spreads = orders.mean(axis=1, keepdims=True), orders.std(axis=1, keepdims=True)
    return np.asarray((orders - means) / np.maximum(spreads, 1e-12), np.float64)


def ranks(orders: Orders) -> Orders:
    """Places in each person's list, from 0; ties by movie."""
    return np.argsort(np.argsort(-orders, axis=1, kind="stable"), axis=1).astype(np.float64)


def without_misery(orders: Orders) -> NDArray[np.float64]:
    """The average, of the movies that are in the better tenth of both."""
    fine = (ranks(orders) < (1 - WORST) * orders.shape[1]).all(axis=0)
    found: NDArray[np.float64] = standardised(orders).mean(axis=0) - 1e6 * ~fine
    return found


def turns(orders: Orders) -> NDArray[np.float64]:
    """Both choose the best of their list in turn, and the same one always begins."""
    found: NDArray[np.float64] = -(2 * ranks(orders) + np.array([[0], [1]])).min(axis=0)
    return found


ONE_BEGINS = "In turn, one begins"
RULES: dict[str, Rule] = {
    "Average of the orders": lambda orders: orders.mean(axis=0),
    "Average, standardised": lambda orders: standardised(orders).mean(axis=0),
    "Least misery": lambda orders: standardised(orders).min(axis=0),
    "Average without misery": without_misery,
    "Most pleasure": lambda orders: standardised(orders).max(axis=0),
    "Borda count": lambda orders: -ranks(orders).sum(axis=0),
    "Product of the ranks": lambda orders: -np.log1p(ranks(orders)).sum(axis=0),
    "Reciprocal ranks, from 60": lambda orders: (1 / (60 + ranks(orders))).sum(axis=0),
    "Reciprocal ranks, from 1": lambda orders: (1 / (1 + ranks(orders))).sum(axis=0),
    ONE_BEGINS: turns,
    "In turn": pair_order,
}
OWN = "Each one's own list"


@dataclass(frozen=True, kw_only=True)
class People:
    """Orders of all movies, (n, n_movies); what each rated, and likes, bool likewise."""

    orders: NDArray[np.float64]
    rated: NDArray[np.bool_]
    likes: NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True)
class Fit:
    """What orders lists, and which movies can be listed, bool (n_movies,)."""

    affinity: Affinity
    listable: NDArray[np.bool_]


def main() -> None:
    """Measure the rules, and write the result."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("source", type=Path, help="ratings, such as ml-1m.zip")
    parser.add_argument("--protocol", default="random")
    parser.add_argument("--profile", default="fast")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--pairs", type=int, default=2000, help="of each kind, at most")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as cache:
        dataset = load_dataset(arguments.source, Path(cache))
        split = make_splits(dataset, arguments.protocol, arguments.seed)[0]
        result = compare(dataset.ratings, split, arguments)
    about = {"source": dataset.name, "protocol": arguments.protocol, "seed": arguments.seed}
    write_result(f"both-{slug(dataset.name)}-{arguments.protocol}", about | result)


def compare(ratings: Ratings, split: Split, arguments: argparse.Namespace) -> dict[str, Any]:
    """Rows of every rule, by held-out part, number of ratings given and kind of pairs."""
    rng = np.random.default_rng(arguments.seed)
    users = draw(ratings, split, rng)
    fit = fitted(ratings, split, users, arguments)
    stack = split.stacks[0]
    parts = {"stack": (split.known & ~stack, stack), "test": (split.known, split.test)}
    rows = []
    for part, masks in parts.items():
        for given in (FEW, None):
            people = make_people(ratings, users, masks, given, (fit.affinity, rng))
            for kind, pairs in draw_pairs(people, arguments.pairs, rng).items():
                about = {"part": part, "given": given, "pairs": kind}
                rows += [about | row for row in measure(people, pairs, fit)]
                say(f"{about}: {rows[-1]['n_pairs']:,} pairs")
    return {
        "profile": arguments.profile,
        "n_people": len(users),
        "chosen": chosen(rows),
        "one_begins": ONE_BEGINS,
        "rows": rows,
    }


def chosen(rows: list[dict[str, Any]]) -> str:
    """The rule whose lists are, on the stack ratings, worth most to whom they are worth less."""
    worth = dict.fromkeys(RULES.keys() - {ONE_BEGINS}, 0.0)
    for each in rows:
        if each["part"] == "stack" and each["rule"] in worth:
            worth[each["rule"]] += each["less_served"]
    return max(worth, key=lambda rule: worth[rule])


def draw(ratings: Ratings, split: Split, rng: np.random.Generator) -> NDArray[np.int32]:
    """People with enough known ratings, ascending."""
    counts = np.bincount(ratings.by_user.rows()[split.known], minlength=ratings.n_users)
    able = np.flatnonzero(counts >= FEWEST_KNOWN)
    most = int(MOST_SHARE * np.count_nonzero(counts))
    return np.sort(rng.permutation(able)[:most]).astype(np.int32)


def fitted(
    ratings: Ratings, split: Split, users: NDArray[np.int32], arguments: argparse.Namespace
) -> Fit:
    """Learn from everyone but some users what orders lists."""
    among = np.zeros(ratings.n_users, bool)
    among[users] = True
    part = ratings.part(split.known & ~np.repeat(among, ratings.by_user.counts))
    profile = load_profile(ROOT / "config" / "profiles", arguments.profile)
    settings = next(spec.settings for spec in profile.rankings if spec.kind == Ease.kind)
    grams = Grams.of(part)
    ease = Ease(settings).fit(part, arguments.seed, grams)
    by_rated = ease.arrays_.by_rated
    told = np.zeros(len(by_rated.values), bool)  # no reasons are told here
    weights = published(by_rated, near_movies(part, grams), told)
    scale = (ratings.scale.low, ratings.scale.high)
    affinity = Affinity(default_about(scale), weights, scale, part.movie_counts)
    return Fit(affinity=affinity, listable=part.movie_counts > 0)


def make_people(
    ratings: Ratings,
    users: NDArray[np.int32],
    parts: tuple[Mask, Mask],
    given: int | None,
    means: tuple[Affinity, np.random.Generator],
) -> People:
    """Each person's order after all of their known ratings, or after `given` of them.

    `parts`: which ratings are known, and which are held out. `means`: what orders, and chance.
    """
    affinity, rng = means
    csr, like = ratings.by_user, ratings.scale.like
    orders = np.empty((len(users), ratings.n_movies))
    rated, likes = np.zeros(orders.shape, bool), np.zeros(orders.shape, bool)
    for row, user in enumerate(users.tolist()):
        own = slice(csr.indptr[user], csr.indptr[user + 1])
        movies, stars = csr.indices[own].astype(np.int64), csr.values[own]
        known, held = (part[own] for part in parts)
        said = rng.permutation(np.flatnonzero(known))[:given]
        orders[row] = affinity.order(movies[said], stars[said])
        rated[row, movies[known]] = True
        likes[row, movies[held & (stars >= np.float32(like))]] = True
    return People(orders=orders, rated=rated, likes=likes)


def draw_pairs(people: People, most: int, rng: np.random.Generator) -> dict[str, NDArray[np.int64]]:
    """Pairs of places among the people, (n, 2), by kind; nobody is paired with themselves."""
    n = len(people.orders)
    first = rng.integers(0, n, most)
    random = np.column_stack((first, (first + rng.integers(1, n, most)) % n))
    tastes = standardised(people.orders).astype(np.float32)
    alike = tastes @ tastes.T
    some = (np.arange(n)[:, None] + rng.integers(1, n, (n, N_PARTNERS))) % n
    least = some[np.arange(n), np.take_along_axis(alike, some, axis=1).argmin(axis=1)]
    apart = np.column_stack((np.arange(n), least))[:most]
    return {"random": random, "different": apart}


def measure(people: People, pairs: NDArray[np.int64], fit: Fit) -> list[dict[str, Any]]:
    """A row per rule, and one of each person's own list."""
    found: dict[str, list[list[float]]] = {name: [] for name in (*RULES, OWN)}
    weights = fit.affinity.weights
    for pair in pairs:
        new = np.flatnonzero(fit.listable & ~people.rated[pair].any(axis=0))
        likes = people.likes[pair][:, new]
        if not likes.any(axis=1).all():
            continue
        orders = people.orders[pair][:, new]
        for name, rule in RULES.items():
            top = listed(rule(orders), new, weights)
            found[name].append([ndcg(top, own) for own in likes])
        tops = [listed(order, new, weights) for order in orders]
        found[OWN].append([ndcg(top, own) for top, own in zip(tops, likes, strict=True)])
    return [row(name, np.array(values)) for name, values in found.items()]


def listed(order: NDArray[np.float64], movies: NDArray[np.int64], weights: Weights) -> Any:
    """Places of the first movies of a list, as the site lists them; ties by movie."""
    best = np.argsort(-order, kind="stable")[:LOOKED_AT]
    return np.searchsorted(movies, spread(movies[best], weights.near, TOP))


def ndcg(top: NDArray[np.int64], likes: NDArray[np.bool_]) -> float:
    """Binary NDCG of a list; its ideal has as many likes as there are, at most `TOP`."""
    discounts = 1 / np.log2(np.arange(TOP) + 2)
    hits = likes[top]
    return float(hits @ discounts[: len(hits)] / discounts[: min(TOP, int(likes.sum()))].sum())


def row(name: str, values: NDArray[np.float64]) -> dict[str, Any]:
    """What a rule is worth to both, (n, 2), to the one whom it serves less, and the difference."""
    less = values.min(axis=1)
    return {
        "rule": name,
        "n_pairs": len(values),
        "mean": float(values.mean()),
        "less_served": float(less.mean()),
        "less_served_error": float(less.std() / np.sqrt(len(less))),
        "difference": float(np.abs(values[:, 0] - values[:, 1]).mean()),
    }


if __name__ == "__main__":
    main()
