"""Two or three of publish, activate, roll back and prune at once, one of them killed at a call.

Their calls of the store are put in an order that a seed draws, one at a time, so that a round that
went wrong can be played again. Afterwards an oracle looks: what `latest.json` names is whole and is
what the site shows, what said "done" is in the history, the same command ends what was killed, and
in the end nothing is left over.
"""

import os
import shutil
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from config import Settings
from processing.errors import ReleaseError
from processing.release import (
    FolderStorage,
    Storage,
    activate,
    list_releases,
    open_figure_storage,
    open_release,
    open_release_storage,
    prune,
    publish,
    rollback,
    verify_release,
)
from processing.release.pointer import load_pointer
from tests.cut_storage import CutOffError, PassingStorage
from tests.make_golden_release import stage_golden
from tests.soak.tally import Tally

N_PUBLISHED = 3
DAYS = ("2006-10-02", "2006-10-03", "2006-10-04", "2006-10-05", "2006-10-06")
JOIN_S = 60
BURSTS = (1, 2, 30)  # calls in a row, on average
ACTS = ("publish", "activate", "activate", "rollback", "prune", "prune")


@dataclass
class Turns:
    """Lets threads go on one at a time, drawn by a seed, each for one call or some or many."""

    rng: np.random.Generator
    changed: threading.Condition = field(default_factory=threading.Condition)
    running: set[int] = field(default_factory=set)
    waiting: set[int] = field(default_factory=set)
    chosen: int | None = None
    last: int | None = None
    n_more: int = 0

    def wait(self, who: int) -> None:
        """Wait for one's turn; the last turn ends with it."""
        with self.changed:
            self.running.discard(who)
            self.waiting.add(who)
            self._choose()
            self.changed.wait_for(lambda: self.chosen == who)
            self.chosen = None
            self.waiting.discard(who)
            self.running.add(who)

    def leave(self, who: int) -> None:
        """End one's last turn."""
        with self.changed:
            self.running.discard(who)
            self._choose()

    def _choose(self) -> None:
        if not self.running and self.waiting and self.chosen is None:
            if self.n_more == 0 or self.last not in self.waiting:
                self.last = int(self.rng.choice(sorted(self.waiting)))
                self.n_more = int(self.rng.geometric(1 / self.rng.choice(BURSTS)))
            self.n_more -= 1
            self.chosen = self.last
            self.changed.notify_all()


class TurnStorage(PassingStorage):
    """A store whose calls wait for their turn; it dies at a call, before or after it."""

    def __init__(self, storage: Storage, turns: Turns, who: int) -> None:
        super().__init__(storage)
        self.turns, self.who = turns, who
        self.n_calls, self.dies_at, self.after = 0, 10**9, False

    def _call(self, method: str, *args: Any) -> Any:
        self.turns.wait(self.who)
        self.n_calls += 1
        if self.n_calls > self.dies_at or (self.n_calls == self.dies_at and not self.after):
            raise CutOffError
        result = getattr(self._storage, method)(*args)
        if self.n_calls == self.dies_at:
            raise CutOffError
        return result


@dataclass(frozen=True)
class Stores:
    """Where releases and figures are, and how a file is made a day and a half old."""

    releases: Storage
    figures: Storage
    make_old: Callable[[str], None]


@dataclass(frozen=True)
class Act:
    """A command of a round: its words, what it does, and the release that it makes active."""

    words: str
    do: Callable[[Storage], object]
    release_id: str | None = None


def folder_stores(folder: Path) -> Stores:
    """Stores in two folders."""

    def make_old(name: str) -> None:
        then = (datetime.now(UTC) - timedelta(hours=36)).timestamp()
        os.utime(folder / "predictions" / name, (then, then))

    return Stores(
        FolderStorage(folder / "predictions"), FolderStorage(folder / "figures"), make_old
    )


def s3_stores(settings_of: Callable[[str], Settings]) -> Callable[[Path], Stores]:
    """Stores under prefixes of a bucket, whose clock is its own: nothing is made old there."""

    def stores(folder: Path) -> Stores:
        settings = settings_of(f"{folder.parent.name}-{folder.name}")
        releases, figures = open_release_storage(settings), open_figure_storage(settings)
        return Stores(releases, figures, lambda name: None)

    return stores


def soak_kills(
    name: str, folder: Path, stores_of: Callable[[Path], Stores], n_rounds: int, seed: int
) -> Tally:
    """Play rounds; a round's number and the seed play it again."""
    tally = Tally(name)
    staged = {}
    for k, day in enumerate(DAYS):
        staged[stage_golden(folder / f"staged-{k}", f"{day}T08:30:00Z")] = folder / f"staged-{k}"
    for number in range(n_rounds):
        root = folder / f"round-{number}"
        rng = np.random.default_rng([seed, number])
        outcome, example = _Round(stores_of(root), staged, rng).play()
        tally.note(outcome, f"round {number} of seed {seed}: {example}")
        shutil.rmtree(root, ignore_errors=True)
    return tally


