from pathlib import Path

import pytest

import config
from processing.errors import ConfigError
from processing.models.svdpp import SVDppSettings
from processing.profile import load_profile, parse_profile

PROFILES = Path(config.__file__).parent / "profiles"


def _document(**changes):
    document = {
        "seed": 0,
        "protocol": "last",
        "engine": "fast",
        "recommend": {},
        "ensemble": {},
        "models": {"svd": {"kind": "svd"}},
        "ranking": {"ease": {"kind": "ease"}},
        "ranker": {},
    }
    return document | changes


@pytest.mark.parametrize("path", sorted(PROFILES.glob("*.toml")), ids=lambda path: path.stem)
def test_profile_when_committed_then_parses(path):
    profile = load_profile(PROFILES, path.stem)
    assert profile.name == path.stem
    assert profile.recommend.top_n == 50
    assert profile.as_json()["models"][0]["settings"]
    assert profile.left_out
    assert not {each.name for each in profile.left_out} & {spec.name for spec in profile.models}


def test_profile_surprise_when_loaded_then_every_setting_is_surprises_default():
    specs = {spec.name: spec for spec in load_profile(PROFILES, "surprise").models}
    assert specs["svdpp"].settings == SVDppSettings()
    assert specs["svd"].settings == type(specs["svd"].settings)()
    assert specs["baseline"].settings == type(specs["baseline"].settings)()
    assert specs["knn_user"].settings == type(specs["knn_user"].settings)()


@pytest.mark.parametrize(
    ("document", "message"),
    [
        (_document(sed=1), r"keys \['sed'\] are missing or unknown"),
        ({"seed": 0}, "missing or unknown"),
        (_document(seed=-1), "seed is -1"),
        (_document(seed=True), "seed is True"),
        (_document(protocol="tine"), "protocol is 'tine'; expected one of time"),
        (_document(engine="slow"), "engine is 'slow'; expected one of fast, exact, surprise"),
        (_document(recommend={"top_m": 3}), r"\[recommend\] has no setting \['top_m'\]"),
        (_document(recommend={"top_n": 0}), "top_n is 0"),
        (_document(recommend={"top_n": 300}), "below top_n"),
        (_document(recommend={"top_n": "5"}), "top_n is '5'; expected a value like 50"),
        (_document(ranking={"a": {"kind": "slim"}}), r"\[ranking.a\] has kind 'slim'"),
        (_document(ranking={"popular": {"kind": "ease"}}), "is always there"),
        (_document(ranking={"a": {"kind": "ease", "reg": 0.0}}), "reg is 0"),
        (_document(ranker={"n_trees": 5}), r"\[ranker\] has no setting \['n_trees'\]"),
        (_document(ensemble={"max_depth": 2.5}), "max_depth is 2.5"),
        (_document(models={"a": {"kind": "svm"}}), r"\[models.a\] has kind 'svm'"),
        (_document(models={"a": {"kind": "svd", "n_factor": 3}}), r"no setting \['n_factor'\]"),
        (_document(models={"a": {"kind": "svd", "n_factors": 0}}), "n_factors is 0"),
        (_document(models={"a": {"kind": "knn_baseline"}}), "folded into"),
        (_document(left_out={"a": {"label": "A"}}), r"\[left_out.a\] has keys \['label'\]"),
        (
            _document(models={"a": {"kind": "knn_baseline", "similarity": "x"}}),
            "similarity is 'x'; expected one of msd",
        ),
    ],
)
def test_profile_when_wrong_then_the_message_names_it(document, message):
    with pytest.raises(ConfigError, match=message):
        parse_profile("mine", document)


def test_profile_when_unknown_then_names_the_known():
    with pytest.raises(ConfigError, match=r"'fats' is unknown; known: .*fast"):
        load_profile(PROFILES, "fats")


def test_profile_when_not_toml_then_names_the_file(tmp_path):
    (tmp_path / "mine.toml").write_text("seed = ")
    with pytest.raises(ConfigError, match=r"mine\.toml"):
        load_profile(tmp_path, "mine")
