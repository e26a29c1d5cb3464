"""Two ways to say no: a problem in users' data is returned, a broken rule is raised."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable


@runtime_checkable
class Sayable(Protocol):
    """What says itself in the reader's language, also inside another message."""

    def sentence(self, translate: Callable[[str], str]) -> str: ...


class Named(tuple[tuple[str, str], ...]):
    """(key, label) pairs in a message's parameters: said as “label (key)”, the label in the reader's language."""

    def sentence(self, translate: Callable[[str], str]) -> str:
        return ", ".join(f"{translate(label)} ({key})" for key, label in self)


def said(message: str, params: Mapping[str, Any], translate: Callable[[str], str]) -> str:
    """A message of the catalogue in the reader's language, its places filled."""
    if not params:
        return translate(message)
    filled = {
        name: value.sentence(translate) if isinstance(value, Sayable) else value
        for name, value in params.items()
    }
    return translate(message) % filled


@dataclass(frozen=True)
class Problem:
    """A defect in a file somebody gave us: where it stands, what stands there, what to do.

    `reason` is a message of the catalogue with %(name)s places, `params` fills them.
    `row` counts as the spreadsheet does, from 1; `column` is the header's own text.
    """

    sheet: str
    row: int
    column: str
    value: str
    reason: str
    params: Mapping[str, Any] = field(default_factory=dict)

    def sentence(self, translate: Callable[[str], str] = str) -> str:
        return said(self.reason, self.params, translate)


class Refused(Exception):
    """A rule says no. Nothing was done; the message says why and what to do instead."""

    def __init__(self, message: str, **params: Any) -> None:
        super().__init__(message, params)
        self.message = message
        self.params = params

    def sentence(self, translate: Callable[[str], str] = str) -> str:
        return said(self.message, self.params, translate)

    def __str__(self) -> str:
        return self.sentence()


class Unusable(Refused):
    """The input as a whole cannot be used (a broken file, a command's bad option)."""


class Missing(Refused):
    """Something that does not exist, or that the asker may not know to exist."""
