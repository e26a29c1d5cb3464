"""`flask pack`: a debtor's file as one ZIP; `flask paper`: the contract and what stands beside it, which go into it."""

import os
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any, BinaryIO

import click
from flask_babel import gettext

from billing.cli.command import (
    ACTOR,
    DAY,
    Command,
    Group,
    answers,
    in_community,
    the_community,
    the_vault,
)
from billing.clock import today
from billing.core.problem import Unusable
from billing.extensions import db
from billing.flow import community_papers
from billing.flow.community_papers import KINDS, Wanted
from billing.flow.pack import make_pack, record_pack
from billing.flow.pack.archive import sums_of
from billing.flow.pack.subject import find_subject, find_who
from billing.store.base import writing
from billing.store.community_papers import listed
from billing.translations import N_


@click.command("pack", cls=Command)
@click.argument("who", metavar="DEBTOR|UNIT")
@click.option("--as-of", type=DAY, required=True)
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), required=True, metavar="FILE.zip")
@click.option("--debtor", metavar="NAME", help="Of a UNIT: only this debtor's. Default: all of them.")
@click.option(
    "--known-at", type=click.IntRange(0, 2**62), metavar="ENTRY", help="Only what was known at that entry."
)
@click.option("--force", is_flag=True, help="Write over the file if it is there.")
@in_community
@answers
def pack(
    who: str,
    as_of: date,
    out: Path,
    debtor: str | None,
    known_at: int | None,
    force: bool,
    community: str | None,
) -> dict[str, Any]:
    """Everything about a debtor in one ZIP that anybody can check."""
    session = db.session()
    place = the_community(community)
    asked = find_who(session, place.id, as_of, who, debtor)
    subject = find_subject(session, the_vault(), place.id, today(), asked, as_of, known_at)
    with _whole(out, force) as file:
        made = make_pack(subject, file)
        with writing(session, place.id):
            record_pack(session, ACTOR, made, secrets.token_urlsafe(12))
    return {
        "file": str(out),
        "sha256": made.sha256,
        "as_of": as_of.isoformat(),
        "known_at": subject.known_at,
        "debtor": "、".join(subject.debtors),
        "units": [unit.label for unit in subject.units.values()],
        "documents": sums_of(made.documents),
        "missing": [lack.sentence(gettext) for lack in made.lacks],
    }


@contextmanager
def _whole(out: Path, force: bool) -> Iterator[BinaryIO]:
    """A file that takes its name only when all of it is written; what fails leaves nothing."""
    if out.exists() and not force:
        raise Unusable(N_("%(file)s is there already: name another file, or say --force."), file=str(out))
    try:
        descriptor, temporary = tempfile.mkstemp(dir=out.parent, prefix=".pack-")
    except OSError:
        raise Unusable(
            N_("No file can be written to %(folder)s: choose another folder."), folder=str(out.parent)
        ) from None
    try:
        with os.fdopen(descriptor, "w+b") as file:
            yield file
        Path(temporary).replace(out)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


@click.group("paper", cls=Group)
def paper_group() -> None:
    """The community's own papers: contract, price notices, resolutions."""


@paper_group.command("add")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--kind", type=click.Choice(list(KINDS)), required=True)
@click.option("--title", required=True)
@click.option("--from", "since", type=DAY, required=True, help="The first day it is in force.")
@click.option("--until", type=DAY, help="The last day it is in force. Default: still.")
@in_community
@answers
def add_paper(file: Path, community: str | None, **told: Any) -> dict[str, Any]:
    """File a scan (PDF, JPEG, PNG) of a paper of the community."""
    session = db.session()
    place = the_community(community)
    wanted = Wanted(data=file.read_bytes(), file_name=file.name, **told)
    with writing(session, place.id):
        paper = community_papers.file_paper(session, the_vault(), ACTOR, place.id, wanted)
    return {"paper": paper.id, "kind": paper.kind, "title": paper.title, "sha256": paper.sha256}


@paper_group.command("list")
@in_community
@answers
def list_papers(community: str | None) -> dict[str, Any]:
    """Every paper that was filed, the newest in force first."""
    place = the_community(community)
    return {
        "papers": [
            {
                "paper": row.CommunityPaper.id,
                "kind": row.CommunityPaper.kind,
                "title": row.CommunityPaper.title,
                "from": row.CommunityPaper.since.isoformat(),
                "until": row.CommunityPaper.until.isoformat() if row.CommunityPaper.until else None,
                "sha256": row.CommunityPaper.sha256,
                "withdrawn": row.Reversal.reason if row.Reversal else None,
            }
            for row in listed(db.session(), place.id)
        ]
    }


@paper_group.command("withdraw")
@click.argument("paper", type=click.IntRange(1, 2**62))
@click.option("--reason", required=True)
@in_community
@answers
def withdraw_paper(paper: int, reason: str, community: str | None) -> dict[str, Any]:
    """A paper filed wrongly goes into no pack any more; the file stays."""
    session = db.session()
    place = the_community(community)
    with writing(session, place.id):
        found = community_papers.find_paper(session, place.id, paper)
        reversal = community_papers.withdraw_paper(session, ACTOR, found, reason)
    return {"withdrawn": paper, "entry": reversal.entry}


COMMANDS = (pack, paper_group)
