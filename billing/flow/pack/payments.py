"""07 收款: every payment and what became of it, those reversed with their reasons, the receipts as they were made."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from billing.clock import local_day
from billing.core.money import grouped
from billing.flow.documents import count_pages, kept
from billing.flow.pack.exhibit import Layout, book, paper, piece, row, say, table
from billing.flow.pack.piece import Lack, Piece
from billing.flow.pack.subject import Subject
from billing.sheets.exhibit_book import Kind, Value
from billing.store.pack import payments as recorded
from notices.exhibit_tables import ExhibitRow
from notices.wording import LATEST, wording

KEY = "payments"

_PAYMENTS: Layout = (
    ("number", 8, ""),
    ("received", 19, ""),
    ("receipt", 28, ""),
    ("unit", 17, ""),
    ("payer", 26, ""),
    ("channel", 17, ""),
    ("received_amount", 19, "right"),
    ("note", 50, "fine"),
)
_ALLOCATIONS: Layout = (
    ("number", 8, ""),
    ("receipt", 30, ""),
    ("counted", 22, ""),
    ("unit", 22, ""),
    ("item", 38, ""),
    ("period", 22, ""),
    ("principal", 20, "right"),
    ("fee", 20, "right"),
)
_COLUMNS: tuple[tuple[str, Kind], ...] = (
    ("number", "number"),
    ("received", "day"),
    ("receipt", "text"),
    ("unit", "text"),
    ("payer", "text"),
    ("channel", "text"),
    ("received_amount", "money"),
    ("counted", "day"),
    ("item", "text"),
    ("period", "text"),
    ("principal", "money"),
    ("fee", "money"),
    ("note", "text"),
)


def payments(subject: Subject) -> Iterator[Piece | Lack]:
    folder = f"07 {say('name.payments')}"
    found = [each for each in recorded(subject.session, subject.range) if each.Payment.on <= subject.as_of]
    parts = _parts(subject)
    tables = [
        table("payments", _PAYMENTS, list(_payment_rows(subject, found, parts))),
        table("allocations", _ALLOCATIONS, list(_part_rows(subject, found, parts))),
    ]
    name, notes = f"{folder}/{say(f'title.{KEY}')}", (say("unpaid_note"),)
    yield piece(name, KEY, paper(subject, "07", KEY, tables, notes))
    values = list(_values(subject, found, parts))
    data = book(subject, KEY, _COLUMNS, values, notes)
    yield Piece(f"{name}.xlsx", say(f"title.{KEY}"), say(f"proves.{KEY}"), data)
    for each in found:
        yield from _receipts(subject, folder, each)


def _receipts(subject: Subject, folder: str, each: Any) -> Iterator[Piece | Lack]:
    payment = each.Payment
    if payment.serial is None:
        yield Lack("older_receipt", payment.outside_number or payment.on.isoformat())
        return
    for sha256, word in ((each.receipt, "receipt"), (each.annulment, "reversal")):
        if sha256:
            data, kind = kept(subject.vault, sha256), say(f"name.{word}")
            name = payment.receipt if word == "receipt" else f"{payment.receipt} {kind}"
            title = f"{kind} {payment.receipt}"
            yield Piece(f"{folder}/{name}.pdf", title, say(f"proves.{word}"), data, count_pages(data))
    if each.receipt is None:
        yield Lack("no_receipt", payment.receipt)


def _parts(subject: Subject) -> dict[int, list[Any]]:
    """Payment -> what of it went to which charge by that day, each with its account."""
    parts: dict[int, list[Any]] = defaultdict(list)
    for account in subject.accounts:
        for part in account.allocations:
            if part.on <= subject.as_of:
                parts[part.payment_id].append((part, account.rows[part.charge_id]))
    return parts


def _payment_rows(
    subject: Subject, found: Sequence[Any], parts: dict[int, list[Any]]
) -> Iterator[ExhibitRow]:
    for number, each in enumerate(found, 1):
        one = each.Payment
        cells = (str(number), one.on.isoformat(), one.receipt, subject.units[one.unit_id].label)
        yield row([*cells, one.payer, _channel(one.channel), grouped(one.amount_fen), _note(each, parts)])
    if found:
        counted = sum(each.Payment.amount_fen for each in found if each.Reversal is None)
        yield row([say("sum"), *[None] * 5, grouped(counted), ""], sums=True)


def _part_rows(subject: Subject, found: Sequence[Any], parts: dict[int, list[Any]]) -> Iterator[ExhibitRow]:
    principal = fee = 0
    for number, each in enumerate(found, 1):
        unit = subject.units[each.Payment.unit_id].label
        for part, charge in parts[each.Payment.id]:
            about = (str(number), each.Payment.receipt, part.on.isoformat(), unit, charge.item, charge.period)
            yield row([*about, grouped(part.principal_fen), grouped(part.late_fee_fen)])
            principal, fee = principal + part.principal_fen, fee + part.late_fee_fen
    if principal or fee:
        yield row([say("sum"), *[None] * 5, grouped(principal), grouped(fee)], sums=True)


def _values(subject: Subject, found: Sequence[Any], parts: dict[int, list[Any]]) -> Iterator[list[Value]]:
    """The workbook's rows: a payment, then each part of it, so that neither column counts anything twice."""
    for number, each in enumerate(found, 1):
        one = each.Payment
        unit, way = subject.units[one.unit_id].label, _channel(one.channel)
        about = [number, one.on, one.receipt, unit, one.payer, way]
        yield [*about, one.amount_fen, *[None] * 5, _note(each, parts)]
        for part, charge in parts[one.id]:
            shares = [part.principal_fen, part.late_fee_fen]
            yield [*about, None, part.on, charge.item, charge.period, *shares, None]


def _note(each: Any, parts: dict[int, list[Any]]) -> str:
    """Why it was reversed; else what of it no charge took; and what was noted when it came."""
    one, said = each.Payment, [each.Payment.note] if each.Payment.note else []
    if each.Reversal is not None:
        day, entry = local_day(each.reversed_at).isoformat(), str(each.Reversal.entry)
        return "\n".join([say("reversed", 日期=day, 红冲编号=entry, 红冲原因=each.Reversal.reason), *said])
    left = one.amount_fen - sum(part.principal_fen + part.late_fee_fen for part, _ in parts[one.id])
    return "\n".join(([say("prepaid", 金额=grouped(left))] if left else []) + said)


def _channel(code: str) -> str:
    words = wording(LATEST)
    return words(f"channel.{code}") if f"channel.{code}" in words else code
