"""What readers see in place of names: of groups, columns, figures and protocols."""

from collections.abc import Mapping

GROUP_LABELS = {
    "user": "The user’s average",
    "movie": "The movie’s average",
    "evidence": "How much is known",
    "limit": "The scale’s ends",
}
COLUMN_LABELS = {
    "user_average": "user’s average",
    "movie_average": "movie’s average",
    "user_spread": "spread of the user’s ratings",
    "movie_spread": "spread of the movie’s ratings",
    "spread": "spread of the models",
    "log_user_support": "ratings of the user",
    "log_movie_support": "ratings of the movie",
}
RANKER_LABELS = {
    "stars_above": "Predicted stars, above the candidates’ mean",
    "log_ratings": "How many rated the movie",
    "share_liked": "Share of them who liked it",
    "log_last_year": "How many rated it in the last year",
    "log_last_quarter": "How many rated it in the last 90 days",
    "popularity_gap": "How much more is rated than what the user rates",
}
FIGURE_TEXTS = {
    "error-by-model": "Dots: RMSE of each model with its 95 % interval, best on top.",
    "error-by-user-support": "Lines: RMSE of the ensemble, its best member and the global mean, by "
    "how many known ratings the user has.",
    "error-by-movie-support": "Lines: RMSE of the ensemble, its best member and the global mean, "
    "by how many known ratings the movie has.",
    "error-by-month": "Lines: RMSE of the ensemble, its best member and the global mean, by month "
    "of the rating. Bars below: how many test ratings each month has.",
    "calibration": "Dots: mean rating against mean score in each twentieth of the test ratings, "
    "with the diagonal on which both are equal.",
    "residuals": "Bars: how the differences between rating and score are spread around zero.",
    "ablation": "Dots: how much the ensemble’s RMSE rises when a model is left out, with its 95 % "
    "interval.",
    "importance": "Bars: mean number of stars by which each column moves a score, coloured by its "
    "group.",
    "ranking": "Dots: how far the NDCG of the first ten lies above or below that of most "
    "popular, for each way to order a list, with its 95 % interval; beside them the NDCG itself.",
    "newcomers": "Lines: NDCG and hit rate of newcomers’ first ten by how many ratings they gave. "
    "Bars: 95 % intervals of the difference to most popular, which is a line of its own.",
    "learning-trees": "Lines: RMSE after each tree, on the ratings learned from and on those that "
    "say when to stop.",
    "learning-stack": "Line: RMSE on the test by how many ratings taught the ensemble.",
}
PROTOCOL_TEXTS = {
    "time": "The ratings were put in order of time. The models learned from the earlier ones and "
    "had to predict the last fifth, as a site that looks ahead must.",
    "last": "Each user’s last ratings, to the day, were set aside. The models learned from the "
    "rest and had to predict these, much as in the Netflix Prize.",
    "random": "A tenth of the ratings, drawn by chance, was set aside. The models learned from the "
    "rest and had to predict these.",
    "probe": "The models had to predict the ratings on the Netflix Prize’s own probe list, and "
    "learned from all others.",
    "folds": "The ratings were split into folds. Each fold was predicted by models that had "
    "learned from the other folds; the figures are means over the folds.",
}
WORDS = {
    "RMSE": "Root mean squared error, in stars. Each error is squared before the mean is taken, so "
    "a few bad misses weigh more than many small ones. The Netflix Prize was decided by it.",
    "95 % interval": "Where the error would lie, 95 times of 100, had other users been tested: "
    "from 1,000 drawings of users with all their ratings (a bootstrap).",
    "MAE": "Mean absolute error, in stars: how far a score is off on average.",
    "MAPE": "Mean absolute percentage error: how far off in percent of the rating that was given. "
    "Missing a 1 by a star counts as 100 %, missing a 5 by a star as 20 %.",
    "Left out": "A model that needs more memory than the machine has is not started, and the "
    "ensemble does without it.",
}


def protocol_text(protocol: str) -> str:
    """Say in plain words how a protocol sets ratings aside."""
    return PROTOCOL_TEXTS.get(
        protocol, f"The ratings to predict were chosen by protocol {protocol!r}."
    )


def group_label(group: str) -> str:
    """What a group of contributions is called."""
    return GROUP_LABELS.get(group, _plain(group).capitalize())


def column_label(column: str, models: Mapping[str, str]) -> str:
    """What a column of the ensemble is called; that of a model has the model's label."""
    return models.get(column) or COLUMN_LABELS.get(column) or _plain(column)


def ranker_label(column: str, rankings: Mapping[str, str]) -> str:
    """What a column of the ranker is called; the score of a ranking model has the model's label.

    >>> ranker_label("ease_z", {"ease": "EASE"}), ranker_label("share_liked", {})
    ('Score by EASE', 'Share of them who liked it')
    """
    model = column.removesuffix("_z")
    if model in rankings:
        return f"Score by {rankings[model]}"
    return RANKER_LABELS.get(column) or _plain(column)


def figure_text(name: str) -> str:
    """What a figure shows, by its file's name.

    >>> figure_text("learning-stack.svg"), figure_text("my_own-figure.png")
    ('Line: RMSE on the test by how many ratings taught the ensemble.', 'My own figure')
    """
    stem = name.rpartition(".")[0] or name
    words = _plain(stem).strip()
    return FIGURE_TEXTS.get(stem) or words[:1].upper() + words[1:] or name


def _plain(name: str) -> str:
    return name.replace("_", " ").replace("-", " ")
