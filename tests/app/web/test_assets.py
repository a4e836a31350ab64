"""What is served in place of scripts and style sheets: their minifications, as fresh as they."""

import gzip
import hashlib
import json
import logging

import pytest

from app import create_app
from app.web import assets
from app.web.assets import load_assets, stale_assets
from tests.app.sample import NEVER_S, sample_settings


@pytest.fixture
def folders(tmp_path):
    """A folder of sources and one of what is served for them."""
    static, served = tmp_path / "static", tmp_path / "served"
    static.mkdir()
    served.mkdir()
    sources = {"a.css": b"a {}\n", "a.js": b"// Says so.\nlet a;\n", "a.svg": b"<svg />\n"}
    for name, body in sources.items():
        (static / name).write_bytes(body)
    (served / "a.css").write_bytes(b"a{}")
    (served / "a.js").write_bytes(b"let a;")
    made_of = {
        name: {name: hashlib.sha256(sources[name]).hexdigest()} for name in ("a.css", "a.js")
    }
    (served / "sources.json").write_text(json.dumps(made_of))
    return static, served


def test_served_when_compared_with_what_is_written_then_made_of_it():
    assert stale_assets() == [], "app/served is older than app/static: run script/minify."


def test_assets_when_loaded_then_scripts_and_style_sheets_are_minified_and_the_rest_as_it_is(
    folders,
):
    found = load_assets(*folders)
    bodies = {name: asset.body for name, asset in found.items()}
    assert bodies == {"a.css": b"a{}", "a.js": b"let a;", "a.svg": b"<svg />\n"}
    assert all(gzip.decompress(each.gzipped) == each.body for each in found.values())


@pytest.mark.parametrize("name", ["a.css", "a.js"])
def test_asset_when_what_is_served_changes_then_its_digest_does(folders, name):
    first = load_assets(*folders)
    (folders[1] / name).write_bytes(b"b")
    second = load_assets(*folders)
    changed = {each for each in first if first[each].digest != second[each].digest}
    assert changed == {name}


def test_assets_when_one_was_never_minified_then_says_what_makes_it(folders):
    (folders[1] / "a.js").unlink()
    with pytest.raises(FileNotFoundError, match=r"a\.js.* Run script/minify"):
        load_assets(*folders)


def test_assets_when_scripts_are_served_as_one_then_by_its_name_and_stale_by_theirs(folders):
    static, served = folders
    (static / "b.js").write_bytes(b"let b;\n")
    (served / "both.js").write_bytes(b"let a,b;")
    made_of = json.loads((served / "sources.json").read_text())
    digest = hashlib.sha256(b"let b;\n").hexdigest()
    made_of["both.js"] = {**made_of.pop("a.js"), "b.js": digest}
    (served / "sources.json").write_text(json.dumps(made_of))
    found = load_assets(*folders)
    assert sorted(found) == ["a.css", "a.svg", "both.js"]
    assert found["both.js"].body == b"let a,b;"
    assert stale_assets(*folders) == []
    (static / "b.js").write_bytes(b"let c;\n")
    assert stale_assets(*folders) == ["b.js"]


def test_assets_when_changed_added_or_taken_away_since_minified_then_named(folders):
    static, _ = folders
    assert stale_assets(*folders) == []
    (static / "a.js").write_bytes(b"// Says so.\r\nlet a;\r\n")  # as git writes it on Windows
    assert stale_assets(*folders) == []
    (static / "a.js").write_bytes(b"let b;\n")
    (static / "b.js").write_bytes(b"")
    (static / "a.css").unlink()
    (static / "a.svg").write_bytes(b"<svg></svg>\n")
    assert stale_assets(*folders) == ["a.css", "a.js", "b.js"]


def test_site_when_what_it_serves_is_stale_then_its_log_says_what_to_run(
    sample, monkeypatch, caplog
):
    monkeypatch.setattr(assets, "stale_assets", lambda: ["rate.js"])
    with caplog.at_level(logging.WARNING):
        create_app(sample_settings(sample), check_every_s=NEVER_S)
    assert "app/static: rate.js. Run script/minify." in caplog.text
