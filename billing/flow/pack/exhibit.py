"""The tables of a pack, as a paper and as the workbook beside it: their words, their cells, their bytes."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from billing.core.late_fee import Terms
from billing.core.money import grouped
from billing.flow.documents import count_pages
from billing.flow.pack.piece import Piece
from billing.flow.pack.subject import Subject
from billing.sheets.exhibit_book import BookColumn, BookSheet, Kind, Value, write_exhibit_book
from notices import figures
from notices.exhibit_tables import Exhibit, ExhibitColumn, ExhibitRow, ExhibitTable
from notices.fonts import fonts
from notices.wording import LATEST, wording

#: A column of a paper: the key of its title, its share of the width, and "right" or "fine".
Layout = Sequence[tuple[str, int, str]]
Cells = Sequence[str | None]


def say(key: str, **places: str) -> str:
    """The words of a pack's papers."""
    return wording(LATEST)(f"exhibit.{key}", places)


def shown(text: str) -> str:
    """Free text as a paper can show it: a character that no font has is named, not left out."""
    missing = fonts().missing([text])
    return "".join(f"〔U+{ord(sign):04X}〕" if sign in missing else sign for sign in text)


def span(since: date | None, until: date | None) -> tuple[str, str]:
    """From when, and until when, in words where no day is known."""
    return since.isoformat() if since else say("ever"), until.isoformat() if until else say("still")


def row(cells: Cells, *, sums: bool = False) -> ExhibitRow:
    return ExhibitRow(cells=tuple(None if cell is None else shown(cell) for cell in cells), sums=sums)


def table(heading: str, layout: Layout, rows: Sequence[ExhibitRow]) -> ExhibitTable:
    """`heading` is a key, or empty."""
    columns = (
        ExhibitColumn(title=say(f"column.{name}"), width=width, right="right" in set_, fine="fine" in set_)
        for name, width, set_ in layout
    )
    return ExhibitTable(
        heading=say(f"table.{heading}") if heading else "", columns=tuple(columns), rows=tuple(rows)
    )


def paper(
    subject: Subject,
    part: str,
    key: str,
    tables: Sequence[ExhibitTable],
    notes: Sequence[str] = (),
    **quoted: Any,
) -> bytes:
    """The PDF of part `part` of the pack; `quoted` may name `rate_ppm` and `terms`."""
    head = subject.head
    exhibit = Exhibit(
        number=f"{subject.number}-{part}",
        issued=subject.issued,
        office=head.office,
        community=head.community,
        unit=subject.unit_facts,
        verify_url="",
        title=say(f"title.{key}"),
        as_of=subject.as_of,
        known_at=subject.known_at,
        tables=tuple(tables),
        notes=tuple(notes),
        **quoted,
    )
    return subject.drawn(exhibit)


def piece(name: str, key: str, data: bytes) -> Piece:
    """A PDF of the pack's own, named and explained by its key."""
    return Piece(f"{name}.pdf", say(f"title.{key}"), say(f"proves.{key}"), data, count_pages(data))


def book(
    subject: Subject,
    key: str,
    columns: Sequence[tuple[str, Kind]],
    rows: Sequence[Sequence[Value]],
    notes: Sequence[str] = (),
    sums: int = 0,
) -> bytes:
    """The workbook beside a paper: one sheet, its columns named by their keys."""
    head, title = subject.head, say(f"title.{key}")
    facts = f"{say('debtor')} {'、'.join(subject.debtors)}　{say('units')} {subject.unit_facts.label}"
    above = (
        title,
        f"{head.community.name}　{facts}",
        f"{say('as_of')} {figures.day(subject.as_of)}　{head.office.company}",
    )
    told = [BookColumn(say(f"column.{name}"), kind) for name, kind in columns]
    sheet = BookSheet(title, above, told, rows, sums, notes)
    return write_exhibit_book(title, head.office.company, subject.issued, [sheet])


def grace_and_cap(terms: Terms) -> tuple[str, str]:
    """宽限 and 上限 in the words that every paper has for them."""
    words, none = wording(LATEST), say("none")
    grace = words(f"late_fee.grace_{terms.grace_from}", {"宽限天数": str(terms.grace_days)})
    cap = none
    if terms.cap.percent_ppm is not None:
        cap = words("late_fee.cap_share", {"上限": figures.percent(terms.cap.percent_ppm)})
    elif terms.cap.fixed_fen is not None:
        cap = words("late_fee.cap_sum", {"上限": grouped(terms.cap.fixed_fen)})
    return grace if terms.grace_days else none, cap
