"""A community's own papers: filed once with their time, withdrawn by a new entry, never changed."""

from dataclasses import asdict, dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from billing.clock import now
from billing.core.problem import Missing, Refused
from billing.flow.entry import record
from billing.flow.scans import media_type, plain_name
from billing.store.community_papers import CommunityPaper
from billing.store.ledger import Reversal, live
from billing.store.vault import Vault, keep
from billing.translations import N_

#: What a paper is, as the office calls it.
KINDS = {
    "contract": N_("Service contract"),
    "supplement": N_("Supplement to the contract"),
    "price": N_("Price notice"),
    "resolution": N_("Resolution of the owners' assembly"),
    "rules": N_("Management rules"),
    "filing": N_("Record of bid or filing"),
    "other": N_("Other paper"),
}
_LONGEST_TITLE = 80


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """A scan and what it is; `until` is its last day in force, if it has one."""

    kind: str
    title: str
    since: date
    until: date | None = None
    data: bytes
    file_name: str


def file_paper(
    session: Session, vault: Vault, actor: str, community_id: int, wanted: Wanted
) -> CommunityPaper:
    """File the paper. The same file again for the same time is the same paper, whoever sends it."""
    media = media_type(wanted.data)
    _check(wanted)
    sha256 = keep(session, vault, wanted.data, media)
    told = {name: value for name, value in asdict(wanted).items() if name not in ("data", "file_name")}
    told |= {"title": wanted.title.strip(), "sha256": sha256}
    query = select(CommunityPaper).where(CommunityPaper.community_id == community_id, live(CommunityPaper))
    for known in session.scalars(query.where(CommunityPaper.sha256 == sha256)):
        if all(getattr(known, name) == value for name, value in told.items()):
            return known
    entry = record(session, community_id, "community_paper", _key(session, community_id), actor, told)
    paper = CommunityPaper(
        community_id=community_id,
        entry=entry,
        file_name=plain_name(wanted.file_name),
        received_at=now(),
        received_by=actor,
        **told,
    )
    session.add(paper)
    session.flush()
    return paper


def withdraw_paper(session: Session, actor: str, paper: CommunityPaper, reason: str) -> Reversal:
    """From this entry on the paper goes into no pack. Withdrawn twice, it is withdrawn once."""
    if not reason.strip():
        raise Refused(N_("Say why the paper is withdrawn."))
    target = CommunityPaper.__tablename__
    known = session.scalar(
        select(Reversal).where(
            Reversal.community_id == paper.community_id,
            Reversal.target == target,
            Reversal.target_id == paper.id,
        )
    )
    if known:
        return known
    told = {"withdrawn": paper.id, "reason": reason.strip()}
    entry = record(session, paper.community_id, "reversal", f"paper-withdrawn:{paper.id}", actor, told)
    reversal = Reversal(
        community_id=paper.community_id,
        entry=entry,
        target=target,
        target_id=paper.id,
        reason=reason.strip(),
    )
    session.add(reversal)
    session.flush()
    return reversal


def find_paper(session: Session, community_id: int, number: int) -> CommunityPaper:
    paper = session.get(CommunityPaper, number)
    if paper is None or paper.community_id != community_id:
        raise Missing(N_("There is no paper %(number)s here."), number=number)
    return paper


def _key(session: Session, community_id: int) -> str:
    """Papers are numbered as they come: the caller holds the community's lock."""
    filed = select(func.count(CommunityPaper.id)).where(CommunityPaper.community_id == community_id)
    return f"paper:{(session.scalar(filed) or 0) + 1}"


def _check(wanted: Wanted) -> None:
    if wanted.kind not in KINDS:
        raise Refused(
            N_("“%(kind)s” is no kind of paper; there are: %(kinds)s."),
            kind=wanted.kind,
            kinds=", ".join(KINDS),
        )
    title = wanted.title.strip()
    if not title:
        raise Refused(N_("Say what the paper is called."))
    if len(title) > _LONGEST_TITLE or not title.isprintable():
        raise Refused(
            N_("The title has at most %(most)s characters, all of them printable."), most=_LONGEST_TITLE
        )
    if wanted.until and wanted.until < wanted.since:
        raise Refused(
            N_("The paper would end on %(until)s, before it begins on %(since)s."),
            until=wanted.until,
            since=wanted.since,
        )
