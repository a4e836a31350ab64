"""Static files, kept in memory and named by their content, so that browsers keep them for ever.

There are a handful of small files; each is read and compressed once, when the app is made; scripts
leave their comments behind, most of which are types. All scripts, and their texts in other
languages, share one digest, so that a script finds another by its name alone.
"""

import gzip
import hashlib
import mimetypes
import re
from dataclasses import dataclass
from pathlib import Path

from flask import Flask, Response, abort, request, url_for

_APP = Path(__file__).parents[1]
_FOLDER = _APP / "static"
_SOURCES = (
    "app/**/*.py",
    "app/cards/*",
    "app/templates/*",
    "app/translations/*/LC_MESSAGES/*.mo",
    "app/static/*",
    "processing/report/**/*.py",
    "processing/report/templates/*",
)
_SCRIPTS = (".js", ".json")
_DIGEST_LENGTH = 12
_COMMENTS = re.compile(  # a comment with lines of its own, and a type within a line
    rb"^[ \t]*/\*\*(?:(?!\*/).)*\*/[ \t]*\n|^[ \t]*//[^\n]*\n|/\*\* @[^\n]*?\*/ ?",
    re.DOTALL | re.MULTILINE,
)


@dataclass(frozen=True, kw_only=True)
class Asset:
    """A static file as it is sent."""

    body: bytes
    gzipped: bytes
    mimetype: str
    digest: str


def load_assets(folder: Path = _FOLDER) -> dict[str, Asset]:
    """Read every file of a folder; the keys are file names."""
    paths = [path for path in sorted(folder.iterdir()) if path.is_file()]
    scripts = b"".join(path.read_bytes() for path in paths if path.suffix in _SCRIPTS)
    return {path.name: _load(path, scripts) for path in paths}


def without_comments(script: bytes) -> bytes:
    """Return a script without comments, which are a fifth of it compressed."""
    return _COMMENTS.sub(b"", script)


def code_version() -> str:
    """Return a digest of what writes pages: they change with the code, not only the release."""
    digest = hashlib.sha256()
    for pattern in _SOURCES:
        for path in sorted(_APP.parent.glob(pattern)):
            if path.is_file():
                name = path.relative_to(_APP.parent).as_posix()
                digest.update(name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:_DIGEST_LENGTH]


def init_assets(app: Flask) -> None:
    """Serve the static files at /static/<digest>/<name> and give templates `static_url(name)`."""
    assets = load_assets()

    def static(digest: str, name: str) -> Response:
        """A static file; under another digest than its own it is not to be kept."""
        asset = assets.get(name)
        if asset is None:
            abort(404, f"There is no static file {name!r}.")
        wants_gzip = request.accept_encodings.quality("gzip") > 0
        response = Response(asset.gzipped if wants_gzip else asset.body, mimetype=asset.mimetype)
        if wants_gzip:
            response.content_encoding = "gzip"
        response.vary.add("Accept-Encoding")
        response.cache_control.public = True
        response.cache_control.max_age = 31_536_000 if digest == asset.digest else 60
        response.cache_control.immutable = digest == asset.digest
        response.set_etag(asset.digest, weak=True)
        response.make_conditional(request)
        return response

    def static_url(name: str) -> str:
        return url_for("static", digest=assets[name].digest, name=name)

    app.add_url_rule("/static/<digest>/<name>", "static", static)
    app.jinja_env.globals["static_url"] = static_url


def _load(path: Path, scripts: bytes) -> Asset:
    body = path.read_bytes()
    named_by = scripts if path.suffix in _SCRIPTS else body
    if path.suffix == ".js":
        body = without_comments(body)
    return Asset(
        body=body,
        gzipped=gzip.compress(body, mtime=0),
        mimetype=mimetypes.guess_type(path.name)[0] or "application/octet-stream",
        digest=hashlib.sha256(named_by).hexdigest()[:_DIGEST_LENGTH],
    )
