"""Files a browser keeps: our own under /static/, and the few front-end packages under /static/lib/."""

import hashlib
from functools import lru_cache
from pathlib import Path

from flask import Blueprint, Flask, Response, abort, current_app, request, send_from_directory

from billing.web.permission import public

bp = Blueprint("library", __name__)

#: Of everything npm installs, what a page may load.
FILES = frozenset(
    {
        "bootstrap/dist/css/bootstrap.min.css",
        "bootstrap/dist/js/bootstrap.bundle.min.js",
        "chart.js/dist/chart.umd.min.js",
        "htmx.org/dist/htmx.min.js",
    }
)
_FOREVER = "public, max-age=31536000, immutable"


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)
    public(app.view_functions["static"])
    app.url_defaults(_version)
    app.after_request(_keep)


@bp.get("/static/lib/<path:path>")
@public
def file(path: str) -> Response:
    if path not in FILES:
        abort(404)
    return send_from_directory(_packages(), path)


def _packages() -> Path:
    return Path(current_app.root_path) / "node_modules"


def _version(endpoint: str, values: dict[str, str]) -> None:
    """Name a file's content in its address, so that a browser may keep it for ever."""
    if endpoint == "static":
        path = Path(str(current_app.static_folder)) / values["filename"]
    elif endpoint == "library.file":
        path = _packages() / values["path"]
    else:
        return
    if "v" not in values and path.is_file():
        values["v"] = _digest(path, path.stat().st_mtime_ns)


@lru_cache
def _digest(path: Path, changed: int) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]


def _keep(response: Response) -> Response:
    if request.endpoint in ("static", "library.file") and response.status_code in (200, 304):
        response.headers["Cache-Control"] = _FOREVER if "v" in request.args else "public, max-age=300"
    return response
