"""A file's columns as a person sees them: the heading, some cells below it, and what it is taken to mean."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask_babel import gettext

from billing.core.problem import Refused
from billing.sheets import Choice, Survey
from billing.translations import N_

_SAMPLES = 3

_TWICE = N_("Two columns cannot both be “%(field)s”: say of one that it means something else.")


@dataclass(frozen=True)
class Column:
    """`meaning` is a field's name, "" for a column that is not read."""

    heading: str
    samples: tuple[str, ...]
    meaning: str


def columns(survey: Survey, headings: Sequence[str] = ()) -> list[Column]:
    """Each heading once, over all tables; with `headings` in that very order."""
    found: dict[str, Column] = {}
    for table in survey.main:
        samples = table.sample(_SAMPLES)
        meanings = {index: name for name, indices in table.columns.items() for index in indices}
        for index, heading in enumerate(table.headers):
            known = found.get(heading)
            if heading and (known is None or not known.meaning):
                cells = tuple(row[index] for row in samples)
                found[heading] = Column(heading, cells, meanings.get(index, ""))
    return [found[heading] for heading in headings if heading in found] if headings else list(found.values())


def choice(survey: Survey, headings: Sequence[str], meanings: Sequence[str]) -> Choice:
    """A person's word on every column: field -> its headings, None for a field without one."""
    chosen: dict[str, list[str]] = {}
    for heading, meaning in zip(headings, meanings, strict=True):
        if meaning:
            chosen.setdefault(meaning, []).append(heading)
    fields = {field.name: field for field in survey.fields}
    for name, of_it in chosen.items():
        if name in fields and len(of_it) > 1 and not fields[name].several:
            raise Refused(_TWICE, field=gettext(fields[name].title))
    return {name: chosen.get(name) for name in {*fields, *chosen}}


def by_sheet(survey: Survey) -> Mapping[str, int]:
    """The sheets read, with their number of rows under the header."""
    return {table.sheet.name: sum(1 for _ in table.rows) for table in survey.main}
