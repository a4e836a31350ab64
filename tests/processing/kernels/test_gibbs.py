"""Gibbs sampling against a twin that computes every score anew for every coefficient."""

import numpy as np
import pytest
from numba import njit

from processing.kernels import gibbs
from processing.kernels.normal import truncated_normal
from processing.models.bayes import BayesSettings, _begin, _observed, _targets
from processing.models.cuts import move_cuts, start_cuts
from tests.builders import random_rows, ratings_of

N_FACTORS = 2


@njit
def _seed(seed):
    np.random.seed(seed)


@njit
def _normal():
    return np.random.standard_normal()


@njit
def _gamma(shape, scale):
    return np.random.gamma(shape, scale)


@njit
def _uniform():
    return np.random.random()


class Twin:
    """One chain with the model written out; draws in the kernel's order."""

    def __init__(self, ratings, chain, latent, implicit, dated):
        csr = ratings.by_user
        self.users, self.movies = csr.rows(), csr.indices
        self.days = np.unique(csr.days, return_inverse=True)[1]
        self.implicit, self.dated = implicit, dated
        self.rated = [self.movies[self.users == u] for u in range(ratings.n_users)]
        self.raters = [self.users[self.movies == i] for i in range(ratings.n_movies)]
        self.p, self.y, self.q, self.z, self.day = (a[0].copy() for a in chain[:5])
        self.means, self.precisions = chain.means[0].copy(), chain.precisions[0].copy()
        self.noise = 1.0
        self.ordinal = len(latent.levels) > 0
        self.latent = latent
        self.targets = latent.targets[0].copy() if self.ordinal else chain.errors[0] + self.scores()

    def side(self, own, implied, rated, f):
        out = own[f].copy()
        for x, others in enumerate(rated):
            if len(others) and self.implicit:
                out[x] += implied[f, others].sum() / np.sqrt(len(others))
        return out

    def scores(self):
        out = np.zeros(len(self.users))
        for f in range(len(self.p)):
            u = self.side(self.p, self.y, self.rated, f)[self.users]
            i = self.side(self.q, self.z, self.raters, f)[self.movies]
            d = self.day[f, self.days] if self.dated else 0.0
            out += u + i + d if f == 0 else u * i + d * (u + i)
        return out

    def draw(self, block, values, f, n):
        """Draw values[f, n] from its conditional, its coefficient found by moving it by one."""
        old = values[f, n]
        values[f, n] = 0.0
        rest = self.targets - self.scores()
        values[f, n] = 1.0
        slope = self.targets - rest  # scores at 0
        slope = self.scores() - slope
        mean, precision = self.means[block, f], self.precisions[block, f]
        sharpness = precision + self.noise * (slope @ slope)
        centre = (precision * mean + self.noise * (slope @ rest)) / sharpness
        values[f, n] = centre + _normal() / np.sqrt(sharpness)
        return old

    def prior(self, block, values, f):
        mean, n = self.means[block, f], len(values[f])
        rate = 0.5 * (((values[f] - mean) ** 2).sum() + mean**2 + 1)
        self.precisions[block, f] = _gamma(0.5 * (n + 2), 1 / rate)
        spread = np.sqrt((n + 1) * self.precisions[block, f])
        self.means[block, f] = values[f].sum() / (n + 1) + _normal() / spread

    def sweep(self, seed):
        _seed(seed)
        if self.ordinal:
            scores, cuts = self.scores(), self.latent.cuts[0]
            for n, level in enumerate(self.latent.levels):
                drawn = truncated_normal(scores[n], cuts[level], cuts[level + 1], _uniform())
                self.targets[n] = drawn
        blocks = [
            (gibbs.OWN_USER, self.p),
            (gibbs.IMPLIED_MOVIE, self.y),
            (gibbs.OWN_MOVIE, self.q),
            (gibbs.IMPLIED_USER, self.z),
            (gibbs.DAY, self.day),
        ]
        for f in range(len(self.p)):
            for block, values in blocks if self.dated else blocks[:4]:
                for n in range(values.shape[1]):
                    self.draw(block, values, f, n)
            order = (0, 2, 1, 3, 4) if self.dated else (0, 2, 1, 3)
            for k in order:
                self.prior(*blocks[k], f)
        if not self.ordinal:
            errors = self.targets - self.scores()
            self.noise = _gamma(0.5 * (1 + len(errors)), 2 / (1 + errors @ errors))


