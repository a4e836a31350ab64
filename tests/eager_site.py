"""The site, looking for a newer release at every request."""

from app import create_app

app = create_app(check_every_s=0.0)
