"""A fitted model: predictions of any pair, and lists before they are published."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from processing.ensemble.features import CONTRIBUTIONS
from processing.errors import ModelError
from processing.evaluation.evaluate import Evaluation
from processing.frames.columns import column_places
from processing.frames.dataset import Dataset
from processing.frames.lists import Known, Lists, Records
from processing.frames.report import Report
from processing.release import NO_MOVIE, UserRecord
from processing.release.schema import HISTORY_DTYPE
from processing.runs.run import Run
from processing.serving.facts import similar_movies
from processing.serving.recommend import describe, recommend
from processing.serving.refit import load_served, refit

BLOCK_PAIRS = 1_000_000  # that are described to the ensemble at once


class Model(Lists):
    """What was learned from a data set. See `Lists` for the methods that it shares with a release.

    Attributes
    ----------
    report
        What its profile is worth, measured on ratings that were held out.
    """

    def __init__(self, dataset: Dataset, run: Run, evaluation: Evaluation) -> None:
        self._dataset, self._run, self._evaluation = dataset, run, evaluation
        decisions = evaluation.decisions
        self._served = load_served(run, refit(run, decisions.grams), decisions)
        self.report = Report(evaluation.report)
        recommended = run.profile.recommend
        super().__init__(
            Known(
                user_ids=run.ratings.user_ids,
                movie_ids=run.ratings.movie_ids,
                titles=run.dataset.catalogue.titles,
                similar=similar_movies(
                    self._served.features.similar_movies_, recommended.n_similar
                ),
                user_errors=np.load(decisions.user_errors),
                top_n=recommended.top_n,
                n_reasons=recommended.n_reasons,
                start=self._served.ensemble.start_,
                groups=CONTRIBUTIONS,
            )
        )

    @property
    def movies(self) -> pd.DataFrame:
        return self._dataset.movies

    def predict(self, pairs: pd.DataFrame) -> pd.DataFrame:
        """The same rows, of user_id and movie_id, with the stars that the users would give: score.

        Raises
        ------
        UnknownIdError
            If a user or a movie is not known.
        ModelError
            If a pair has a rating that the model was fitted on.
        """
        ratings = self._run.ratings
        users = column_places(ratings.user_ids, pairs, "user_id", "`.users`").astype(np.int32)
        movies = column_places(ratings.movie_ids, pairs, "movie_id", "`.movies`").astype(np.int32)
        rated = np.flatnonzero(ratings.locate(users, movies) >= 0)
        if len(rated):
            first = [pairs[name].iloc[rated[:1]].tolist()[0] for name in ("user_id", "movie_id")]
            raise ModelError(
                f"{len(rated):,} of {len(users):,} pairs were rated, the first by user "
                f"{first[0]!r}: movie {first[1]!r}. Expected pairs that the model has not learned "
                "from. Leave them out; `evaluate` says how well ratings are predicted that were "
                "held out."
            )
        order = np.argsort(users, kind="stable")
        scores = np.empty(len(users), np.float32)
        for start in range(0, len(order), BLOCK_PAIRS):
            some = order[start : start + BLOCK_PAIRS]
            described = describe(self._served, users[some], movies[some])
            scores[some] = self._served.ensemble.predict(*described)
        return pairs.assign(score=scores)

    def _read(self, users: NDArray[np.int64] | None) -> Records:
        every = np.arange(self._run.ratings.n_users) if users is None else users
        ascending, back = np.unique(every, return_inverse=True)
        found: Records = []
        for block in recommend(
            self._served, self._run.profile.recommend, ascending.astype(np.int32)
        ):
            places = range(len(found), len(found) + len(block))
            found += [
                (user, UserRecord(top=top[top["movie"] != NO_MOVIE], history=self._history(user)))
                for user, top in zip(ascending[places].tolist(), block, strict=True)
            ]
        return [found[place] for place in back.tolist()]

    def _history(self, user: int) -> NDArray[np.void]:
        csr = self._run.ratings.by_user
        own = slice(int(csr.indptr[user]), int(csr.indptr[user + 1]))
        history = np.empty(own.stop - own.start, HISTORY_DTYPE)
        history["movie"], history["rating"] = csr.indices[own], csr.values[own]
        history["day"] = csr.days[own]
        return history

    def __repr__(self) -> str:
        run = self._run
        return (
            f"Model of {run.dataset.name}: {run.ratings.n_ratings:,} ratings, profile "
            f"{run.profile.name}, measured by protocol {run.protocol}"
        )
