"""The recipes of CONTRIBUTING.md, followed: of each kind there is one more than there was."""

import json
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

import numpy as np
import pytest
from numpy.typing import NDArray

from processing.data.readers import registry
from processing.data.readers.containers import Member
from processing.data.readers.reading import Form, Place, Reader, Reading
from processing.data.rows import NO_DAY, Catalogue, RatingRows, Scale, SourceData
from processing.models.base import Model
from processing.models.registry import MODELS
from processing.profile import parse_profile
from processing.ranking.base import RankingModel
from processing.ranking.registry import RANKINGS
from tests.app.sample import publish_sample
from tests.contracts import ModelContract
from tests.contracts_ranking import RankingContract
from tests.packing import FORMS, pack, tuples
from tests.small_profile import DOCUMENT

ROOT = Path(__file__).parents[1]


def steps(recipe):
    """The file that each step of a recipe is about."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    section = text.split(f"## {recipe}\n")[1].split("\n## ")[0]
    return re.findall(r"^\d+\. .*?`([^`]+)`", section, re.MULTILINE)


@pytest.mark.parametrize(
    "recipe", ["Add a model", "Add a ranking model", "Add a reader", "Add a page"]
)
def test_recipe_when_read_then_its_files_are_there(recipe):
    files = steps(recipe)
    assert len(files) >= 4
    places = [ROOT / (Path(file).parent if "NAME" in file else file) for file in files]
    assert [place for place in places if not place.exists()] == []


class MovieMeanArrays(NamedTuple):
    means: NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class MovieMeanSettings:
    reg: float = 2.0


class MovieMeans(Model[MovieMeanSettings, MovieMeanArrays]):
    """A movie's mean, drawn to that of all."""

    kind: ClassVar[str] = "movie_means"
    Settings: ClassVar[type[MovieMeanSettings]] = MovieMeanSettings
    Arrays: ClassVar[type[MovieMeanArrays]] = MovieMeanArrays

    @classmethod
    def memory_need(cls, settings, ratings, engine):
        return 16 * ratings.n_ratings, f"{ratings.n_ratings:,} ratings"

    def contribution_group(self):
        return "movie"

    def _fit(self, ratings, random_state):
        known = ratings.by_user
        sums = np.bincount(known.indices, known.values - ratings.mean, ratings.n_movies)
        self.arrays_ = MovieMeanArrays(
            ratings.mean + sums / (ratings.movie_counts + self.settings.reg)
        )

    def _scores(self, users, movies, days):
        return self.arrays_.means[movies]


class TestAddedModel(ModelContract):
    model_class = MovieMeans


def test_model_when_it_is_registered_then_a_profile_can_name_it(monkeypatch):
    monkeypatch.setitem(MODELS, "movie_means", MovieMeans)
    models = {**DOCUMENT["models"], "mine": {"kind": "movie_means", "reg": 3.0}}
    profile = parse_profile("added", {**DOCUMENT, "models": models})
    assert profile.models[-1].settings == MovieMeanSettings(reg=3.0)


class MeanLikesArrays(NamedTuple):
    means: NDArray[np.float32]


@dataclass(frozen=True, kw_only=True)
class MeanLikesSettings:
    reg: float = 2.0


class MeanLikes(RankingModel[MeanLikesSettings, MeanLikesArrays]):
    """How many liked a movie, of those who rated it and `reg` more."""

    kind: ClassVar[str] = "mean_likes"
    Settings: ClassVar[type[MeanLikesSettings]] = MeanLikesSettings
    Arrays: ClassVar[type[MeanLikesArrays]] = MeanLikesArrays

    @classmethod
    def memory_need(cls, settings, ratings):
        return 16 * ratings.n_ratings, f"{ratings.n_ratings:,} ratings"

    def scores(self, rated):
        return np.tile(self.arrays_.means, (rated.n_rows, 1))

    def terms(self, rated, listed):
        means = self.arrays_.means[listed].astype(np.float64)
        return np.column_stack((means, np.zeros((len(listed), len(rated.indices)))))

    def _fit(self, ratings, random_state, grams):
        likes = ratings.by_user.values >= ratings.scale.like
        n_likes = np.bincount(ratings.by_user.indices[likes], minlength=ratings.n_movies)
        means = n_likes / (ratings.movie_counts + self.settings.reg)
        return MeanLikesArrays(means.astype(np.float32))