class _Round:
    """A store with three releases and something left over, and what happens to it."""

    def __init__(self, stores: Stores, staged: dict[str, Path], rng: np.random.Generator) -> None:
        self.stores, self.staged, self.rng = stores, staged, rng
        self.ids = list(staged)
        for release_id in self.ids[:N_PUBLISHED]:
            publish(staged[release_id], stores.releases, stores.figures)
        if rng.random() < 0.5:  # an old publish that was killed
            for path in sorted(staged[self.ids[3]].glob("*.json"))[:2]:
                name = f"releases/{self.ids[3]}/{path.name}"
                stores.releases.create(name, path.read_bytes())
                stores.make_old(name)

    def play(self) -> tuple[str, str]:
        """Do two or three things at once and kill one; return what became of it."""
        acts = [self._draw() for _ in range(self.rng.integers(2, 4))]
        turns = Turns(self.rng, running=set(range(len(acts))))
        storages = [TurnStorage(self.stores.releases, turns, who) for who in range(len(acts))]
        victim = int(self.rng.integers(-1, len(acts)))  # -1: nobody
        if victim >= 0:
            storages[victim].dies_at = int(self.rng.integers(1, 40))
            storages[victim].after = bool(self.rng.random() < 0.5)
        outcomes: list[BaseException | None] = [None] * len(acts)

        def run(who: int) -> None:
            try:
                acts[who].do(storages[who])
            except (ReleaseError, CutOffError) as error:
                outcomes[who] = error
            except BaseException as error:
                outcomes[who] = error
                raise
            finally:
                turns.leave(who)

        threads = [threading.Thread(target=run, args=(who,)) for who in range(len(acts))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(JOIN_S)
        told = ", ".join(
            f"{act.words} ({outcome!r})" for act, outcome in zip(acts, outcomes, strict=True)
        )
        if any(thread.is_alive() for thread in threads):
            return "broken", f"{told} did not end"
        for outcome in outcomes:
            if outcome is not None and not isinstance(outcome, ReleaseError | CutOffError):
                return "broken", told
        problem = self._problem(acts, outcomes) or self._problem_after_all(acts[victim], victim)
        if problem:
            return problem[0], f"{told}: {problem[1]}"
        return ("refused" if any(isinstance(o, ReleaseError) for o in outcomes) else "survived"), ""

    def _draw(self) -> Act:
        rng, stores = self.rng, self.stores
        which = ACTS[rng.integers(len(ACTS))]
        if which == "publish":
            release_id = self.ids[rng.integers(len(self.ids))]
            staged = self.staged[release_id]
            return Act(
                f"publish {release_id}",
                lambda storage: publish(staged, storage, stores.figures),
                release_id,
            )
        if which == "activate":
            release_id = self.ids[rng.integers(N_PUBLISHED)]
            return Act(
                f"activate {release_id}", lambda storage: activate(storage, release_id), release_id
            )
        if which == "rollback":
            return Act("rollback", rollback)
        keep = int(rng.integers(1, 3))
        return Act(
            f"prune --keep {keep}",
            lambda storage: prune(storage, stores.figures, keep, datetime.now(UTC)),
        )

    def _problem(
        self, acts: list[Act], outcomes: list[BaseException | None]
    ) -> tuple[str, str] | None:
        pointer = load_pointer(self.stores.releases)
        if pointer is None:
            return "lost", "latest.json is gone"
        problem = self._whole(pointer.release_id)
        if problem:
            return problem
        if any(act.words == "rollback" for act in acts):
            return None  # what it goes back from leaves the history
        named = {*pointer.history, pointer.release_id}
        for act, outcome in zip(acts, outcomes, strict=True):
            if outcome is None and act.release_id and act.release_id not in named:
                return "lost", f"{act.release_id} is not in the history {pointer}"
        if not set(self.ids[:N_PUBLISHED]) <= named:
            return "lost", f"the history {pointer} forgot what was there at first"
        return None

    def _whole(self, release_id: str) -> tuple[str, str] | None:
        """What is wrong with the active release, or with any that has a manifest."""
        releases, figures = self.stores.releases, self.stores.figures
        try:
            shown = open_release(releases).manifest.release_id
            if shown != release_id:
                return "wrong", f"the site shows {shown}, latest.json names {release_id}"
            for each in list_releases(releases):
                if each.manifest and (found := verify_release(releases, figures, each.release_id)):
                    return "lost", f"{each.release_id}: {found}"
        except ReleaseError as error:
            return "lost", str(error)
        return None

    def _problem_after_all(self, killed: Act, victim: int) -> tuple[str, str] | None:
        """What is wrong when what was killed is done again, and all is tidied two days later."""
        releases, figures = self.stores.releases, self.stores.figures
        if victim >= 0:
            with suppress(ReleaseError):
                killed.do(releases)
        prune(releases, figures, 1, datetime.now(UTC) + timedelta(days=2))
        pointer = load_pointer(releases)
        if pointer is None or pointer.going:
            return "lost", f"a prune ended with {pointer}"
        left = {name.split("/")[1] for name in releases.names("releases/")}
        whole = {each.release_id for each in list_releases(releases) if each.manifest}
        if left != whole or pointer.release_id not in whole or len(whole) > 2:
            return "lost", f"{sorted(left)} are left, {sorted(whole)} are whole, {pointer}"
        return self._whole(pointer.release_id)
