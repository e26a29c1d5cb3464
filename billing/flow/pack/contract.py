"""04 合同: what papers quote of the contract and from when, and the contract's own files of the periods owed."""

from collections.abc import Iterator

from billing.core.profile import COMMUNITY_REQUIRED
from billing.flow.documents import count_pages, kept
from billing.flow.estate import policies
from billing.flow.pack.exhibit import Layout, grace_and_cap, paper, piece, row, say, span, table
from billing.flow.pack.piece import Lack, Piece, safe
from billing.flow.pack.subject import Subject
from billing.flow.profile import facts
from billing.store.community_papers import in_force
from notices import figures
from notices.exhibit_tables import ExhibitRow, ExhibitTable

KEY = "contract"

#: What a contract is known by, in the words papers have for it; `contract_to` ends it.
_FACTS = (*COMMUNITY_REQUIRED, "contract_to")
_FACTS_LAYOUT: Layout = (("matter", 34, ""), ("content", 108, ""), ("since", 32, ""))
_POLICY_LAYOUT: Layout = (
    ("since", 26, ""),
    ("daily_rate", 18, "right"),
    ("grace", 50, ""),
    ("cap", 28, ""),
    ("order", 30, ""),
    ("rest_days", 26, ""),
)
_FILES_LAYOUT: Layout = (
    ("number", 8, ""),
    ("kind", 24, ""),
    ("name", 60, ""),
    ("since", 20, ""),
    ("until", 20, ""),
    ("file", 42, "fine"),
)

ENDINGS = {"image/jpeg": "jpg", "image/png": "png", "application/pdf": "pdf"}


def contract(subject: Subject) -> Iterator[Piece | Lack]:
    folder = f"04 {say('name.contract')}"
    files = list(_files(subject, folder))
    tables = [_facts(subject), _policy(subject), table("files", _FILES_LAYOUT, [each for _, each in files])]
    data = paper(subject, "04", KEY, tables, (say("contract_note"),))
    yield piece(f"{folder}/{say(f'title.{KEY}')}", KEY, data)
    if not files:
        yield Lack("no_contract_file")
    for one, _ in files:
        yield one


def _facts(subject: Subject) -> ExhibitTable:
    """Every entry that came to count by the pack's day, key by key, the newest first."""
    told = facts(subject.session, subject.community_id).history(subject.issued)
    rows = [
        row([say(f"fact.{fact.name}"), fact.value, fact.since.isoformat()])
        for fact, state in told
        if fact.name in _FACTS and fact.value and state in ("holds", "past")
    ]
    return table("facts", _FACTS_LAYOUT, rows)


def _policy(subject: Subject) -> ExhibitTable:
    rules = policies(subject.session, subject.community_id, subject.known_at)
    rows = []
    for one in rules.dated:
        if one.since > subject.as_of:
            continue
        grace, cap = grace_and_cap(rules.terms(one.since))
        rest_days = say("rest_days_yes" if one.roll_rest_days else "rest_days_no")
        order = say(f"order.{one.order}")
        rows.append(row([one.since.isoformat(), figures.rate(one.rate_ppm), grace, cap, order, rest_days]))
    return table("policy", _POLICY_LAYOUT, rows)


def _files(subject: Subject, folder: str) -> Iterator[tuple[Piece, ExhibitRow]]:
    charged = [fact for account in subject.accounts for fact in account.rows.values()]
    if not charged:
        return
    first, last = min(one.period_first for one in charged), max(one.period_last for one in charged)
    found = in_force(subject.session, subject.community_id, first, last, subject.known_at)
    for number, (one, file) in enumerate(found, 1):
        data = kept(subject.vault, one.sha256)
        ending, kind = ENDINGS.get(file.media_type, "bin"), say(f"contract.{one.kind}")
        name = f"{folder}/{number:02d} {kind} {safe(one.title)}.{ending}"
        pages = count_pages(data) if ending == "pdf" else 1
        since, until = span(one.since, one.until)
        cells = [str(number), kind, one.title, since, until, name.rpartition("/")[2]]
        yield Piece(name, f"{kind}《{one.title}》", say("proves.contract_file"), data, pages), row(cells)
