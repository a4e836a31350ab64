"""`download` against a server on this machine that can be made to misbehave."""

import hashlib
import logging
import threading
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from processing.data import download as module
from processing.data import partial
from processing.data.download import download
from processing.data.public import DATASETS, find_dataset
from processing.errors import DownloadError

CONTENT = bytes(range(256)) * 4000


@dataclass
class Server:
    """What the server holds and does, and the Range headers that it was asked with."""

    url: str = ""
    content: bytes = CONTENT
    tag: str = '"one"'
    ranges: bool = True
    obeys_if_range: bool = True
    cuts: list[int] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    asked: list[str | None] = field(default_factory=list)
    texts: dict[str, bytes] = field(default_factory=dict)
    retry_after: str | None = None
    slept: list[float] = field(default_factory=list)

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        if request.path in self.texts:
            self._send(request, 200, self.texts[request.path], {})
            return
        self.asked.append(request.headers.get("Range"))
        if request.path != "/file.zip" or self.statuses:
            self._refuse(request, self.statuses.pop(0) if self.statuses else 404)
            return
        headers = {"ETag": self.tag} if self.tag else {}
        start = self._start(request)
        if start is None:
            self._send(request, 200, self.content, headers)
        elif start >= len(self.content):
            request.send_error(416)
        else:
            end = f"{len(self.content) - 1}/{len(self.content)}"
            headers["Content-Range"] = f"bytes {start}-{end}"
            self._send(request, 206, self.content[start:], headers)

    def _refuse(self, request: BaseHTTPRequestHandler, status: int) -> None:
        if self.retry_after is None:
            request.send_error(status)
            return
        request.send_response(status)
        request.send_header("Retry-After", self.retry_after)
        request.send_header("Content-Length", "0")
        request.end_headers()

    def _start(self, request: BaseHTTPRequestHandler) -> int | None:
        wanted = request.headers.get("Range")
        if not self.ranges or wanted is None:
            return None
        if self.obeys_if_range and request.headers.get("If-Range") != self.tag:
            return None
        return int(wanted.removeprefix("bytes=").removesuffix("-"))

    def _send(
        self,
        request: BaseHTTPRequestHandler,
        status: int,
        body: bytes,
        headers: dict[str, str],
    ) -> None:
        request.send_response(status)
        for name, value in (headers | {"Content-Length": str(len(body))}).items():
            request.send_header(name, value)
        request.end_headers()
        request.wfile.write(body[: self.cuts.pop(0)] if self.cuts else body)


@pytest.fixture
def server(monkeypatch):
    state = Server()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            state.answer(self)

        def log_message(self, *args):
            pass

    httpd = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=httpd.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    state.url = f"http://127.0.0.1:{httpd.server_port}/file.zip"
    dataset = replace(DATASETS["ml-100k"], url=state.url, md5=hashlib.md5(CONTENT).hexdigest())
    monkeypatch.setitem(DATASETS, "ml-100k", dataset)
    monkeypatch.setitem(DATASETS, "ml-latest", replace(dataset, name="ml-latest", md5=None))
    monkeypatch.setattr("urllib3.util.retry.time.sleep", state.slept.append)
    monkeypatch.setattr(module, "BLOCK_BYTES", 4096)
    yield state
    httpd.shutdown()
    thread.join()
    httpd.server_close()


def only_file(directory: Path) -> Path:
    """The one file that is left in a directory."""
    (path,) = directory.iterdir()
    return path


def try_once(directory, monkeypatch):
    """A run that gives up at the first cut."""

    with monkeypatch.context() as patch:
        patch.setattr(module, "MAX_ATTEMPTS", 1)
        download(find_dataset("ml-100k"), directory)


def test_download_when_all_is_well_writes_the_file_and_says_the_licence_once(
    server, tmp_path, caplog
):
    with caplog.at_level(logging.INFO):
        path = download(find_dataset("ml-100k"), tmp_path / "new" / "folder")
    assert path == only_file(tmp_path / "new" / "folder")
    assert path.read_bytes() == CONTENT
    assert sum("research only" in message for message in caplog.messages) == 1


def test_download_when_the_connection_is_cut_goes_on_where_it_stopped(server, tmp_path):
    server.cuts = [300_000, 400_000]
    assert download(find_dataset("ml-100k"), tmp_path).read_bytes() == CONTENT
    assert server.asked == [None, "bytes=300000-", "bytes=700000-"]
    assert only_file(tmp_path).name == "file.zip"


