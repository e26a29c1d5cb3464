"""Signed slips: kept once by content, only what is a scan, only on days on which it can have been signed."""

import io
import zlib
from contextlib import suppress
from dataclasses import replace
from random import Random

import pytest
from PIL import Image
from sqlalchemy import select

from billing.core.problem import Missing, Refused, Unusable
from billing.flow.dunning import issue_run, plan_run
from billing.flow.evidence import (
    Reading,
    Slip,
    correct_slip,
    deliveries,
    file_slip,
    find_notice,
    withdraw_slip,
)
from billing.flow.scans import LARGEST_FILE, media_type
from billing.store.base import writing
from billing.store.collection import Notice
from billing.store.evidence import Delivery, StoredFile
from billing.store.ledger import Reversal
from billing.store.notices import filed_elsewhere
from billing.store.vault import Vault
from tests.flow.town import ACTOR, Town, day, together
from tests.support.databases import on_sqlite


def picture(kind: str, size: tuple[int, int] = (40, 30)) -> bytes:
    target = io.BytesIO()
    noise = Random(1).randbytes(size[0] * size[1])
    Image.frombytes("L", size, noise).save(target, kind)
    return target.getvalue()


JPEG, PNG = picture("JPEG"), picture("PNG")
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"


@pytest.fixture
def notice(town: Town) -> Notice:
    """Issued on 2026-04-20 as of 2026-04-10."""
    town.fill_profile()
    town.issue("2026Q1")
    with writing(town.session, town.community_id):
        plan = plan_run(town.session, town.community_id, day("2026-04-10"), day("2026-04-20"))
        assert issue_run(town.session, ACTOR, town.community_id, plan)
    return min(town.session.scalars(select(Notice)), key=lambda one: one.serial)


def slip(data: bytes = JPEG, on: str = "2026-04-25", **more: str) -> Slip:
    read_off = {"file_name": "回执.jpg", "signer": "张伟", "relation": "本人", **more}
    return Slip(data=data, on=day(on), **read_off)


def file(town: Town, vault: Vault, notice: Notice, given: Slip, actor: str = ACTOR) -> Delivery:
    with writing(town.session, town.community_id):
        return file_slip(town.session, vault, actor, town.today, notice, given)


def test_a_slip_is_kept_by_its_content_and_filed(town: Town, vault: Vault, notice: Notice) -> None:
    delivery = file(town, vault, notice, slip())
    assert vault.get(delivery.sha256) == JPEG
    assert (delivery.signer, delivery.relation, delivery.on) == ("张伟", "本人", day("2026-04-25"))
    assert town.entries()[-1].detail["sha256"] == delivery.sha256
    kept = town.session.get_one(StoredFile, delivery.sha256)
    assert (kept.media_type, kept.size, len(kept.sm3)) == ("image/jpeg", len(JPEG), 64)
    assert deliveries(town.session, [notice.id]) == {notice.id: [delivery]}


def test_the_same_file_at_once_is_one_delivery(town: Town, vault: Vault, notice: Notice) -> None:
    notice_id = notice.id

    def send(own: Town, number: int) -> int:
        return file(own, vault, own.session.get_one(Notice, notice_id), slip(), f"clerk {number}").id

    told = together(town, 4, send)
    assert len(set(told)) == 1, told
    assert len(town.all(Delivery)) == 1
    assert len([path for path in vault.folder.rglob("*") if path.is_file()]) == 1


@on_sqlite
def test_the_same_file_with_other_particulars_is_refused(town: Town, vault: Vault, notice: Notice) -> None:
    file(town, vault, notice, slip())
    for other in (slip(signer="李四"), slip(relation="家属"), slip(on="2026-04-26")):
        with pytest.raises(Refused, match="already filed"):
            file(town, vault, notice, other)
    assert len(town.all(Delivery)) == 1


@on_sqlite
@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"GIF89a" + b"\0" * 99,
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"MZ\x90",
        b"PK\x03\x04",
        b" " + PDF,
    ],
    ids=["empty", "gif", "svg", "exe", "zip", "late pdf"],
)
def test_what_is_no_scan_is_refused(town: Town, vault: Vault, notice: Notice, data: bytes) -> None:
    entries = town.latest
    with pytest.raises(Unusable) as refused:
        file(town, vault, notice, slip(data))
    assert refused.value.sentence().endswith(".")
    assert (town.latest, list(vault.folder.rglob("*"))) == (entries, [])


