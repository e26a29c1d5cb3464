"""A table on a sheet: which row is its header, which column means what, and what nobody could place."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from billing.sheets.book import Row, Sheet
from billing.sheets.headings import Field, plain_heading

#: A person's own choice: field name to heading, to several headings, or to None for "no such column".
Choice = Mapping[str, str | Sequence[str] | None]

_HEADER_WITHIN = 40
_ROWS_LOOKED_AT = 5_000


@dataclass(frozen=True)
class Table:
    """`columns`: field name to column indices (from 0). `headers` is the header row's text by column."""

    sheet: Sheet
    header: Row
    headers: tuple[str, ...]
    columns: Mapping[str, tuple[int, ...]]

    @property
    def rows(self) -> Iterator[Row]:
        return (row for row in self.sheet.rows if row.number > self.header.number)

    @property
    def mapping(self) -> dict[str, tuple[str, ...]]:
        """Field name to the headings it was found under: what a person sees, corrects and hands back."""
        return {
            name: tuple(self.headers[index] for index in indices) for name, indices in self.columns.items()
        }

    @property
    def unmapped(self) -> tuple[str, ...]:
        taken = {index for indices in self.columns.values() for index in indices}
        return tuple(text for index, text in enumerate(self.headers) if text and index not in taken)

    def sample(self, count: int = 5) -> tuple[tuple[str, ...], ...]:
        """The first rows under the header, each as wide as the header."""
        width = range(len(self.headers))
        return tuple(tuple(row.cell(index) for index in width) for row in islice(self.rows, count))

    def heading(self, name: str) -> str:
        """The heading of the field's first column; "" without one."""
        return self.headers[self.columns[name][0]] if name in self.columns else ""


def find_table(sheet: Sheet, fields: Iterable[Field], choice: Choice | None = None) -> Table | None:
    """The table whose header row, within the first forty, says most of the fields; None under two fields."""
    fields = tuple(fields)
    best: Table | None = None
    for row in sheet.rows[:_HEADER_WITHIN]:
        headers = _headers(sheet, row)
        columns = _assign(headers, range(len(headers)), fields, choice or {})
        if len(columns) >= 2 and (best is None or len(columns) > len(best.columns)):
            best = Table(sheet, row, headers, columns)
    return _narrowed(best, fields, choice or {}) if best else None


def likely_table(sheet: Sheet) -> Table:
    """For a person to map by hand: of the first rows, the one with most words taken for the header."""
    header = max(
        sheet.rows[:_HEADER_WITHIN],
        key=lambda row: sum(bool(cell) and not cell[0].isdecimal() for cell in row.cells),
    )
    return Table(sheet, header, _headers(sheet, header), {})


def _headers(sheet: Sheet, row: Row) -> tuple[str, ...]:
    """A heading over two rows, merged downwards, is read in the lower row as well."""
    width = max(len(other.cells) for other in sheet.rows[:_HEADER_WITHIN])
    texts = [" ".join(sheet.text(row, index).split()) for index in range(width)]
    while not texts[-1]:
        texts.pop()
    return tuple(texts)


def _narrowed(table: Table, fields: Sequence[Field], choice: Choice) -> Table:
    """Leave out what stands beside the table, behind a blank column: notes, legends, another small table.

    Such a column is used only for a field the table cannot do without, or where a person chose it.
    """
    blocks = _blocks(table)
    if len(blocks) < 2:
        return table
    own = max((_assign(table.headers, block, fields, choice) for block in blocks), key=len)
    necessary = [field for field in fields if field.missing and field.name not in own]
    columns = own | {
        field.name: table.columns[field.name] for field in necessary if field.name in table.columns
    }
    return Table(table.sheet, table.header, table.headers, columns)


def _blocks(table: Table) -> list[list[int]]:
    """Runs of columns between wholly blank ones."""
    used = {index for index, text in enumerate(table.headers) if text}
    for row in islice(table.rows, _ROWS_LOOKED_AT):
        used.update(index for index, text in enumerate(row.cells) if text)
    blocks: list[list[int]] = []
    for index in sorted(used):
        if blocks and blocks[-1][-1] == index - 1:
            blocks[-1].append(index)
        else:
            blocks.append([index])
    return blocks


def _assign(
    headers: Sequence[str],
    block: Iterable[int],
    fields: Sequence[Field],
    choice: Choice,
) -> dict[str, tuple[int, ...]]:
    """A person's choice first (anywhere), then whole headings, then likenesses; a column has one meaning."""
    columns = {name: found for name, wanted in choice.items() if (found := _chosen(headers, wanted))}
    free = {
        index: plain_heading(headers[index]) for index in block if index < len(headers) and headers[index]
    }
    for indices in columns.values():
        for index in indices:
            free.pop(index, None)
    for fits in (_by_heading, _by_likeness):
        for field in fields:
            if field.name in columns or field.name in choice:
                continue
            found = fits(field, free)
            if found:
                columns[field.name] = found
                for index in found:
                    del free[index]
    return columns


def _chosen(headers: Sequence[str], wanted: str | Sequence[str] | None) -> tuple[int, ...]:
    texts = [wanted] if isinstance(wanted, str) else list(wanted or ())
    same = {" ".join(text.split()) for text in texts}
    return tuple(index for index, header in enumerate(headers) if header and header in same)


def _by_heading(field: Field, free: Mapping[int, str]) -> tuple[int, ...]:
    ranks = {index: rank for index, heading in free.items() if (rank := field.rank(heading)) is not None}
    if field.several:
        return tuple(sorted(ranks))
    return (max(ranks, key=lambda index: (ranks[index], -index)),) if ranks else ()


def _by_likeness(field: Field, free: Mapping[int, str]) -> tuple[int, ...]:
    found = tuple(sorted(index for index, heading in free.items() if field.resembles(heading)))
    return found if field.several else found[:1]
