"""How values look on a page: filters for the templates."""

from datetime import date, datetime

from flask import Flask
from flask_babel import gettext

from billing.clock import SHANGHAI
from billing.core import mask, money, numbers, roles
from billing.core.conduct import Finding
from billing.core.good_faith import Rule
from billing.core.problem import Problem, Refused
from billing.core.profile import Doubt
from billing.flow.contacts import OWNER
from billing.flow.overtaken import REASONS
from billing.translations import N_
from billing.web import case_words, stage, waiver_words

CHANNELS = {
    "cash": N_("Cash"),
    "transfer": N_("Bank transfer"),
    "pos": N_("Card"),
    "wechat": N_("WeChat Pay"),
    "alipay": N_("Alipay"),
    "debit": N_("Direct debit"),
    "other": N_("Other"),
}
ROLES = {**roles.STAFF, roles.OWNER: N_("Owner")}
JOB_STATES = {
    "queued": N_("Waiting"),
    "running": N_("Running"),
    "stopped": N_("Stopped"),
    "done": N_("Done"),
    "failed": N_("Failed"),
}

MAIL_STATES = {
    "queued": N_("Waiting"),
    "sending": N_("Being sent"),
    "handed_over": N_("Handed over to the mail server"),
    "refused": N_("Not taken"),
    "address_refused": N_("Address refused"),
    "unknown": N_("May have gone out"),
    "returned": N_("Came back"),
    "address_returned": N_("Came back: no such address"),
    "withdrawn": N_("Not sent"),
}

#: What a mail is about -> what it is called.
MAIL_KINDS = {
    "payment": N_("Receipt"),
    "notice": N_("Dunning notice"),
    "bill": N_("Payment notice"),
    "payment-booked": N_("News of a payment"),
    "payment-reversed": N_("News of a reversed payment"),
    "charge-reversed": N_("News of a reversed charge"),
    "waiver-approved": N_("News of a waiver"),
    "waiver-refused": N_("News of a waiver"),
    "waiver-lapsed": N_("News of a waiver"),
    "waiver-withdrawn": N_("News of a waiver"),
}


def init_app(app: Flask) -> None:
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters.update(
        yuan=yuan,
        day=day,
        moment=moment,
        area=numbers.area,
        price=numbers.price,
        per_mille=numbers.per_mille,
        percent=numbers.percent,
        percentage=percentage,
        masked_phone=mask.phone,
        masked_id=mask.id_number,
        masked_name=mask.name,
        masked_email=mask.email,
        sentence=sentence,
        channel=channel,
        role=role,
        job_state=job_state,
        mail_state=mail_state,
        mail_kind=mail_kind,
        overtaken=overtaken,
        source=source,
        tone=stage.tone_name,
        **waiver_words.filters(),
        **case_words.filters(),
    )


def yuan(fen: int | None, sign: bool = False) -> str:
    """Fen as "1,234.50", or "¥1,234.50"; nothing for None. Below zero with a true minus sign."""
    if fen is None:
        return ""
    return f"{'−' if fen < 0 else ''}{'¥' if sign else ''}{money.grouped(abs(fen))}"


def day(value: date | None) -> str:
    return value.isoformat() if value else ""


def moment(value: datetime | None) -> str:
    """An instant by the clock on the office's wall: 2026-11-23 14:05."""
    return value.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M") if value else ""


def percentage(ppm: int) -> str:
    """ "90.2%": a rate of collection, cut off after one decimal, so that 100.0% means all."""
    return f"{ppm // 10_000}.{ppm // 1_000 % 10}%"


def sentence(said: Refused | Problem | Doubt | Finding | Rule | str) -> str:
    """What a rule or an import says, in the page's language."""
    return gettext(said) if isinstance(said, str) else said.sentence(gettext)


def channel(code: str) -> str:
    return gettext(CHANNELS.get(code, code))


def role(code: str) -> str:
    return gettext(ROLES.get(code, code))


def job_state(code: str) -> str:
    return gettext(JOB_STATES.get(code, code))


def mail_state(code: str) -> str:
    return gettext(MAIL_STATES.get(code, code))


def mail_kind(about: str) -> str:
    return gettext(MAIL_KINDS.get(about, about))


def overtaken(code: str) -> str:
    """Why a mail was not sent."""
    return gettext(REASONS.get(code, code))


def source(text: str) -> str:
    """Who told a contact."""
    who, comma, name = text.partition(", ")
    told = {"staff": N_("staff, %(name)s"), "roster": N_("roster, %(name)s")}.get(who)
    return gettext(told, name=name) if told and comma else gettext("the owner") if who == OWNER else text
