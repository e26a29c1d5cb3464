"""Mail on its way: claimed by one sender, settled by the server's answer, never sent twice by itself.

A mail is `sending` before anything is said to the server. Whoever dies there leaves it so, and once its claim has run
out it is `unknown`: the server may have it. Only a person, who can ask, sends such a mail again.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from sqlalchemy import select, update
from sqlalchemy.engine import CursorResult
from sqlalchemy.orm import Session

from billing.core import mask
from billing.core.bounce import Report
from billing.core.problem import Missing, Refused
from billing.flow.mail import Letter, queue_mail, require_standing
from billing.flow.overtaken import overtaken
from billing.store.mail import UNSENT, Mail
from billing.store.outbox import again_key
from billing.translations import N_

#: How long a claim holds: longer than any talk with a server that the sender's time limits allow.
LEASE = timedelta(minutes=15)
#: How long a mail waits after each try that the server put off, in minutes; after the last it is refused.
WAITS = (1, 5, 15, 60, 180, 360, 720)

_LONGEST_ANSWER = 300

#: What a message that came by mail meant: a mail of ours came `returned`, is `delayed`, `known` to be so already, is
#: still talked about with the server (`early`: ask again later); or it is about none of ours.
Outcome = Literal["returned", "delayed", "known", "early", "foreign"]


@dataclass(frozen=True)
class Answer:
    """What became of a try; `words` are the server's. `queued` is to be tried again later.

    `for_all`: the server takes nothing at the moment, so the other mails wait a while too.
    """

    state: str
    words: str
    for_all: bool = False


def claim(session: Session, worker: str, today: date, now: datetime) -> Mail | None:
    """Take the mail whose turn it is; those tried least come first, so that a hopeless one holds up nobody.

    What is no longer so is not sent: such a mail is withdrawn, and the next one's turn comes.
    """
    session.execute(
        update(Mail).where(Mail.state == "sending", Mail.claimed_until < now).values(state="unknown")
    )
    turn = (
        select(Mail)
        .where(Mail.state == "queued", Mail.next_try_at <= now)
        .order_by(Mail.attempts, Mail.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    while mail := session.scalar(turn):
        code = overtaken(session, mail.about, mail.about_id, today, now - mail.created_at)
        if not code:
            mail.state, mail.claimed_by, mail.claimed_until = "sending", worker, now + LEASE
            mail.attempts += 1
            session.flush()
            return mail
        mail.state, mail.last_answer = "withdrawn", code
        session.flush()
    return None


def settle(session: Session, worker: str, now: datetime, mail: Mail, answer: Answer) -> bool:
    """Note the answer, if the mail is still this worker's; one that comes after the claim ran out counts too."""
    state, later = answer.state, now
    if state == "queued":
        state = "queued" if mail.attempts <= len(WAITS) else "refused"
        later += timedelta(minutes=WAITS[min(mail.attempts, len(WAITS)) - 1])
    result = session.execute(
        update(Mail)
        .where(Mail.id == mail.id, Mail.claimed_by == worker, Mail.state.in_(("sending", "unknown")))
        .values(
            state=state,
            next_try_at=later,
            last_answer=_without(mail.recipient, answer.words)[:_LONGEST_ANSWER],
            handed_over_at=now if state == "handed_over" else None,
        )
    )
    if answer.for_all:
        soon = now + timedelta(minutes=WAITS[0])
        session.execute(
            update(Mail).where(Mail.state == "queued", Mail.next_try_at < soon).values(next_try_at=soon)
        )
    assert isinstance(result, CursorResult)
    return result.rowcount == 1


def _without(address: str, words: str) -> str:
    """Servers like to repeat the address; whoever reads the answer need not read that."""
    return words.replace(address, mask.email(address))


def note_return(session: Session, now: datetime, report: Report) -> Outcome:
    """Note that a mail came back, once: it was handed over all the same. A delay changes nothing."""
    mail = session.scalar(
        select(Mail).where(Mail.message_id.in_(report.message_ids)).execution_options(populate_existing=True)
    )
    if mail is None:
        return "foreign"
    if not report.failed:
        return "delayed"
    if mail.state == "sending":
        return "early"
    if mail.state not in ("handed_over", "unknown"):
        return "known"
    mail.state = "address_returned" if report.no_such_address else "returned"
    mail.returned_at, mail.returned_words = now, _without(mail.recipient, report.words)[:_LONGEST_ANSWER]
    session.flush()
    return "returned"


def send_again(session: Session, actor: str, today: date, now: datetime, mail: Mail) -> Mail:
    """The same letter as a new mail; the old one keeps its state. A second time, it is the same new mail."""
    if mail.state not in (*UNSENT, "withdrawn"):
        raise Refused(N_("Only a mail that did not arrive, or may not have gone out, is sent again."))
    require_standing(session, mail.about, mail.about_id, today)
    letter = Letter(**{name: getattr(mail, name) for name in Letter.__dataclass_fields__})
    return queue_mail(session, actor, now, letter, again_key(mail.id))


def find_mail(session: Session, mail_id: int) -> Mail:
    mail = session.get(Mail, mail_id, populate_existing=True)
    if mail is None:
        raise Missing(N_("There is no such mail."))
    return mail