@pytest.mark.parametrize("data", [JPEG[:-400], PNG[:-300], JPEG[:20], b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"])
def test_a_damaged_picture_is_refused(data: bytes) -> None:
    with pytest.raises(Unusable, match="damaged or cut off"):
        media_type(data)


@pytest.mark.parametrize("data", [b"%PDF-", b"%PDF-1.7\nnothing follows", PDF])
def test_a_damaged_pdf_is_refused(data: bytes) -> None:
    """A slip whose file shows no page proves nothing on the day it is needed."""
    with pytest.raises(Unusable):
        media_type(data)


def huge_png(width: int, height: int) -> bytes:
    """A picture of a few bytes that says it has these many pixels."""
    target = io.BytesIO()
    Image.new("1", (8, 8)).save(target, "PNG")
    data = bytearray(target.getvalue())
    data[16:24] = width.to_bytes(4, "big") + height.to_bytes(4, "big")
    data[29:33] = zlib.crc32(bytes(data[12:29])).to_bytes(4, "big")
    return bytes(data)


@pytest.mark.parametrize("size", [(9_000, 9_000), (10_000, 10_000), (20_000, 20_000), (2**31 - 1, 2**31 - 1)])
def test_a_huge_picture_is_refused_for_its_size(size: tuple[int, int]) -> None:
    with pytest.raises(Unusable, match="too many pixels"):
        media_type(huge_png(*size))


def test_a_huge_file_is_refused() -> None:
    with pytest.raises(Unusable, match="larger than 20 MB"):
        media_type(JPEG + bytes(LARGEST_FILE))


@pytest.mark.parametrize("whole", [JPEG, PNG], ids=["jpeg", "png"])
def test_whatever_is_broken_in_a_picture_it_ends_in_a_sentence(whole: bytes) -> None:
    random = Random(7)
    for _ in range(1500):
        data = bytearray(whole)
        for _ in range(random.randrange(1, 6)):
            data[random.randrange(3, len(data))] = random.randrange(256)
        del data[random.choice((len(data), random.randrange(len(data)))) :]
        with suppress(Unusable):  # any other exception fails the test
            media_type(bytes(data))


@on_sqlite
@pytest.mark.parametrize("on", ["2026-04-09", "2026-11-24"])
def test_a_day_on_which_it_cannot_have_been_signed_is_refused(
    town: Town, vault: Vault, notice: Notice, on: str
) -> None:
    """Before the day the notice speaks of, or after today."""
    with pytest.raises(Refused, match="cannot be signed on"):
        file(town, vault, notice, slip(on=on))
    assert town.all(Delivery) == []


@on_sqlite
def test_the_first_and_the_last_day_are_taken(town: Town, vault: Vault, notice: Notice) -> None:
    file(town, vault, notice, slip(JPEG, on="2026-04-10"))
    file(town, vault, notice, slip(PNG, on="2026-11-23"))
    assert len(town.all(Delivery)) == 2


@on_sqlite
def test_an_unknown_relation_or_no_signer_is_refused(town: Town, vault: Vault, notice: Notice) -> None:
    with pytest.raises(Refused, match="The relation is one of"):
        file(town, vault, notice, slip(relation="邻居"))
    with pytest.raises(Refused, match="Say who signed"):
        file(town, vault, notice, slip(signer=" "))


@on_sqlite
@pytest.mark.parametrize("name", ["..\\..\\a\0b\n.jpg", "/etc/passwd/a\x1bb.jpg", "长" * 300 + "/ab.jpg"])
def test_a_files_name_is_shown_and_never_a_path(town: Town, vault: Vault, notice: Notice, name: str) -> None:
    delivery = file(town, vault, notice, slip(file_name=name))
    assert delivery.file_name == "ab.jpg"
    assert vault.path(delivery.sha256).is_relative_to(vault.folder)


@on_sqlite
def test_a_notice_is_found_by_its_number(town: Town, notice: Notice) -> None:
    assert find_notice(town.session, town.community_id, f" {notice.number.lower()} ") is notice
    wide = notice.number.translate({code: code + 0xFEE0 for code in range(0x21, 0x7F)})
    assert find_notice(town.session, town.community_id, wide) is notice
    for wrong in ("D1-000099", "R1-000001", "D1-①", "D1-", "1' OR 1=1", "9" * 30):
        with pytest.raises(Missing):
            find_notice(town.session, town.community_id, wrong)


RIGHT = Reading(signer="张母", relation="家属", on=day("2026-04-26"))


def correct(
    town: Town, delivery: Delivery, reason: str = "签收人看错", key: str = "C1", **read: object
) -> Delivery:
    with writing(town.session, town.community_id):
        reading = replace(RIGHT, **read)  # type: ignore[arg-type]
        return correct_slip(town.session, "经理", town.today, delivery, reading, reason, key)


def withdraw(town: Town, delivery: Delivery, reason: str = "别户的回执", key: str = "W1") -> Reversal:
    with writing(town.session, town.community_id):
        return withdraw_slip(town.session, "经理", delivery, reason, key)


def test_a_slip_read_wrongly_is_filed_again_and_the_first_stays_to_be_seen(
    town: Town, vault: Vault, notice: Notice
) -> None:
    wrong = file(town, vault, notice, slip())
    right = correct(town, wrong)
    assert (right.signer, right.relation, right.on) == ("张母", "家属", day("2026-04-26"))
    assert (right.sha256, right.file_name, right.revision) == (wrong.sha256, wrong.file_name, 1)
    assert deliveries(town.session, [notice.id]) == {notice.id: [right]}
    assert [row.id for row in town.all(Delivery)] == [wrong.id, right.id]
    (reversal,) = town.all(Reversal)
    assert (reversal.target, reversal.target_id, reversal.reason) == ("delivery", wrong.id, "签收人看错")
    assert town.entries()[-1].actor == "经理" and reversal.entry == right.entry


def test_the_same_correction_at_once_is_one(town: Town, vault: Vault, notice: Notice) -> None:
    wrong = file(town, vault, notice, slip()).id
    told = together(town, 4, lambda own, number: correct(own, own.session.get_one(Delivery, wrong)).id)
    assert len(set(told)) == 1, told
    assert len(town.all(Delivery)) == 2


@on_sqlite
def test_a_slip_is_corrected_once_and_its_correction_may_be_too(
    town: Town, vault: Vault, notice: Notice
) -> None:
    wrong = file(town, vault, notice, slip())
    better = correct(town, wrong)
    with pytest.raises(Refused, match="corrected or withdrawn already"):
        correct(town, wrong, key="C2")
    best = correct(town, better, key="C2", signer="张父")
    assert (best.revision, best.signer) == (2, "张父")
    assert deliveries(town.session, [notice.id]) == {notice.id: [best]}


@on_sqlite
def test_a_withdrawn_slip_proves_nothing_and_may_be_filed_where_it_belongs(
    town: Town, vault: Vault, notice: Notice
) -> None:
    other = town.session.scalars(select(Notice).where(Notice.id != notice.id)).first()
    assert other
    wrong = file(town, vault, notice, slip())
    withdraw(town, wrong)
    assert withdraw(town, wrong).target_id == wrong.id  # the second click
    assert deliveries(town.session, [notice.id]) == {}
    file(town, vault, other, slip())
    again = file(town, vault, notice, slip())  # withdrawn by mistake
    assert again.revision == 1
    assert filed_elsewhere(town.session, notice, [again.sha256]) == {again.sha256: [other.number]}
    assert vault.get(again.sha256) == JPEG


@on_sqlite
def test_what_a_slip_may_not_say_a_correction_may_not_either(
    town: Town, vault: Vault, notice: Notice
) -> None:
    wrong = file(town, vault, notice, slip())
    for read, says in (
        ({"relation": "邻居"}, "The relation is one of"),
        ({"signer": " "}, "Say who signed"),
        ({"on": day("2026-04-01")}, "cannot be signed on"),
        ({"reason": " "}, "Say why"),
    ):
        with pytest.raises(Refused, match=says):
            correct(town, wrong, **read)
    assert deliveries(town.session, [notice.id]) == {notice.id: [wrong]}


@on_sqlite
def test_what_reads_so_already_is_not_corrected_again(town: Town, vault: Vault, notice: Notice) -> None:
    """The command repeated without naming the slip: it finds the corrected one."""
    right = correct(town, file(town, vault, notice, slip()))
    assert correct(town, right, key="C2") is right
    assert len(town.all(Delivery)) == 2
