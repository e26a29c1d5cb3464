"""`flask mail`: what the outbox holds, sending it now, and a test of the mail server."""

from collections import Counter
from collections.abc import Sequence
from typing import Any, BinaryIO, get_args

import click
from flask_babel import gettext
from flask_mail import Message

from billing import bounces, jobs, post
from billing.cli.command import Group, answers, in_community, the_community, the_vault
from billing.core import mask
from billing.core.bounce import LARGEST
from billing.core.mailbox import is_mailbox
from billing.core.problem import Refused, Unusable
from billing.extensions import db
from billing.flow.outbox import Outcome
from billing.store import outbox
from billing.store.mail import STATES, TRIED
from billing.translations import N_


@click.group("mail", cls=Group)
def mail_group() -> None:
    """E-mail: the outbox and the mail server."""


@mail_group.command("list")
@click.option("--state", type=click.Choice(STATES), help="Only those.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=100, show_default=True)
@in_community
@answers
def list_mail(state: str | None, limit: int, community: str | None) -> dict[str, Any]:
    """The mails, the newest first."""
    place = the_community(community).id if community else None
    return {
        "server": post.ready(),
        "mails": [
            {
                "id": row.Mail.id,
                "community": row.community,
                "about": row.Mail.about,
                "about_id": row.Mail.about_id,
                "to": mask.email(row.Mail.recipient),
                "state": row.Mail.state,
                "attempts": row.Mail.attempts,
                "next_try": row.Mail.next_try_at.isoformat() if row.Mail.state == "queued" else None,
                "handed_over": row.Mail.handed_over_at and row.Mail.handed_over_at.isoformat(),
                "answer": row.Mail.last_answer,
                "returned": row.Mail.returned_at and row.Mail.returned_at.isoformat(),
                "returned_words": row.Mail.returned_words,
            }
            for row in outbox.listed(db.session(), state or "", place, limit)
        ],
    }


@mail_group.command("send")
@answers
def send() -> dict[str, Any]:
    """Send what waits now, once; what the server puts off waits for its next time."""
    _need_a_server()
    session, vault, worker, tried = db.session(), the_vault(), jobs.worker_name(), Counter[str]()
    while mail := post.send_next(session, vault, worker):
        tried[mail.state] += 1
    return {"tried": tried.total(), **{state: tried[state] for state in TRIED}}


@mail_group.command("bounces")
@click.argument("files", nargs=-1, required=True, metavar="FILE...|-", type=click.File("rb"))
@answers
def read_bounces(files: Sequence[BinaryIO]) -> dict[str, Any]:
    """Read messages that came back, one in each FILE (-: standard input), and note which mails they are about."""
    outcomes = Counter[str](bounces.note(db.session(), file.read(LARGEST + 1)) for file in files)
    return {"read": len(files), **{outcome: outcomes[outcome] for outcome in get_args(Outcome)}}


@mail_group.command("test")
@click.argument("address")
@answers
def test(address: str) -> dict[str, Any]:
    """Send one plain mail to ADDRESS now and tell what the server answered."""
    if not is_mailbox(address):
        raise Unusable(N_("“%(text)s” is not an e-mail address."), text=address[:80])
    _need_a_server()
    answer = post.hand_over(
        Message(
            gettext("Test of the mail server"),
            recipients=[address],
            body=gettext("If you read this, the office's mail arrives. There is nothing to do."),
        )
    )
    if answer.state != "handed_over":
        raise Refused(N_("The mail server did not take it: %(answer)s"), answer=answer.words)
    return {"to": address, "state": answer.state, "answer": answer.words}


def _need_a_server() -> None:
    if not post.ready():
        raise Refused(N_("No mail server is set: set MAIL_SERVER and MAIL_DEFAULT_SENDER."))


COMMANDS = (mail_group,)
