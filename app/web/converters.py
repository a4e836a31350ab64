"""The part of an address that is an id."""

from werkzeug.routing import BaseConverter

from app.model.addresses import address_of, id_in
from processing.ids import Id


class IdConverter(BaseConverter):
    """Any id, quoted as `app.model.addresses` says; never the ending of a sister page."""

    regex = r"[^/]+?(?<!\.json)(?<!\.csv)"

    def to_python(self, value: str) -> str:
        return id_in(value)

    def to_url(self, value: Id) -> str:
        return address_of(value)
