"""The addresses of the site, beside those of `app.main`."""