class TestAddedRankingModel(RankingContract):
    model_class = MeanLikes


def test_ranking_model_when_it_is_registered_then_a_profile_can_name_it(monkeypatch):
    monkeypatch.setitem(RANKINGS, "mean_likes", MeanLikes)
    rankings = {**DOCUMENT["ranking"], "mine": {"kind": "mean_likes", "reg": 3.0}}
    profile = parse_profile("added", {**DOCUMENT, "ranking": rankings})
    assert MeanLikesSettings(reg=3.0) in [spec.settings for spec in profile.rankings]


@dataclass(frozen=True, kw_only=True)
class TriplesForm(Form):
    member: Member

    @property
    def files(self):
        return (self.member,)

    def read(self, reading: Reading) -> SourceData:
        with reading.files.open(self.member) as stream:
            users, movies, stars = np.array(json.load(stream)).T
        nothing = Catalogue(movie_ids=np.empty(0, np.int64), titles=[], years=[], genres=[])
        rows = RatingRows(
            user_ids=users,
            movie_ids=movies,
            values=stars.astype(np.float32),
            days=np.full(len(users), NO_DAY, np.int32),
        )
        return SourceData(rows=rows, catalogue=nothing, scale=Scale(low=1, high=5, step=1))


class Triples(Reader):
    """Reads `triples.json`: a list of [user, movie, stars]."""

    accepts = "triples.json"

    def find(self, place: Place) -> Form | None:
        found = place.find("triples.json")
        if found is None:
            return None
        return TriplesForm(format="triples", name="Triples", folder=place.folder, member=found)


@pytest.mark.parametrize("form", FORMS)
def test_reader_when_it_is_registered_then_any_container_is_read(form, monkeypatch, tmp_path):
    monkeypatch.setattr(registry, "READERS", (*registry.READERS, Triples()))
    packed = pack(form, {"triples.json": b"[[7, 1, 5], [8, 1, 2]]"}, tmp_path)
    source = registry.open_source(packed)
    assert source.name == "Triples"
    assert tuples(source.read()) == [(7, 1, 5.0, NO_DAY), (8, 1, 2.0, NO_DAY)]


ADDED_PAGE = {
    "app/model/tally.py": '''"""The page of the tally."""

from dataclasses import dataclass

from app.model.opened import OpenedRelease
from app.model.page import ReleasePage, SiteInfo


@dataclass(frozen=True, kw_only=True)
class TallyPage(ReleasePage):
    """How many popular movies there are."""

    n_popular: int


def tally_page(opened: OpenedRelease, site: SiteInfo) -> TallyPage:
    """Return the tally."""
    return TallyPage(title="Tally", site=site, n_popular=len(opened.popular))
''',
    "app/views/site.py": '''

from app.model.tally import TallyPage, tally_page


@page_route(site_blueprint, "/tally")
def tally(opened: OpenedRelease, site: SiteInfo) -> TallyPage:
    """How many popular movies there are."""
    return tally_page(opened, site)
''',
    "app/templates/tally.html": (
        '{% extends "base.html" %}{% block main %}<h1>{{ page.n_popular }}</h1>{% endblock %}'
    ),
}
ASK = """
import json
from app import create_app
client = create_app().test_client()
answers = [client.get(path) for path in ("/tally", "/tally.json", "/openapi.json")]
print(json.dumps([[answer.status_code, answer.text] for answer in answers]))
"""


def test_page_when_its_files_are_added_then_shown_as_html_and_json_and_described(tmp_path):
    publish_sample(tmp_path)
    unbuilt = shutil.ignore_patterns("__pycache__")
    for name in ("app", "config", "processing"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=unbuilt)
    assert ADDED_PAGE.keys() == {file.replace("NAME", "tally") for file in steps("Add a page")[:3]}
    for name, text in ADDED_PAGE.items():
        with (tmp_path / name).open("a", encoding="utf-8") as file:
            file.write(text)
    answers: Any = json.loads(
        subprocess.run(
            [sys.executable, "-c", ASK], cwd=tmp_path, capture_output=True, text=True, check=True
        ).stdout
    )
    assert [status for status, _ in answers] == [200, 200, 200]
    html, page, description = (text for _, text in answers)
    n_popular = json.loads(page)["n_popular"]
    assert f"<h1>{n_popular}</h1>" in html
    assert "/tally.json" in json.loads(description)["paths"]
