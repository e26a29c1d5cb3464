"""From the books to a paper's values: what `notices` prints, gathered once, in the words the profile gives."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from billing.clock import local_day
from billing.core.late_fee import Terms
from billing.core.problem import Refused
from billing.core.statement import Line
from billing.flow.addressee import addressee
from billing.flow.estate import policies
from billing.flow.liability import joint_debtors, names
from billing.flow.payments import Taken
from billing.flow.profile import OFFICE, profile, require
from billing.flow.statements import Statement
from billing.flow.waived import suspensions, waived
from billing.store.estate import Community, Unit
from billing.store.ledger import Entry, Payment, Reversal
from billing.store.people import Party
from billing.store.standing import Account, accounts
from billing.store.vault import Vault
from billing.translations import N_
from notices import content


class Letterhead:
    """The parts every paper of one community and day shares, read once for a whole run."""

    def __init__(self, session: Session, community_id: int, day: date) -> None:
        require(session, community_id, day)
        self.day = day
        self.office_facts = profile(session, OFFICE, day)
        facts = profile(session, community_id, day)
        self.developer = facts.get("developer", "")
        office = self.office_facts
        self.url = office["public_url"]
        self.office = content.Office(
            company=office["company"],
            licence=office["licence"],
            representative=office["representative"],
            address=office["address"],
            phone=office["phone"],
            bank_name=office["bank_name"],
            bank_account_name=office.get("bank_account_name") or office["company"],
            bank_account=office["bank_account"],
            contact=office.get("contact", ""),
            seal=office.get("seal", ""),
            logo=office.get("logo", ""),
        )
        self.community = content.Community(
            name=session.get_one(Community, community_id).name,
            district=facts.get("district", ""),
            contract_name=facts["contract_name"],
            contract_number=facts["contract_number"],
            contract_from=date.fromisoformat(facts["contract_from"]),
            late_fee_clause=facts["late_fee_clause"],
            pay_channels=facts.get("pay_channels", ""),
        )

    def verify_url(self, token: str) -> str:
        return f"{self.url}/v/{token}"

    def slip_url(self, token: str) -> str:
        return f"{self.url}/s/{token}"

    def addressee(self, name: str, kind: str) -> str:
        """Whom the paper addresses; who has no name but a placeholder, by that: a receipt is due to anybody."""
        return addressee(name, kind, self.developer) or name

    def unit(self, unit: Unit, debtor: str, jointly: Iterable[str]) -> content.UnitFacts:
        return content.UnitFacts(
            label=unit.label,
            address=self.address(unit),
            owner=debtor,
            co_owners=tuple(jointly),
            area_e2=unit.area_e2,
        )

    def address(self, unit: Unit) -> str:
        """房屋坐落: district, community, building, entrance, room."""
        parts = [self.community.district, self.community.name, _named(unit.building, "号楼")]
        return "".join([*parts, _named(unit.entrance, "单元"), _named(unit.room, "室")])


def _named(part: str, word: str) -> str:
    return f"{part}{word}" if part.isascii() and part else part


def picture(vault: Vault, sha256: str) -> bytes | None:
    """A seal or logo out of the vault, if the paper has one."""
    return vault.get(sha256) if sha256 else None


def charge_lines(account: Account, rows: Sequence[Line]) -> tuple[content.ChargeLine, ...]:
    """The lines as a paper lists them."""
    return tuple(_charge_line(account.rows[row.charge.id], row) for row in rows)


def _charge_line(fact: Row[Any], row: Line) -> content.ChargeLine:
    return content.ChargeLine(
        item=row.charge.item,
        period=row.charge.period,
        first=fact.period_first,
        last=fact.period_last,
        due=row.charge.due,
        amount=row.charge.amount,
        price=_price(fact),
        paid=row.paid,
        waived=row.waived,
        overdue_days=row.overdue_days,
        late_fee=row.late_fee.amount,
        late_fee_paid=row.late_fee_paid,
        late_fee_waived=row.late_fee_waived,
    )


def _price(fact: Row[Any]) -> str:
    if fact.price_e4 is None or fact.basis == "given":
        return ""
    cents, rest = divmod(fact.price_e4, 100)
    text = f"{cents // 100}.{cents % 100:02d}" + (f"{rest:02d}".rstrip("0") if rest else "")
    return f"{text}元/㎡·月" if fact.basis == "area" else f"{text}元/月"


def late_fee_terms(rows: Sequence[Line]) -> content.LateFeeTerms:
    """Grace and cap of the newest of the charges, and from which due date on, where earlier ones have others."""
    by_due = sorted((row.charge for row in rows), key=lambda charge: charge.due)
    terms = by_due[-1].terms if by_due else Terms()
    same = [charge.due for charge in by_due if _agreed(charge.terms) == _agreed(terms)]
    return content.LateFeeTerms(
        since=None if len(same) == len(by_due) else same[0],
        grace_days=terms.grace_days,
        grace_from=terms.grace_from,
        cap_ppm=terms.cap.percent_ppm,
        cap_fen=terms.cap.fixed_fen,
    )


def _agreed(terms: Terms) -> tuple[object, ...]:
    """All but the rate, which every stretch of the working names."""
    return terms.grace_days, terms.grace_from, terms.cap


def segments(rows: Sequence[Line]) -> tuple[content.LateFeeSegment, ...]:
    """The working of every line's late fee, by line number."""
    return tuple(
        content.LateFeeSegment(
            line=number,
            first=part.first,
            last=part.last,
            principal=part.principal,
            rate_ppm=part.rate_ppm,
            micro=part.micro,
        )
        for number, row in enumerate(rows)
        for part in row.late_fee.segments
    )


