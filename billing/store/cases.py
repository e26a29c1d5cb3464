"""Cases: one for each debtor of a community, and what people do about it; every row is a fact that is only added.

Nothing here is a state: the newest row of its kind counts, and the rest is computed (billing.core.case).
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from billing.store.base import Base
from billing.store.collection import Numbered
from billing.store.ledger import Fact, _entry


class Case(Numbered, Base):
    """催收案件: whatever is done about what one debtor owes in a community, on all his units."""

    LETTER = "K"
    __tablename__ = "collection_case"
    __table_args__ = (
        _entry(),
        UniqueConstraint("community_id", "serial"),
        UniqueConstraint("community_id", "debtor_id"),
    )
    debtor_id: Mapped[int] = mapped_column(ForeignKey("party.id"))
    opened_on: Mapped[date]


class CaseAssignment(Fact, Base):
    """Who looks after a case from a day on; nobody where `user_id` is none. A hand-over says why."""

    __tablename__ = "case_assignment"
    __table_args__ = (_entry(), Index(None, "case_id"))
    case_id: Mapped[int] = mapped_column(ForeignKey("collection_case.id"))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("staff_user.id"))
    on: Mapped[date] = mapped_column("assigned_on")
    reason: Mapped[str]


class CaseReason(Fact, Base):
    """Why it is unpaid (one of core.case.REASONS), as somebody learnt on a day."""

    __tablename__ = "case_reason"
    __table_args__ = (_entry(), Index(None, "case_id"))
    case_id: Mapped[int] = mapped_column(ForeignKey("collection_case.id"))
    code: Mapped[str]
    on: Mapped[date] = mapped_column("learnt_on")
    note: Mapped[str]


class FollowUp(Fact, Base):
    """What comes next (one of core.case.NEXT) and on which day; said on the day `on`."""

    __tablename__ = "follow_up"
    __table_args__ = (_entry(), Index(None, "case_id"))
    case_id: Mapped[int] = mapped_column(ForeignKey("collection_case.id"))
    code: Mapped[str]
    due: Mapped[date | None]
    on: Mapped[date] = mapped_column("said_on")
    note: Mapped[str]


class AttemptRow(Fact, Base):
    """A call or a visit (see billing.core.attempt.Attempt), `by` a member of the staff.

    `contact_id` is the number or address that was tried, `unit_id` the home that was visited. `learnt`: something came
    of it; `override` why it was made in spite of what decent conduct has against it, `objections` what that was.
    """

    __tablename__ = "case_attempt"
    __table_args__ = (_entry(), Index(None, "case_id", "made_at"))
    case_id: Mapped[int] = mapped_column(ForeignKey("collection_case.id"))
    kind: Mapped[str]
    at: Mapped[datetime] = mapped_column("made_at")
    on: Mapped[date] = mapped_column("made_on")
    outcome: Mapped[str]
    spoke_with: Mapped[str]
    incoming: Mapped[bool]
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id"), index=True)
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    by: Mapped[str] = mapped_column("made_by")
    companion: Mapped[str]
    note: Mapped[str]
    learnt: Mapped[bool]
    override: Mapped[str]
    objections: Mapped[list[dict[str, Any]]]


class PromiseRow(Fact, Base):
    """还款承诺: an amount by a day (see billing.core.promise), by whom and how; `sha256` is the paper he signed."""

    __tablename__ = "promise"
    __table_args__ = (
        _entry(),
        CheckConstraint("amount_fen > 0", name="amount"),
        Index(None, "case_id"),
        Index(None, "community_id", "due"),
    )
    case_id: Mapped[int] = mapped_column(ForeignKey("collection_case.id"))
    amount_fen: Mapped[int]
    given_on: Mapped[date]
    due: Mapped[date]
    by: Mapped[str] = mapped_column("promised_by")
    how: Mapped[str]
    replaces_id: Mapped[int | None] = mapped_column(ForeignKey("promise.id"))
    sha256: Mapped[str | None] = mapped_column(ForeignKey("stored_file.sha256"))


class CollectionRulesRow(Fact, Base):
    """催收规则 from a day on (see billing.core.collection_rules); a later row of the same day replaces it."""

    __tablename__ = "collection_rules"
    __table_args__ = (_entry(), Index(None, "community_id"))
    since: Mapped[date]
    terms: Mapped[dict[str, Any]]


class PlaybookPage(Fact, Base):
    """A page of the office's own playbook (see billing.core.playbook); a later row of the same day replaces it."""

    __tablename__ = "playbook_page"
    __table_args__ = (_entry(), Index(None, "community_id", "reason"))
    reason: Mapped[str]
    since: Mapped[date]
    #: Part -> its lines, as core.playbook.Page has them.
    parts: Mapped[dict[str, Any]]
