"""Files that came from outside: handed back as they came, to be saved, and never opened as part of the site."""

import io

from flask import Response, send_file

#: What a file's name ends with: a picture saved as .html would be opened as a page.
_ENDINGS = {
    "image/jpeg": (".jpg", ".jpeg"),
    "image/png": (".png",),
    "application/pdf": (".pdf",),
}
_SEALED = "sandbox; default-src 'none'"


def original(data: bytes, name: str, media_type: str) -> Response:
    """The very bytes, as a download under the name they came with (RFC 6266)."""
    endings = _ENDINGS.get(media_type, (".bin",))
    if not name.lower().endswith(endings):
        name += endings[0]
    return _sealed(send_file(io.BytesIO(data), media_type, as_attachment=True, download_name=name))


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
