"""A household of the town with something of everything that a pack holds, and a reader of packs."""

import io
import subprocess
from datetime import date
from typing import Any
from zipfile import ZipFile

import pikepdf
from PIL import Image
from python_calamine import CalamineWorkbook

from billing import jobs
from billing.core.calendar import parse_period
from billing.flow import evidence, receipts
from billing.flow.bill_plan import plan_bills
from billing.flow.bills import issue_bills
from billing.flow.community_papers import Wanted, file_paper
from billing.flow.dunning import issue_run, plan_run
from billing.flow.evidence import Reading, Slip
from billing.flow.pack import Made, make_pack
from billing.flow.pack.subject import find_subject, find_who
from billing.flow.printing import BILLS, NOTICES
from billing.store.base import writing
from billing.store.collection import Bill, Notice
from billing.store.ledger import Payment
from billing.store.vault import Vault
from tests.flow.town import ACTOR, Town, day


def scan(shade: int = 200) -> bytes:
    stream = io.BytesIO()
    Image.new("L", (60, 40), shade).save(stream, "PNG")
    return stream.getvalue()


def pdf(pages: int = 2) -> bytes:
    stream = io.BytesIO()
    with pikepdf.new() as document:
        for _ in range(pages):
            document.add_blank_page(page_size=(595, 842))
        document.save(stream)
    return stream.getvalue()


def dun(town: Town, vault: Vault, on: str) -> list[Notice]:
    """The notices of a run on that day, made."""
    there = town.on(on)
    with writing(town.session, town.community_id):
        plan = plan_run(town.session, town.community_id, there.today, there.today)
        run = issue_run(town.session, ACTOR, town.community_id, plan)
    assert run
    found = [one for one in town.all(Notice) if one.run_id == run.id]
    for one in found:
        jobs.make_paper(town.session, vault, NOTICES, one.id)
    return [one for one in town.all(Notice) if one.run_id == run.id]


def bill(town: Town, vault: Vault, period: str) -> None:
    with writing(town.session, town.community_id):
        planned = plan_bills(town.session, town.community_id, parse_period(period), town.today)
        issue_bills(town.session, ACTOR, town.community_id, planned)
    for one in town.all(Bill):
        jobs.make_paper(town.session, vault, BILLS, one.id)


def sign(town: Town, vault: Vault, notice: Notice, on: str, signer: str, shade: int = 200) -> Any:
    slip = Slip(signer=signer, relation="本人", on=day(on), data=scan(shade), file_name="回执.png")
    with writing(town.session, town.community_id):
        return evidence.file_slip(town.session, vault, ACTOR, town.today, notice, slip)


def print_receipt(town: Town, vault: Vault, payment: Payment) -> None:
    printed = receipts.make_receipt(town.session, vault, town.today, payment)
    with writing(town.session, town.community_id):
        receipts.file_receipt(town.session, vault, payment, printed)


def lived(town: Town, vault: Vault) -> None:
    """Three quarters owed, part of one paid, one payment taken back, two notices, of which the first is signed for."""
    town.fill_profile()
    for period in ("2026Q1", "2026Q2", "2026Q3"):
        town.on("2026-01-01").issue(period)
    paid = town.pay("1-1-101", "500.19", "2026-05-15", payer="张伟之女").payment
    print_receipt(town, vault, paid)
    wrong = town.pay("1-1-101", "33.03", "2026-05-16").payment
    print_receipt(town, vault, wrong)
    town.reverse(wrong)
    print_receipt(town, vault, wrong)
    bill(town, vault, "2026Q3")
    first = next(one for one in dun(town, vault, "2026-11-01") if _is_of(town, one, "1-1-101"))
    sign(town, vault, first, "2026-11-03", "张伟")
    paper = Wanted(
        kind="contract", title="静园物业服务合同", since=date(2020, 1, 1), data=pdf(), file_name="合同.pdf"
    )
    with writing(town.session, town.community_id):
        file_paper(town.session, vault, ACTOR, town.community_id, paper)


def correct(town: Town, delivery: Any, signer: str) -> Any:
    with writing(town.session, town.community_id):
        return evidence.correct_slip(
            town.session,
            ACTOR,
            town.today,
            delivery,
            Reading(signer=signer, relation="家属", on=delivery.on),
            "看错了签名",
            f"correct {delivery.id}",
        )


def _is_of(town: Town, notice: Notice, label: str) -> bool:
    return notice.unit_id == town.unit(label).id


def make(town: Town, vault: Vault, who: str, as_of: str = "2026-11-23", **more: Any) -> tuple[bytes, Made]:
    """The pack's bytes, and what was told of it."""
    town.session.rollback()
    asked = find_who(town.session, town.community_id, day(as_of), who, more.pop("debtor", None))
    subject = find_subject(
        town.session, vault, town.community_id, town.today, asked, day(as_of), more.pop("known_at", None)
    )
    stream = io.BytesIO()
    made = make_pack(subject, stream)
    return stream.getvalue(), made


def opened(pack: bytes) -> dict[str, bytes]:
    with ZipFile(io.BytesIO(pack)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def words(name: str, data: bytes) -> str:
    """What a person can read in a file of a pack, without white space."""
    if name.endswith(".pdf"):
        command = ["pdftotext", "-raw", "-enc", "UTF-8", "-", "-"]
        text = subprocess.run(command, input=data, capture_output=True, check=True).stdout.decode()
    elif name.endswith(".xlsx"):
        text = " ".join(str(cell) for row in cells(data) for cell in row)
    else:
        text = data.decode("utf-8", errors="replace")
    return "".join(text.split())


def cells(workbook: bytes) -> list[list[Any]]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(workbook))
    return book.get_sheet_by_index(0).to_python(skip_empty_area=False)
