"""Conditional logit: how columns of candidates weigh, learned from which of them people liked.

Model:   P(i | u) = exp(w · z_ui) / Σ_{j candidate of u} exp(w · z_uj),
         z the columns less their mean, in standard deviations
Source:  McFadden (1974), "Conditional logit analysis of qualitative choice behavior"; several
         likes of one person count as so many choices of 1 / likes each, as in ListNet (Cao, Qin,
         Liu, Tsai and Li, 2007, "Learning to rank: from pairwise approach to listwise approach").
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

MOST_ITERATIONS = 200
REG = 1.0  # squared weights count like this many people's choices


class Logit(NamedTuple):
    """Means, standard deviations and weights of the columns, float64 (n_columns,) each."""

    means: NDArray[np.float64]
    deviations: NDArray[np.float64]
    weights: NDArray[np.float64]

    def margins(self, columns: NDArray[np.float32]) -> NDArray[np.float32]:
        """w · z of rows, float32 (n,)."""
        weights = self.weights / self.deviations
        found: NDArray[np.float32] = (columns @ weights - self.means @ weights).astype(np.float32)
        return found


def fit_logit(
    columns: NDArray[np.float32],
    indptr: NDArray[np.int64],
    liked: NDArray[np.bool_],
    restraint: NDArray[np.float64] | None = None,
) -> Logit:
    """Learn the weights from people with a like among their candidates.

    `columns`: (n_pairs, n_columns). `indptr`: (n_people + 1,), where each one's pairs begin.
    `liked`: (n_pairs,), at least one of each person. `restraint`: (n_columns,), what a squared
    weight costs each person, 0 where it is not given.
    """
    means, deviations = (
        columns.mean(axis=0, dtype=np.float64),
        columns.std(axis=0, dtype=np.float64),
    )
    deviations = np.where(deviations > 0, deviations, 1.0)
    z = (columns - means) / deviations
    sizes, starts = np.diff(indptr), indptr[:-1]
    reg = np.full(columns.shape[1], REG)
    if restraint is not None:
        reg += restraint * len(sizes)
    shares = liked / np.repeat(np.add.reduceat(liked.astype(np.float64), starts), sizes)

    def loss(weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        margins = z @ weights
        margins -= np.repeat(np.maximum.reduceat(margins, starts), sizes)
        odds = np.exp(margins)
        totals = np.add.reduceat(odds, starts)
        value = float(np.log(totals).sum() - shares @ margins + reg @ weights**2)
        slope = z.T @ (odds / np.repeat(totals, sizes) - shares) + 2 * reg * weights
        return value, slope

    found = minimize(
        loss,
        np.zeros(z.shape[1]),
        jac=True,
        method="L-BFGS-B",
        options={"maxiter": MOST_ITERATIONS},
    )
    return Logit(means, deviations, np.asarray(found.x))
