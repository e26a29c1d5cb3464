"""Files handed out so that nothing in them can act as the site: no script, no frame, no guess at another type."""

import io
from typing import BinaryIO

from flask import Response, send_file

#: What a file's name ends with: a picture saved as .html would be opened as a page.
_ENDINGS = {
    "image/jpeg": (".jpg", ".jpeg"),
    "image/png": (".png",),
    "application/pdf": (".pdf",),
}
_SEALED = "sandbox; default-src 'none'"


def paper(pdf: bytes | BinaryIO, name: str, *, saved: bool = False) -> Response:
    """A PDF of our own making, shown or saved under the name; a file is streamed and closed."""
    source = io.BytesIO(pdf) if isinstance(pdf, bytes) else pdf
    return _sealed(send_file(source, "application/pdf", as_attachment=saved, download_name=f"{name}.pdf"))


def original(data: bytes, name: str, media_type: str) -> Response:
    """What came from outside, the very bytes: only to be saved, under the name they came with (RFC 6266)."""
    endings = _ENDINGS.get(media_type, (".bin",))
    if not name.lower().endswith(endings):
        name += endings[0]
    return _sealed(send_file(io.BytesIO(data), media_type, as_attachment=True, download_name=name))


def archive(zip_file: BinaryIO, name: str) -> Response:
    """A ZIP of our own making, to be saved: streamed and closed."""
    return _sealed(send_file(zip_file, "application/zip", as_attachment=True, download_name=f"{name}.zip"))


def picture(data: bytes) -> Response:
    """A JPEG of our own making, to be shown on a page. It never changes, but it is somebody's data."""
    answer = _sealed(send_file(io.BytesIO(data), "image/jpeg"))
    answer.headers["Cache-Control"] = "private, max-age=3600"
    return answer


def _sealed(answer: Response) -> Response:
    answer.headers["Content-Security-Policy"] = _SEALED
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Cache-Control"] = "no-store"
    return answer
