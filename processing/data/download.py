"""Public data sets, fetched with resume and checked against their published hash."""

import errno
import hashlib
import http.client
import json
import logging
import os
import re
import shutil
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

from processing.errors import DownloadError
from processing.tools.progress import counting

logger = logging.getLogger(__name__)
T = TypeVar("T")

TIMEOUT_S = 60.0
FIRST_WAIT_S = 2.0  # doubled after every attempt that brings nothing new
MAX_ATTEMPTS = 6  # in a row that bring nothing new
BLOCK_BYTES = 1 << 18
_GROUPLENS = "https://files.grouplens.org/datasets/movielens/"
_NETFLIX_NOTE = (
    "The Netflix Prize data may be used for research only: no redistribution, no commercial use, "
    "no attempt to find out who a user is."
)
_GROUPLENS_NOTE = (
    "MovieLens data may be used for research only: no redistribution, no commercial use without "
    "GroupLens's permission. The README inside says how to cite it."
)


@dataclass(frozen=True, kw_only=True)
class PublicDataset:
    """A data set that anyone may fetch.

    `md5` is None where the publisher replaces the file from time to time; the hash is then read
    from the file that lies beside it, `<url>.md5`.
    """

    name: str
    title: str
    url: str
    md5: str | None
    note: str

    @property
    def file_name(self) -> str:
        """Name of the file on disk."""
        return self.url.rsplit("/", 1)[-1]


def _movielens(name: str, title: str, md5: str | None) -> PublicDataset:
    return PublicDataset(
        name=name,
        title=f"MovieLens {title}",
        url=f"{_GROUPLENS}{name}.zip",
        md5=md5,
        note=_GROUPLENS_NOTE,
    )


DATASETS = {
    dataset.name: dataset
    for dataset in (
        PublicDataset(
            name="netflix",
            title="Netflix Prize",
            url="https://archive.org/download/nf_prize_dataset.tar/nf_prize_dataset.tar.gz",
            md5="a8f23d2d76461211c6b4c0ca6df2547d",
            note=_NETFLIX_NOTE,
        ),
        _movielens("ml-100k", "100K", "0e33842e24a9c977be4e0107933c0723"),
        _movielens("ml-1m", "1M", "c4d9eecfca2ab87c1945afe126590906"),
        _movielens("ml-10m", "10M", "ce571fd55effeba0271552578f2648bd"),
        _movielens("ml-20m", "20M", "cd245b17a1ae2cc31bb14903e1204af3"),
        _movielens("ml-25m", "25M", "6b51fb2759a8657d3bfcbfc42b592ada"),
        _movielens("ml-32m", "32M", None),
        _movielens("ml-latest-small", "Latest Small", None),
        _movielens("ml-latest", "Latest", None),
    )
}


class _TryAgain(Exception):
    """A failure that may be gone in a moment."""


class _FileChanged(_TryAgain):
    """The server has another file than the one that was begun."""


def find_dataset(name: str) -> PublicDataset:
    """The data set that is fetched by this name.

    Raises
    ------
    DownloadError
        If no data set has this name.
    """
    if name not in DATASETS:
        raise DownloadError(
            f"{name!r} is not a data set that can be fetched. Expected one of: "
            f"{', '.join(DATASETS)}."
        )
    return DATASETS[name]


def download(dataset: PublicDataset, directory: Path, url: str | None = None) -> Path:
    """Fetch a public data set into `directory` and return the file's path.

    A file that is already there with the right hash is kept. A transfer that was cut off goes on
    where it stopped. `url` names another place to fetch the same file from.

    Raises
    ------
    DownloadError
        If the server or the disk refuses, or the hash is wrong.
    """
    url = url or dataset.url
    _check_url(url)
    target = directory / dataset.file_name
    expected = dataset.md5 or _fetch_published_md5(url)
    if target.exists():
        _check_present(target, expected)
        logger.info("%s is already there as %s, with the right hash.", dataset.title, target)
        return target
    logger.info("%s", dataset.note)
    with _writing(directory):
        directory.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f"{target.name}.part")
    _fetch(url, part)
    _check_fetched(part, expected, url)
    os.replace(part, target)
    _state_path(part).unlink(missing_ok=True)
    logger.info("Fetched %s: %s, %d bytes.", dataset.title, target, target.stat().st_size)
    return target


