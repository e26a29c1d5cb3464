"""The blueprint that the pages of this package share, and how they take a file."""

from typing import Any

from flask import Blueprint, request
from flask_babel import lazy_gettext
from flask_wtf.file import FileField
from werkzeug.wrappers import Response

from billing.flow.scans import LARGEST_FILE, media_type
from billing.web.form import Form

bp = Blueprint("holdings", __name__, url_prefix="/c/<int:community_id>/units/<int:unit_id>")

Page = str | Response | tuple[str, int]


@bp.teardown_request
def close_uploads(error: BaseException | None) -> None:
    """A large upload lies in a temporary file: it goes with its request, kept or not."""
    request.close()


def paper_field(label: Any, validators: Any = ()) -> FileField:
    return FileField(
        label,
        list(validators),
        render_kw={"accept": "image/*,application/pdf"},
        description=lazy_gettext("JPEG, PNG or PDF, at most 20 MB. It is kept as it is, with its hash."),
    )


def paper_of(form: Form) -> bytes | None:
    """The file's bytes, checked before the books are locked; what is no scan is an error of the field.

    One byte more than may be kept is read, so that a larger file is known as such.
    """
    upload = form["paper"].data
    if not upload:
        return None
    data: bytes = upload.stream.read(LARGEST_FILE + 1)
    with form.refusals("paper"):
        media_type(data)
    return data
