"""Which release is shown: the newest that can be read, without a restart."""

import dataclasses
import json
import shutil
import threading
import time
from types import SimpleNamespace

import numpy as np
import pytest

from app import create_app
from app.model import current as current_module
from app.model.current import FIRST_WAIT_S
from app.model.opened import OpenedRelease
from processing.errors import ReleaseFormatError
from processing.release import FolderStorage, open_release
from tests.app.html import parse, text, texts
from tests.app.sample import NEVER_S, USER_IDS, publish_sample, sample_settings
from tests.cut_storage import CutStorage

LATER = "2026-10-03T08:30:00Z"
LATEST = "2026-10-04T08:30:00Z"
JOIN_S = 30


@pytest.fixture
def site(tmp_path):
    """An app over an empty folder, with a release only once a test publishes it."""
    return create_app(sample_settings(tmp_path), check_every_s=NEVER_S)


def _refresh(app):
    app.extensions["current"].refresh()


def _join_looks():
    for thread in threading.enumerate():
        if thread.name == "release-check":
            thread.join(JOIN_S)


def _release_id(client):
    return client.get("/index.json").json["site"]["release_id"]


def _damage(folder, manifest, name="movies.json"):
    (folder / "predictions" / "releases" / manifest.release_id / name).write_bytes(b"{}")


def test_site_when_made_then_no_store_is_opened_before_the_first_request(tmp_path, monkeypatch):
    def fail(settings, **kind):
        raise AssertionError("opened")

    monkeypatch.setattr(current_module, "open_release_storage", fail)
    create_app(sample_settings(tmp_path), check_every_s=NEVER_S)


def test_site_when_a_release_is_published_then_shown_without_a_restart(site, tmp_path):
    first = publish_sample(tmp_path)
    client = site.test_client()
    assert _release_id(client) == first.release_id
    second = publish_sample(tmp_path, LATER)
    assert _release_id(client) == first.release_id
    _refresh(site)
    assert _release_id(client) == second.release_id
    assert client.get("/healthz").json == {
        "status": "ok",
        "release_id": second.release_id,
        "problem": None,
    }


def test_site_when_a_look_is_due_then_it_looks_beside_the_request(tmp_path):
    publish_sample(tmp_path)
    client = create_app(sample_settings(tmp_path), check_every_s=0).test_client()
    client.get("/")
    second = publish_sample(tmp_path, LATER)
    client.get("/")
    _join_looks()
    assert _release_id(client) == second.release_id
    _join_looks()


@pytest.mark.parametrize("missing", ["models", "protocol"])
def test_release_when_the_report_lacks_something_then_the_release_is_refused(tmp_path, missing):
    publish_sample(tmp_path)
    release = open_release(FolderStorage(tmp_path / "predictions"))
    report = json.loads(release.report)
    del report[missing]
    release = dataclasses.replace(release, report=json.dumps(report).encode())
    with pytest.raises(
        ReleaseFormatError, match=rf"report\.json of release .* missing required field `{missing}`"
    ):
        OpenedRelease(release)


def test_site_when_the_store_goes_away_then_the_last_good_release_is_kept(site, tmp_path):
    first = publish_sample(tmp_path)
    client = site.test_client()
    client.get("/")
    shutil.move(tmp_path / "predictions", tmp_path / "away")
    _refresh(site)
    page = parse(client.get("/movies/1"))
    assert "A newer release cannot be read at the moment." in texts(page.footer.select("strong"))
    health = client.get("/healthz")
    assert health.status_code == 200
    assert health.json["status"] == "stale"
    assert health.json["release_id"] == first.release_id
    assert health.json["problem"]
    shutil.move(tmp_path / "away", tmp_path / "predictions")
    _refresh(site)
    assert client.get("/healthz").json["status"] == "ok"
    assert "A newer release" not in text(parse(client.get("/movies/1")).footer)


@pytest.mark.parametrize("suffix", ["", ".json"])
def test_user_page_when_the_store_is_away_then_503_and_other_pages_stay(site, tmp_path, suffix):
    publish_sample(tmp_path)
    client = site.test_client()
    client.get("/")
    shutil.move(tmp_path / "predictions", tmp_path / "away")
    response = client.get(f"/users/7{suffix}")
    assert response.status_code == 503
    assert response.headers["Retry-After"] == "60"
    assert response.cache_control.no_store
    assert "ETag" not in response.headers
    for path in ("/", "/movies/1", "/search?q=a", "/report"):
        assert client.get(path + suffix if path == "/report" else path).status_code == 200


