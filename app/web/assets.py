"""Static files, kept in memory and named by their content, so that browsers keep them for ever.

There are a handful of small files; each is read and compressed once, when the app is made. Scripts
and style sheets are written in `app/static` and served from `app/served`, where `script/minify`
puts them, some scripts together as one. All scripts, and their texts in other languages, share one
digest, so that a script finds another by its name alone.
"""

import gzip
import hashlib
import json
import logging
import mimetypes
from dataclasses import dataclass
from pathlib import Path

from flask import Flask, Response, abort, request, url_for

_APP = Path(__file__).parents[1]
_STATIC = _APP / "static"
_SERVED = _APP / "served"
_SOURCES = (
    "app/**/*.py",
    "app/cards/*",
    "app/served/*",
    "app/templates/*",
    "app/translations/*/LC_MESSAGES/*.mo",
    "app/static/*",
    "processing/report/**/*.py",
    "processing/report/templates/*",
)
_SCRIPTS = (".js", ".json")
_DIGEST_LENGTH = 12
_MINIFIED = (".js", ".css")
_logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Asset:
    """A static file as it is sent."""

    body: bytes
    gzipped: bytes
    mimetype: str
    digest: str


def load_assets(static: Path = _STATIC, served: Path = _SERVED) -> dict[str, Asset]:
    """Read every static file, scripts and style sheets minified; the keys are file names.

    Raises
    ------
    FileNotFoundError
        If a script or a style sheet was never minified.
    """
    made_of = _made_of(served)
    known = {source for sources in made_of.values() for source in sources}
    paths = [path for path in sorted(static.iterdir()) if path.is_file()]
    missing = [path.name for path in paths if path.suffix in _MINIFIED and path.name not in known]
    missing += [name for name in made_of if not (served / name).is_file()]
    if missing:
        raise FileNotFoundError(
            f"app/served lacks what is made of {', '.join(missing)}. Run script/minify."
        )
    bodies = {path.name: path.read_bytes() for path in paths if path.suffix not in _MINIFIED}
    bodies |= {name: (served / name).read_bytes() for name in made_of}
    scripts = b"".join(body for name, body in bodies.items() if name.endswith(_SCRIPTS))
    return {
        name: _asset(name, body, scripts if name.endswith(_SCRIPTS) else body)
        for name, body in bodies.items()
    }


def stale_assets(static: Path = _STATIC, served: Path = _SERVED) -> list[str]:
    """Name the scripts and style sheets that were changed since they were last minified."""
    made_of = {
        name: digest for sources in _made_of(served).values() for name, digest in sources.items()
    }
    written = {
        path.name: hashlib.sha256(path.read_bytes().replace(b"\r\n", b"\n")).hexdigest()
        for path in static.iterdir()
        if path.suffix in _MINIFIED
    }
    names = made_of.keys() | written.keys()
    return sorted(name for name in names if made_of.get(name) != written.get(name))


def _made_of(served: Path) -> dict[str, dict[str, str]]:
    """What is served by name, each with the digests of its sources by name."""
    found: dict[str, dict[str, str]] = json.loads((served / "sources.json").read_bytes())
    return found


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
    if stale := stale_assets():
        _logger.warning(
            "What is served is older than what is written in app/static: %s. Run script/minify.",
            ", ".join(stale),
        )

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


def _asset(name: str, body: bytes, named_by: bytes) -> Asset:
    return Asset(
        body=body,
        gzipped=gzip.compress(body, mtime=0),
        mimetype=mimetypes.guess_type(name)[0] or "application/octet-stream",
        digest=hashlib.sha256(named_by).hexdigest()[:_DIGEST_LENGTH],
    )