def _check_url(url: str) -> None:
    if not url.startswith(("http://", "https://")):
        raise DownloadError(f"{url!r} is not an address that starts with http:// or https://.")


def _md5(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()


def _check_present(target: Path, expected: str) -> None:
    found = _md5(target)
    if found != expected:
        raise DownloadError(
            f"{target} is there already, but its md5 is {found}; expected {expected}. It is "
            "another version, or damaged: move or remove it and start again."
        )


def _check_fetched(part: Path, expected: str, url: str) -> None:
    found = _md5(part)
    if found != expected:
        part.unlink()
        _state_path(part).unlink(missing_ok=True)
        raise DownloadError(
            f"What {url} sent has the md5 {found}; expected {expected}. It was removed. Start "
            "again, or name another place with --url."
        )


def _fetch_published_md5(url: str) -> str:
    def read() -> str:
        with _open(f"{url}.md5", {}) as response:
            return response.read(10_000).decode("ascii", "replace")

    text = _persist(read, lambda: 0, f"{url}.md5")
    match = re.search(r"\b[0-9a-fA-F]{32}\b", text)
    if match is None:
        raise DownloadError(
            f"{url}.md5 holds no md5 but {text[:60]!r}. Without one the file cannot be checked; "
            "try again later."
        )
    return match[0].lower()


def _fetch(url: str, part: Path) -> None:
    """Fill `part`, going on after what it holds already."""
    _persist(lambda: _transfer(url, part), lambda: _size(part), url)


def _persist(action: Callable[[], T], progress: Callable[[], int], url: str) -> T:
    """Run `action` until it succeeds, waiting longer each time that `progress` stands still."""
    best, failures = progress(), 0
    while True:
        try:
            return action()
        except _TryAgain as error:
            best, failures = (progress(), 0) if progress() > best else (best, failures + 1)
            if failures >= MAX_ATTEMPTS:
                raise DownloadError(
                    f"{url} cannot be fetched: {error}. It was tried {failures} times without "
                    "progress. Check the connection and start again: what was received is kept."
                ) from error
            wait_s = FIRST_WAIT_S * 2.0 ** max(0, failures - 1)
            logger.warning("%s: %s. Trying again in %g s.", url, error, wait_s)
            time.sleep(wait_s)


def _open(url: str, headers: dict[str, str]) -> http.client.HTTPResponse:
    """Ask for `url`; what may pass by itself becomes _TryAgain, all else DownloadError."""
    request = urllib.request.Request(
        url,
        headers={"User-Agent": "movie-recommendations", "Accept-Encoding": "identity"} | headers,
    )
    try:
        return urllib.request.urlopen(request, timeout=TIMEOUT_S)
    except urllib.error.HTTPError as error:
        with error:
            if error.code == 416:
                raise _FileChanged("the file on the server has changed; starting over") from error
            if error.code >= 500 or error.code in (408, 429):
                raise _TryAgain(f"the server answered {error.code} {error.reason}") from error
            raise DownloadError(
                f"{url} cannot be fetched: the server answered {error.code} {error.reason}. Check "
                "the address, or name another place with --url."
            ) from error
    except urllib.error.URLError as error:
        raise _TryAgain(f"no connection ({_reason(error.reason)})") from error
    except (OSError, http.client.HTTPException) as error:
        raise _TryAgain(f"the connection broke ({_reason(error)})") from error


def _reason(error: object) -> str:
    return str(error) or type(error).__name__


def _transfer(url: str, part: Path) -> None:
    """Make one attempt to fetch what is missing from `part`."""
    start, state = _resume_point(url, part)
    if start and start == state["total"]:
        return
    headers = {"Range": f"bytes={start}-", "If-Range": state["validator"]} if start else {}
    try:
        with _open(url, headers) as response:
            start, total = _agree(url, part, response, start, state)
            _check_space(part, start, total)
            _receive(response, part, start, total)
    except _FileChanged:
        _discard(part)
        raise


def _resume_point(url: str, part: Path) -> tuple[int, dict[str, Any]]:
    """How many bytes of `part` can be kept, and what is known of the file they belong to."""
    try:
        state = json.loads(_state_path(part).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return 0, {}
    if not isinstance(state, dict) or state.get("url") != url or not state.get("validator"):
        return 0, {}
    return _size(part), state


def _agree(
    url: str, part: Path, response: http.client.HTTPResponse, start: int, state: dict[str, Any]
) -> tuple[int, int | None]:
    """Where the response's bytes belong in `part`, and the size of the whole file if known."""
    if response.status == 206:
        if not _continues(response, start, state):
            raise _FileChanged("the file on the server has changed; starting over")
        return start, state["total"]
    if start:
        logger.info("%s cannot go on where it was cut off; starting over.", url)
    return 0, _begin(url, part, response)


def _continues(response: http.client.HTTPResponse, start: int, state: dict[str, Any]) -> bool:
    """Whether a response holds the rest, from `start` on, of the file that was begun."""
    match = re.fullmatch(r"bytes (\d+)-\d+/(\d+|\*)", response.headers.get("Content-Range", ""))
    if match is None or int(match[1]) != start:
        return False
    same_file = _validator(response) in (state["validator"], "")
    return same_file and match[2] in (str(state.get("total")), "*")


def _validator(response: http.client.HTTPResponse) -> str:
    """What tells versions of a file apart in If-Range: a strong ETag, else the last change."""
    tag = response.headers.get("ETag", "")
    return response.headers.get("Last-Modified", "") if tag[:2] in ("", "W/") else tag


def _begin(url: str, part: Path, response: http.client.HTTPResponse) -> int | None:
    """Drop what there was, note which file is coming, and return its size if the server says it."""
    _discard(part)
    state = {"url": url, "validator": _validator(response), "total": response.length}
    with _writing(part):
        _state_path(part).write_text(json.dumps(state), encoding="utf-8")
    return response.length


def _check_space(part: Path, start: int, total: int | None) -> None:
    free = shutil.disk_usage(part.parent).free
    if total is not None and total - start > free:
        raise DownloadError(
            f"{part.parent} has {free} bytes free, but {total - start} are still to be fetched. "
            "Make room, or name another folder, and start again."
        )


def _receive(response: http.client.HTTPResponse, part: Path, start: int, total: int | None) -> None:
    received = start
    with _writing(part):
        file = part.open("ab" if start else "wb", buffering=0)
    with file, counting(total, f"Fetching {part.stem}", "B", done=start) as advance:
        while block := _read_block(response):
            with _writing(part):
                _append(file, block)
            received += len(block)
            advance(len(block))
    if total is not None and received < total:
        raise _TryAgain(f"the connection ended after {received} of {total} bytes")


def _read_block(response: http.client.HTTPResponse) -> bytes:
    try:
        return response.read(BLOCK_BYTES)
    except (OSError, http.client.HTTPException) as error:
        raise _TryAgain(f"the connection broke ({_reason(error)})") from error


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    """Turn what the disk refuses into an error that says what to do."""
    try:
        yield
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        raise DownloadError(
            f"{path} cannot be written ({error.strerror}). "
            + ("Make room" if full else "Name a folder that can be written")
            + " and start again: what was received is kept."
        ) from error


def _append(file: BinaryIO, block: bytes) -> None:
    view = memoryview(block)
    while view:
        view = view[file.write(view) :]


def _state_path(part: Path) -> Path:
    return part.with_name(f"{part.name}.json")


def _size(part: Path) -> int:
    return part.stat().st_size if part.exists() else 0


def _discard(part: Path) -> None:
    part.unlink(missing_ok=True)
    _state_path(part).unlink(missing_ok=True)