@pytest.mark.parametrize("seen_by", ["a look", "a visitor"])
def test_healthz_when_users_records_are_gone_then_degraded_until_they_are_back(tmp_path, seen_by):
    manifest = publish_sample(tmp_path)
    looks = 0 if seen_by == "a look" else NEVER_S
    site = create_app(sample_settings(tmp_path), check_every_s=looks)
    client = site.test_client()

    def look():
        client.get("/healthz")
        _join_looks()
        return client.get("/healthz")

    assert look().json["status"] == "ok"
    release = tmp_path / "predictions" / "releases" / manifest.release_id
    for path in release.glob("users-*"):
        path.rename(path.with_name(f"away-{path.name}"))
    if seen_by == "a visitor":
        assert client.get("/users/7").status_code == 503
    health = look()
    assert health.status_code == 200
    assert health.json == {
        "status": "degraded",
        "release_id": manifest.release_id,
        "problem": "Users' lists cannot be read; the log says why.",
    }
    for path in release.glob("away-*"):
        path.rename(path.with_name(path.name.removeprefix("away-")))
    if seen_by == "a visitor":
        assert client.get("/users/7").status_code == 200
    assert look().json["status"] == "ok"
    _join_looks()


def test_open_release_when_tried_again_and_again_then_each_file_of_records_is_read(tmp_path):
    publish_sample(tmp_path)
    opened = OpenedRelease(open_release(FolderStorage(tmp_path / "predictions")))
    read = []
    opened.release = SimpleNamespace(user_ids=range(1000), user_record=read.append)
    for _ in range(40):
        opened.try_record()
    assert set(np.array(read) // 50) == set(range(20))


def test_site_when_reads_of_users_are_stuck_then_they_are_503_and_all_else_is_quick(
    site, tmp_path, monkeypatch
):
    monkeypatch.setattr(current_module, "PATIENCE_S", 0.3)
    publish_sample(tmp_path)
    client = site.test_client()
    client.get("/")
    let_go = threading.Event()
    monkeypatch.setattr(FolderStorage, "read_range", lambda *_: let_go.wait(JOIN_S))
    threads = [
        threading.Thread(target=lambda: site.test_client().get("/users/7"))
        for _ in range(current_module.MOST_READS + 5)
    ]
    for thread in threads:
        thread.start()
    began = time.monotonic()
    for path in ("/", "/movies/1", "/search?q=a", "/healthz"):
        assert client.get(path).status_code == 200
    response = client.get("/users/305")
    assert response.status_code == 503
    assert "Retry-After" in response.headers
    assert time.monotonic() - began < JOIN_S / 2
    let_go.set()
    for thread in threads:
        thread.join(JOIN_S)


def test_site_when_the_store_is_stuck_at_the_start_then_503_in_time(tmp_path, monkeypatch):
    publish_sample(tmp_path)
    let_go = threading.Event()
    real = FolderStorage.stamp

    def stamp(self, name):
        let_go.wait(JOIN_S)
        return real(self, name)

    monkeypatch.setattr(FolderStorage, "stamp", stamp)
    app = create_app(sample_settings(tmp_path), check_every_s=NEVER_S)
    current = app.extensions["current"]
    with pytest.raises(current_module.NoReleaseError):
        current.opened(patience_s=0.1)
    began = time.monotonic()
    with pytest.raises(current_module.NoReleaseError):
        current.opened(patience_s=0.1)  # that look began long ago: nobody waits for it any more
    assert time.monotonic() - began < 5
    let_go.set()
    assert current.opened(patience_s=JOIN_S).release_id


@pytest.mark.parametrize("name", ["movies.json", "manifest.json", "histograms.npy", "report.json"])
def test_site_when_the_new_release_is_broken_then_the_last_good_one_is_kept(site, tmp_path, name):
    first = publish_sample(tmp_path)
    client = site.test_client()
    client.get("/")
    _damage(tmp_path, publish_sample(tmp_path, LATER), name)
    for _ in range(2):
        _refresh(site)
        assert _release_id(client) == first.release_id
        assert client.get("/healthz").json["status"] == "stale"
        assert "the log says why" in client.get("/healthz").json["problem"]
        assert client.get("/users/7").status_code == 200
    notices = texts(parse(client.get("/")).footer.select(".notice"))
    assert "What you see is the last good one, of 2 Oct 2026." in notices[0]
    third = publish_sample(tmp_path, LATEST)
    _refresh(site)
    assert client.get("/healthz").json == {
        "status": "ok",
        "release_id": third.release_id,
        "problem": None,
    }


def test_site_when_a_read_went_wrong_once_then_read_again_and_shown(site, tmp_path, monkeypatch):
    first = publish_sample(tmp_path)
    tried = []

    def open_badly_once(storage):
        tried.append(1)
        if len(tried) == 1:
            raise ReleaseFormatError("A bit was flipped.")
        return open_release(storage)

    monkeypatch.setattr(current_module, "open_release", open_badly_once)
    assert _release_id(site.test_client()) == first.release_id


def test_site_when_a_release_was_refused_then_looked_at_again_after_a_while_and_then_longer(
    site, tmp_path, monkeypatch
):
    publish_sample(tmp_path)
    now, open_now, broken = [1000.0], open_release, [True]
    monkeypatch.setattr(current_module.time, "monotonic", lambda: now[0])

    def open_if_whole(storage):
        if broken[0]:
            raise ReleaseFormatError("Not whole.")
        return open_now(storage)

    monkeypatch.setattr(current_module, "open_release", open_if_whole)
    client = site.test_client()
    assert client.get("/").status_code == 503
    broken[0] = False
    now[0] += FIRST_WAIT_S - 1
    _refresh(site)
    assert client.get("/healthz").status_code == 503
    broken[0] = True
    now[0] += 2
    _refresh(site)  # refused again: the wait doubles
    broken[0] = False
    now[0] += 2 * FIRST_WAIT_S - 1
    _refresh(site)
    assert client.get("/healthz").status_code == 503
    now[0] += 2
    _refresh(site)
    assert client.get("/healthz").json["status"] == "ok"


def test_site_when_a_broken_release_stays_then_it_is_not_read_again(site, tmp_path, monkeypatch):
    publish_sample(tmp_path)
    stores = _counted(monkeypatch)
    client = site.test_client()
    client.get("/")
    _damage(tmp_path, publish_sample(tmp_path, LATER))
    _refresh(site)
    (store,) = stores
    store.calls.clear()
    _refresh(site)
    assert store.calls == ["stamp"]


@pytest.mark.parametrize("path", ["/", "/users/7", "/movies/1", "/search", "/figures/a/b"])
def test_site_when_there_is_no_release_then_503_says_why(site, tmp_path, path):
    response = site.test_client().get(path)
    page = parse(response, 503)
    assert response.headers["Retry-After"] == str(round(NEVER_S))
    assert response.cache_control.no_store
    assert text(page.h1) == "Not available right now"
    assert "no release can be read" in text(page.select_one(".what"))
    assert str(tmp_path) not in text(page.main)
    assert "Nothing has been published" in text(page.main)
    assert page.select("form, .notice, .release") == []
    assert page.html["lang"] == "en"


def test_site_when_there_is_no_release_then_json_says_why(site):
    response = site.test_client().get("/users/7.json")
    assert response.status_code == 503
    assert response.mimetype == "application/json"
    assert response.json["site"] is None
    assert "Nothing has been published" in response.json["advice"]
    health = site.test_client().get("/healthz")
    assert health.status_code == 503
    assert health.json["status"] == "unavailable"
    assert "publish a release" in health.json["problem"]


def test_site_when_there_is_no_release_then_unknown_addresses_are_404(site):
    assert text(parse(site.test_client().get("/nowhere"), 404).h1) == "Not found"


def test_site_when_the_only_release_is_broken_then_503_and_the_log_names_the_file(
    site, tmp_path, caplog
):
    _damage(tmp_path, publish_sample(tmp_path))
    page = parse(site.test_client().get("/"), 503)
    assert "the log says why" in text(page.main)
    assert "movies.json" not in text(page.main)
    assert "movies.json" in caplog.text


def test_site_when_the_first_release_is_published_then_it_appears(tmp_path):
    client = create_app(sample_settings(tmp_path), check_every_s=0).test_client()
    response = client.get("/")
    assert response.status_code == 503
    assert response.headers["Retry-After"] == "1"
    publish_sample(tmp_path)
    assert client.get("/").status_code == 200


def _counted(monkeypatch):
    stores = []
    opened = current_module.open_release_storage

    def open_counted(settings, **kind):
        stores.append(CutStorage(opened(settings, **kind), cut_at=10**9, after=False))
        return stores[-1]

    monkeypatch.setattr(current_module, "open_release_storage", open_counted)
    return stores


def test_user_page_when_opened_then_one_ranged_read_and_others_cost_none(
    site, tmp_path, monkeypatch
):
    publish_sample(tmp_path)
    stores = _counted(monkeypatch)
    client = site.test_client()
    client.get("/")
    (store,) = stores
    for user_id in USER_IDS:
        for suffix in ("", ".json", "/ratings"):
            store.calls.clear()
            assert client.get(f"/users/{user_id}{suffix}").status_code == 200
            assert store.calls == ["read_range"]
    store.calls.clear()
    for path in ("/", "/movies/1", "/search?q=a", "/search?q=7", "/report", "/healthz", "/users/8"):
        client.get(path)
    assert store.calls == []


def test_user_page_when_it_is_not_modified_then_no_read(site, tmp_path, monkeypatch):
    publish_sample(tmp_path)
    stores = _counted(monkeypatch)
    client = site.test_client()
    etag = client.get("/users/7").headers["ETag"]
    stores[0].calls.clear()
    assert client.get("/users/7", headers={"If-None-Match": etag}).status_code == 304
    assert stores[0].calls == []


def test_site_when_many_ask_at_once_for_the_first_page_then_opened_once(
    site, tmp_path, monkeypatch
):
    publish_sample(tmp_path)
    stores = _counted(monkeypatch)
    statuses = []

    def visit():
        statuses.append(site.test_client().get("/").status_code)

    threads = [threading.Thread(target=visit) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(JOIN_S)
    assert statuses == [200] * 8
    assert len(stores) == 1
    assert stores[0].calls.count("stamp") == 1
