"""A small profile of three models, quick to train."""

from processing.profile import parse_profile

DOCUMENT = {
    "seed": 0,
    "protocol": "last",
    "engine": "fast",
    "recommend": {"top_n": 5, "n_similar": 4},
    "ensemble": {},
    "models": {
        "baseline": {"kind": "baseline", "label": "BaselineOnly"},
        "knn": {"kind": "knn_baseline", "similarity": "pearson_baseline"},
        "svd": {"kind": "svd", "n_factors": 5},
    },
    "ranking": {
        "ease": {"kind": "ease", "label": "EASE", "reg": 20.0},
        "ials": {"kind": "ials", "n_factors": 4, "n_epochs": 2},
    },
    "ranker": {"n_candidates": 12, "n_estimators": 20},
}
PROFILE = parse_profile("small", DOCUMENT)
