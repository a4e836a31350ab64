"""The site: shows the recommendations of a published release.

`create_app` puts it together; `app.views` has the addresses, `app.model` what the pages hold.
"""

from pathlib import Path

from flask import Flask
from jinja2 import ChoiceLoader, FileSystemLoader, PackageLoader, StrictUndefined
from werkzeug.middleware.proxy_fix import ProxyFix

from app.markup.calls import init_calls
from app.markup.charts import init_charts
from app.markup.filters import init_filters
from app.markup.languages import init_languages
from app.markup.lists import init_lists
from app.markup.own_ratings import init_own_ratings
from app.markup.picks import init_picks
from app.markup.sharing import init_sharing
from app.model.current import CurrentRelease
from app.monitoring import init_monitoring
from app.private import keep_out_of_access_log
from app.views.api import api_blueprint
from app.views.cards import cards_blueprint
from app.views.crawlers import crawlers_blueprint
from app.views.offline import offline_blueprint
from app.views.pwa import pwa_blueprint
from app.views.site import site_blueprint
from app.views.visitors import visitors_blueprint
from app.web.assets import code_version, init_assets
from app.web.converters import IdConverter
from app.web.error_pages import init_errors
from app.web.headers import init_headers
from app.web.language import Site, speak_as_asked, this_page_in
from app.web.links import init_links
from app.web.page_cache import PageCache
from config import Settings, load_settings
from processing.report import TEMPLATES

__all__ = ["create_app"]

PAGE_CACHE_BYTES = 8_000_000
CARD_CACHE_BYTES = 2_000_000
LONGEST_FORM_BYTES = 100_000


def create_app(settings: Settings | None = None, check_every_s: float = 15.0) -> Flask:
    """Make the app; no release is opened before the first request.

    Parameters
    ----------
    settings
        Instead of what the environment says.
    check_every_s
        Seconds between two looks for a newer release.

    Raises
    ------
    SettingsError
        If the environment says something that cannot be.
    """
    settings = settings or load_settings()
    init_monitoring(settings.sentry_dsn)
    app = Site(__name__, static_folder=None)
    app.config["CODE_VERSION"] = code_version()
    app.config["MAX_CONTENT_LENGTH"] = LONGEST_FORM_BYTES
    app.extensions["current"] = CurrentRelease(settings, check_every_s)
    app.extensions["pages"] = PageCache(PAGE_CACHE_BYTES)
    app.extensions["cards"] = PageCache(CARD_CACHE_BYTES)
    _init_templates(app)
    init_links(app, settings.site_url)
    init_assets(app)
    app.url_map.converters["id"] = IdConverter
    init_headers(app, deployed=settings.deployed)
    init_errors(app)
    app.register_blueprint(site_blueprint)
    app.register_blueprint(pwa_blueprint)
    app.register_blueprint(offline_blueprint)
    app.register_blueprint(api_blueprint)
    app.register_blueprint(visitors_blueprint)
    app.register_blueprint(crawlers_blueprint)
    app.register_blueprint(cards_blueprint)
    app.wsgi_app = speak_as_asked(app.wsgi_app)  # type: ignore[method-assign, assignment]
    if settings.deployed:
        # Heroku's router sets the client's address and scheme, and leaves Host as it was asked for.
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1)  # type: ignore[method-assign]
    app.wsgi_app = keep_out_of_access_log(app.wsgi_app)  # type: ignore[method-assign, assignment]
    return app


def _init_templates(app: Flask) -> None:
    own = FileSystemLoader(Path(app.root_path) / "templates")
    app.jinja_loader = ChoiceLoader([own, PackageLoader(*TEMPLATES)])
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals["this_page_in"] = this_page_in
    init_calls(app)
    init_languages(app)
    init_filters(app)
    init_lists(app)
    init_picks(app)
    init_charts(app)
    init_own_ratings(app)
    init_sharing(app)
