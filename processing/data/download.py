"""Fetching a public data set: with resume, and checked against its published hash."""

import hashlib
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import getproxies, proxy_bypass

from urllib3 import BaseHTTPResponse, PoolManager, ProxyManager, Retry
from urllib3.exceptions import HTTPError, MaxRetryError, ProtocolError
from urllib3.util import make_headers, parse_url

from processing.data.partial import Origin, PartialFile
from processing.data.public import PublicDataset
from processing.errors import DownloadError
from processing.tools.progress import counting

logger = logging.getLogger(__name__)

TIMEOUT_S = 60.0
WAIT_S = 1.0  # doubled after every attempt that brings nothing new, unless the server says how long
MAX_ATTEMPTS = 6  # in a row that bring nothing new
MAY_PASS = (408, 429, *range(500, 600))  # answers after which to try again
BLOCK_BYTES = 1 << 18
HEADERS = {"User-Agent": "movie-recommendations", "Accept-Encoding": "identity"}


class _FileChanged(ProtocolError):
    """The server has another file than the one that was begun."""

    def __init__(self) -> None:
        super().__init__("the file on the server has changed; starting over")


class _Retry(Retry):
    """Waits before the next attempt, and says so."""

    def sleep(self, response: BaseHTTPResponse | None = None) -> None:
        asked = self.get_retry_after(response) if response else None
        last = self.history[-1]
        reason = f"the server answered {last.status}" if last.status else _reason(last.error)
        wait_s = asked or self.get_backoff_time()
        logger.warning("%s: %s. Trying again in %g s.", last.url, reason, wait_s)
        super().sleep(response)


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
    part = PartialFile(target)
    _fetch(url, part)
    _check_fetched(part, expected, url)
    part.finish()
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


def _check_fetched(part: PartialFile, expected: str, url: str) -> None:
    found = _md5(part.path)
    if found != expected:
        part.discard()
        raise DownloadError(
            f"What {url} sent has the md5 {found}; expected {expected}. It was removed. Start "
            "again, or name another place with --url."
        )


def _fetch_published_md5(url: str) -> str:
    url = f"{url}.md5"
    with _naming(url), _pool(url) as pool:
        response = pool.request("GET", url, headers=HEADERS, timeout=TIMEOUT_S, retries=_patience())
        _check_answer(url, response)
    text = response.data.decode("ascii", "replace")
    match = re.search(r"\b[0-9a-fA-F]{32}\b", text)
    if match is None:
        raise DownloadError(
            f"{url} holds no md5 but {text[:60]!r}. Without one the file cannot be checked; "
            "try again later."
        )
    return match[0].lower()


def _fetch(url: str, part: PartialFile) -> None:
    """Fill `part`, going on after what it holds already."""
    retries, best = _patience(), part.size
    with _naming(url), _pool(url) as pool:
        while True:
            try:
                _transfer(pool, url, part, retries)
                return
            except MaxRetryError:
                raise
            except HTTPError as error:
                if part.size > best:
                    retries, best = _patience(), part.size
                retries = retries.increment("GET", url, error=error)
                retries.sleep()


def _patience() -> Retry:
    return _Retry(
        total=MAX_ATTEMPTS - 1,
        backoff_factor=WAIT_S,
        status_forcelist=MAY_PASS,
        raise_on_status=False,
    )


def _pool(url: str) -> PoolManager:
    """Connections to a server, through the proxy that this machine has for it."""
    target = parse_url(url)
    proxy = getproxies().get(target.scheme or "")
    if proxy is None or proxy_bypass(target.host or ""):
        return PoolManager()
    proxy = proxy if "//" in proxy else f"http://{proxy}"
    auth = parse_url(proxy).auth
    return ProxyManager(proxy, proxy_headers=make_headers(proxy_basic_auth=auth) if auth else None)


@contextmanager
def _naming(url: str) -> Iterator[None]:
    """Turn the last failed attempt into an error that says what to do."""
    try:
        yield
    except MaxRetryError as error:
        raise DownloadError(
            f"{url} cannot be fetched: {_reason(error.reason)}. It was tried {MAX_ATTEMPTS} times "
            "without progress. Check the connection and start again: what was received is kept."
        ) from error


def _reason(error: Exception | None) -> str:
    return str(error.args[0]) if error and error.args else type(error).__name__


def _transfer(pool: PoolManager, url: str, part: PartialFile, retries: Retry) -> None:
    """Make one attempt to fetch what is missing from `part`."""
    origin = part.origin(url)
    start = part.size if origin else 0
    headers = dict(HEADERS)
    if origin and start:
        if start == origin.total:
            return
        headers |= {"Range": f"bytes={start}-", "If-Range": origin.validator}
    response = pool.request(
        "GET",
        url,
        headers=headers,
        timeout=TIMEOUT_S,
        retries=retries,
        preload_content=False,
        enforce_content_length=False,  # `_receive` says it better
    )
    try:
        with response:
            _check_answer(url, response)
            if origin is None or not _continues(response, start, origin):
                if start:
                    logger.info("%s cannot go on where it was cut off; starting over.", url)
                start = 0
                origin = Origin(url=url, validator=_validator(response), total=_total(response))
                part.begin(origin)
            part.check_space(origin)
            _receive(response, part, origin.total)
    except _FileChanged:
        part.discard()
        raise


def _check_answer(url: str, response: BaseHTTPResponse) -> None:
    if response.status == 416:
        raise _FileChanged
    if response.status >= 400:
        tried = f" It was tried {MAX_ATTEMPTS} times." if response.status in MAY_PASS else ""
        raise DownloadError(
            f"{url} cannot be fetched: the server answered {response.status} {response.reason}."
            f"{tried} Check the address, or name another place with --url."
        )


def _continues(response: BaseHTTPResponse, start: int, origin: Origin) -> bool:
    """Whether a response holds the rest, from `start` on, of the file that was begun."""
    if response.status != 206:
        return False
    match = re.fullmatch(r"bytes (\d+)-\d+/(\d+|\*)", response.headers.get("Content-Range", ""))
    same_file = _validator(response) in (origin.validator, "")
    if match is None or int(match[1]) != start or not same_file:
        raise _FileChanged
    if match[2] not in (str(origin.total), "*"):
        raise _FileChanged
    return True


def _validator(response: BaseHTTPResponse) -> str:
    """What distinguishes versions of a file in If-Range: a strong ETag, else the last change."""
    tag = response.headers.get("ETag", "")
    return response.headers.get("Last-Modified", "") if tag[:2] in ("", "W/") else tag


def _total(response: BaseHTTPResponse) -> int | None:
    text = response.headers.get("Content-Length", "")
    return int(text) if text.isdigit() else None


def _receive(response: BaseHTTPResponse, part: PartialFile, total: int | None) -> None:
    what = f"Fetching {part.path.stem}"
    with part.opened() as append, counting(total, what, "B", done=part.size) as advance:
        for block in response.stream(BLOCK_BYTES, decode_content=False):
            append(block)
            advance(len(block))
    if total is not None and part.size < total:
        raise ProtocolError(f"the connection ended after {part.size} of {total} bytes")
