"""An owner as a row tells him: on the roster's own row, or on a sheet of customers that it names by code."""

from dataclasses import dataclass

from billing.core.width import fold
from billing.sheets.cells import parse_emails, parse_id_number, parse_phones
from billing.sheets.line import Line
from billing.sheets.names import owner_kind, parse_names, parse_owner


@dataclass(frozen=True, slots=True)
class Owner:
    """`kind` is "person", "company" or "developer"; what the row does not say is "" or ()."""

    name: str
    kind: str
    code: str
    id_number: str
    co_owners: tuple[str, ...]
    phones: tuple[str, ...]
    emails: tuple[str, ...]


def read_owner(line: Line) -> Owner:
    """Unreadable cells are told to the line; a missing name is for the caller to judge."""
    name, *others = line.take("owner", parse_owner, ("",))
    co_owners = dict.fromkeys((*others, *line.take("co_owners", parse_names, ())))
    return Owner(
        name=name,
        kind=owner_kind(name, line.text("owner_type")),
        code=plain_code(line.text("owner_code")),
        id_number=line.take("id_number", parse_id_number, ""),
        co_owners=tuple(other for other in co_owners if other != name),
        phones=line.take("phones", parse_phones, ()),
        emails=line.take("emails", parse_emails, ()),
    )


def completed(own: Owner, registered: Owner) -> Owner:
    """The row's own words, and the customer sheet's for what the row leaves open."""
    return Owner(
        name=own.name or registered.name,
        kind=own.kind if own.name else registered.kind,
        code=registered.code,
        id_number=own.id_number or registered.id_number,
        co_owners=own.co_owners or registered.co_owners,
        phones=own.phones or registered.phones,
        emails=own.emails or registered.emails,
    )


def plain_code(text: str) -> str:
    """A code of another system, without blanks and full-width forms."""
    return "".join(fold(text).split())
