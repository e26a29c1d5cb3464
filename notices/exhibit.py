"""A paper of a debtor's pack: what it is about, then tables that were worked out before they came here."""

from notices import figures
from notices.account import signature
from notices.blocks import clause, facts, late_fee_rate
from notices.exhibit_tables import Exhibit, ExhibitColumn, ExhibitRow, ExhibitTable
from notices.layout import LEFT, RIGHT, WIDTH, Flow
from notices.letterhead import letterhead, running_head
from notices.press import Press
from notices.sheet import MM, Style
from notices.styles import BODY, FINE, HEADING, NOTE, STRONG
from notices.table import Cell, Column, Row, Table


def compose(paper: Exhibit, press: Press) -> Flow:
    flow = Flow(press.fonts, press.typecase(), head=running_head(press, paper.title))
    letterhead(flow, press, paper.title)
    facts(flow, _facts(paper, press))
    if paper.rate_ppm is not None:
        clause(flow, press)
    for table in paper.tables:
        _draw(flow, press, table)
    for note in paper.notes:
        flow.paragraph(note, NOTE)
        flow.gap(0.9 * MM)
    flow.need(32 * MM)
    signature(flow, press, RIGHT - 62 * MM, flow.y, 62 * MM)
    flow.gap(30 * MM)
    return flow


def _facts(paper: Exhibit, press: Press) -> list[tuple[str, str]]:
    unit = paper.unit
    pairs = [
        (press.say("exhibit.debtor"), unit.owner),
        (press.say("label.co_owners"), "、".join(unit.co_owners) or press.say("label.none")),
        (press.say("label.premises"), unit.address),
        (press.say("exhibit.units"), unit.label),
        (press.say("label.as_of_account"), figures.day(paper.as_of)),
        (press.say("label.known_at"), str(paper.known_at)),
    ]
    if paper.rate_ppm is not None:
        pairs.append(late_fee_rate(press, (), paper.rate_ppm, paper.terms))
    return pairs


def _draw(flow: Flow, press: Press, table: ExhibitTable) -> None:
    flow.need(HEADING.line + 16 * MM)
    if table.heading:
        flow.paragraph(table.heading, HEADING)
    if not table.rows:
        flow.paragraph(press.say("exhibit.no_rows"), NOTE)
    else:
        scale = WIDTH / sum(column.width for column in table.columns)
        columns = [
            Column(column.width * scale, column.title, "right" if column.right else "left")
            for column in table.columns
        ]
        Table(flow, columns, x=LEFT).draw([_row(table.columns, row) for row in table.rows])
    flow.gap(2 * MM)


def _row(columns: tuple[ExhibitColumn, ...], row: ExhibitRow) -> Row:
    cells = [
        None if text is None else _cell(text, STRONG if row.sums else FINE if column.fine else BODY)
        for column, text in zip(columns, row.cells, strict=True)
    ]
    return Row(cells, ground=0.94, bound=True) if row.sums else Row(cells)


def _cell(text: str, style: Style) -> Cell:
    """The first line as its column is set, what stands under it finer."""
    first, *rest = text.split("\n")
    return [(first, style), *((line, FINE) for line in rest)]
