"""Mail that came back by mail: read out of the Maildir into which some mail server delivers it.

What is about a mail of ours is noted and moved from new/ to cur/, as any mail program does with what it has read; all
else is left where it lies. Killed in between, it is read once more, which changes nothing.
"""

import logging
from collections import Counter
from pathlib import Path

from sqlalchemy.orm import Session

from billing.clock import now
from billing.core.bounce import LARGEST, read_report
from billing.flow import outbox
from billing.flow.outbox import Outcome
from billing.store.base import writing

log = logging.getLogger(__name__)


def note(session: Session, data: bytes) -> Outcome:
    """Read one message and note what it reports of a mail of ours."""
    report = read_report(data)
    if report is None:
        return "foreign"
    with writing(session):
        return outbox.note_return(session, now(), report)


class Watch:
    """A Maildir and what of it was looked at; without a folder there is never anything."""

    def __init__(self, maildir: Path | None) -> None:
        self._maildir = maildir
        self._foreign: set[str] = set()

    def take(self, session: Session) -> Counter[str]:
        """Read what came since; how many of each outcome. What is not ours counts once."""
        outcomes = Counter[str]()
        if self._maildir is None:
            return outcomes
        arrived = {path.name: path for path in (self._maildir / "new").iterdir()}
        self._foreign &= arrived.keys()
        for name in sorted(arrived.keys() - self._foreign):
            outcome = self._take(session, arrived[name])
            if outcome == "foreign":
                self._foreign.add(name)
            if outcome != "early":  # it stays, to be read again
                outcomes[outcome] += 1
        if outcomes:
            log.info("mail that came back: %s", dict(outcomes))
        return outcomes

    def _take(self, session: Session, path: Path) -> Outcome:
        assert self._maildir
        try:
            if path.is_symlink() or not path.is_file() or path.stat().st_size > LARGEST:
                return "foreign"
            outcome = note(session, path.read_bytes())
            if outcome not in ("foreign", "early"):
                path.rename(self._maildir / "cur" / f"{path.name.partition(':')[0]}:2,S")
        except OSError:  # taken by somebody else, or not for us to read
            log.exception("%s cannot be read", path)
            return "foreign"
        return outcome
