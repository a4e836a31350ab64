"""Training profiles: which models, with which settings, parsed strictly from TOML."""

import dataclasses
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from processing.data.ratings import Ratings
from processing.data.splits import PROTOCOLS
from processing.ensemble.stacking import EnsembleSettings
from processing.errors import ConfigError, DivergedError
from processing.models.base import ENGINES, AnyModel, Engine
from processing.models.linear import LinearModel
from processing.models.registry import MODELS
from processing.ranking.ranker import RankerSettings
from processing.ranking.registry import BASELINES, RANKINGS, RankingSpec
from processing.tools.checkpoints import Checkpoint


@dataclass(frozen=True, kw_only=True)
class ModelSpec:
    """A model of a profile.

    Attributes
    ----------
    name, kind, label
        What the profile calls it, which model it is (a key of `MODELS`), and what people call it.
    settings
        An object of the kind's `Settings`.
    engine
        Who does the fitting.
    """

    name: str
    kind: str
    label: str
    settings: Any
    engine: Engine

    def blank(self) -> AnyModel:
        """The model, not fitted yet."""
        return MODELS[self.kind](self.settings, self.engine)

    def fitted(
        self, ratings: Ratings, random_state: int, checkpoint: Checkpoint | None = None
    ) -> AnyModel:
        """The model, fitted; one that takes hours goes on from what it kept as a checkpoint.

        Raises
        ------
        DivergedError
            If it did not converge; says which one.
        """
        try:
            model = self.blank()
            model.checkpoint = checkpoint
            return model.fit(ratings, random_state)
        except DivergedError as error:
            error.model = self.name
            raise


@dataclass(frozen=True, kw_only=True)
class RecommendSettings:
    """How many movies are kept per user, and what is kept with each.

    Attributes
    ----------
    top_n
        Movies that are kept per user, 1 or more.
    n_reasons
        Rated movies that are named as reasons of each recommendation, 1 or more.
    n_similar
        Similar movies that are kept per movie, 1 or more.
    contributions
        `exact` by TreeSHAP, or `approximate`, which is many times quicker.
    """

    top_n: int = 50
    n_reasons: int = 2
    n_similar: int = 12
    contributions: Literal["exact", "approximate"] = "exact"

    def __post_init__(self) -> None:
        if self.contributions not in ("exact", "approximate"):
            raise ConfigError(
                f"contributions is {self.contributions!r}; expected 'exact' or 'approximate'."
            )
        for field in dataclasses.fields(self):
            if field.type is int and getattr(self, field.name) < 1:
                raise ConfigError(f"{field.name} is {getattr(self, field.name)!r}; expected ≥ 1.")


@dataclass(frozen=True, kw_only=True)
class LeftOut:
    """A model that a profile does without: its name, what people call it, and why."""

    name: str
    label: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Profile:
    """Everything that decides how a data set is learned.

    `models` predict stars; `rankings` propose what is listed, the first of them most of it;
    `left_out` are models that others would expect here.
    """

    name: str
    seed: int
    protocol: str
    recommend: RecommendSettings
    ensemble: EnsembleSettings
    models: tuple[ModelSpec, ...]
    rankings: tuple[RankingSpec, ...]
    ranker: RankerSettings
    left_out: tuple[LeftOut, ...]

    def as_json(self) -> dict[str, Any]:
        """The profile as JSON-ready values."""
        return dataclasses.asdict(self)


def load_profile(directory: Path, name: str) -> Profile:
    """Read `NAME.toml` of the folder of profiles.

    Raises
    ------
    ConfigError
        If there is no such profile, or one of its keys or values is wrong; names it.
    """
    path = directory / f"{name}.toml"
    if not path.is_file():
        known = ", ".join(sorted(p.stem for p in directory.glob("*.toml")))
        raise ConfigError(f"Profile {name!r} is unknown; known: {known}.")
    try:
        return parse_profile(name, tomllib.loads(path.read_text(encoding="utf-8")))
    except (ConfigError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"{path}: {error}") from error