@pytest.mark.parametrize("ordinal", [False, True])
@pytest.mark.parametrize(("implicit", "dated"), [(True, True), (False, True), (True, False)])
def test_sweep_when_done_thrice_then_equals_the_twin(ordinal, implicit, dated):
    ratings = ratings_of(random_rows(5, 7, 6, 0.5), titled=[999])
    settings = BayesSettings(n_factors=N_FACTORS, implicit=implicit, dated=dated)
    observed, days = _observed(ratings, settings)
    values = ratings.by_user.values
    latent, targets = _targets(values, np.unique(values), ordinal)
    chain = _begin(ratings, N_FACTORS, len(days), targets, np.random.default_rng(1))
    twin = Twin(ratings, chain, latent, implicit, dated)
    for seed in (11, 12, 13):
        seeds, sides = np.array([seed, seed + 100]), (ratings.by_user, ratings.by_movie)
        gibbs.sweep(seeds, *sides, observed, chain, latent)
        twin.sweep(seed)
    for ours, theirs in zip(chain[:5], (twin.p, twin.y, twin.q, twin.z, twin.day), strict=True):
        np.testing.assert_allclose(ours[0], theirs, atol=2e-4)
    np.testing.assert_allclose(chain.errors[0], twin.targets - twin.scores(), atol=2e-4)
    np.testing.assert_allclose(chain.noise[0], twin.noise, rtol=1e-3)
    np.testing.assert_allclose(chain.means[0][:4], twin.means[:4], atol=2e-3)
    assert not np.allclose(chain.p[0], chain.p[1])


def levels_and_scores(n, rng):
    cuts = np.array([-np.inf, -1.2, -0.3, 0.9, np.inf])
    scores = rng.normal(0, 0.8, n)
    levels = np.searchsorted(cuts[1:-1], scores + rng.normal(size=n)).astype(np.int8)
    return cuts, scores, levels


def test_cut_slopes_when_computed_then_are_the_derivatives_of_the_likelihood():
    rng = np.random.default_rng(3)
    cuts, scores, levels = levels_and_scores(300, rng)
    latent = gibbs.Latent(levels, cuts[None].copy(), np.zeros((1, 300), np.float32))
    errors = -scores.astype(np.float32)[None]

    def likelihood(moved):
        slopes, bands, total = np.empty((1, 5)), np.empty((1, 5, 2)), np.empty(1)
        gibbs.cut_slopes(errors, latent, moved[None], slopes, bands, total)
        return total[0], slopes[0].copy(), bands[0].copy()

    def step(k, size):
        moved = cuts.copy()
        moved[k] += size
        return moved

    _, slopes, bands = likelihood(cuts)
    for k in (1, 2, 3):
        up, down = likelihood(step(k, 1e-5)), likelihood(step(k, -1e-5))
        assert slopes[k] == pytest.approx((up[0] - down[0]) / 2e-5, rel=1e-5)
        second = (up[1] - down[1]) / 2e-5
        assert bands[k, 0] == pytest.approx(second[k], rel=1e-5)
        if k < 3:
            assert bands[k, 1] == pytest.approx(second[k + 1], rel=1e-5)


def test_move_cuts_when_scores_are_known_then_samples_surround_the_true_cuts():
    rng = np.random.default_rng(8)
    cuts, scores, levels = levels_and_scores(4_000, rng)
    start = np.tile(start_cuts(levels, 4), (2, 1))
    latent = gibbs.Latent(levels, start.copy(), np.zeros((2, 4_000), np.float32))
    errors = np.tile(-scores.astype(np.float32), (2, 1))
    kept = []
    for k in range(300):
        move_cuts(errors, latent, rng)
        if k >= 20:
            kept.append(latent.cuts[:, 1:-1].copy())
    found = np.concatenate(kept)
    spread = found.std(axis=0)
    assert (np.abs(found.mean(axis=0) - cuts[1:-1]) < 4 * spread).all()
    assert (spread > 0.005).all()
    assert (spread < 0.1).all()
    assert len(np.unique(found[:, 0])) > 200
