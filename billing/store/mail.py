"""The outbox: each e-mail as it was written, and how far it has come on its way to the mail server."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from billing.store.base import Base, Keyed

STATES = (
    *("queued", "sending", "handed_over", "refused", "address_refused", "unknown"),
    *("returned", "address_returned", "withdrawn"),
)
#: What a try may end in.
TRIED = ("queued", "handed_over", "refused", "address_refused", "unknown")
#: It did not arrive, or may not have gone out: a person may send it again.
UNSENT = ("refused", "address_refused", "unknown", "returned", "address_returned")
#: What says that there is no such address.
NO_SUCH_ADDRESS = ("address_refused", "address_returned")


class Mail(Keyed, Base):
    """What was written is a fact; the columns of PROGRESS alone change. `state` is one of STATES.

    `handed_over` is the server's word that it took the mail, never that it arrived; `unknown`: it may have gone out
    or not; `returned`: it was handed over and came back later; `withdrawn`: it was not sent, because what it says is
    no longer so (`last_answer` holds the code of the reason, see billing.flow.overtaken).
    """

    __tablename__ = "mail"
    __table_args__ = (Index(None, "state", "next_try_at"), Index(None, "about", "about_id"))
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"))
    about: Mapped[str]
    about_id: Mapped[int]
    party_id: Mapped[int] = mapped_column(ForeignKey("party.id"))
    recipient: Mapped[str] = mapped_column(index=True)
    subject: Mapped[str]
    body: Mapped[str]
    #: Files of the vault, each {sha256, name, media_type}.
    attachments: Mapped[list[dict[str, Any]]]
    message_id: Mapped[str] = mapped_column(unique=True)
    key: Mapped[str] = mapped_column(unique=True)
    actor: Mapped[str]
    created_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(default="queued")
    attempts: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[datetime]
    claimed_by: Mapped[str | None]
    claimed_until: Mapped[datetime | None]
    #: The server's own words, shortened.
    last_answer: Mapped[str] = mapped_column(default="")
    handed_over_at: Mapped[datetime | None]
    returned_at: Mapped[datetime | None]
    #: What the server that gave up said.
    returned_words: Mapped[str] = mapped_column(default="", server_default="")


#: What changes while a mail is on its way.
PROGRESS = (
    "state",
    "attempts",
    "next_try_at",
    "claimed_by",
    "claimed_until",
    "last_answer",
    "handed_over_at",
    "returned_at",
    "returned_words",
)
