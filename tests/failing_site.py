"""The site with one more address, which fails: to see where the error goes."""

from app import create_app

app = create_app()


@app.get("/fail")
def fail() -> str:
    """Raise what no handler expects."""
    raise ZeroDivisionError("raised on purpose")
