"""From a paper's values to its PDF."""

from collections.abc import Callable
from hashlib import sha256
from typing import Any

from billing.core.problem import Refused
from billing.translations import N_
from notices import demand
from notices.blocks import feet
from notices.content import GENERATOR, Paper
from notices.fonts import Fonts, fonts
from notices.layout import Flow
from notices.pictures import Picture, picture, reference
from notices.press import Press
from notices.record import freeze, kind_of
from notices.sheet import Binding, bind

_COMPOSERS: dict[str, Callable[[Any, Press], Flow]] = {
    "demand": demand.compose,
}


def render(paper: Paper, *, seal: bytes | None = None, logo: bytes | None = None, using: Fonts | None = None) -> bytes:
    """The PDF of a paper: always the same bytes for the same values, pictures and generator."""
    kind = kind_of(paper)
    record = freeze(paper)
    press = Press(
        paper,
        using or fonts(),
        seal=_named(seal, paper.office.seal),
        logo=_named(logo, paper.office.logo),
    )
    flow = _COMPOSERS[kind](paper, press)
    feet(flow, press)
    binding = Binding(
        title=f"{press.say(f'heading.{kind}')} {paper.number}",
        author=paper.office.company,
        generator=paper.generator,
        fingerprint=sha256(record.encode()).hexdigest(),
    )
    return bind(flow.sheets, flow.case, binding)


def _named(png: bytes | None, expected: str) -> Picture | None:
    """The picture the office named; another one would change a paper that was already sent."""
    if not expected:
        return None
    if png is None or reference(png) != expected:
        raise Refused(N_("The picture is not the one this paper was made with."))
    return picture(png)
