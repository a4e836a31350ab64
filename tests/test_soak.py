"""A little of everything that `script/soak` tries in full."""

import os

import pytest

from processing.release import FolderStorage, records
from tests.soak.fault_proxy import FAULTS
from tests.soak.fuzz import soak_bits, soak_readers, soak_requests
from tests.soak.kills import folder_stores, soak_kills
from tests.soak.store_faults import soak_kills_on_s3, soak_store_faults
from tests.soak.tally import Tally, table

SEED = 1
SOME_FAULTS = (
    "503 for each second",
    "a bit flipped in each third",
    "a login page",
    "reset in the body",
    "stalls without an answer",
    "drips",
    "no ETag",
    "no HTTP",
)


@pytest.fixture(autouse=True)
def _no_flush(monkeypatch):
    """Leave out the flushes to disk, which would take most of the time."""
    monkeypatch.setattr(os, "fsync", lambda _: None)


def _expect_good(tally):
    assert tally.is_good, table([tally])


def test_stores_when_two_or_three_are_at_work_and_one_is_killed_then_nothing_is_lost(tmp_path):
    _expect_good(soak_kills("kills", tmp_path, folder_stores, 60, SEED))


@pytest.mark.s3
def test_buckets_when_two_or_three_are_at_work_and_one_is_killed_then_nothing_is_lost(tmp_path, s3):
    _expect_good(soak_kills_on_s3(tmp_path, s3, 3, SEED))


@pytest.mark.s3
def test_sites_when_the_store_spoils_its_answers_then_right_or_503_and_right_again(tmp_path, s3):
    assert set(SOME_FAULTS) <= set(FAULTS)
    _expect_good(soak_store_faults(tmp_path, s3, 4, SEED, SOME_FAULTS))


def test_site_when_any_bit_of_a_release_is_flipped_then_right_or_503(tmp_path):
    _expect_good(soak_bits(tmp_path, 100, SEED))


def test_readers_when_sources_are_mutated_then_read_or_refused(tmp_path):
    _expect_good(soak_readers(tmp_path, 500, SEED))


def test_site_when_requests_make_no_sense_then_no_error_of_its_own(tmp_path):
    _expect_good(soak_requests(tmp_path, 1000, SEED))


def test_soak_of_kills_when_the_pointer_is_written_without_conditions_then_it_finds_what_is_lost(
    tmp_path, monkeypatch
):
    def replace(storage, name, data, stamp):
        storage.replace(name, data)

    monkeypatch.setattr(FolderStorage, "replace_if", replace)
    assert soak_kills("kills", tmp_path, folder_stores, 60, SEED).lost


def test_soak_of_bits_when_hashes_are_not_compared_then_it_finds_wrong_pages(tmp_path, monkeypatch):
    class Agreeable(bytes):
        def __ne__(self, other):
            return False

    monkeypatch.setattr(records, "_digest", lambda *_: Agreeable(records.DIGEST_BYTES))
    assert soak_bits(tmp_path, 400, SEED).wrong


def test_tally_when_something_is_lost_then_not_good_and_shown():
    tally = Tally("kills")
    assert not tally.is_good
    tally.note("survived")
    assert tally.is_good
    tally.note("lost", "round 3")
    assert not tally.is_good
    assert "kills: lost: round 3" in table([tally])