def test_download_when_an_earlier_run_was_cut_off_goes_on_where_it_stopped(
    server, tmp_path, monkeypatch
):
    server.cuts = [200_000]
    with pytest.raises(DownloadError, match="ended after 200000 of 1024000 bytes"):
        try_once(tmp_path, monkeypatch)
    server.asked.clear()
    assert download(find_dataset("ml-100k"), tmp_path).read_bytes() == CONTENT
    assert server.asked == ["bytes=200000-"]


def test_download_when_the_part_is_whole_already_only_checks_it(server, tmp_path, monkeypatch):
    def killed(*args):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(module, "_check_fetched", killed)
        with pytest.raises(KeyboardInterrupt):
            download(find_dataset("ml-100k"), tmp_path)
    server.asked.clear()
    assert download(find_dataset("ml-100k"), tmp_path).read_bytes() == CONTENT
    assert server.asked == []


def test_download_when_the_server_has_no_ranges_starts_over(server, tmp_path):
    server.ranges = False
    server.cuts = [300_000]
    assert download(find_dataset("ml-100k"), tmp_path).read_bytes() == CONTENT
    assert server.asked == [None, "bytes=300000-"]


def test_download_when_the_server_has_no_validators_starts_over(server, tmp_path):
    server.tag = ""
    server.cuts = [300_000]
    assert download(find_dataset("ml-100k"), tmp_path).read_bytes() == CONTENT
    assert server.asked == [None, None]


@pytest.mark.parametrize("obeys_if_range", [True, False])
@pytest.mark.parametrize("length", [200_000, 700_000])
def test_download_when_the_file_changed_meanwhile_starts_over(
    server, tmp_path, monkeypatch, obeys_if_range, length
):
    server.content, server.tag = b"x" * length, '"old"'
    server.cuts = [length - 1]
    with pytest.raises(DownloadError, match="ended after"):
        try_once(tmp_path, monkeypatch)
    server.content, server.tag, server.obeys_if_range = CONTENT, '"new"', obeys_if_range
    assert download(find_dataset("ml-100k"), tmp_path).read_bytes() == CONTENT
    assert only_file(tmp_path).name == "file.zip"


def test_download_when_the_file_shrank_meanwhile_starts_over(server, tmp_path, monkeypatch):
    server.content, server.tag = CONTENT * 2, '"old"'
    server.cuts = [len(CONTENT) + 1]
    with pytest.raises(DownloadError, match="ended after"):
        try_once(tmp_path, monkeypatch)
    server.content, server.tag, server.obeys_if_range = CONTENT, '"new"', False
    assert download(find_dataset("ml-100k"), tmp_path).read_bytes() == CONTENT


