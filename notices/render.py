"""From a paper's values to its PDF."""

from collections.abc import Callable
from hashlib import sha256
from typing import Any

from billing.core.problem import Refused
from billing.translations import N_
from notices import activation, demand, exhibit, payment_notice, receipt, statement, waiver_form
from notices.content import GENERATOR, Paper
from notices.fonts import Fonts, fonts
from notices.layout import Flow
from notices.letterhead import feet
from notices.merging import merge
from notices.pictures import Picture, picture, reference
from notices.press import Press
from notices.proofing import proof
from notices.record import freeze, kind_of
from notices.sheet import Binding, bind

__all__ = ["GENERATOR", "merge", "render"]

_COMPOSERS: dict[str, Callable[[Any, Press], Flow]] = {
    "activation": activation.compose,
    "demand": demand.compose,
    "exhibit": exhibit.compose,
    "payment_notice": payment_notice.compose,
    "receipt": receipt.compose,
    "statement": statement.compose,
    "waiver_form": waiver_form.compose,
}


def render(
    paper: Paper, *, seal: bytes | None = None, logo: bytes | None = None, using: Fonts | None = None
) -> bytes:
    """The PDF of a paper: always the same bytes for the same values, pictures and generator.

    `seal` and `logo` are the PNG files that `paper.office` refers to by SHA-256. Raises Refused for a gap, a
    wrong picture, or an unknown wording; MissingGlyph (a Refused) names characters that no font has.
    """
    using = using or fonts()
    proof(paper, using)
    kind = kind_of(paper)
    press = Press(
        paper,
        using,
        seal=_named(seal, paper.office.seal),
        logo=_named(logo, paper.office.logo),
    )
    flow = _COMPOSERS[kind](paper, press)
    if kind != "activation":
        feet(flow, press)
    binding = Binding(
        title=f"{press.title} {paper.number}",
        author=paper.office.company,
        generator=paper.generator,
        fingerprint=sha256(freeze(paper).encode()).hexdigest(),
    )
    return bind(flow.sheets, flow.case, binding)


def _named(png: bytes | None, expected: str) -> Picture | None:
    """The picture the office named; another one would change a paper that was already sent."""
    if not expected:
        return None
    if png is None or reference(png) != expected:
        raise Refused(N_("The picture is not the one this paper was made with."))
    return picture(png)
