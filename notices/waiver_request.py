"""A request for a waiver and its decision, as the approval form (违约金减免申请审批表) tells them."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from billing.core.waiver import State
from notices.content import Paper
from notices.parts import WaiverTerms

#: Where a request stands: not decided, refused, taken back before it was decided; or what became of an approved one.
Standing = Literal["open", "refused", "dropped", State]


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedLine:
    """A charge of the request: what is owed on it, and what of that is asked for and approved (none: still open)."""

    item: str
    period: str
    first: date
    last: date
    due: date
    principal: int
    late_fee: int
    asked: int
    asked_principal: int = 0
    approved: int | None = None
    approved_principal: int = 0

    @property
    def owed(self) -> int:
        return self.principal + self.late_fee

    @property
    def left(self) -> int:
        """减免后应付: as approved; as long as the request is open, as asked."""
        return self.owed - (self.asked if self.approved is None else self.approved)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A paper that speaks for the request; `sha256` is the hash of its file."""

    name: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Who decided as what on which day, and up to what sum he might (none: any). `terms` are those approved.

    `value` is the most an approval gives up.
    """

    on: date
    by: str
    role: str
    limit: int | None
    opinion: str
    terms: WaiverTerms | None = None
    value: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class WaiverForm(Paper):
    """违约金减免申请审批表 (forms 7): the request as filed, worked out on the books of `as_of`.

    The late fee is counted to `full_on`, by when the waiver has given all it can. The condition is one of Civil Code
    art. 158, the waiver itself a release (art. 575).
    """

    as_of: date
    full_on: date
    asked_on: date
    by_owner: bool
    handler: str
    policy: str
    kind: str
    reason: str
    asked: WaiverTerms
    lines: tuple[AskedLine, ...]
    standing: Standing
    ended: date | None = None
    papers: tuple[Attachment, ...] = ()
    decision: Decision | None = None

    @property
    def terms(self) -> WaiverTerms:
        """As approved; else as asked."""
        return (self.decision.terms if self.decision else None) or self.asked

    @property
    def approved(self) -> int:
        return sum(line.approved or 0 for line in self.lines)

    @property
    def left(self) -> int:
        return sum(line.left for line in self.lines)
