"""Cases: opened by the ladder, given to a collector, with a reason and a next step; each act a fact."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import TypeVar

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from billing.core.case import NEXT, REASONS, spread
from billing.core.numbers import parse_serial
from billing.core.problem import Missing, Refused
from billing.core.roles import may
from billing.flow.case_state import look_at
from billing.flow.entry import record, replayed
from billing.flow.tariffs import ladder
from billing.store import case_list
from billing.store.accounts import User
from billing.store.cases import Case, CaseAssignment, CaseReason, FollowUp
from billing.store.people import Party
from billing.store.sums import AccountSum
from billing.translations import N_

LONGEST_NOTE = 1_000

#: What is noted on a case; the newest of each counts.
Noted = TypeVar("Noted", CaseAssignment, CaseReason, FollowUp)


def open_cases(session: Session, actor: str, community_id: int, today: date) -> int:
    """Open a case for each debtor whom the ladder has reached and who has none; how many. Again it opens none."""
    steps = ladder(session, community_id, today)
    first = min((step.from_days for step in steps), default=1)
    reached = (
        select(AccountSum.debtor_id)
        .where(
            AccountSum.community_id == community_id, AccountSum.oldest_due <= today - timedelta(days=first)
        )
        .distinct()
    )
    without = reached.where(AccountSum.debtor_id.not_in(_with_case(community_id)))
    debtors = sorted(session.scalars(without))
    if debtors:
        content = {"opened_on": today, "debtors": len(debtors)}
        key = f"cases:{today}:{debtors[0]}-{debtors[-1]}:{len(debtors)}"
        entry = record(session, community_id, "cases", key, actor, content)
        _open(session, community_id, debtors, today, entry)
    return len(debtors)


def open_those_served(
    session: Session, community_id: int, debtor_ids: Iterable[int], today: date, entry: int
) -> None:
    """A notice opens the case of whoever has none, in the notice's own entry."""
    wanted = set(debtor_ids)
    known = set(session.scalars(_with_case(community_id).where(Case.debtor_id.in_(wanted))))
    _open(session, community_id, sorted(wanted - known), today, entry)


def open_case(session: Session, actor: str, today: date, debtor: Party) -> Case:
    """The debtor's case; opened by hand where the ladder did not."""
    known = session.scalar(_of(debtor.community_id, debtor.id))
    if known:
        return known
    content = {"opened_on": today, "debtor": debtor.id}
    key = f"case:{debtor.id}"
    entry = record(session, debtor.community_id, "case", key, actor, content)
    _open(session, debtor.community_id, [debtor.id], today, entry)
    return session.scalars(_of(debtor.community_id, debtor.id)).one()


def _open(session: Session, community_id: int, debtors: list[int], today: date, entry: int) -> None:
    last = session.scalar(select(func.max(Case.serial)).where(Case.community_id == community_id)) or 0
    session.add_all(
        Case(community_id=community_id, entry=entry, serial=serial, debtor_id=debtor_id, opened_on=today)
        for serial, debtor_id in enumerate(debtors, last + 1)
    )
    session.flush()


def _with_case(community_id: int) -> Select[int]:
    return select(Case.debtor_id).where(Case.community_id == community_id)


def _of(community_id: int, debtor_id: int) -> Select[Case]:
    return select(Case).where(Case.community_id == community_id, Case.debtor_id == debtor_id)


def case_of(session: Session, community_id: int, debtor_id: int) -> Case | None:
    return session.scalar(_of(community_id, debtor_id))


def find_case(session: Session, community_id: int, number: str) -> Case:
    """The case with that number, K1-000017 or 17. Raises Missing."""
    serial = parse_serial(number, f"K{community_id}-")
    query = select(Case).where(Case.community_id == community_id, Case.serial == serial)
    case = None if serial is None else session.scalar(query)
    if case is None:
        raise Missing(N_("There is no case %(number)s."), number=number)
    return case


def assign(
    session: Session, actor: str, today: date, case: Case, user: User | None, reason: str, key: str
) -> CaseAssignment:
    """Give a case to a collector, or to nobody; a hand-over says why. The same key again is the same act."""
    reason = _note(reason)
    content = {"case": case.number, "to": user.name if user else None, "reason": reason}
    before = replayed(session, case.community_id, f"assign:{key}", content)
    if before:
        return _written(session, CaseAssignment, case, before.seq)
    held = newest(session, CaseAssignment, case)
    if held and held.user_id and not reason:
        raise Refused(N_("Say why the case changes hands: whoever takes it over reads it."))
    if user:
        _require_collector(user)
    entry = record(session, case.community_id, "case_assignment", f"assign:{key}", actor, content)
    user_id = user.id if user else None
    return _add(
        session, CaseAssignment(case_id=case.id, user_id=user_id, on=today, reason=reason), case, entry
    )


