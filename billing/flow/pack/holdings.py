"""09 产权: when the debtor held each unit, and who held it together with him; nobody before or after."""

from collections.abc import Iterator

from billing.flow.pack.exhibit import Layout, paper, piece, row, say, span, table
from billing.flow.pack.piece import Piece
from billing.flow.pack.subject import Subject
from notices import figures

KEY = "holdings"

_LAYOUT: Layout = (
    ("unit", 26, ""),
    ("area", 22, "right"),
    ("holder", 52, ""),
    ("role", 26, ""),
    ("since", 24, ""),
    ("until", 24, ""),
)


def holdings(subject: Subject) -> Iterator[Piece]:
    debtors = set(subject.range.debtor_ids)
    rows = []
    for own, party in subject.holdings:
        unit, name = subject.units[own.unit_id], subject.head.addressee(party.name, party.kind)
        role = say("owner" if party.id in debtors else "joint")
        cells = (unit.label, figures.area(unit.area_e2), name, role)
        rows.append(row([*cells, *span(own.since, own.until)]))
    name = f"09 {say('name.holdings')}/{say(f'title.{KEY}')}"
    yield piece(name, KEY, paper(subject, "09", KEY, [table("", _LAYOUT, rows)], (say("holdings_note"),)))
