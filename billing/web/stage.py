"""What a stage is called on screen: its number on the community's ladder and the tone it speaks in."""

from collections.abc import Callable
from typing import Any

from flask import g
from flask_babel import gettext

from billing.clock import today
from billing.core.dunning import TONES, Tone
from billing.extensions import db
from billing.flow.tariffs import ladder


def tone_name(tone: Tone) -> str:
    """The filter `tone`: how a stage speaks."""
    return gettext(TONES[tone])


def context() -> dict[str, Any]:
    """`stage_name(stage)` for a blueprint's templates; the ladder is read when first asked."""
    return {"stage_name": _namer()}


def _namer() -> Callable[[int], str]:
    tones: dict[int, Tone] = {}

    def stage_name(stage: int) -> str:
        if not tones:
            tones.update((step.stage, step.tone) for step in ladder(db.session(), g.community.id, today()))
        tone = tones.get(stage)
        if tone is None:
            return gettext("Stage %(stage)s", stage=stage)
        return gettext("Stage %(stage)s · %(tone)s", stage=stage, tone=tone_name(tone))

    return stage_name
