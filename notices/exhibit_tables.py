"""A paper of tables: what an exhibit of a debtor's pack says, worked out before it comes to paper."""

from dataclasses import dataclass
from datetime import date

from notices.content import LateFeeTerms, Paper


@dataclass(frozen=True, slots=True, kw_only=True)
class ExhibitColumn:
    """`width` is a share against the other columns'; `fine` sets the column small."""

    title: str
    width: int
    right: bool = False
    fine: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ExhibitRow:
    """A cell's lines are parted by a line feed; None is covered by the cell before it. `sums` sets it bold."""

    cells: tuple[str | None, ...]
    sums: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ExhibitTable:
    """`heading` may be empty; a table without rows says that there are none."""

    heading: str
    columns: tuple[ExhibitColumn, ...]
    rows: tuple[ExhibitRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Exhibit(Paper):
    """A paper of tables for a debtor's pack (欠费明细表, 违约金计算表, 目录 …), worked out before it comes here.

    `unit` names every unit it is about. With `rate_ppm` it quotes rate, grace, cap and the clause. It has no
    `verify_url`: the pack's list of hashes vouches for it.
    """

    title: str
    as_of: date
    known_at: int
    tables: tuple[ExhibitTable, ...]
    notes: tuple[str, ...] = ()
    rate_ppm: int | None = None
    terms: LateFeeTerms = LateFeeTerms()  # noqa: RUF009  # frozen too
