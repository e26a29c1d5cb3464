"""What must hold before a paper is printed: nothing is missing or contradicts itself, every character is known."""

from collections.abc import Iterator, Sequence
from dataclasses import fields, is_dataclass
from typing import Any

from billing.core.money import MICRO
from billing.core.problem import Refused
from billing.translations import N_
from notices.content import (
    ChargeLine,
    Demand,
    LateFeeSegment,
    Paper,
    PaymentNotice,
    Receipt,
    Statement,
    Waived,
    late_fee_due,
)
from notices.exhibit_tables import Exhibit
from notices.fonts import Fonts, MissingGlyph
from notices.waiver_request import WaiverForm

_ALWAYS = (
    *("number", "office.company", "community.name"),
    *("unit.label", "unit.owner", "unit.address"),
)
_ACCOUNT = (
    "office.address",
    "office.phone",
    "office.bank_name",
    "office.bank_account_name",
    "office.bank_account",
)
_CONTRACT = ("community.contract_name", "community.contract_number")


def proof(paper: Paper, using: Fonts) -> None:
    """Raises Refused or MissingGlyph naming what is missing, ValueError for figures that disagree."""
    if missing := gaps(paper):
        raise Refused(N_("The paper lacks %(fields)s."), fields=", ".join(missing))
    if characters := unprintable(paper, using):
        raise MissingGlyph(characters)
    _check_figures(paper)


def gaps(paper: Paper) -> tuple[str, ...]:
    """What this paper needs and nobody entered, as dotted field names such as office.bank_account."""
    needed = list(_ALWAYS) if isinstance(paper, Exhibit) else ["verify_url", *_ALWAYS]
    if isinstance(paper, Demand | PaymentNotice | Statement):
        needed += [*_ACCOUNT, *_CONTRACT]
    if isinstance(paper, Demand) or (isinstance(paper, PaymentNotice) and late_fee_due(paper.late_lines)):
        needed.append("community.late_fee_clause")
    return tuple(name for name in needed if not _value(paper, name).strip())


def unprintable(paper: Paper, using: Fonts) -> str:
    """The characters of the paper's values that no font has."""
    return using.missing(_texts(paper))


def _value(paper: Any, name: str) -> str:
    for part in name.split("."):
        paper = getattr(paper, part)
    return str(paper)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for each in value:
            yield from _texts(each)
    elif is_dataclass(value):
        for field in fields(value):
            yield from _texts(getattr(value, field.name))


def _check_figures(paper: Paper) -> None:
    if isinstance(paper, Demand | PaymentNotice) and paper.deadline < paper.issued:
        raise ValueError(f"{paper.number}: the deadline is before the paper's day")
    if isinstance(paper, Demand) and any(line.state(paper.as_of) != "overdue" for line in paper.lines):
        raise ValueError(f"{paper.number}: a demand lists what is overdue, and nothing else")
    if isinstance(paper, Demand | Statement):
        _check_working(paper.number, paper.lines, paper.segments)
        _check_waivers(paper.number, paper.lines, paper.waivers)
    elif isinstance(paper, PaymentNotice):
        _check_working(paper.number, paper.late_lines, paper.segments)
        _check_waivers(paper.number, paper.late_lines, paper.waivers)
    elif isinstance(paper, Receipt):
        settled = sum(share.principal + share.late_fee for share in paper.shares)
        if settled + paper.prepayment != paper.amount:
            raise ValueError(f"{paper.number}: shares and prepayment are not the amount received")
    elif isinstance(paper, WaiverForm):
        _check_form(paper)


def _check_form(paper: WaiverForm) -> None:
    if any(not 0 <= given <= line.owed for line in paper.lines for given in (line.asked, line.approved or 0)):
        raise ValueError(f"{paper.number}: more is given up than is owed")
    if paper.approved != (paper.decision.value if paper.decision else 0):
        raise ValueError(f"{paper.number}: the lines are not what was approved")


def _check_waivers(number: str, lines: Sequence[ChargeLine], waivers: Sequence[Waived]) -> None:
    """What the charges were relieved of is what the waivers give up."""
    told = (sum(one.principal for one in waivers), sum(one.late_fee for one in waivers))
    if waivers and told != (sum(line.waived for line in lines), sum(line.late_fee_waived for line in lines)):
        raise ValueError(f"{number}: the waivers are not what the charges were relieved of")


def _check_working(number: str, lines: Sequence[ChargeLine], segments: Sequence[LateFeeSegment]) -> None:
    """Every late fee follows from its segments, up to rounding by the charge or by the segment."""
    sums, counts = [0] * len(lines), [0] * len(lines)
    for segment in segments:
        if segment.days < 1 or not 0 <= segment.micro <= segment.principal * segment.days * segment.rate_ppm:
            raise ValueError(f"{number}: a segment of the late fee is more than principal x days x rate")
        sums[segment.line] += segment.micro
        counts[segment.line] += 1
    for line, exact, count in zip(lines, sums, counts, strict=True):
        if abs(exact - line.late_fee * MICRO) * 2 > MICRO * max(1, count):
            raise ValueError(f"{number}: a late fee of {line.period} does not follow from its working")
