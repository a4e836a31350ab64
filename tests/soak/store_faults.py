"""Sites whose store spoils what it answers, each kind in its own way, and whose visitors go on."""

import os
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

import numpy as np

from app import create_app
from app.model import current as current_module
from config import Settings, load_settings
from processing.release import FolderStorage, open_figure_storage, open_release_storage
from tests.app.sample import publish_sample
from tests.s3_server import S3Server
from tests.soak.fault_proxy import FAULTS, FaultProxy
from tests.soak.kills import s3_stores, soak_kills
from tests.soak.oracle import OTHER_PATHS, USER_PATHS, Truth, truth_of, visit
from tests.soak.tally import Tally

AT_ONCE = 12
HEALED_S = 20.0
PAUSE_S = 0.2


@contextmanager
def boto3_at(endpoint: str) -> Iterator[None]:
    """Point boto3 at a server, and away from all else that this machine may know."""
    environ = {
        "AWS_ENDPOINT_URL_S3": endpoint,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": "/nonexistent",
        "AWS_SHARED_CREDENTIALS_FILE": "/nonexistent",
        "NO_PROXY": "127.0.0.1",
    }
    with patch.dict(os.environ, environ):
        yield


def soak_store_faults(
    folder: Path, s3: S3Server, n_visits: int, seed: int, kinds: tuple[str, ...] = tuple(FAULTS)
) -> Tally:
    """Let each kind of fault come while a site opens its release, and again while it is open."""
    tally = Tally("store faults")
    publish_sample(folder)
    truth = truth_of(folder)
    with boto3_behind_faults(s3) as proxy, ThreadPoolExecutor(AT_ONCE) as pool:

        def one(number: int) -> list[tuple[str, str]]:
            kind = kinds[number]
            rng = np.random.default_rng([seed, number])
            settings = _settings(s3, f"f{number}")
            copy_release(folder, settings)
            found = _Site(proxy, settings, kind, truth).soak(n_visits, rng)
            return [(outcome, f"{kind}: {about}") for outcome, about in found]

        for found in pool.map(one, range(len(kinds))):
            for outcome, about in found:
                tally.note(outcome, about)
    return tally


class _Site:
    """A site whose store is reached through the proxy, and what its visitors find."""

    def __init__(self, proxy: FaultProxy, settings: Settings, kind: str, truth: Truth) -> None:
        self.proxy, self.name, self.kind = proxy, settings.pred_dir, kind
        self.truth = truth
        self.client = create_app(settings, check_every_s=PAUSE_S).test_client()
        self.found: list[tuple[str, str]] = []

    def soak(self, n_visits: int, rng: np.random.Generator) -> list[tuple[str, str]]:
        """Spoil the opening, heal, spoil users' pages, heal; what visitors found in each."""
        self._spoil(True)
        for path in ("/index.json", "/users/7.json"):
            self._visit(path, "opening")
        self._spoil(False)
        self._until_healed("after a spoiled opening")
        self._spoil(True)
        for path in rng.permutation(USER_PATHS)[:n_visits]:
            self._visit(str(path), "open")
            other = OTHER_PATHS[rng.integers(len(OTHER_PATHS))]
            self._visit(other, "open", needs_no_store=True)
        self._spoil(False)
        self._until_healed("at the end")
        return self.found

    def _spoil(self, on: bool) -> None:
        self.proxy.faults[self.name] = FAULTS[self.kind] if on else None

    def _visit(self, path: str, when: str, *, needs_no_store: bool = False) -> None:
        outcome, about = visit(self.client, path, self.truth)
        if needs_no_store and outcome == "refused":
            outcome = "lost"
        self.found.append((outcome, f"{when}: {about}"))

    def _until_healed(self, when: str) -> None:
        """Wait until all users' pages are there again."""
        end = time.monotonic() + HEALED_S
        left = list(USER_PATHS)
        while left and time.monotonic() < end:
            outcome, about = visit(self.client, left[-1], self.truth)
            if outcome in ("wrong", "broken"):
                self.found.append((outcome, f"{when}: {about}"))
                return
            if outcome == "survived":
                left.pop()
            else:
                time.sleep(PAUSE_S)
        self.found.append(("lost" if left else "survived", f"{when}: {left[-1:]} was still 503"))


def soak_kills_on_s3(folder: Path, s3: S3Server, n_rounds: int, seed: int) -> Tally:
    """Play the rounds of `soak_kills` in a real bucket."""
    stores = s3_stores(lambda name: load_settings(environment_of(s3, name)))
    with boto3_at(s3.endpoint):
        return soak_kills("kills on S3", folder, stores, n_rounds, seed)


@contextmanager
def boto3_behind_faults(s3: S3Server) -> Iterator[FaultProxy]:
    """A proxy that boto3 takes for S3, and sites that soon look again at what they refused."""
    with (
        FaultProxy(s3.endpoint) as proxy,
        boto3_at(proxy.endpoint),
        patch.object(current_module, "FIRST_WAIT_S", 0.5),
    ):
        yield proxy


def _settings(s3: S3Server, name: str) -> Settings:
    return load_settings(environment_of(s3, name))


def environment_of(s3: S3Server, name: str) -> dict[str, str]:
    """What a site has to be told to read a release under a prefix of the bucket."""
    return {
        "AWS_ACCESS_KEY": s3.access_key,
        "AWS_SECRET_KEY": s3.secret_key,
        "ICP_BUCKET": s3.bucket,
        "ICP_BUCKET_REGION": "us-east-1",
        "ICP_PRED_DIR": name,
        "ICP_UPLOAD_DIR": f"{name}/figures",
    }


def copy_release(folder: Path, settings: Settings) -> None:
    """Put the release into the bucket."""
    for part, storage in (
        ("predictions", open_release_storage(settings)),
        ("figures", open_figure_storage(settings)),
    ):
        source = FolderStorage(folder / part)
        for name in source.names():
            storage.create(name, source.read(name))
