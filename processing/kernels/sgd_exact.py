"""Stochastic gradient descent in float64: the updates of Surprise, in its order.

All but the order in which a sum over factors is added up is Surprise's, so that what is learned
differs by rounding alone.
"""

import numpy as np
from numba import njit

from processing.kernels.arrays import Csr, Parameters, Real, Steps, Whole

FASTMATH = {"reassoc", "contract", "nsz"}  # sums over factors are added up in another order


@njit(cache=True, fastmath=FASTMATH)
def svd_exact(
    ratings: Csr, mean: Real, n_epochs: Whole, steps: Steps, parameters: Parameters
) -> None:
    """Learn biases and factors of SVD in place.

    `ratings`: by user, in the order of updates. `steps`, `parameters`: float64. With no factors
    this is BaselineOnly by gradient descent. Koren, Bell and Volinsky (2009), eq. 5; as Surprise's
    SVD.
    """
    indptr, indices, values, _ = ratings
    rates, regs = steps
    bu, bi, pu, qi, _ = parameters
    n_factors = pu.shape[1]
    for _ in range(n_epochs):
        for u in range(len(indptr) - 1):
            for p in range(indptr[u], indptr[u + 1]):
                i = indices[p]
                dot = 0.0
                for f in range(n_factors):
                    dot += qi[i, f] * pu[u, f]
                err = values[p] - (mean + bu[u] + bi[i] + dot)
                bu[u] += rates[0] * (err - regs[0] * bu[u])
                bi[i] += rates[1] * (err - regs[1] * bi[i])
                for f in range(n_factors):
                    puf, qif = pu[u, f], qi[i, f]
                    pu[u, f] += rates[2] * (err * qif - regs[2] * puf)
                    qi[i, f] += rates[3] * (err * puf - regs[3] * qif)


@njit(cache=True, fastmath=FASTMATH)
def svdpp_exact(
    ratings: Csr, mean: Real, n_epochs: Whole, steps: Steps, parameters: Parameters
) -> None:
    """Learn biases, factors and implicit factors of SVD++ in place.

    As `svd_exact`, with implicit factors. Koren (2008), eq. 15 and the updates below it; as
    Surprise's SVDpp, whose every update of a rating visits every movie j of the user:

        y_j += rate (err q_i / √n - reg y_j)

    Here that is done once per user, with the same result. While one user's ratings are gone
    through, nobody else reads y; their sum z = Σ_j y_j / √n moves by rate (err q_i - reg z) in
    each update, and after n of them y_j has become (1 - rate reg)^n y_j + g / √n, where g starts
    at 0 and becomes (1 - rate reg) g + rate err q_i. So an epoch costs O(n_ratings f), not
    O(Σ n_u² f). A user who rated a movie twice moves its y twice in each update: there every update
    visits them all.
    """
    indptr, indices, values, _ = ratings
    rates, regs = steps
    bu, bi, pu, qi, yj = parameters
    n_factors = pu.shape[1]
    z, g = np.empty(n_factors), np.empty(n_factors)
    latest = np.full(len(bi), -1)  # visit in which each movie came up last
    visit = 0
    keep = 1.0 - rates[4] * regs[4]
    for _ in range(n_epochs):
        for u in range(len(indptr) - 1):
            visit += 1
            start, end = indptr[u], indptr[u + 1]
            root = np.sqrt(end - start)
            z[:] = 0.0
            g[:] = 0.0
            repeated = False
            for p in range(start, end):
                j = indices[p]
                repeated |= latest[j] == visit
                latest[j] = visit
                for f in range(n_factors):
                    z[f] += yj[j, f] / root
            if repeated:
                _update_one_by_one(u, ratings, mean, steps, parameters)
                continue
            for p in range(start, end):
                i = indices[p]
                dot = 0.0
                for f in range(n_factors):
                    dot += qi[i, f] * (pu[u, f] + z[f])
                err = values[p] - (mean + bu[u] + bi[i] + dot)
                bu[u] += rates[0] * (err - regs[0] * bu[u])
                bi[i] += rates[1] * (err - regs[1] * bi[i])
                for f in range(n_factors):
                    puf, qif = pu[u, f], qi[i, f]
                    pu[u, f] += rates[2] * (err * qif - regs[2] * puf)
                    qi[i, f] += rates[3] * (err * (puf + z[f]) - regs[3] * qif)
                    z[f] = keep * z[f] + rates[4] * err * qif
                    g[f] = keep * g[f] + rates[4] * err * qif
            decay = keep ** (end - start)
            for p in range(start, end):
                j = indices[p]
                for f in range(n_factors):
                    yj[j, f] = decay * yj[j, f] + g[f] / root


@njit(cache=True, fastmath=FASTMATH)
def _update_one_by_one(
    u: Whole, ratings: Csr, mean: Real, steps: Steps, parameters: Parameters
) -> None:
    """Update SVD++ with each rating of user u, visiting every y of theirs each time."""
    indptr, indices, values, _ = ratings
    rates, regs = steps
    bu, bi, pu, qi, yj = parameters
    n_factors = pu.shape[1]
    start, end = indptr[u], indptr[u + 1]
    root = np.sqrt(end - start)
    z, q = np.empty(n_factors), np.empty(n_factors)
    for p in range(start, end):
        i = indices[p]
        z[:] = 0.0
        for r in range(start, end):
            for f in range(n_factors):
                z[f] += yj[indices[r], f]
        dot = 0.0
        for f in range(n_factors):
            z[f] /= root
            q[f] = qi[i, f]
            dot += q[f] * (pu[u, f] + z[f])
        err = values[p] - (mean + bu[u] + bi[i] + dot)
        bu[u] += rates[0] * (err - regs[0] * bu[u])
        bi[i] += rates[1] * (err - regs[1] * bi[i])
        for f in range(n_factors):
            p_f = pu[u, f]
            pu[u, f] += rates[2] * (err * q[f] - regs[2] * p_f)
            qi[i, f] += rates[3] * (err * (p_f + z[f]) - regs[3] * q[f])
        for r in range(start, end):
            j = indices[r]
            for f in range(n_factors):
                yj[j, f] += rates[4] * (err * q[f] / root - regs[4] * yj[j, f])