def test_download_when_the_hash_is_wrong_removes_the_part_and_says_both_hashes(server, tmp_path):
    server.content = CONTENT[::-1]
    wrong, right = (hashlib.md5(text).hexdigest() for text in (server.content, CONTENT))
    with pytest.raises(DownloadError, match=f"md5 {wrong}; expected {right}"):
        download(find_dataset("ml-100k"), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_download_when_the_file_is_there_asks_for_nothing(server, tmp_path):
    (tmp_path / "file.zip").write_bytes(CONTENT)
    assert download(find_dataset("ml-100k"), tmp_path) == tmp_path / "file.zip"
    assert server.asked == []


def test_download_when_another_file_is_there_refuses_and_keeps_it(server, tmp_path):
    (tmp_path / "file.zip").write_bytes(b"mine")
    with pytest.raises(DownloadError, match="move or remove it"):
        download(find_dataset("ml-100k"), tmp_path)
    assert (tmp_path / "file.zip").read_bytes() == b"mine"


def test_download_when_the_server_fails_for_a_while_tries_again(server, tmp_path, caplog):
    server.statuses = [503, 500, 429]
    assert download(find_dataset("ml-100k"), tmp_path).read_bytes() == CONTENT
    waits = [m.rsplit("in ", 1)[-1] for m in caplog.messages if "Trying again" in m]
    assert waits == ["0 s.", "2 s.", "4 s."]
    assert server.slept == [2, 4]


def test_download_when_the_server_says_when_to_come_back_waits_so_long(server, tmp_path, caplog):
    server.statuses, server.retry_after = [503, 429], "7"
    assert download(find_dataset("ml-100k"), tmp_path).read_bytes() == CONTENT
    assert server.slept == [7, 7]
    waits = [message for message in caplog.messages if "Trying again" in message]
    assert "the server answered 429. Trying again in 7 s." in waits[-1]


def test_download_when_the_server_keeps_failing_gives_up(server, tmp_path):
    server.statuses = [503] * 20
    with pytest.raises(DownloadError, match=r"503 Service Unavailable.*tried 6 times"):
        download(find_dataset("ml-100k"), tmp_path)
    assert len(server.asked) == 6


def test_download_when_the_address_is_unknown_says_so_at_once(server, tmp_path):
    with pytest.raises(DownloadError, match=r"404 Not Found. Check the address"):
        download(find_dataset("ml-100k"), tmp_path, url=server.url + ".elsewhere")
    assert len(server.asked) == 1


def test_download_when_nobody_listens_says_so(server, tmp_path, monkeypatch):
    monkeypatch.setattr(module, "MAX_ATTEMPTS", 2)
    with pytest.raises(DownloadError, match="Connection refused"):
        download(find_dataset("ml-100k"), tmp_path, url="http://127.0.0.1:1/file.zip")


def test_download_when_another_address_is_named_checks_the_same_hash(server, tmp_path):
    server.texts["/mirror.zip"] = CONTENT
    mirror = server.url.replace("file", "mirror")
    assert download(find_dataset("ml-100k"), tmp_path, url=mirror).name == "file.zip"
    assert server.asked == []


@pytest.mark.parametrize("text", ["{}  file.zip\n", "MD5 (file.zip) = {}\n"])
def test_download_when_the_hash_is_published_beside_the_file_uses_it(server, tmp_path, text):
    server.texts["/file.zip.md5"] = text.format(hashlib.md5(CONTENT).hexdigest().upper()).encode()
    assert download(find_dataset("ml-latest"), tmp_path).read_bytes() == CONTENT


def test_download_when_the_published_hash_is_none_says_so(server, tmp_path):
    server.texts["/file.zip.md5"] = b"<html>moved</html>"
    with pytest.raises(DownloadError, match="holds no md5 but '<html>moved</html>'"):
        download(find_dataset("ml-latest"), tmp_path)


def test_download_when_the_disk_is_too_small_says_how_much_is_needed(server, tmp_path, monkeypatch):
    usage = partial.shutil.disk_usage(tmp_path)._replace(free=1000)
    monkeypatch.setattr(partial.shutil, "disk_usage", lambda path: usage)
    with pytest.raises(DownloadError, match="1000 bytes free, but 1024000 are still to be fetched"):
        download(find_dataset("ml-100k"), tmp_path)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_download_when_the_disk_fills_up_says_make_room(server, tmp_path, monkeypatch):
    monkeypatch.setattr(partial.PartialFile, "discard", lambda part: None)
    (tmp_path / "file.zip.part").symlink_to("/dev/full")
    with pytest.raises(DownloadError, match=r"No space left on device\). Make room"):
        download(find_dataset("ml-100k"), tmp_path)


def test_download_when_the_folder_is_a_file_says_so(server, tmp_path):
    (tmp_path / "taken").write_text("")
    with pytest.raises(DownloadError, match="taken cannot be written"):
        download(find_dataset("ml-100k"), tmp_path / "taken")


def test_find_dataset_when_the_name_is_unknown_names_the_known_ones():
    with pytest.raises(DownloadError, match=r"'ml-2m' is not a data set.*netflix, ml-100k, ml-1m"):
        find_dataset("ml-2m")


def test_download_when_the_address_is_no_web_address_says_so(tmp_path):
    with pytest.raises(DownloadError, match="http:// or https://"):
        download(find_dataset("ml-100k"), tmp_path, url="ftp://example.org/x.zip")


def test_datasets_have_file_names_and_hashes():
    assert DATASETS["netflix"].file_name == "nf_prize_dataset.tar.gz"
    assert DATASETS["ml-1m"].file_name == "ml-1m.zip"
    assert all(d.md5 is None or len(d.md5) == 32 for d in DATASETS.values())
    assert all(name == d.name for name, d in DATASETS.items())
