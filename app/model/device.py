"""What a browser needs to search and to fold in without the server, as small as it goes."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.model.opened import Shelf
from processing.release import FoldIn

_LARGEST = 32_767  # of an int16
_DECIMALS = 2


@dataclass(frozen=True, kw_only=True)
class OfflineFactors:
    """The movies' biases and factors in 16 bits: column c is `values[c] * scales[c]`.

    `values`: int16 (1 + n_factors, n_movies), little-endian. `scales`: float64 (1 + n_factors,).
    """

    values: NDArray[np.int16]
    scales: NDArray[np.float64]


class OfflineData:
    """What is kept on devices, of one release.

    Parameters
    ----------
    shelf
        The release's.
    """

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self._release = shelf.release

    def titles(self) -> dict[str, Any]:
        """Return the catalogue, with votes and means, as columns."""
        stats = self._release.stats
        means = np.round(stats["mean"].astype(np.float64), _DECIMALS)
        return {
            "release_id": self._release.manifest.release_id,
            "created_utc": self._release.manifest.created_utc,
            "movie_ids": self._release.movie_ids.tolist(),
            "titles": self._release.titles,
            "years": self._release.years,
            "votes": stats["n_ratings"].tolist(),
            "means": [None if np.isnan(mean) else mean for mean in means.tolist()],
        }

    def fold_in(self) -> dict[str, Any]:
        """Return what `fold-in.js` needs beside the factors."""
        prior, manifest = self._release.fold_in, self._release.manifest
        return {
            "release_id": manifest.release_id,
            "global_mean": manifest.global_mean,
            "scale": manifest.scale,
            "deviation": self._shelf.deviation,
            "n_movies": len(self._release.movie_ids),
            "n_factors": self._release.movie_factors.shape[1],
            "scales": self.factors.scales.tolist(),
            "mean": prior.mean.tolist(),
            "covariance": prior.covariance.tolist(),
            "noise_variance": prior.noise_variance,
            "order_z": prior.order_z,
            "ask": self._ask(prior),
        }

    def _ask(self, prior: FoldIn) -> list[int]:
        found: list[int] = self._release.movie_ids[list(prior.ask)].tolist()
        return found

    @cached_property
    def factors(self) -> OfflineFactors:
        """Biases, then factors, each column by itself scaled to 16 bits."""
        biases = self._release.movie_biases[:, None]
        columns = np.hstack((biases, self._release.movie_factors)).T.astype(np.float64)
        most = np.abs(columns).max(axis=1)
        scales = np.where(most > 0, most, 1.0) / _LARGEST
        values = np.rint(columns / scales[:, None]).astype("<i2")
        return OfflineFactors(values=values, scales=scales)
