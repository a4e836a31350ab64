"""The site as a test orders it to be, by a file: of another version, slow, or away."""

import json
import time
from pathlib import Path

from flask import abort

from app import create_app
from config import load_settings

ORDERS = Path(load_settings().pred_dir).parent / "orders.json"

app = create_app(check_every_s=0.0)


@app.before_request
def obey() -> None:
    """Do as the file says, if there is one."""
    orders = json.loads(ORDERS.read_text(encoding="utf-8")) if ORDERS.exists() else {}
    app.config["CODE_VERSION"] = orders.get("version", app.config["CODE_VERSION"])
    time.sleep(orders.get("delay_s", 0.0))
    if orders.get("away"):
        abort(503)
