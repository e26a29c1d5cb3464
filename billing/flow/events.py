"""What owners are told of their account by itself: each payment, each reversal, each decision on a waiver.

It also shows whoever would keep money or undo it unseen that the owner hears of it; so it is on unless a community
switches it off, and it is written with the act itself.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from billing.core.money import grouped
from billing.core.problem import Refused
from billing.core.statement import totals
from billing.flow.estate import policies
from billing.flow.mail import address_of, queue_mail, receipts_go_out, sender
from billing.flow.overtaken import BOOKED
from billing.flow.profile import profile
from billing.store.estate import FeeItem, Unit
from billing.store.ledger import Charge, Payment
from billing.store.mail import Mail
from billing.store.people import Party
from billing.store.standing import accounts
from notices import figures
from notices.wording import LATEST, wording

#: Where receipts go out by themselves, the receipt's mail tells of the payment: so long it has to be made.
_RECEIPT_FIRST = timedelta(minutes=10)


def queue_event(
    session: Session,
    actor: str,
    today: date,
    now: datetime,
    kind: str,
    unit: Unit,
    debtor_id: int,
    fact_id: int,
    places: Mapping[str, str],
    wait: timedelta = timedelta(0),
) -> Mail | None:
    """Tell a debtor of what was done to his account on a unit, once for each kind and fact.

    The words are [mail.<kind>]; beside 业主 公司 电话 小区 房号 and 结余, which are filled here, they take `places`.
    The kinds of a waiver ("waiver-approved", "waiver-refused", "waiver-lapsed", "waiver-withdrawn") take 金额 期间
    到期日 原因. None where nobody is told: no address is known that works, or the community does not want it.
    """
    if not owners_are_told(session, unit.community_id, today):
        return None
    party = session.get_one(Party, debtor_id)
    try:
        recipient = address_of(session, party)
        filled = {**places, "房号": unit.label, "结余": _balance(session, unit, debtor_id, today)}
        by = sender(session, unit.community_id, today)
        letter = by.letter(party, recipient, kind, (kind, fact_id), filled)
        return queue_mail(session, actor, now, letter, f"{kind}:{fact_id}", wait)
    except Refused:  # what is done is done, whether the owner can be told or not
        return None


def owners_are_told(session: Session, community_id: int, today: date) -> bool:
    """On until it is switched off."""
    return profile(session, community_id, today).get("mail_account") != "no"


def tell_of_payment(
    session: Session, actor: str, today: date, now: datetime, unit: Unit, payment: Payment
) -> Mail | None:
    """That money was booked; what older books brought is old news."""
    if payment.serial is None:
        return None
    mailed = receipts_go_out(session, unit.community_id, today)
    wait = _RECEIPT_FIRST if mailed else timedelta(0)
    debtor_id, places = payment.debtor_id, _of(payment)
    return queue_event(session, actor, today, now, BOOKED, unit, debtor_id, payment.id, places, wait)


def tell_of_reversal(
    session: Session, actor: str, today: date, now: datetime, fact: Payment | Charge, reason: str
) -> Mail | None:
    """That a payment or a charge never counted, and why."""
    if isinstance(fact, Payment):
        kind, places = "payment-reversed", _of(fact)
    else:
        kind, places = "charge-reversed", _of_charge(session, fact)
    told = {**places, "红冲日": figures.day(today), "红冲原因": reason}
    unit = session.get_one(Unit, fact.unit_id)
    return queue_event(session, actor, today, now, kind, unit, fact.debtor_id, fact.id, told)


def _of(payment: Payment) -> dict[str, str]:
    return {
        "金额": grouped(payment.amount_fen),
        "收款日": figures.day(payment.on),
        "收款方式": wording(LATEST)(f"channel.{payment.channel}"),
        "收据编号": payment.receipt or wording(LATEST)("label.none"),
    }


def _of_charge(session: Session, charge: Charge) -> dict[str, str]:
    item = session.get_one(FeeItem, charge.item_id).name
    return {"金额": grouped(charge.amount_fen), "期间": f"{item} {charge.period}"}


def _balance(session: Session, unit: Unit, debtor_id: int, today: date) -> str:
    """What the debtor owes there now, and what of his money is left over."""
    words, rules = wording(LATEST), policies(session, unit.community_id)
    found = accounts(session, unit.community_id, rules, unit_id=unit.id, debtor_ids=[debtor_id])
    overdue = sum(totals(row for row in one.lines(today) if row.state == "overdue").total for one in found)
    left = sum(one.prepayment(today) for one in found)
    day = {"截算日": figures.day(today)}
    told = words("mail.balance.owed", day | {"合计": grouped(overdue)}) if overdue else ""
    told = told or words("mail.balance.nothing", day)
    return told + (words("mail.balance.prepaid", {"预收": grouped(left)}) if left else "")
