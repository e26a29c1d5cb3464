"""A paper handed to the browser: kept nowhere on the way, and never taken for a page."""

import io

from flask import Response, send_file


def pdf(data: bytes, name: str, *, attached: bool = False) -> Response:
    """The PDF under that file name; `attached` saves it instead of showing it."""
    answer = send_file(
        io.BytesIO(data), "application/pdf", as_attachment=attached, download_name=f"{name}.pdf"
    )
    answer.headers["Cache-Control"] = "no-store"
    return answer
