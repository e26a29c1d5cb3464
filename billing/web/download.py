"""A paper handed to the browser: kept nowhere on the way, and never taken for a page."""

from flask import Response


def pdf(data: bytes, name: str, *, attached: bool = False) -> Response:
    """The PDF under that file name; `attached` saves it instead of showing it."""
    answer = Response(data, mimetype="application/pdf")
    answer.headers.set("Content-Disposition", "attachment" if attached else "inline", filename=f"{name}.pdf")
    answer.headers["Cache-Control"] = "no-store"
    return answer