def parse_profile(name: str, document: dict[str, Any]) -> Profile:
    """Check a parsed TOML document key by key."""
    known = {"seed", "protocol", "engine", "recommend", "ensemble", "models", "ranking", "ranker"}
    if wrong := known ^ (document.keys() - {"left_out"}):
        raise ConfigError(f"keys {sorted(wrong)} are missing or unknown; expected {sorted(known)}.")
    if document["protocol"] not in PROTOCOLS:
        raise ConfigError(
            f"protocol is {document['protocol']!r}; expected one of {', '.join(PROTOCOLS)}."
        )
    if document["engine"] not in ENGINES:
        raise ConfigError(
            f"engine is {document['engine']!r}; expected one of {', '.join(ENGINES)}."
        )
    if type(document["seed"]) is not int or not 0 <= document["seed"] < 2**32:
        raise ConfigError(f"seed is {document['seed']!r}; expected a whole number from 0 to 2^32.")
    models = tuple(
        _model(key, table, document["engine"]) for key, table in document["models"].items()
    )
    if not any(issubclass(MODELS[model.kind], LinearModel) for model in models):
        raise ConfigError(
            "none of the models has biases and factors that visitors can be folded into. "
            "Add a baseline, svd, svdpp or als."
        )
    rankings = tuple(_ranking(key, table) for key, table in document["ranking"].items())
    recommend = _settings(RecommendSettings, "recommend", document["recommend"])
    ranker = _settings(RankerSettings, "ranker", document["ranker"])
    if ranker.n_candidates < recommend.top_n:
        raise ConfigError(
            f"[ranker] n_candidates is {ranker.n_candidates}, below top_n ({recommend.top_n}). "
            "Propose at least as many movies as are kept."
        )
    return Profile(
        name=name,
        seed=document["seed"],
        protocol=document["protocol"],
        recommend=recommend,
        ensemble=_settings(EnsembleSettings, "ensemble", document["ensemble"]),
        models=models,
        rankings=(*rankings, *BASELINES),
        ranker=ranker,
        left_out=tuple(_left_out(*item) for item in document.get("left_out", {}).items()),
    )


def _left_out(name: str, table: dict[str, Any]) -> LeftOut:
    if table.keys() != {"label", "reason"}:
        raise ConfigError(f"[left_out.{name}] has keys {sorted(table)}; expected label, reason.")
    return LeftOut(name=name, **table)


def _ranking(name: str, table: dict[str, Any]) -> RankingSpec:
    kind = table.get("kind")
    if kind not in RANKINGS:
        raise ConfigError(
            f"[ranking.{name}] has kind {kind!r}; expected one of {', '.join(RANKINGS)}."
        )
    if name in {baseline.name for baseline in BASELINES}:
        raise ConfigError(f"[ranking.{name}] is always there; give another model another name.")
    settings = {key: value for key, value in table.items() if key not in ("kind", "label")}
    return RankingSpec(
        name=name,
        kind=kind,
        label=table.get("label", name),
        settings=_settings(RANKINGS[kind].Settings, f"ranking.{name}", settings),
    )


def _model(name: str, table: dict[str, Any], engine: Engine) -> ModelSpec:
    kind = table.get("kind")
    if kind not in MODELS:
        raise ConfigError(
            f"[models.{name}] has kind {kind!r}; expected one of {', '.join(MODELS)}."
        )
    settings = {key: value for key, value in table.items() if key not in ("kind", "label")}
    return ModelSpec(
        name=name,
        kind=kind,
        label=table.get("label", name),
        settings=_settings(MODELS[kind].Settings, f"models.{name}", settings),
        engine=engine,
    )


def _settings(settings: type, where: str, table: dict[str, Any]) -> Any:
    fields = {field.name: field for field in dataclasses.fields(settings)}
    if unknown := table.keys() - fields.keys():
        raise ConfigError(f"[{where}] has no setting {sorted(unknown)}; known: {sorted(fields)}.")
    for name, value in table.items():
        expected = type(fields[name].default)
        if type(value) is not expected and not (expected is float and type(value) is int):
            raise ConfigError(
                f"[{where}] {name} is {value!r}; expected a value like {fields[name].default!r}."
            )
    try:
        return settings(**table)
    except ConfigError as error:
        raise ConfigError(f"[{where}] {error}") from error