def assign_by_load(session: Session, actor: str, today: date, community_id: int, key: str) -> dict[str, int]:
    """Give every open case that nobody looks after to a collector, by load and building; how many each got."""
    if replayed(session, community_id, f"assign-all:{key}", {"on": today}):
        return {}
    collectors = {user.name: user for user in _collectors(session)}
    if not collectors:
        raise Refused(N_("There is no collector to give cases to: add one under Staff first."))
    open_ones = case_list.assigned(session, community_id, look_at(session, community_id, today))
    load = dict.fromkeys(collectors, 0)
    areas: dict[str, dict[str, int]] = {}
    for one in open_ones:
        if one.collector in load:
            load[one.collector] += 1
            there = areas.setdefault(one.building, {})
            there[one.collector] = there.get(one.collector, 0) + 1
    waiting = [(one.case_id, one.building) for one in open_ones if one.collector not in load]
    given = spread(waiting, load, areas)
    if not given:
        return {}
    entry = record(
        session,
        community_id,
        "case_assignment",
        f"assign-all:{key}",
        actor,
        {"on": today},
        {"cases": len(given)},
    )
    session.add_all(
        CaseAssignment(
            community_id=community_id,
            entry=entry,
            case_id=case_id,
            user_id=collectors[name].id,
            on=today,
            reason="",
        )
        for case_id, name in given.items()
    )
    session.flush()
    return {name: sum(one == name for one in given.values()) for name in collectors}


def _collectors(session: Session) -> list[User]:
    """Who is given cases: active, and a collector by role."""
    query = select(User).where(User.active, User.role == "collector").order_by(User.name)
    return list(session.scalars(query))


def _require_collector(user: User) -> None:
    if not user.active or not may(user.role, "case.work"):
        raise Refused(N_("%(name)s does not work on cases: choose a collector or a manager."), name=user.name)


def learn_reason(
    session: Session, actor: str, today: date, case: Case, code: str, note: str, key: str
) -> CaseReason:
    """Note why it is unpaid. The same key again is the same act."""
    content = {"case": case.number, "reason": code, "note": _note(note)}
    before = replayed(session, case.community_id, f"reason:{key}", content)
    if before:
        return _written(session, CaseReason, case, before.seq)
    row = reason_row(today, code, note)
    entry = record(session, case.community_id, "case_reason", f"reason:{key}", actor, content)
    return _add(session, row, case, entry)


def reason_row(today: date, code: str, note: str) -> CaseReason:
    """Checked, for the caller to add. Raises Refused."""
    if code not in REASONS:
        raise Refused(N_("There is no reason “%(code)s”."), code=code[:40])
    return CaseReason(code=code, on=today, note=_note(note))


def plan_next(
    session: Session, actor: str, today: date, case: Case, code: str, due: date | None, note: str, key: str
) -> FollowUp:
    """Say what comes next, and when. The same key again is the same act."""
    content = {"case": case.number, "next": code, "due": due, "note": _note(note)}
    before = replayed(session, case.community_id, f"next:{key}", content)
    if before:
        return _written(session, FollowUp, case, before.seq)
    row = next_row(today, code, due, note)
    entry = record(session, case.community_id, "follow_up", f"next:{key}", actor, content)
    return _add(session, row, case, entry)


def next_row(today: date, code: str, due: date | None, note: str) -> FollowUp:
    """Checked, for the caller to add. Raises Refused."""
    if code not in NEXT:
        raise Refused(N_("There is no next step “%(code)s”."), code=code[:40])
    if (due is None) != (code == "none"):
        raise Refused(N_("A next step has a day, unless nothing more is to be done."))
    if due and not today <= due <= today + timedelta(days=366):
        raise Refused(N_("The next step lies between today and a year from now."))
    return FollowUp(code=code, due=due, on=today, note=_note(note))


def newest(session: Session, table: type[Noted], case: Case) -> Noted | None:
    """The row of that kind that counts."""
    query = select(table).where(table.case_id == case.id).order_by(table.id.desc()).limit(1)
    return session.scalar(query)


def _add(session: Session, row: Noted, case: Case, entry: int) -> Noted:
    row.community_id, row.entry, row.case_id = case.community_id, entry, case.id
    session.add(row)
    session.flush()
    return row


def _written(session: Session, table: type[Noted], case: Case, entry: int) -> Noted:
    """What an entry wrote before."""
    return session.scalars(select(table).where(table.case_id == case.id, table.entry == entry)).one()


def _note(text: str) -> str:
    text = text.strip()
    if len(text) > LONGEST_NOTE:
        raise Refused(N_("A note has at most %(most)s characters."), most=LONGEST_NOTE)
    return text


def load(session: Session, community_id: int, today: date) -> Mapping[str, int]:
    """Open cases of each collector; those nobody looks after under ""."""
    found: dict[str, int] = {}
    for one in case_list.assigned(session, community_id, look_at(session, community_id, today)):
        found[one.collector] = found.get(one.collector, 0) + 1
    return found
