"""What a whole run would take at a size at which it was not measured, by the growth of its stages.

Each stage grows from the two largest runs in a straight line, or by the power of the ratings that
leads from one to the other, whichever says more. Fits by Gibbs sampling grow so for each sweep, and
the sweeps are as many as the size asks for. What the size leaves out takes nothing.
"""

import math
from typing import Any, NamedTuple

from processing.models.bayes import N_CHAINS, BayesSettings
from processing.models.registry import MODELS
from processing.profile import Profile
from processing.ranking.registry import RANKINGS

LOADED = ("recommendations", "release")  # stages that hold all models that are served


class Sizes(NamedTuple):
    """How large a set is, under the names that `Ratings` has."""

    n_users: int
    n_movies: int
    n_ratings: int


def project(runs: list[dict[str, Any]], profile: Profile, sizes: Sizes) -> dict[str, Any]:
    """Seconds and memory of each stage and of all; `runs` of `full_size.py`, ascending."""
    gone = _left_out(profile, sizes)
    stages = []
    before, last = runs[-2:]
    earlier = {stage["stage"]: stage for stage in before["stages"]}
    for stage in last["stages"]:
        name = stage["stage"]
        if gone & set(name.split("/")):
            continue
        pair = (earlier.get(name, stage), stage)
        seconds, memory = _stage(name, pair, (before, last), (profile, gone, sizes))
        stages.append({"stage": name, "seconds": round(seconds, 1), "peak_memory_bytes": memory})
    return {
        "n_users": sizes.n_users,
        "n_ratings": sizes.n_ratings,
        "left_out": sorted(gone),
        "seconds": round(sum(stage["seconds"] for stage in stages), 1),
        "peak_memory_bytes": max(stage["peak_memory_bytes"] for stage in stages),
        "stages": stages,
    }


def _stage(
    name: str,
    pair: tuple[dict[str, Any], dict[str, Any]],
    runs: tuple[dict[str, Any], dict[str, Any]],
    aim: tuple[Profile, set[str], Sizes],
) -> tuple[float, int]:
    profile, gone, sizes = aim
    chains = {spec.name: spec.settings for spec in profile.models if spec.kind == "bayes"}
    own = chains.get(name.rpartition("/")[2])
    held = [own] if own else list(chains.values()) if name in LOADED else []
    left = [chains[n] for n in chains if n not in gone] if name in LOADED else held
    at = [Sizes(run["n_users"], sizes.n_movies, run["n_ratings"]) for run in runs]
    sweeps = [own.schedule(size.n_ratings).n_sweeps if own else 1 for size in (*at, sizes)]
    counts = [size.n_ratings for size in (*at, sizes)]
    each = [stage["seconds"] / n for stage, n in zip(pair, sweeps[:2], strict=True)]
    rest = [
        stage["peak_memory_bytes"] - _samples_bytes(held, size)
        for stage, size in zip(pair, at, strict=True)
    ]
    seconds = sweeps[2] * _grown(each, counts)
    return seconds, int(_grown(rest, counts) + _samples_bytes(left, sizes))


def _grown(values: list[float], counts: list[int]) -> float:
    """What two values at the first two counts lead to at the third."""
    (first, second), (a, b, c) = values, counts
    if first <= 0 or second <= first:
        return max(values)
    line = second + (second - first) * (c - b) / (b - a)
    power = second * math.pow(c / b, math.log(second / first) / math.log(b / a))
    return max(line, power)


def _samples_bytes(chains: list[BayesSettings], sizes: Sizes) -> int:
    """What the samples of fits take."""
    rows = sizes.n_users + sizes.n_movies
    return sum(
        4 * N_CHAINS * each.schedule(sizes.n_ratings).n_taken * rows * (each.n_factors + 1)
        for each in chains
    )


def _left_out(profile: Profile, sizes: Any) -> set[str]:
    """Names of the models that a run of this size does without."""
    models = {
        spec.name for spec in profile.models if MODELS[spec.kind].too_large(spec.settings, sizes)
    }
    rankings = {
        spec.name
        for spec in profile.rankings
        if RANKINGS[spec.kind].too_large(spec.settings, sizes)
    }
    return models | rankings
