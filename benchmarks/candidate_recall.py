"""How many of the best movies the candidates hold: the served lists against judging every movie.

For users of a finished run, drawn at random, the ensemble scores every movie that they have not
rated; recall is the share of the 50 best of these that are among the user's candidates.

Run: python benchmarks/candidate_recall.py SOURCE RUN
"""

import argparse
from pathlib import Path

import numpy as np
from _common import write_result

from processing.cli.main import PROFILES, RUNS
from processing.data.ingest import load_dataset
from processing.profile import load_profile
from processing.serving.recommend import CandidateFinder, ensemble_scores
from processing.serving.serve import load_served

N_USERS = 1_000
N_BEST = 50
SIZES = (50, 75, 100, 120, 150, 200, 300, 400)


def main() -> None:
    """Measure the recall of the candidates at several sizes, in one pass over the users."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("source", type=Path)
    parser.add_argument("run", type=Path, help="folder of a finished run of that source")
    parser.add_argument("--profile", default="fast")
    arguments = parser.parse_args()
    dataset = load_dataset(arguments.source, RUNS / "cache")
    ratings = dataset.ratings
    profile = load_profile(PROFILES, arguments.profile)
    specs = [s for s in profile.models if (arguments.run / "served" / s.name).is_dir()]
    ensemble = arguments.run / profile.protocol / "ensemble"
    served = load_served(arguments.run, specs, ratings, ensemble, order_z=0.0)
    rng = np.random.default_rng(0)
    users = np.sort(rng.choice(ratings.n_users, min(N_USERS, ratings.n_users), replace=False))
    found = CandidateFinder(served).find(users.astype(np.int32), max(SIZES))
    rated = np.flatnonzero(ratings.by_movie.counts).astype(np.int32)
    recalls: dict[int, list[float]] = {size: [] for size in SIZES}
    for user, candidates in zip(users, found, strict=True):
        start, end = ratings.by_user.indptr[user : user + 2]
        unseen = np.setdiff1d(rated, ratings.by_user.indices[start:end], assume_unique=True)
        scores = ensemble_scores(served, np.full(len(unseen), user, np.int32), unseen)
        best = unseen[np.lexsort((unseen, -scores))[:N_BEST]]
        for size in SIZES:
            recalls[size].append(float(np.isin(best, candidates[:size]).mean()))
    write_result(
        "candidate_recall",
        {
            "source": dataset.name,
            "simulated": dataset.simulated,
            "n_ratings": ratings.n_ratings,
            "n_movies": len(rated),
            "n_users_asked": len(users),
            "n_best": N_BEST,
            "recall": {size: round(float(np.mean(each)), 4) for size, each in recalls.items()},
            "served_with": profile.recommend.n_candidates,
        },
    )


if __name__ == "__main__":
    main()
