"""What each member and each group of features earns in the ensemble of a profile.

Run: python benchmarks/members.py SOURCE --protocol random --profile fast

Members are fitted on what is neither stack nor test, and the ensemble is measured on the stack
ratings alone, by folds of users: the test ratings are never read. Members that the profile does
without are measured beside its own; those of `fast` with the settings that they had in it.
"""

import argparse
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from _common import ROOT, say, slug, write_result
from numpy.typing import NDArray

from processing.data.ingest import load_dataset
from processing.data.splits import Mask, make_splits
from processing.ensemble.features import GROUPS, NAMES, Features, names_of
from processing.ensemble.stacking import Ensemble
from processing.profile import load_profile, parse_profile

N_FOLDS, MOST_ROWS = 4, 400_000
ALWAYS = ("user_average", "movie_average")
SIMILAR_USERS = {name for name, group in GROUPS.items() if group == "similar_users"}
FAST = {
    "knn_user": {
        "kind": "knn_baseline",
        "label": "KNNBaseline, users",
        "user_based": True,
        "similarity": "pearson_baseline",
    },
    "svd": {
        "kind": "svd",
        "label": "SVD",
        "n_factors": 64,
        "n_epochs": 15,
        "lr_all": 0.01,
        "reg_all": 0.06,
    },
    "svdpp": {
        "kind": "svdpp",
        "label": "SVD++",
        "n_factors": 32,
        "n_epochs": 15,
        "lr_all": 0.01,
        "reg_all": 0.05,
    },
}
TRIED: dict[str, dict[str, Any]] = {"fast": FAST, "best": {"als": {"kind": "als", "label": "ALS"}}}
NEW = "als"  # what `fast` did not have before others left it
NEITHER: dict[str, Any] = {"recommend": {}, "ensemble": {}, "ranking": {}, "ranker": {}}


@dataclass(frozen=True, kw_only=True)
class Rows:
    """The stack rows: scores by member, features by name, ratings, each row's fold of users."""

    scores: dict[str, NDArray[np.float32]]
    features: dict[str, NDArray[np.float32]]
    ratings: NDArray[np.float32]
    folds: NDArray[np.int64]


def main() -> None:
    """Fit every member once, and the ensemble of each choice of them fold by fold."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("source", type=Path, help="ratings, such as ml-1m.zip")
    parser.add_argument("--protocol", default="random")
    parser.add_argument("--profile", default="fast", choices=TRIED)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as cache:
        dataset = load_dataset(arguments.source, Path(cache))
    profile = load_profile(ROOT / "config" / "profiles", arguments.profile)
    document = {"seed": 0, "protocol": "last", "engine": "fast"} | NEITHER
    others = parse_profile("tried", document | {"models": TRIED[arguments.profile]})
    specs = {spec.name: spec for spec in (*profile.models, *others.models)}
    split = make_splits(dataset, arguments.protocol, arguments.seed)[-1]
    stack = _some(split.stacks[-1], arguments.seed)
    part = dataset.ratings.part(split.known & ~split.stacks[-1])
    csr, scores, seconds = dataset.ratings.by_user, {}, {}
    pairs = csr.rows()[stack], csr.indices[stack], csr.days[stack]
    for name, spec in specs.items():
        started = time.perf_counter()
        model = spec.fitted(part, arguments.seed)
        seconds[name] = time.perf_counter() - started
        scores[name] = model.predict(*pairs).astype(np.float32)
    described = Features().fit(part).make(*pairs)
    folds = np.random.default_rng(arguments.seed).integers(0, N_FOLDS, csr.n_rows)[pairs[0]]
    rows = Rows(
        scores=scores,
        features=dict(zip(NAMES, described.T, strict=True)),
        ratings=csr.values[stack],
        folds=folds,
    )
    groups = {name: spec.blank().contribution_group() for name, spec in specs.items()}

    def measured(label: str, members: Sequence[str], features: Sequence[str]) -> dict[str, Any]:
        settings = replace(profile.ensemble, similar_users=SIMILAR_USERS <= {*features})
        kept = {name: groups[name] for name in members}
        found = [
            _squares(rows, fold, Ensemble(settings, kept, dataset.ratings.scale), features)
            for fold in range(N_FOLDS)
        ]
        rmse = float(np.sqrt(np.mean(np.concatenate(found))))
        say(f"{label:45s} {rmse:.5f}")
        return {"label": label, "members": list(members), "rmse": rmse}

    own, tried = [spec.name for spec in profile.models], [spec.name for spec in others.models]
    told = names_of(profile.ensemble.similar_users)
    label = {name: spec.label for name, spec in specs.items()}

    def more() -> list[dict[str, Any]]:
        """Choices with similar users as features, where the profile does without them."""
        if profile.ensemble.similar_users:
            return []
        before = [name for name in (*own, *tried) if name != NEW]
        return [
            measured("with similar users as features", own, NAMES),
            measured("with all of these", [*own, *tried], NAMES),
            measured(f"with all of these, without {label[NEW]}", before, NAMES),
        ]

    result = {
        "source": dataset.name,
        "protocol": arguments.protocol,
        "seed": arguments.seed,
        "n_ratings": dataset.ratings.n_ratings,
        "n_rows": len(rows.ratings),
        "fits": [{"label": label[name], "seconds": seconds[name]} for name in specs],
        "profile": arguments.profile,
        "own": measured(f"Profile {profile.name}", own, told),
        "without": [
            *(
                measured(f"without {label[name]}", [m for m in own if m != name], told)
                for name in own
            ),
            *(
                measured(f"without features of the group {group}", own, _without(told, group))
                for group in dict.fromkeys(GROUPS[name] for name in told if name not in ALWAYS)
            ),
        ],
        "with": [
            *(measured(f"with {label[name]}", [*own, name], told) for name in tried),
            *more(),
        ],
    }
    write_result(f"members-{slug(dataset.name)}-{arguments.protocol}-{profile.name}", result)


def _some(stack: Mask, seed: int) -> Mask:
    """Some of the stack ratings, where there are many."""
    places = np.flatnonzero(stack)
    chosen = np.random.default_rng(seed).permutation(places)[:MOST_ROWS]
    some = np.zeros(len(stack), bool)
    some[chosen] = True
    return some


def _without(names: Sequence[str], group: str) -> list[str]:
    return [name for name in names if GROUPS[name] != group or name in ALWAYS]


def _squares(rows: Rows, fold: int, blank: Ensemble, told: Sequence[str]) -> NDArray[np.float32]:
    """Squared errors on the users of a fold, of an ensemble taught by the others.

    Features that it is not told are missing, for everybody.
    """
    missing = np.full(len(rows.ratings), np.nan, np.float32)
    names = names_of(blank.settings.similar_users)
    features = np.column_stack([rows.features[n] if n in told else missing for n in names])
    scores = np.column_stack([rows.scores[name] for name in blank.members])
    taught = rows.folds != fold
    ensemble = blank.fit(scores[taught], features[taught], rows.ratings[taught], 0)
    found = ensemble.predict(scores[~taught], features[~taught])
    return np.asarray((found - rows.ratings[~taught]) ** 2)


if __name__ == "__main__":
    main()