def receipt_paper(session: Session, taken: Taken, today: date) -> content.Receipt:
    """The receipt of a payment of ours; what stays unpaid is as known when it was taken, so it reprints the same."""
    payment = taken.payment
    if payment.serial is None:
        raise Refused(
            N_("This payment came from older books under its own receipt: Permille makes none for it.")
        )
    head = Letterhead(session, payment.community_id, today)
    unit = session.get_one(Unit, payment.unit_id)
    debtor = session.get_one(Party, payment.debtor_id)
    owner = head.addressee(debtor.name, debtor.kind)
    rules = policies(session, payment.community_id, payment.entry)
    then = accounts(
        session,
        payment.community_id,
        rules,
        unit_id=unit.id,
        debtor_ids=[debtor.id],
        known_at=payment.entry,
    )[0]
    rows = then.lines(payment.on)
    every = {charge.id: charge for charge in then.charges}
    paid = {part.charge for part in taken.parts}
    entry = session.get_one(Entry, (payment.community_id, payment.entry))
    remaining = [row for row in rows if row.total > 0]
    told = [part.charge for part in taken.parts] + [row.charge.id for row in remaining]
    joint = joint_debtors(session, unit.community_id, unit_id=unit.id, known_at=payment.entry)
    return content.Receipt(
        number=payment.receipt,
        issued=local_day(entry.recorded_at),
        office=head.office,
        community=head.community,
        unit=head.unit(unit, owner, names(joint, told)),
        verify_url=head.verify_url(payment.verify_token),
        payer=owner if payment.payer == debtor.name else payment.payer,
        channel=payment.channel,
        amount=payment.amount_fen,
        received=payment.on,
        shares=tuple(
            content.Share(
                item=every[part.charge].item,
                period=every[part.charge].period,
                principal=part.principal,
                late_fee=part.late_fee,
            )
            for part in taken.parts
        ),
        order=rules.on(payment.on).order,
        designated=bool(entry.detail.get("charges")),
        prepayment=taken.prepayment,
        remaining=charge_lines(then, remaining),
        waivers=waived(then, [row for row in rows if row.total > 0 or row.charge.id in paid], payment.on),
        cashier=entry.actor,
        reversal=_reversal(session, payment),
    )


def _reversal(session: Session, payment: Payment) -> content.Reversal | None:
    row = session.execute(
        select(Reversal, Entry)
        .join(Entry, (Entry.community_id == Reversal.community_id) & (Entry.seq == Reversal.entry))
        .where(
            Reversal.community_id == payment.community_id,
            Reversal.target == "payment",
            Reversal.target_id == payment.id,
        )
    ).first()
    if row is None:
        return None
    return content.Reversal(
        number=str(row.Reversal.entry), on=local_day(row.Entry.recorded_at), reason=row.Reversal.reason
    )


def statement_paper(
    session: Session, found: Statement, account: Account, rows: Sequence[Line], today: date, known_at: int
) -> content.Statement:
    """One debtor's statement of a unit."""
    unit = found.unit
    head = Letterhead(session, unit.community_id, today)
    owner = head.addressee(account.debtor, account.debtor_kind)
    joint = joint_debtors(session, unit.community_id, unit_id=unit.id, known_at=known_at)
    given: dict[int, list[int]] = {}
    for part in account.allocations:
        if part.on <= found.as_of:
            sums = given.setdefault(part.payment_id, [0, 0])
            sums[0] += part.principal_fen
            sums[1] += part.late_fee_fen
    return content.Statement(
        number=f"S{unit.community_id}-{known_at:06d}-{unit.label}",
        issued=today,
        office=head.office,
        community=head.community,
        unit=head.unit(unit, owner, names(joint, (row.charge.id for row in rows))),
        verify_url=head.url,
        as_of=found.as_of,
        lines=charge_lines(account, rows),
        segments=segments(rows),
        payments=tuple(
            content.PaymentLine(
                on=row.on,
                number=_number(row),
                channel=row.channel,
                amount=row.amount_fen,
                principal=given.get(row.id, [0, 0])[0],
                late_fee=given.get(row.id, [0, 0])[1],
                prepaid=row.amount_fen - sum(given.get(row.id, [0, 0])),
            )
            for row in account.payments
            if row.on <= found.as_of
        ),
        prepayment=account.prepayment(found.as_of),
        rate_ppm=policies(session, unit.community_id, known_at).on(found.as_of).rate_ppm,
        terms=late_fee_terms(rows),
        waivers=waived(account, rows, found.as_of),
        suspensions=suspensions(account, rows),
        known_at=known_at,
    )


def _number(row: Row[Any]) -> str:
    return f"R{row.community_id}-{row.serial:06d}" if row.serial else row.outside_number
