"""Payment notices: numbered, frozen and kept in one go, as planned."""

from sqlalchemy.orm import Session

from billing.core.policy import Policies
from billing.core.problem import Refused
from billing.flow import papers
from billing.flow.bill_plan import BillPlan, PlannedBill
from billing.flow.entry import latest, record, token
from billing.flow.estate import policies
from billing.flow.liability import joint_debtors, names
from billing.flow.printing import BILLS
from billing.flow.waived import suspensions, waived
from billing.store.collection import Bill, BillRun
from billing.translations import N_
from notices import content, figures
from notices.record import freeze


def issue_bills(
    session: Session, actor: str, community_id: int, plan: BillPlan, expected: str | None = None
) -> BillRun | None:
    """Number and record every notice of the plan in one go; None when there is nothing to print.

    `expected` is the digest of the plan a person saw. Refused while the profile lacks what a paper needs.
    """
    if expected is not None and expected != plan.digest:
        raise Refused(N_("The books changed since this preview was made: look at it again before you print."))
    head = papers.Letterhead(session, community_id, plan.issued_on)
    if not plan.bills:
        return None
    asked = {
        "period": plan.period.name,
        "bills": len(plan.bills),
        "total_fen": plan.total,
        "digest": plan.digest,
    }
    key = f"bill:{plan.period.name}:{latest(session, community_id) + 1}"
    entry = record(session, community_id, "bill", key, actor, asked)
    run = BillRun(community_id=community_id, entry=entry, period=plan.period.name, issued_on=plan.issued_on)
    session.add(run)
    session.flush()
    joint = joint_debtors(session, community_id)
    rules = policies(session, community_id)
    for serial, one in enumerate(plan.bills, start=BILLS.next_serial(session, community_id)):
        bill = _bill(run, serial, one)
        facts = head.unit(
            one.unit, one.account.debtor, names(joint, (row.charge.id for row in (*one.lines, *one.carried)))
        )
        bill.paper = freeze(_paper(head, plan, one, bill, facts, rules))
        session.add(bill)
    session.flush()
    return run


def _bill(run: BillRun, serial: int, one: PlannedBill) -> Bill:
    return Bill(
        community_id=run.community_id,
        entry=run.entry,
        run_id=run.id,
        serial=serial,
        unit_id=one.unit.id,
        debtor_id=one.account.debtor_id,
        period=run.period,
        revision=one.revision,
        issued_on=run.issued_on,
        deadline=one.deadline,
        total_fen=one.total,
        charges=one.charges,
        verify_token=token(),
    )


def _paper(
    head: papers.Letterhead,
    plan: BillPlan,
    one: PlannedBill,
    bill: Bill,
    unit: content.UnitFacts,
    rules: Policies,
) -> content.PaymentNotice:
    lines = [*one.carried, *one.lines]
    return content.PaymentNotice(
        number=bill.number,
        issued=plan.issued_on,
        office=head.office,
        community=head.community,
        unit=unit,
        verify_url=head.verify_url(bill.verify_token),
        period=figures.period(plan.period.first, plan.period.months),
        as_of=plan.issued_on,
        deadline=one.deadline,
        lines=papers.charge_lines(one.account, one.lines),
        carried=papers.charge_lines(one.account, one.carried),
        segments=papers.segments(lines),
        prepayment=one.prepayment,
        rate_ppm=rules.on(plan.issued_on).rate_ppm,
        terms=papers.late_fee_terms(one.lines),
        waivers=waived(one.account, lines, plan.issued_on),
        suspensions=suspensions(one.account, lines),
        objection_until=one.deadline,
    )
