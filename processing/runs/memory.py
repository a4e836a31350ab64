"""Which models of a profile this machine's memory can hold."""

from collections.abc import Mapping

from processing.data.ratings import Ratings
from processing.errors import ModelError
from processing.models.linear import LinearModel
from processing.models.registry import MODELS
from processing.profile import ModelSpec, Profile
from processing.ranking.registry import RANKINGS, RankingSpec
from processing.report.schema import LeftOutModel


def fitting_rankings(
    profile: Profile, ratings: Ratings, available_bytes: int
) -> tuple[tuple[RankingSpec, ...], tuple[LeftOutModel, ...]]:
    """The ranking models that this machine's memory can hold, and those that are left out."""
    fitting, left_out = [], []
    for spec in profile.rankings:
        need = RANKINGS[spec.kind].memory_need(spec.settings, ratings)
        reason = RANKINGS[spec.kind].too_large(spec.settings, ratings)
        if reason:
            left_out.append(LeftOutModel(model=spec.name, label=spec.label, reason=reason))
        elif need[0] <= available_bytes:
            fitting.append(spec)
        else:
            left_out.append(_left_out(spec, need, available_bytes))
    return tuple(fitting), tuple(left_out)


def fitting_models(
    profile: Profile,
    ratings: Ratings,
    available_bytes: int,
    diverged: Mapping[str, str] | None = None,
) -> tuple[tuple[ModelSpec, ...], tuple[LeftOutModel, ...]]:
    """The models that this machine's memory can hold, and those that are left out, with reasons.

    `diverged`: what was found of models that did not converge, by name.

    Raises
    ------
    ModelError
        If no model that visitors can be folded into is left.
    """
    fitting, left_out = [], []
    for spec in profile.models:
        need = MODELS[spec.kind].memory_need(spec.settings, ratings, spec.engine)
        reason = MODELS[spec.kind].too_large(spec.settings, ratings)
        if diverged and spec.name in diverged:
            reason = diverged[spec.name]
        if reason:
            left_out.append(LeftOutModel(model=spec.name, label=spec.label, reason=reason))
        elif need[0] + _units_bytes(ratings, spec) <= available_bytes:
            fitting.append(spec)
        else:
            left_out.append(_left_out(spec, need, available_bytes))
    if not any(issubclass(MODELS[spec.kind], LinearModel) for spec in fitting):
        if diverged:
            raise ModelError(
                f"No model of profile {profile.name!r} that visitors can be folded into converged "
                f"({'; '.join(diverged.values())}). Add a model of the kind 'baseline' to it."
            )
        raise ModelError(
            f"No model of profile {profile.name!r} fits into this machine's "
            f"{available_bytes / 1e9:,.3g} GB of memory. Use a larger machine or fewer ratings."
        )
    return tuple(fitting), tuple(left_out)


def _units_bytes(ratings: Ratings, spec: ModelSpec) -> int:
    """What it takes to tell the ratings in units of the scale, by user and by movie."""
    in_units = spec.engine == "fast" and not ratings.scale.usual
    return 8 * ratings.n_ratings if in_units else 0


def _left_out(
    spec: ModelSpec | RankingSpec, need: tuple[int, str], available_bytes: int
) -> LeftOutModel:
    reason = (
        f"fitting it needs {need[0] / 1e9:,.3g} GB of memory ({need[1]}); "
        f"this machine has {available_bytes / 1e9:,.3g} GB."
    )
    return LeftOutModel(model=spec.name, label=spec.label, reason=reason)
