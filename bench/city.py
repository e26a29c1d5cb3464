"""A city's worth of books for measuring: 100,000 units, 36 monthly periods, 3.6 million charges, 2.5 million payments.

Everything follows from a unit's number by arithmetic, so that every run measures the same books on either database.
Half of the units owe their last one to eighteen bills; the others paid everything, many of them late, a quarter two
months at a time.
"""

from calendar import monthrange
from collections.abc import Iterator
from datetime import date, timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from billing.flow.entry import record
from billing.flow.estate import EVER, found_community
from billing.flow.tariffs import Price, set_tariff
from billing.store import sums
from billing.store.base import writing

UNITS = 100_000
#: 2023-08 to 2026-07; each falls due on its last day.
PERIODS = [date(year, month, 1) for year in (2023, 2024, 2025, 2026) for month in range(1, 13)][7:43]
PRICE_E4 = 25_000

_AREA = "(6000 + u.id * 7919 % 9000)"
_AMOUNT = f"(({_AREA} * {PRICE_E4} + 5000) / 10000)"
#: Owes his last bills; of the others, one in four pays two months at once.
_OPEN = f"(u.id % 2 = 0 AND {{number}} > {len(PERIODS)} - (1 + u.id * 7919 % 18))"
_PAIRS = "u.id % 4 = 1"


def build(session: Session, units: int = UNITS) -> int:
    """Fill an empty database; the community's id."""
    with writing(session):
        community = found_community(session, "bench", "大城")
        set_tariff(session, "bench", community.id, Price("物业费", "area", PRICE_E4, 1, EVER))
        number = community.id
    with writing(session, number):
        entry = record(session, number, "import", "bench", "bench", {})
        for statement in (*_estate(), *_ledger(session.get_bind().dialect.name)):
            session.execute(text(statement), {"place": number, "entry": entry, "units": units})
        _restart(session)
        sums.rebuild(session)
    return number


def _estate() -> Iterator[str]:
    yield """INSERT INTO unit (id, community_id, building, entrance, room, floor, area_e2, start, status, note,
            position)
        WITH RECURSIVE n(id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM n WHERE id < :units)
        SELECT id, :place, CAST(1 + (id - 1) / 264 AS TEXT), CAST(1 + (id - 1) % 264 / 132 AS TEXT),
            CAST(101 + (id - 1) % 132 / 4 * 100 + (id - 1) % 4 AS TEXT), 1 + (id - 1) % 132 / 4,
            6000 + id * 7919 % 9000, '2020-01-01', '', '', CAST(10000000 + id AS TEXT) FROM n"""
    yield """INSERT INTO party (id, community_id, name, kind, id_number)
        SELECT id, :place, '业主' || id, 'person', '' FROM unit"""
    yield """INSERT INTO ownership (id, community_id, unit_id, party_id, role, entry)
        SELECT id, :place, id, id, 'owner', :entry FROM unit"""


def _ledger(dialect: str) -> Iterator[str]:
    for number, first in enumerate(PERIODS, start=1):
        due, is_open = _last_day(first), _OPEN.format(number=number)
        gap = (_last_day(due + timedelta(days=1)) - due).days
        days = f"CASE WHEN {_PAIRS} AND {number} % 2 = 1 THEN {_late(number + 1)} + {gap} ELSE {_late(number)} END"
        charge = f"{number - 1} * :units + u.id"
        yield f"""INSERT INTO charge (id, community_id, entry, unit_id, debtor_id, item_id, period, period_first,
                period_last, revision, amount_fen, due, effective_on, area_e2, price_e4, basis, open_fen,
                settled_fen_days)
            SELECT {charge}, :place, :entry, u.id, u.id, (SELECT MAX(id) FROM fee_item), '{first:%Y-%m}', '{first}',
                '{due}', 0, {_AMOUNT}, '{due}', '{first}', {_AREA}, {PRICE_E4}, 'area',
                CASE WHEN {is_open} THEN {_AMOUNT} ELSE 0 END,
                CASE WHEN {is_open} OR {days} < 0 THEN 0 ELSE {_AMOUNT} * ({days}) END
            FROM unit u"""
        pays = f"NOT {is_open} AND NOT ({_PAIRS} AND {number} % 2 = 1)"
        months = f"CASE WHEN {_PAIRS} THEN 2 ELSE 1 END"
        yield f"""INSERT INTO payment (id, community_id, entry, unit_id, debtor_id, amount_fen, paid_on, channel, payer,
                serial, outside_number, note, verify_token, free_fen)
            SELECT {charge}, :place, :entry, u.id, u.id, {months} * {_AMOUNT}, {_on(dialect, due, number)}, 'transfer',
                '', {charge}, '', '', 'bench' || ({charge}), 0
            FROM unit u WHERE {pays}"""
        yield _allocated(f"{charge}", charge, _on(dialect, due, number), pays)
        if number % 2 == 0:
            before = f"{number - 2} * :units + u.id"
            yield _allocated(before, charge, _on(dialect, due, number), _PAIRS)


def _allocated(charge: str, payment: str, on: str, where: str) -> str:
    return f"""INSERT INTO allocation (community_id, entry, payment_id, charge_id, counted_on, principal_fen,
            late_fee_fen)
        SELECT :place, :entry, {payment}, {charge}, {on}, {_AMOUNT}, 0 FROM unit u WHERE {where}"""


def _last_day(first: date) -> date:
    return first.replace(day=monthrange(first.year, first.month)[1])


def _late(number: int) -> str:
    """Days after the due date on which a bill was paid: from three weeks before it to seven weeks after."""
    return f"(u.id * 31 + {number} * 17) % 70 - 21"


def _on(dialect: str, due: date, number: int) -> str:
    if dialect == "sqlite":
        return f"date('{due}', ({_late(number)}) || ' days')"
    return f"CAST('{due}' AS DATE) + CAST({_late(number)} AS INTEGER)"


def _restart(session: Session) -> None:
    """PostgreSQL counts its keys on from those that were given."""
    if session.get_bind().dialect.name == "postgresql":
        for table in ("unit", "party", "ownership", "charge", "payment"):
            session.execute(
                text(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT MAX(id) FROM {table}))")
            )
