"""Whether what a mail says is still so: it is asked when the mail is written and again before it is sent."""

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.flow.case_state import situations
from billing.flow.estate import policies
from billing.flow.holds import holds_on
from billing.flow.promises import of_debtors
from billing.store import bills
from billing.store.collection import Bill, Notice
from billing.store.ledger import Charge, Payment, Reversal, live, reverses
from billing.store.mail import Mail
from billing.store.standing import accounts
from billing.translations import N_

#: What a mail that tells of a payment is about; the receipt's own is about "payment".
BOOKED = "payment-booked"
#: News that could not be sent for so long is none.
STALE = timedelta(days=7)

#: Code -> why such a mail is not sent (any more).
REASONS = {
    "reversed": N_("This payment was reversed: its receipt is not mailed any more."),
    "receipt": N_("The receipt's own e-mail tells of this payment."),
    "stale": N_("It waited for more than a week."),
    "paid": N_("What it asks for is paid."),
    "held": N_("Notices to this debtor are held back."),
    "promised": N_("The debtor promised to pay, and the promise is not due yet."),
    "corrected": N_("What it asks for was corrected since."),
    "replaced": N_("A later payment notice takes its place."),
    "late": N_("Its deadline has passed."),
}

Papers = Sequence[Notice] | Sequence[Bill]


def overtaken(session: Session, about: str, about_id: int, today: date, age: timedelta) -> str:
    """Why a mail about that, written so long ago, is not to be sent any more: a code of REASONS, empty while it is."""
    if about == Payment.__tablename__:
        return "reversed" if _is_reversed(session, about_id) else ""
    if about == Notice.__tablename__:
        return overtaken_papers(session, [session.get_one(Notice, about_id)], today).get(about_id, "")
    if about == Bill.__tablename__:
        return overtaken_papers(session, [session.get_one(Bill, about_id)], today).get(about_id, "")
    if age > STALE:
        return "stale"
    receipts = select(Mail.id).where(Mail.about == Payment.__tablename__, Mail.about_id == about_id)
    return "receipt" if about == BOOKED and session.scalar(receipts.limit(1)) else ""


def _is_reversed(session: Session, payment_id: int) -> bool:
    query = select(Reversal.id).where(
        Reversal.target == Payment.__tablename__, Reversal.target_id == payment_id
    )
    return session.scalar(query) is not None


def overtaken_papers(session: Session, papers: Papers, today: date) -> dict[int, str]:
    """Of a community's papers, those not to be sent any more: id -> code of REASONS."""
    if not papers:
        return {}
    community_id = papers[0].community_id
    owing = _owing(session, community_id, papers, today)
    found = {one.id: "late" for one in papers if one.deadline < today}
    found |= {one.id: "paid" for one in papers if (one.unit_id, one.debtor_id) not in owing}
    notices = [one for one in papers if isinstance(one, Notice)]
    if notices:
        held = holds_on(session, community_id, today)
        found |= {one.id: "held" for one in notices if (one.unit_id, one.debtor_id) in held}
        found |= dict.fromkeys(_promised(session, community_id, notices, today), "promised")
        return found | dict.fromkeys(_corrected(session, notices), "corrected")
    made = [one for one in papers if isinstance(one, Bill)]
    found |= dict.fromkeys(bills.outdated(session, made), "corrected")
    later = select(Bill.id).where(Bill.run_id.in_({one.run_id for one in made}), bills.replaced())
    return found | dict.fromkeys(session.scalars(later), "replaced")


def _owing(session: Session, community_id: int, papers: Papers, today: date) -> set[tuple[int, int]]:
    """(unit, debtor) of those who owe: for a notice what is overdue, late fee too; for a bill whatever is open."""
    overdue = isinstance(papers[0], Notice)
    query = select(Charge.unit_id, Charge.debtor_id).where(
        Charge.community_id == community_id, Charge.open_fen > 0, live(Charge)
    )
    if overdue:
        query = query.where(Charge.due < today)
    if len(papers) == 1:
        query = query.where(Charge.unit_id == papers[0].unit_id)
    owing = {(row.unit_id, row.debtor_id) for row in session.execute(query.distinct())}
    rest = {one.debtor_id for one in papers if (one.unit_id, one.debtor_id) not in owing}
    if overdue and rest:  # their principal is paid; is the late fee?
        rules = policies(session, community_id)
        for account in accounts(session, community_id, rules, debtor_ids=sorted(rest)):
            if any(row.state == "overdue" for row in account.lines(today)):
                owing.add((account.unit_id, account.debtor_id))
    return owing


def _promised(session: Session, community_id: int, notices: Sequence[Notice], today: date) -> set[int]:
    """Those whose debtor made a promise that holds letters back."""
    debtors = of_debtors(session, community_id, sorted({one.debtor_id for one in notices}), today)
    found = situations(session, community_id, sorted(debtors), today) if debtors else {}
    holding = {debtor for debtor, one in found.items() if one.held_until}
    return {one.id for one in notices if one.debtor_id in holding}


def _corrected(session: Session, notices: Sequence[Notice]) -> set[int]:
    """Those that ask for a charge which was reversed since."""
    query = select(Charge.unit_id, Charge.debtor_id, Charge.entry, Charge.due, Reversal.entry.label("gone"))
    query = query.join(Reversal, reverses(Charge)).where(
        Charge.community_id == notices[0].community_id,
        Reversal.entry > min(one.entry for one in notices),
    )
    gone = session.execute(query).all()
    return {
        one.id
        for one in notices
        for row in gone
        if (row.unit_id, row.debtor_id) == (one.unit_id, one.debtor_id)
        and row.entry <= one.entry < row.gone
        and row.due < one.as_of
    }
