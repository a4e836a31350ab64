"""What makes the site an app on the visitor's device: manifest, service worker, offline page."""

from flask import Blueprint, Response, current_app, json, request, url_for
from flask.blueprints import BlueprintSetupState

from app.languages import N_, NAMES, gettext, speech
from app.model.page import Page
from app.web.assets import load_assets
from app.web.responses import MAX_AGE_S, html_response

pwa_blueprint = Blueprint("pwa", __name__)

_WORKER = "sw.js"
_FAVICON = "favicon.ico"
_DAY_S = 86_400
_PAPER = "#faf7f2"  # of the light theme, as in base.html
_ICONS = (
    ("icon-192.png", "192x192", "any"),
    ("icon-512.png", "512x512", "any"),
    ("icon-maskable-512.png", "512x512", "maskable"),
    ("icon.svg", "any", "any"),
)
_SHORTCUTS = (
    (N_("Rate movies"), "visitors.rate"),
    (N_("My list on this device"), "visitors.mine"),
    (N_("Search"), "site.search"),
)
_PAGES = ("site.home", "visitors.rate", "visitors.mine", "visitors.you")
_DATA = (
    "offline.titles",
    "offline.factors",
    "offline.fold_in",
    "offline.ranking",
    "offline.weights",
)


@pwa_blueprint.record_once
def read_worker(state: BlueprintSetupState) -> None:
    """Read the service worker, and which files it must keep at hand, when the app is made."""
    assets = load_assets()
    worker, favicon = assets.pop(_WORKER), assets.pop(_FAVICON)
    state.app.extensions["favicon"] = favicon.body
    state.app.extensions["pwa"] = (
        worker.body.decode(),
        {name: asset.digest for name, asset in assets.items()},
    )


@pwa_blueprint.get("/manifest.webmanifest")
def manifest() -> Response:
    """How the site looks and starts as an installed app."""
    root = url_for("site.home").removeprefix(speech().prefix)
    document = {
        "id": root,
        "start_url": url_for("site.home"),
        "scope": root,
        "name": gettext("Movie recommendations"),
        "short_name": gettext("Movies"),
        "description": gettext("Movies that each viewer would rate highest, and the reasons why."),
        "lang": speech().language,
        "display": "standalone",
        "theme_color": _PAPER,
        "background_color": _PAPER,
        "icons": [_icon(*icon) for icon in _ICONS],
        "shortcuts": [{"name": gettext(name), "url": url_for(page)} for name, page in _SHORTCUTS],
    }
    return _revalidated(json.dumps(document), "application/manifest+json", max_age_s=MAX_AGE_S)


@pwa_blueprint.get(f"/{_WORKER}")
def worker() -> Response:
    """The service worker, with what it must keep at hand; the root lets it serve all."""
    source, digests = current_app.extensions["pwa"]
    site = {
        "version": current_app.config["CODE_VERSION"],
        "offline": url_for(".offline"),
        "languages": list(NAMES),
        "files": [url_for(".manifest"), *(_static_url(name) for name in digests)],
        "pages": [url_for(page) for page in _PAGES],
        "data": [url_for(data) for data in _DATA],
    }
    text = source.replace("__SITE__", json.dumps(site), 1)
    response = _revalidated(text, "text/javascript", max_age_s=0)
    response.headers["Service-Worker-Allowed"] = url_for("site.home")
    return response


@pwa_blueprint.get(f"/{_FAVICON}")
def favicon() -> Response:
    """The icon that browsers look for where no page names one, as beside JSON."""
    response = Response(current_app.extensions["favicon"], mimetype="image/x-icon")
    return _finished(response, max_age_s=_DAY_S)


@pwa_blueprint.get("/offline")
def offline() -> Response:
    """What stands in for a page that is not on the device while there is no connection."""
    response = html_response("offline.html", Page(title=gettext("You are offline"), site=None))
    return _finished(response, max_age_s=MAX_AGE_S)


def _icon(name: str, sizes: str, purpose: str) -> dict[str, str]:
    kind = "image/svg+xml" if name.endswith(".svg") else "image/png"
    return {"src": _static_url(name), "sizes": sizes, "type": kind, "purpose": purpose}


def _static_url(name: str) -> str:
    _, digests = current_app.extensions["pwa"]
    return url_for("static", digest=digests[name], name=name)


def _revalidated(text: str, mimetype: str, *, max_age_s: int) -> Response:
    return _finished(Response(text, mimetype=mimetype), max_age_s=max_age_s)


def _finished(response: Response, *, max_age_s: int) -> Response:
    """Let browsers keep a response for a time, and ask after that whether it is still the same."""
    if max_age_s:
        response.cache_control.public = True
        response.cache_control.max_age = max_age_s
    else:
        response.cache_control.no_cache = True
    response.add_etag(weak=True)
    response.make_conditional(request)
    return response
