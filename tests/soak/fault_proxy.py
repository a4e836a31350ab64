"""A proxy before a real S3 server that passes requests on and spoils what comes back.

What is spoiled how is said by the first part of an object's name, so that many sites can be put to
the test at once.
"""

import contextlib
import http.client
import itertools
import re
import socket
import struct
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

STALL_S = 12.0  # longer than any page may take

_KEPT = ("content-type", "content-length", "content-range", "etag", "last-modified")


@dataclass(frozen=True)
class Answer:
    """What the server said."""

    status: int
    headers: dict[str, str]
    body: bytes

    def head(self, status_line: str = "") -> bytes:
        """Status line and headers as bytes."""
        first = status_line or f"HTTP/1.1 {self.status} -"
        lines = [first, *(f"{name}: {value}" for name, value in self.headers.items())]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")

    def having(self, **headers: str | None) -> "Answer":
        """The same with other headers; None for one to leave out."""
        new = {name.replace("_", "-"): value for name, value in headers.items()}
        kept = {**self.headers, **new}
        return replace(self, headers={k: v for k, v in kept.items() if v is not None})

    def saying(self, body: bytes) -> "Answer":
        """The same with another body, and its length."""
        return replace(self, body=body).having(content_length=str(len(body)))


class Line:
    """The connection to whoever asked."""

    def __init__(self, connection: socket.socket, method: str, number: int) -> None:
        self.connection, self.method, self.number = connection, method, number

    def send(self, answer: Answer) -> None:
        """Send an answer as it is."""
        body = b"" if self.method == "HEAD" else answer.body
        self.connection.sendall(answer.head() + body)

    def close(self) -> None:
        """End the connection as servers do."""
        with contextlib.suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)

    def reset(self) -> None:
        """End the connection as a crash does."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()


Fault = Callable[[Line, Answer], None]


def _error(status: int, code: str) -> Fault:
    body = f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>-</Message></Error>".encode()
    answer = Answer(status, {"content-type": "application/xml"}, b"").saying(body)
    return lambda line, _: line.send(answer)


def _now_and_then(fault: Fault, every: int) -> Fault:
    def do(line: Line, answer: Answer) -> None:
        (line.send if line.number % every else lambda a: fault(line, a))(answer)

    return do


def _half(line: Line, answer: Answer) -> bytes:
    """Headers and half of the body, or of the headers where there is none."""
    whole = answer.head() + (b"" if line.method == "HEAD" else answer.body)
    return whole[: len(whole) - max(1, len(answer.body) // 2)]


def _then(end: Callable[[Line], None]) -> Fault:
    def do(line: Line, answer: Answer) -> None:
        line.connection.sendall(_half(line, answer))
        end(line)

    return do


def _drip(line: Line, answer: Answer) -> None:
    for byte in (answer.head() + answer.body)[: int(STALL_S / 0.25)]:
        line.connection.sendall(bytes([byte]))
        time.sleep(0.25)
    line.close()


def _saying(change: Callable[[bytes], bytes]) -> Fault:
    return lambda line, answer: line.send(answer.saying(change(answer.body)))


def _having(**headers: str | None) -> Fault:
    return lambda line, answer: line.send(answer.having(**headers))


def _raw(data: bytes) -> Fault:
    def do(line: Line, answer: Answer) -> None:
        line.connection.sendall(data)
        line.close()

    return do


def _stalls(line: Line) -> None:
    time.sleep(STALL_S)
    line.close()


def _flip(body: bytes) -> bytes:
    at = len(body) * 3 // 7
    return body[:at] + bytes([body[at] ^ 4]) + body[at + 1 :] if body else body


def _chunked(line: Line, answer: Answer) -> None:
    spoiled = answer.having(content_length=None, transfer_encoding="chunked")
    line.connection.sendall(spoiled.head() + b"7fffffff\r\n" + answer.body)
    line.close()


FAULTS: dict[str, Fault] = {
    "status 500": _error(500, "InternalError"),
    "status 503, SlowDown": _error(503, "SlowDown"),
    "503 for each second": _now_and_then(_error(503, "SlowDown"), 2),
    "status 403, ExpiredToken": _error(403, "ExpiredToken"),
    "status 403, RequestTimeTooSkewed": _error(403, "RequestTimeTooSkewed"),
    "status 404": _error(404, "NoSuchKey"),
    "status 301": _error(301, "PermanentRedirect"),
    "status 416": _error(416, "InvalidRange"),
    "status 429": _error(429, "TooManyRequests"),
    "a login page": _saying(lambda _: b"<html>Please log in</html>"),
    "nothing, and says so": _saying(lambda _: b""),
    "shorter, and says so": _saying(lambda body: body[: len(body) // 2]),
    "longer, and says so": _saying(lambda body: body + b"more"),
    "a bit flipped": _saying(_flip),
    "a bit flipped in each third": _now_and_then(_saying(_flip), 3),
    "zeros": _saying(lambda body: bytes(len(body))),
    "turned around": _saying(lambda body: body[::-1]),
    "cut off in the body": _then(Line.close),
    "reset in the body": _then(Line.reset),
    "reset in each fourth body": _now_and_then(_then(Line.reset), 4),
    "stalls in the body": _then(_stalls),
    "closed without an answer": lambda line, _: line.close(),
    "reset without an answer": lambda line, _: line.reset(),
    "stalls without an answer": lambda line, _: _stalls(line),
    "drips": _drip,
    "no ETag": _having(etag=None),
    "another ETag each time": lambda line, answer: line.send(
        answer.having(etag=f'"{uuid.uuid4().hex}"')
    ),
    "no Content-Range": _having(content_range=None),
    "says gzip": _having(content_encoding="gzip"),
    "negative length": _having(content_length="-1"),
    "chunks without end": _chunked,
    "no HTTP": _raw(b"SSH-2.0-OpenSSH_9.2\r\n"),
    "endless header": _raw(b"HTTP/1.1 200 OK\r\nx: " + b"y" * 200_000),
    "a thousand headers": _raw(b"HTTP/1.1 200 OK\r\n" + b"x: y\r\n" * 1000 + b"\r\n"),
}


class FaultProxy:
    """Listens on loopback; `faults` maps the first part of an object's name to what it does."""

    def __init__(self, endpoint: str) -> None:
        host, _, port = endpoint.removeprefix("http://").partition(":")
        self.faults: dict[str, Fault | None] = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self, host, int(port)))
        self._server.daemon_threads = True
        self.endpoint = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> "FaultProxy":
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


def _handler(proxy: FaultProxy, host: str, port: int) -> type[BaseHTTPRequestHandler]:
    numbers = itertools.count()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: Any) -> None:
            pass

        def _pass_on(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            upstream = http.client.HTTPConnection(host, port, timeout=STALL_S)
            with contextlib.closing(upstream):
                upstream.request(self.command, self.path, body, dict(self.headers))
                found = upstream.getresponse()
                headers = {k.lower(): v for k, v in found.getheaders() if k.lower() in _KEPT}
                answer = Answer(found.status, headers, found.read())
            if self.command != "HEAD":
                answer = answer.having(content_length=str(len(answer.body)))
            _, _, name, *_ = [*re.split("[/?]", self.path), ""]
            fault = proxy.faults.get(name)
            line = Line(self.connection, self.command, next(numbers))
            with contextlib.suppress(OSError):
                if fault:
                    self.close_connection = True
                    fault(line, answer)
                    line.close()
                else:
                    line.send(answer)

        do_GET = do_HEAD = do_PUT = _pass_on

    return Handler
