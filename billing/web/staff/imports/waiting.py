"""The file between the steps: it waits in the vault, and the address says which it is and how to read it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from flask import request

from billing.core.calendar import parse_date
from billing.core.problem import Missing, Refused, Unusable
from billing.extensions import db
from billing.sheets import Choice, Survey
from billing.store.evidence import StoredFile
from billing.store.vault import keep
from billing.translations import N_
from billing.web.staff.imports.columns import Column, choice, columns
from billing.web.staff.imports.kind import KINDS, Decisions, Kind
from billing.web.vault import kept, the_vault

#: How the vault knows spreadsheets that wait to be imported from papers and proofs.
MEDIA_TYPE = "application/x-permille-import"

_LONGEST_NAME = 120


def keep_upload(kind: Kind, data: bytes, name: str) -> str:
    """Keep a file that can be opened; its SHA-256. Raises Unusable with the sentence that says why not."""
    kind.survey(data, name, None)
    return keep(db.session(), the_vault(), data, MEDIA_TYPE)


def plain_name(name: str) -> str:
    """A file's own name without folders; it is shown, and told apart sheets of a csv by it."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(sign for sign in last if sign.isprintable())[-_LONGEST_NAME:] or "file"


@dataclass(frozen=True)
class Waiting:
    """A file that waits: `meanings` is a person's word on its columns in order, empty for "as found".

    `refusal` says why the file cannot be read like this; then `reading` is None.
    """

    kind: Kind
    sha256: str
    name: str
    data: bytes = field(repr=False)
    meanings: Sequence[str]
    decided: Decisions
    refusal: Refused | None = None

    @cached_property
    def found(self) -> Survey:
        """How the file is understood by itself."""
        return self.kind.survey(self.data, self.name, None)

    @cached_property
    def headings(self) -> list[str]:
        return [column.heading for column in columns(self.found)]

    @cached_property
    def choice(self) -> Choice | None:
        """None where the address says nothing of columns, or speaks of another file's."""
        if len(self.meanings) != len(self.headings):
            return None
        return choice(self.found, self.headings, self.meanings)

    @cached_property
    def attempt(self) -> tuple[Any, Survey, Refused | None]:
        """(reading or None, survey, why not)."""
        if self.refusal:
            return None, self.found, self.refusal
        try:
            reading = self.kind.read(self.data, self.name, self.choice)
        except Refused as refused:
            return None, self._survey(), refused
        return reading, reading.survey, None

    def _survey(self) -> Survey:
        try:
            return self.kind.survey(self.data, self.name, self.choice)
        except Refused:
            return self.found

    @property
    def columns(self) -> list[Column]:
        """As they are understood now; what a person chose stays even where it cannot be read."""
        shown = columns(self.attempt[1], self.headings)
        if len(self.meanings) != len(shown):
            return shown
        return [
            Column(one.heading, one.samples, meaning)
            for one, meaning in zip(shown, self.meanings, strict=True)
        ]

    @property
    def address(self) -> dict[str, Any]:
        """What leads back to this very file, read the same way."""
        known: dict[str, Any] = {"kind": self.kind.name, "sha256": self.sha256, "name": self.name}
        if self.meanings:
            known["column"] = list(self.meanings)
        if self.decided.correction:
            known["owners"] = "correction"
        if self.decided.sold_on:
            known |= {"owners": "sale", "sold_on": self.decided.sold_on.isoformat()}
        if self.decided.items:
            known |= {"named": list(self.decided.items), "booked": list(self.decided.items.values())}
        return known


def find_waiting(kind: str, sha256: str) -> Waiting:
    """The file that the address names, to be read as the address says. Raises Missing."""
    stored = db.session.get(StoredFile, sha256)
    if stored is None or stored.media_type != MEDIA_TYPE:
        raise Missing(N_("This file is not here any more: send it again."))
    decided, refusal = Decisions(), None
    try:
        decided = _decisions()
    except Refused as refused:
        refusal = refused
    return Waiting(
        KINDS[kind],
        sha256,
        plain_name(request.args.get("name", "")),
        kept(sha256),
        tuple(request.args.getlist("column")),
        decided,
        refusal,
    )


def _decisions() -> Decisions:
    items = dict(zip(request.args.getlist("named"), request.args.getlist("booked"), strict=False))
    match request.args.get("owners"):
        case "correction":
            return Decisions(correction=True, items=items)
        case "sale":
            day = request.args.get("sold_on", "")
            if not day:
                raise Unusable(N_("Say from which day the new owners hold their units."))
            return Decisions(sold_on=parse_date(day), items=items)
        case _:
            return Decisions(items=items)
