"""Signed slips: the scan of a return slip, kept by its content and filed against its notice."""

import io
from dataclasses import dataclass
from datetime import date

import pikepdf
from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.clock import now
from billing.core.problem import Refused, Unusable
from billing.flow.entry import record
from billing.flow.printing import NOTICES
from billing.store.collection import Notice
from billing.store.evidence import Delivery
from billing.store.vault import Vault, keep
from billing.translations import N_

#: Who signed, in relation to the debtor (a co-resident adult relative's signature counts as his own).
RELATIONS = ("本人", "家属", "受托人", "其他")

LARGEST_FILE = 20 * 1024 * 1024

#: Above this many pixels a picture is a bomb, not a scan (A3 at 600 dpi has 70 million).
_MOST_PIXELS = 80_000_000

_SIGNS = {
    b"\xff\xd8\xff": "image/jpeg",
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"%PDF-": "application/pdf",
}


@dataclass(frozen=True)
class Slip:
    """A scan and what a person read off it."""

    data: bytes
    file_name: str
    signer: str
    relation: str
    on: date
    device: str = ""
    note: str = ""


def media_type(data: bytes) -> str:
    """What the file is by its content: JPEG, PNG or PDF; anything else cannot be used."""
    if not data:
        raise Unusable(N_("The file is empty: choose the scan again."))
    if len(data) > LARGEST_FILE:
        raise Unusable(N_("The file is larger than 20 MB: scan at 300 dpi or less."))
    kind = next((kind for sign, kind in _SIGNS.items() if data.startswith(sign)), None)
    if kind is None:
        raise Unusable(
            N_("This is neither a photo (JPEG, PNG) nor a PDF: upload the scan of the signed slip.")
        )
    if kind.startswith("image/"):
        _check_picture(data)
    else:
        _check_pdf(data)
    return kind


def _check_pdf(data: bytes) -> None:
    try:
        with pikepdf.open(io.BytesIO(data)) as pdf:
            if len(pdf.pages):
                return
    except pikepdf.PdfError:  # a PasswordError too: nobody could show it in court
        pass
    raise Unusable(N_("The PDF is damaged, locked or empty: scan the slip again."))


def _check_picture(data: bytes) -> None:
    try:
        with Image.open(io.BytesIO(data), formats=("JPEG", "PNG")) as picture:
            width, height = picture.size
            if width * height <= _MOST_PIXELS:
                picture.load()
                return
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        pass
    except (OSError, ValueError, SyntaxError):
        raise Unusable(N_("The picture is damaged or cut off: take or scan it again.")) from None
    raise Unusable(N_("The picture has too many pixels: scan at 300 dpi or less."))


def file_slip(
    session: Session, vault: Vault, actor: str, today: date, notice: Notice, slip: Slip
) -> Delivery:
    """File the slip against its notice. The same file again is the same delivery, whoever sends it."""
    kind = media_type(slip.data)
    if slip.relation not in RELATIONS:
        raise Refused(N_("The relation is one of %(relations)s."), relations=", ".join(RELATIONS))
    if not slip.signer.strip():
        raise Refused(N_("Say who signed."))
    # Not before the day the notice speaks of: what was received, and when, stands beside it for whoever doubts.
    if not notice.as_of <= slip.on <= today:
        raise Refused(
            N_(
                "The slip of notice %(number)s cannot be signed on %(on)s: notice of %(as_of)s, today %(today)s."
            ),
            number=notice.number,
            on=slip.on,
            as_of=notice.as_of,
            today=today,
        )
    sha256 = keep(session, vault, slip.data, kind)
    known = session.scalar(select(Delivery).where(Delivery.notice_id == notice.id, Delivery.sha256 == sha256))
    if known:
        if (known.signer, known.relation, known.on) != (slip.signer.strip(), slip.relation, slip.on):
            raise Refused(
                N_("This very file is already filed for %(number)s with other particulars."),
                number=notice.number,
            )
        return known
    content = {
        "notice": notice.number,
        "sha256": sha256,
        "signer": slip.signer,
        "relation": slip.relation,
        "on": slip.on,
    }
    key = f"slip:{notice.serial}:{sha256}"
    entry = record(session, notice.community_id, "delivery", key, actor, content)
    delivery = Delivery(
        community_id=notice.community_id,
        entry=entry,
        notice_id=notice.id,
        sha256=sha256,
        file_name=_plain(slip.file_name),
        signer=slip.signer.strip(),
        relation=slip.relation,
        on=slip.on,
        received_at=now(),
        received_by=actor,
        device=slip.device.strip(),
        note=slip.note.strip(),
    )
    session.add(delivery)
    session.flush()
    return delivery


def _plain(name: str) -> str:
    """A file's own name without folders or control characters; it is shown, never used as a path."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(sign for sign in last if sign.isprintable())[:120]


def find_notice(session: Session, community_id: int, number: str) -> Notice:
    """The notice of that number, such as D1-000017."""
    return NOTICES.find(session, community_id, number)


def deliveries(session: Session, notice_ids: list[int]) -> dict[int, list[Delivery]]:
    """Notice -> its signed slips, the oldest first."""
    found: dict[int, list[Delivery]] = {}
    query = select(Delivery).where(Delivery.notice_id.in_(notice_ids)).order_by(Delivery.on, Delivery.id)
    for delivery in session.scalars(query):
        found.setdefault(delivery.notice_id, []).append(delivery)
    return found
