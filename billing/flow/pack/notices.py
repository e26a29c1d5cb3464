"""05 通知 and 06 送达: every paper that told the debtor what he owes, as it was made, and the proof that it arrived."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from billing.clock import SHANGHAI, local_day
from billing.flow.documents import count_pages, kept
from billing.flow.pack.contract import ENDINGS
from billing.flow.pack.exhibit import Layout, paper, piece, row, say, table
from billing.flow.pack.piece import Lack, Piece
from billing.flow.pack.subject import Subject
from billing.store.collection import Bill, Notice
from billing.store.evidence import Delivery
from billing.store.pack import papers, scans_of_others, slips
from notices.exhibit_tables import ExhibitRow

KEY = "deliveries"

_LAYOUT: Layout = (
    ("paper", 22, ""),
    ("made", 17, ""),
    ("signer", 20, ""),
    ("relation", 17, ""),
    ("signed", 18, ""),
    ("filed", 30, ""),
    ("file", 26, ""),
    ("state", 28, ""),
)


def notices(subject: Subject) -> Iterator[Piece | Lack]:
    """Payment notices, then what reminded, in order of their numbers."""
    folder = f"05 {say('name.notices')}"
    for table_, word in ((Bill, "bill"), (Notice, "notice")):
        for one, document in papers(subject.session, table_, subject.range):
            if one.issued_on > subject.as_of:
                yield Lack("later_paper", one.number)
            elif document is None:
                yield Lack("no_pdf", one.number)
            else:
                title, data = f"{say(f'name.{word}')} {one.number}", kept(subject.vault, document.sha256)
                name = f"{folder}/{one.number}.pdf"
                yield Piece(name, title, say(f"proves.{word}"), data, document.pages)


def deliveries(subject: Subject) -> Iterator[Piece | Lack]:
    """The record of all slips, then each scan that counts; what was withdrawn is told without its words or its scan."""
    folder = f"06 {say('name.deliveries')}"
    found: Sequence[Any] = slips(subject.session, subject.range)
    seen = [each for each in found if each.Delivery.on <= subject.as_of]
    counting = [each for each in seen if each.reason is None]
    names = _names(counting)
    scans = {(each.Notice.id, each.Delivery.sha256) for each in counting}
    rows = [_row(each, names, (each.Notice.id, each.Delivery.sha256) in scans) for each in seen]
    data = paper(subject, "06", KEY, [table("", _LAYOUT, rows)], (say("delivery_note"),))
    yield piece(f"{folder}/{say(f'title.{KEY}')}", KEY, data)
    for each in counting:
        title, scan = names[each.Delivery.id], kept(subject.vault, each.Delivery.sha256)
        pages = count_pages(scan) if each.StoredFile.media_type == "application/pdf" else 1
        ending = ENDINGS.get(each.StoredFile.media_type, "bin")
        yield Piece(f"{folder}/{title}.{ending}", title, say("proves.slip"), scan, pages)
    yield from _lacks(subject, found, counting)


def _names(counting: Sequence[Any]) -> dict[int, str]:
    """Delivery -> the name of its scan: D1-000017 签收回执 1."""
    numbers: Counter[str] = Counter()
    names = {}
    for each in counting:
        notice = each.Notice.number
        numbers[notice] += 1
        names[each.Delivery.id] = f"{notice} {say('name.slip')} {numbers[notice]}"
    return names


def _row(each: Any, names: dict[int, str], corrected: bool) -> ExhibitRow:
    """`corrected`: the scan still counts, as read later. One withdrawn may be somebody else's: not a word of it."""
    delivery, notice = each.Delivery, each.Notice
    told = [notice.number, notice.issued_on.isoformat()]
    moment = delivery.received_at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")
    filed = "\n".join(part for part in (moment, delivery.received_by, delivery.device) if part)
    if each.reason is None:
        read, file, state = _read(delivery), names[delivery.id], say("counts")
    elif corrected:
        day = local_day(each.ended).isoformat()
        read, file = _read(delivery), ""
        state = say("corrected", 日期=day, 红冲原因=each.reason)
    else:
        read, file = ["", "", ""], ""
        state = say("withdrawn", 日期=local_day(each.ended).isoformat())
    return row([*told, *read, filed, file, state])


def _read(delivery: Delivery) -> list[str]:
    note = f"\n{delivery.note}" if delivery.note else ""
    return [delivery.signer + note, delivery.relation, delivery.on.isoformat()]


def _lacks(subject: Subject, found: Sequence[Any], counting: Sequence[Any]) -> Iterator[Lack]:
    signed = {each.Notice.id for each in counting}
    later = {each.Notice.id for each in found if each.reason is None} - signed
    for one, _ in papers(subject.session, Notice, subject.range):
        if one.issued_on <= subject.as_of and one.id not in signed:
            yield Lack("later_slip" if one.id in later else "no_slip", one.number)
    strange = scans_of_others(subject.session, subject.range, [each.Delivery.sha256 for each in counting])
    for each in counting:
        if each.Delivery.sha256 in strange:
            yield Lack("shared_scan", each.Notice.number)
