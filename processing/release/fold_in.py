"""Folding a new visitor in: from a handful of ratings to scores of all movies, by arithmetic alone.

Model:   rating of movie i = mean + b_i + x_i·w + e,  x_i = (1, q_i),  e ~ N(0, s²)
         w ~ N(m, C): a person's bias and factors, spread as those of the people known
         after ratings r of movies X:  V = (C⁻¹ + XᵀX / s²)⁻¹,
         w = m + V Xᵀ (r - mean - b - X m) / s²
Source:  Bishop (2006), "Pattern Recognition and Machine Learning", eq. 3.50 and 3.51; Rendle and
         Schmidt-Thieme (2008), "Online-updating regularized kernel matrix factorization models",
         for learning a new user's factors while the movies' stay.
Differs: the prior has a mean and a full covariance, both learned (`processing.visitors`), where
         ridge regression pulls every factor to zero alike.

A score is linear in the ratings given, so each of them has an exact part in it. The same
arithmetic is done in the browser, where there is no server: `app/static/fold-in.js`.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from processing.errors import ReleaseFormatError
from processing.release.encoding import Document, from_json


class FoldIn(Document, frozen=True, kw_only=True, eq=False):
    """The prior over people's biases and factors, and which movies to ask a visitor about.

    Attributes
    ----------
    mean, covariance
        float64 (1 + n_factors,) and (1 + n_factors, 1 + n_factors): m and C.
    noise_variance
        s², in stars squared, above 0.
    ask
        Indices of the movies to ask a visitor about, the most informative first.
    """

    mean: NDArray[np.float64]
    covariance: NDArray[np.float64]
    noise_variance: float
    ask: tuple[int, ...]

    @classmethod
    def read(cls, data: bytes, n_factors: int, n_movies: int, where: str) -> "FoldIn":
        """Read it from JSON, for a release of this many factors and movies.

        Raises
        ------
        ReleaseFormatError
            If it is something else, or does not fit the factors; `where` names the file.
        """
        found = from_json(data, cls, where)
        if problem := found.problem(n_factors, n_movies):
            raise ReleaseFormatError(f"{where}: {problem}")
        return found

    def problem(self, n_factors: int, n_movies: int) -> str | None:
        """Say what does not fit a release of this many factors and movies, None where all does."""
        size = 1 + n_factors
        if self.mean.shape != (size,) or self.covariance.shape != (size, size):
            return (
                f"mean and covariance have the shapes {self.mean.shape} and "
                f"{self.covariance.shape}; expected ({size},) and ({size}, {size})."
            )
        if not (np.isfinite(self.mean).all() and np.isfinite(self.covariance).all()):
            return "mean or covariance hold a value that is not finite."
        if not np.allclose(self.covariance, self.covariance.T):
            return "the covariance is not symmetric."
        if np.linalg.eigvalsh(self.covariance)[0] <= 0:
            return "the covariance is not positive definite."
        if not self.noise_variance > 0:
            return f"noise_variance is {self.noise_variance}; expected more than 0."
        if not all(0 <= index < n_movies for index in self.ask):
            return f"ask names a movie index that is not in 0 to {n_movies - 1}."
        return None


@dataclass(frozen=True, kw_only=True, eq=False)
class Visitor:
    """What is known of a person by their ratings.

    Attributes
    ----------
    movies
        int64 (n,), the indices of the movies rated.
    weights, covariance
        w and V, float64 (1 + n_factors,) and (1 + n_factors, 1 + n_factors).
    gains, surprises
        V Xᵀ / s², float64 (1 + n_factors, n), and the ratings less what the average person would
        give, float64 (n,): their product is w less the prior's mean.
    """

    movies: NDArray[np.int64]
    weights: NDArray[np.float64]
    covariance: NDArray[np.float64]
    gains: NDArray[np.float64]
    surprises: NDArray[np.float64]


class FoldingModel:
    """Scores all movies for anyone who has rated a few.

    Parameters
    ----------
    fold_in
        The prior.
    global_mean, movie_biases, movie_factors
        mean, b and q, in stars: a number, (n_movies,) and (n_movies, n_factors).
    """

    def __init__(
        self,
        fold_in: FoldIn,
        global_mean: float,
        movie_biases: NDArray[np.float32],
        movie_factors: NDArray[np.float32],
    ) -> None:
        ones = np.ones((len(movie_biases), 1), np.float32)
        self.fold_in = fold_in
        self.loadings = np.hstack((ones, movie_factors)).astype(np.float32)
        self.average = global_mean + movie_biases.astype(np.float64) + self.loadings @ fold_in.mean
        self._precision = np.linalg.inv(fold_in.covariance)

    def fold(self, movies: NDArray[np.int64], ratings: NDArray[np.float32]) -> Visitor:
        """Return what ratings, in stars, (n,), of movies, by index, (n,), say of who gave them.

        Without any rating it is what the prior says.
        """
        x = self.loadings[movies].astype(np.float64)
        noise = self.fold_in.noise_variance
        covariance = np.asarray(np.linalg.inv(self._precision + x.T @ x / noise), np.float64)
        gains = covariance @ x.T / noise
        surprises = ratings - self.average[movies]
        return Visitor(
            movies=movies,
            weights=self.fold_in.mean + gains @ surprises,
            covariance=covariance,
            gains=gains,
            surprises=surprises,
        )

    def scores(self, visitor: Visitor) -> NDArray[np.float64]:
        """What the visitor would give each movie, in stars, (n_movies,), not clipped."""
        return self.average + self.loadings @ (visitor.weights - self.fold_in.mean)

    def score(self, visitor: Visitor, movies: NDArray[np.int64]) -> NDArray[np.float64]:
        """What the visitor would give some movies, in stars, (n,), not clipped."""
        return self.average[movies] + self.loadings[movies] @ (visitor.weights - self.fold_in.mean)

    def deviations(self, visitor: Visitor, movies: NDArray[np.int64]) -> NDArray[np.float64]:
        """Standard deviations of the ratings from their scores, in stars, (n,)."""
        x = self.loadings[movies].astype(np.float64)
        known = np.einsum("nk,kl,nl->n", x, visitor.covariance, x)
        found: NDArray[np.float64] = np.sqrt(known + self.fold_in.noise_variance)
        return found

    def parts(self, visitor: Visitor, movies: NDArray[np.int64]) -> NDArray[np.float64]:
        """Stars that each rating adds to each score, float64 (len(movies), n ratings).

        Each row sums to the visitor's score less the average person's.
        """
        return (self.loadings[movies] @ visitor.gains) * visitor.surprises
