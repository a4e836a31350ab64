"""Any sequence of publish, activate, roll back, prune and ageing, each cut off at any call.

A model says what `latest.json` may say afterwards; what it names is whole after every step.
"""

import os
import shutil
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from processing.errors import ReleaseError
from processing.release import (
    FolderStorage,
    Storage,
    activate,
    list_releases,
    prune,
    publish,
    rollback,
    verify_release,
)
from processing.release.pointer import Pointer, load_pointer
from tests.cut_storage import CutOffError, CutStorage
from tests.make_golden_release import stage_golden

N_STAGED = 4
STAGED: dict[str, Path] = {}
which = st.integers(0, N_STAGED - 1)
cuts = st.none() | st.tuples(st.integers(0, 30), st.booleans())


@pytest.fixture(autouse=True, scope="module")
def _staged(tmp_path_factory: pytest.TempPathFactory):
    for k in range(N_STAGED):
        folder = tmp_path_factory.mktemp("staged")
        STAGED[stage_golden(folder, f"2006-10-0{k + 2}T08:30:00Z")] = folder


class Releases(RuleBasedStateMachine):
    """A store, and the pointer that it should have."""

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        self.storage = FolderStorage(self.folder / "predictions")
        self.figures = FolderStorage(self.folder / "figures")
        self.ids = list(STAGED)
        self.pointer: Pointer | None = None

    def teardown(self) -> None:
        shutil.rmtree(self.folder)

    @rule(k=which, cut=cuts)
    def publish(self, k: int, cut: tuple[int, bool] | None) -> None:
        self._move(cut, lambda s: publish(STAGED[self.ids[k]], s, self.figures), self.ids[k])

    @rule(k=which, cut=cuts)
    def activate(self, k: int, cut: tuple[int, bool] | None) -> None:
        self._move(cut, lambda s: activate(s, self.ids[k]), self.ids[k])

    @rule(cut=cuts)
    def rollback(self, cut: tuple[int, bool] | None) -> None:
        done = self._do(cut, rollback)
        found = load_pointer(self.storage)
        if found != self.pointer:
            assert self.pointer
            assert found
            assert found.release_id in self.pointer.history
            assert found.history == self.pointer.history[: len(found.history)]
        else:
            assert not done
        self.pointer = found

    @rule(keep=st.integers(1, 2), cut=cuts)
    def prune(self, keep: int, cut: tuple[int, bool] | None) -> None:
        before = {each.release_id for each in list_releases(self.storage) if each.manifest}
        done = self._do(cut, lambda s: prune(s, self.figures, keep, datetime.now(UTC)))
        found = load_pointer(self.storage)
        assert (found and found.release_id) == (self.pointer and self.pointer.release_id)
        assert (found and found.history) == (self.pointer and self.pointer.history)
        after = {each.release_id for each in list_releases(self.storage) if each.manifest}
        assert {*sorted(before)[-keep:]} - {*(self.pointer.going if self.pointer else ())} <= after
        if done and found:
            assert found.going == ()
            assert after <= {*sorted(before)[-keep:], found.release_id}
        self.pointer = found

    @rule()
    def age(self) -> None:
        then = (datetime.now(UTC) - timedelta(hours=25)).timestamp()
        for path in self.folder.rglob("*"):
            os.utime(path, (then, then))

    @invariant()
    def what_is_there_is_whole(self) -> None:
        listed = list_releases(self.storage)
        whole = {each.release_id for each in listed if each.manifest}
        assert self.pointer is None or self.pointer.release_id in whole
        for release_id in whole - {*(self.pointer.going if self.pointer else ())}:
            assert verify_release(self.storage, self.figures, release_id) == []

    def _do(self, cut: tuple[int, bool] | None, act: Callable[[Storage], object]) -> bool:
        storage = CutStorage(self.storage, *cut) if cut else self.storage
        try:
            act(storage)
        except (ReleaseError, CutOffError):
            return False
        return True

    def _move(
        self, cut: tuple[int, bool] | None, act: Callable[[Storage], object], release_id: str
    ) -> None:
        done = self._do(cut, act)
        first = Pointer(release_id=release_id, history=())
        moved = self.pointer.moved_to(release_id) if self.pointer else first
        found = load_pointer(self.storage)
        assert found in ((moved,) if done else (self.pointer, moved))
        self.pointer = found


TestReleases = Releases.TestCase
TestReleases.settings = settings(max_examples=40, stateful_step_count=12, deadline=None)
