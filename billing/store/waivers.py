"""Waivers: the policies they rest on, what was asked for, what was decided, and how each one ended."""

from datetime import date
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from billing.store.base import Base
from billing.store.collection import Numbered
from billing.store.ledger import Fact, _entry


class WaiverPolicyRow(Fact, Base):
    """减免政策 from a day on (see billing.core.waiver_policy); a later row of the same code replaces it."""

    __tablename__ = "waiver_policy"
    __table_args__ = (_entry(), Index(None, "community_id", "code"))
    code: Mapped[str]
    since: Mapped[date]
    #: The policy's other fields, as core.waiver_policy.WaiverPolicy has them.
    terms: Mapped[dict[str, Any]]


class WaiverRequest(Numbered, Base):
    """减免申请: what is asked for, for which charges and why. `policy` names the policy, `kind` what kind it was then.

    Of the late fee a share (ppm) or a sum, of the principal a sum, or days on which nothing accrues; `pay_by` is the
    day of its condition. `found` are the rules that spoke for it (see billing.core.good_faith).
    """

    LETTER = "W"
    __tablename__ = "waiver_request"
    __table_args__ = (
        _entry(),
        UniqueConstraint("community_id", "serial"),
        Index(None, "community_id", "unit_id", "debtor_id"),
        CheckConstraint(
            "share_ppm >= 0 AND share_ppm <= 1000000 AND late_fee_fen >= 0 AND principal_fen >= 0",
            name="terms",
        ),
    )
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    debtor_id: Mapped[int] = mapped_column(ForeignKey("party.id"))
    asked_on: Mapped[date]
    by_owner: Mapped[bool]
    policy: Mapped[str]
    kind: Mapped[str]
    charges: Mapped[list[int]]
    share_ppm: Mapped[int]
    late_fee_fen: Mapped[int]
    principal_fen: Mapped[int]
    suspended_first: Mapped[date | None]
    suspended_last: Mapped[date | None]
    condition: Mapped[str]
    pay_by: Mapped[date | None]
    reason: Mapped[str]
    found: Mapped[list[dict[str, Any]]]


class WaiverPaper(Fact, Base):
    """A paper that speaks for a request: a certificate, a photo; its bytes are in the vault."""

    __tablename__ = "waiver_paper"
    __table_args__ = (_entry(), UniqueConstraint("request_id", "sha256"))
    request_id: Mapped[int] = mapped_column(ForeignKey("waiver_request.id"))
    sha256: Mapped[str] = mapped_column(ForeignKey("stored_file.sha256"))
    file_name: Mapped[str]


class WaiverDecision(Fact, Base):
    """The one decision on a request, by somebody else than who asked; an approval's terms may be less than asked.

    `value_fen` is the most it gives up, as quoted when it was decided; `limit_fen` up to what its decider might
    approve (none: any sum), `role` as what.
    """

    __tablename__ = "waiver_decision"
    __table_args__ = (_entry(), UniqueConstraint("request_id"))
    request_id: Mapped[int] = mapped_column(ForeignKey("waiver_request.id"))
    approved: Mapped[bool]
    on: Mapped[date] = mapped_column("decided_on")
    role: Mapped[str]
    limit_fen: Mapped[int | None]
    value_fen: Mapped[int]
    opinion: Mapped[str]
    condition: Mapped[str]
    pay_by: Mapped[date | None]


class WaiverShare(Fact, Base):
    """What an approved waiver gives up on one charge (see billing.core.statement.Relief); `quoted_fen` of late fee."""

    __tablename__ = "waiver_share"
    __table_args__ = (_entry(), UniqueConstraint("request_id", "charge_id"), Index(None, "charge_id"))
    request_id: Mapped[int] = mapped_column(ForeignKey("waiver_request.id"))
    charge_id: Mapped[int] = mapped_column(ForeignKey("charge.id"))
    since: Mapped[date]
    until: Mapped[date]
    share_ppm: Mapped[int]
    late_fee_fen: Mapped[int]
    principal_fen: Mapped[int]
    suspended_first: Mapped[date | None]
    suspended_last: Mapped[date | None]
    quoted_fen: Mapped[int]


class WaiverEnd(Fact, Base):
    """How a request or a waiver ended: "withdrawn" from a day on, for a reason; or "lapsed", noted for the record.

    A waiver lapses by itself (billing.core.waiver); the note tells when the office saw it and told the debtor.
    """

    __tablename__ = "waiver_end"
    __table_args__ = (_entry(), UniqueConstraint("request_id"))
    request_id: Mapped[int] = mapped_column(ForeignKey("waiver_request.id"))
    kind: Mapped[str]
    on: Mapped[date] = mapped_column("ended_on")
    reason: Mapped[str]
