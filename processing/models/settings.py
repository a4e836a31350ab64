"""Settings of the models, with Surprise's names and defaults."""

from dataclasses import dataclass
from typing import Literal

from processing.errors import ConfigError
from processing.models.numba_engine import SgdOptions


@dataclass(frozen=True, kw_only=True)
class BaselineSettings:
    """BaselineOnly. `reg_u`, `reg_i` belong to `als`; `reg`, `learning_rate` to `sgd`."""

    method: Literal["als", "sgd"] = "als"
    n_epochs: int = 10
    reg_u: float = 15.0
    reg_i: float = 10.0
    reg: float = 0.02
    learning_rate: float = 0.005

    def __post_init__(self) -> None:
        _choice("method", self.method, ("als", "sgd"))
        _positive(n_epochs=self.n_epochs)


@dataclass(frozen=True, kw_only=True)
class KNNBaselineSettings:
    """KNNBaseline. `shrinkage` belongs to `pearson_baseline`."""

    user_based: bool = True
    similarity: Literal["msd", "cosine", "pearson", "pearson_baseline"] = "msd"
    k: int = 40
    min_k: int = 1
    min_support: int = 1
    shrinkage: float = 100.0

    def __post_init__(self) -> None:
        _choice("similarity", self.similarity, ("msd", "cosine", "pearson", "pearson_baseline"))
        _positive(k=self.k, min_k=self.min_k, min_support=self.min_support)


@dataclass(frozen=True, kw_only=True)
class SVDSettings:
    """SVD."""

    n_factors: int = 100
    n_epochs: int = 20
    lr_all: float = 0.005
    reg_all: float = 0.02
    init_std_dev: float = 0.1

    def __post_init__(self) -> None:
        _positive(n_factors=self.n_factors, n_epochs=self.n_epochs, lr_all=self.lr_all)

    def sgd(self, n_parameters: int) -> SgdOptions:
        """The same learning rate and regularisation for each kind of parameter."""
        return SgdOptions(
            n_factors=self.n_factors,
            n_epochs=self.n_epochs,
            init_mean=0.0,
            init_std_dev=self.init_std_dev,
            rates=(self.lr_all,) * n_parameters,
            regs=(self.reg_all,) * n_parameters,
        )


@dataclass(frozen=True, kw_only=True)
class SVDppSettings(SVDSettings):
    """SVD++."""

    n_factors: int = 20
    lr_all: float = 0.007


@dataclass(frozen=True, kw_only=True)
class BayesSettings:
    """Bayesian factorisation.

    `n_samples` are kept, every `thin`-th of the sweeps after `n_burn_in`, of two chains together.
    `ordinal`: ratings are levels of a latent score, where there are no more than `max_levels`.
    `implicit`: who rated what tells something too. `dated`: so does the day of a rating.
    """

    n_factors: int = 32
    n_samples: int = 128
    n_burn_in: int = 40
    thin: int = 2
    ordinal: bool = True
    max_levels: int = 20
    implicit: bool = True
    dated: bool = True

    def __post_init__(self) -> None:
        _positive(n_factors=self.n_factors, n_samples=self.n_samples, thin=self.thin)
        _positive(n_burn_in=self.n_burn_in, max_levels=self.max_levels)


@dataclass(frozen=True, kw_only=True)
class TimeBiasSettings:
    """Biases in time. `n_bins`: even spans of all days in which a movie's bias may differ.

    Each `reg_*` counts like so many more ratings that say that a bias is 0: `reg_user` of b_u,
    `reg_drift` of alpha_u, `reg_user_day` of b_{u,day}, `reg_movie` of b_i, `reg_movie_bin` of
    b_{i,bin}, `reg_calendar` of the bias that all ratings of a day share.
    """

    n_bins: int = 30
    reg_user: float = 7.0
    reg_drift: float = 7.0
    reg_user_day: float = 30.0
    reg_movie: float = 10.0
    reg_movie_bin: float = 60.0
    reg_calendar: float = 200.0

    def __post_init__(self) -> None:
        _positive(**vars(self))


@dataclass(frozen=True, kw_only=True)
class TimeBaselineSettings(TimeBiasSettings):
    """TimeBaseline. `reg_scale`, in squared stars, is added to the sum of the squared movie biases
    from which a user's scale follows.
    """

    n_epochs: int = 8
    reg_scale: float = 15.0


@dataclass(frozen=True, kw_only=True)
class TimeSVDppSettings(TimeBiasSettings):
    """timeSVD++: settings of its biases, and of gradient descent.

    `lr_all` and `lr_biases`: learning rates of factors and biases in the first epoch; each epoch's
    are `lr_decay` times those of the one before. `reg_all` of factors, `reg_factor_drift` of their
    drift: per rating, as SVD's.
    """

    n_epochs: int = 15
    n_factors: int = 32
    lr_all: float = 0.03
    lr_decay: float = 0.9
    lr_biases: float = 0.005
    reg_all: float = 0.05
    reg_factor_drift: float = 0.3
    init_std_dev: float = 0.1


@dataclass(frozen=True, kw_only=True)
class ItemWeightsSettings:
    """ItemWeights. Each epoch's learning rate is `lr_decay` times that of the one before."""

    n_epochs: int = 15
    learning_rate: float = 0.02
    lr_decay: float = 0.92
    reg: float = 0.002
    reg_bias: float = 0.002

    def __post_init__(self) -> None:
        _positive(n_epochs=self.n_epochs, learning_rate=self.learning_rate, lr_decay=self.lr_decay)


def _choice(name: str, value: object, known: tuple[str, ...]) -> None:
    if value not in known:
        raise ConfigError(f"{name} is {value!r}; expected one of {', '.join(known)}.")


def _positive(**values: float) -> None:
    for name, value in values.items():
        if value <= 0:
            raise ConfigError(f"{name} is {value!r}; expected a number above 0.")
