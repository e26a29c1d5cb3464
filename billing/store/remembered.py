"""What was added up over a whole community, kept in this process until its books change.

The newest entry stands for the books: nothing of them changes without one. A figure may depend on nothing but them and
its own name; what is no entry (the day, the ladder) belongs into the name.
"""

from collections.abc import Callable, Hashable
from typing import Any, TypeVar, cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.store.ledger import Entry

_Figure = TypeVar("_Figure")

#: Figures kept of one community; then they are worked out again.
_MOST = 500

#: Community -> its newest entry when these figures were worked out, name -> figure.
_known: dict[int, tuple[Any, dict[Hashable, Any]]] = {}


def remembered(
    session: Session, community_id: int, name: Hashable, work_out: Callable[[], _Figure]
) -> _Figure:
    """`work_out()`, or what it came to before on the same books. Not for use after a write of one's own."""
    newest = (
        select(Entry.seq, Entry.key, Entry.content, Entry.recorded_at)
        .where(Entry.community_id == community_id)
        .order_by(Entry.seq.desc())
        .limit(1)
    )
    row = session.execute(newest).one_or_none()
    books = tuple(row) if row else None
    before, figures = _known.get(community_id, (None, {}))
    if before != books:
        figures = {}
        _known[community_id] = books, figures
    if name not in figures:
        if len(figures) >= _MOST:
            figures.clear()
        figures[name] = work_out()
    return cast(_Figure, figures[name])


def forget() -> None:
    """The next figures come from another database."""
    _known.clear()
