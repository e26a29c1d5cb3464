"""The only place that reads a clock: the edge asks here and passes what it gets down as an argument."""

import os
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


def today() -> date:
    """Today in Asia/Shanghai; PERMILLE_TODAY=2026-11-23 stands in for it in demonstrations and tests."""
    fixed = os.environ.get("PERMILLE_TODAY")
    return date.fromisoformat(fixed) if fixed else datetime.now(SHANGHAI).date()


def now() -> datetime:
    """This instant, in UTC."""
    return datetime.now(UTC)


def local_day(moment: datetime) -> date:
    """The day it was in Shanghai at that instant."""
    return moment.astimezone(SHANGHAI).date()


def local_time(moment: datetime) -> datetime:
    """That instant by the clock on the office's wall."""
    return moment.astimezone(SHANGHAI)
