"""The address of the description of the site's JSON and CSV."""

from flask import Blueprint, Response

from app.web.openapi import openapi_text
from app.web.responses import MAX_AGE_S

api_blueprint = Blueprint("api", __name__)


@api_blueprint.get("/openapi.json")
def openapi() -> Response:
    """The description of every address that answers in JSON or CSV."""
    response = Response(openapi_text(), mimetype="application/json")
    response.cache_control.public = True
    response.cache_control.max_age = MAX_AGE_S
    return response
