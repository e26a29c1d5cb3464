"""Waivers in words: a policy as sentences, terms as a line, a state as its badge."""

from collections.abc import Sequence
from datetime import date

from flask_babel import gettext

from billing.core import money, numbers, roles
from billing.core.waiver_policy import CONDITION_WORDS, KINDS, Terms, WaiverPolicy
from billing.translations import N_

#: State (billing.flow.waiver_book) -> what it is called, and the badge it wears.
STATES = {
    "asked": (N_("waits for a decision"), "warn"),
    "waiting": (N_("time given"), "warn"),
    "kept": (N_("kept"), "ok"),
    "given": (N_("approved"), "ok"),
    "lapsed": (N_("lapsed"), "bad"),
    "refused": (N_("refused"), "off"),
    "withdrawn": (N_("withdrawn"), "off"),
}

#: What a list of them is headed by (billing.store.waiver_list.Shelf).
SHELVES = {
    "asked": N_("Waiting for a decision"),
    "waiting": N_("Time given, waiting for money"),
    "kept": N_("Kept"),
    "lapsed": N_("Lapsed"),
    "refused": N_("Refused"),
    "withdrawn": N_("Withdrawn"),
}


def filters() -> dict[str, object]:
    return {
        "waiver_state": state,
        "waiver_badge": lambda code: STATES[code][1],
        "waiver_kind": kind,
        "waiver_condition": condition,
        "waiver_terms": terms,
        "waiver_policy": policy,
        "waiver_limits": limits,
        "actor": actor,
    }


def state(code: str) -> str:
    return gettext(STATES[code][0])


def actor(name: str) -> str:
    """Who an entry says it was: an owner acts under his sign-in name (billing.flow.waiver_online)."""
    return gettext("the owner") if name.startswith("owner:") else name


def kind(code: str) -> str:
    return gettext(KINDS.get(code, code))  # type: ignore[call-overload]


def condition(code: str, pay_by: date | None) -> str:
    """What has to be paid by when, as the end of a sentence."""
    if pay_by is None:
        return gettext(CONDITION_WORDS["none"])
    if code == "all":
        return gettext("if all that is left is paid by %(day)s; otherwise due again", day=pay_by)
    return gettext("if the principal is paid by %(day)s; otherwise due again", day=pay_by)


def terms(of: Terms) -> str:
    """What a waiver gives, in one line."""
    parts = []
    if of.share_ppm == money.MICRO:
        parts.append(gettext("the whole late fee"))
    elif of.share_ppm:
        parts.append(gettext("%(percent)s%% of the late fee", percent=numbers.percent(of.share_ppm)))
    if of.late_fee:
        parts.append(gettext("%(amount)s of the late fee", amount=money.grouped(of.late_fee)))
    if of.principal:
        parts.append(gettext("%(amount)s of the principal", amount=money.grouped(of.principal)))
    if of.suspended:
        first, last = of.suspended
        parts.append(gettext("no late fee from %(first)s to %(last)s", first=first, last=last))
    return gettext("; ").join(parts)


def policy(of: WaiverPolicy) -> Sequence[str]:
    """The policy in sentences, as somebody would explain it at the counter."""
    said = [_most(of), _on_condition(of)]
    if of.papers:
        said.append(gettext("Needed with it: %(papers)s.", papers=of.papers))
    if of.limits:
        said.append(gettext("Approved by: %(limits)s.", limits=limits(of)))
    else:
        said.append(gettext("Nobody may approve it."))
    if of.online:
        said.append(gettext("Owners may ask for it on their own page."))
    return said


def limits(of: WaiverPolicy) -> str:
    """Who may approve up to what, the smallest limit first."""
    ranked = sorted(of.limits.items(), key=lambda item: (item[1] is None, item[1] or 0))
    said = []
    for role, limit in ranked:
        name = gettext(roles.STAFF.get(role, role))
        if limit is None:
            said.append(gettext("%(role)s any sum", role=name))
        else:
            said.append(gettext("%(role)s up to %(limit)s", role=name, limit=money.grouped(limit)))
    return gettext(", ").join(said)


def _most(of: WaiverPolicy) -> str:
    parts = []
    if of.late_fee_ppm == money.MICRO:
        parts.append(gettext("the whole late fee"))
    elif of.late_fee_ppm:
        parts.append(gettext("%(percent)s%% of the late fee", percent=numbers.percent(of.late_fee_ppm)))
    if of.principal_ppm:
        parts.append(gettext("%(percent)s%% of the principal", percent=numbers.percent(of.principal_ppm)))
    if of.days:
        parts.append(gettext("no late fee on %(days)s days", days=of.days))
    if not parts:
        return gettext("It gives nothing.")
    return gettext("At most: %(parts)s.", parts=gettext("; ").join(parts))


def _on_condition(of: WaiverPolicy) -> str:
    if of.condition == "none":
        return gettext("It stands without any condition.")
    if of.condition == "all":
        return gettext(
            "It stands if all that is left is paid within %(days)s days; otherwise what was waived is due again.",
            days=of.pay_days,
        )
    return gettext(
        "It stands if the principal is paid within %(days)s days; otherwise what was waived is due again.",
        days=of.pay_days,
    )
