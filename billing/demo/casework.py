"""What the demonstration's collector did in the last weeks: calls, visits, promises kept and broken, reasons learnt."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.clock import SHANGHAI, now
from billing.demo.estate import ACTOR
from billing.flow import attempts, cases
from billing.flow.attempts import Promised, Report
from billing.flow.case_state import listed, look_at
from billing.flow.payments import Money, take_payment
from billing.store.base import writing
from billing.store.case_list import units_of
from billing.store.cases import Case
from billing.store.people import Contact

_COLLECTOR = "collector"


@dataclass(frozen=True)
class _Act:
    """So many days ago. `promise` is (percent of what is overdue, days until it is due); `keeps` pays it in time."""

    days_ago: int
    kind: str
    outcome: str
    note: str
    reason: str = ""
    promise: tuple[int, int] | None = None
    keeps: bool = False


#: A debtor each, in the order of the list.
_STORIES = (
    (_Act(20, "call", "talked", "出差刚回，没看到通知单", "forgot"),),
    (
        _Act(26, "call", "talked", "说月中发工资", "unable-short", (60, 10)),
        _Act(9, "call", "talked", "奖金没到，改到下月", "broke", (40, 20)),
    ),
    (_Act(15, "call", "talked", "反映电梯异响多次未修", "grievance"),),
    (
        _Act(18, "call", "nobody", "无人接听，已发短信"),
        _Act(12, "visit", "nobody", "家中无人，门口无快递，似长期无人"),
        _Act(3, "visit", "nobody", "仍无人"),
    ),
    (_Act(14, "call", "wrong", "号码已易主"),),
    (_Act(16, "call", "talked", "愿先付一半", "unable-short", (50, 8), keeps=True),),
    (_Act(10, "visit", "talked", "失业在家，有低保证明，建议申请减免", "unable-long"),),
    (_Act(11, "visit", "wrong", "租客称业主已搬走"), _Act(5, "visit", "wrong", "同上")),
    (_Act(6, "call", "other", "家属接听，称业主已去世，正办手续", "died"),),
    (_Act(8, "call", "talked", "认为2025年车位费多收一个月", "disputes"),),
    (_Act(2, "call", "talked", "答应周末转账", "forgot", (100, 5)),),
)


def work_the_cases(session: Session, today: date, community_id: int) -> None:
    """Open what the ladder reached, give it to the collector, and live through the stories."""
    with writing(session, community_id):
        cases.open_cases(session, ACTOR, community_id, today - timedelta(days=30))
        cases.open_cases(session, ACTOR, community_id, today)
    with writing(session, community_id):
        cases.assign_by_load(session, ACTOR, today - timedelta(days=29), community_id, "demo")
    look = look_at(session, community_id, today)
    pressed = [
        one for one in listed(session, community_id, look, False, 200) if one.situation.state == "pressed"
    ]
    for number, (one, story) in enumerate(zip(pressed[2::3], _STORIES, strict=False)):
        with writing(session, community_id):
            for act in story:
                _live_through(session, today, one.row.case_id, one.situation.total, act, number)


def _live_through(session: Session, today: date, case_id: int, overdue: int, act: _Act, number: int) -> None:
    case, on = session.get_one(Case, case_id), today - timedelta(days=act.days_ago)
    at = datetime.combine(on, time(10 + number % 8, 7 * number % 60), SHANGHAI)
    unit = units_of(session, case.community_id, [case.debtor_id])[case.debtor_id][0]
    phone = session.scalar(
        select(Contact.id).where(Contact.party_id == case.debtor_id, Contact.kind == "phone").limit(1)
    )
    promised = None
    if act.promise:
        percent, days = act.promise
        promised = Promised(overdue * percent // 100, on + timedelta(days=days))
    told = Report(
        kind=act.kind,
        outcome=act.outcome,
        at=at,
        key=f"demo:{case_id}:{act.days_ago}",
        contact_id=phone if act.kind == "call" else None,
        unit_id=unit.id if act.kind == "visit" else None,
        spoke_with="debtor" if act.outcome == "talked" else "family" if act.outcome == "other" else "",
        companion="保安队小李" if act.kind == "visit" else "",
        note=act.note,
        reason=act.reason,
        promised=promised,
        next=attempts.what_follows(act.kind, act.outcome, on, promised),
    )
    attempts.report(session, _COLLECTOR, on, min(at + timedelta(minutes=5), now()), case, told)
    if promised and act.keeps:
        day = promised.due - timedelta(days=2)
        money = Money(promised.amount, day, "wechat", f"demo:promise:{case_id}")
        take_payment(session, ACTOR, day, unit, money)
