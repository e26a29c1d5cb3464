"""A paper as one canonical JSON text, and back: what a sent paper was made from, kept for ever.

Sorted keys, no spaces, whole numbers only: the same values give the same bytes, so that a hash of the
record stands for the paper. Fields added later take their default when an older record is thawed.
"""

import json
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from datetime import date
from functools import cache
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from notices.content import ActivationLetter, Demand, Paper, PaymentNotice, Receipt, Statement
from notices.exhibit_tables import Exhibit
from notices.waiver_request import WaiverForm

KINDS: dict[str, type[Paper]] = {
    "payment_notice": PaymentNotice,
    "demand": Demand,
    "receipt": Receipt,
    "activation": ActivationLetter,
    "statement": Statement,
    "waiver_form": WaiverForm,
    "exhibit": Exhibit,
}
_KIND_OF = {cls: kind for kind, cls in KINDS.items()}


def kind_of(paper: Paper) -> str:
    return _KIND_OF[type(paper)]


def freeze(paper: Paper) -> str:
    """The paper's record; `thaw` gives back an equal paper."""
    record = {"kind": kind_of(paper), "paper": _plain(paper)}
    return json.dumps(record, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def thaw(record: str) -> Paper:
    """The paper of a record. Raises ValueError if it is none: unknown kind or field, wrong type, a float."""
    try:
        frozen = json.loads(record, parse_float=_refuse, parse_constant=_refuse)
        kind: Any = KINDS[frozen["kind"]]
        paper: Paper = _reader(kind)(frozen["paper"])
        return paper
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"not the record of a paper: {error}") from error


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        told = ((each, getattr(value, each.name)) for each in fields(value))
        return {
            each.name: _plain(held)
            for each, held in told
            if not (each.metadata.get("later") and held == each.default)
        }
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    return value.isoformat() if isinstance(value, date) else value


@cache
def _reader(kind: Any) -> Callable[[Any], Any]:
    """What turns JSON into a value of this type; built once for each type."""
    origin, arguments = get_origin(kind), get_args(kind)
    if is_dataclass(kind):
        return _dataclass_reader(kind)
    if origin is tuple:
        each = _reader(arguments[0])
        return lambda values: tuple(each(value) for value in _checked(list, values))
    if origin in (UnionType, Union):
        inner = _reader(next(argument for argument in arguments if argument is not NoneType))
        return lambda value: None if value is None else inner(value)
    if origin is Literal:
        return lambda value: value if value in arguments else _refuse(value)
    if kind is date:
        return lambda value: date.fromisoformat(_checked(str, value))
    return lambda value: _checked(kind, value)


def _dataclass_reader(kind: Any) -> Callable[[Any], Any]:
    readers = {name: _reader(hint) for name, hint in get_type_hints(kind).items()}
    return lambda values: kind(
        **{name: readers[name](value) for name, value in _checked(dict, values).items()}
    )


def _checked(kind: type, value: Any) -> Any:
    # An exact match: True would else pass for 1.
    return value if type(value) is kind else _refuse(value)


def _refuse(value: Any) -> Any:
    raise ValueError(f"{value!r} is not what belongs there")
