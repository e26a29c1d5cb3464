"""Rest days: the published calendar, overruled by what the office itself recorded."""

from datetime import date

import chinese_calendar
from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.core.calendar import RestDay
from billing.store.estate import CalendarDay


def rest_days(session: Session) -> RestDay:
    """Public holidays as published (国务院办公厅 each autumn); for a year not yet published, weekends."""
    own = {row.day: row.rest for row in session.scalars(select(CalendarDay))}

    def is_rest_day(day: date) -> bool:
        if day in own:
            return own[day]
        try:
            return bool(chinese_calendar.is_holiday(day))
        except NotImplementedError:  # the library's word for a year it does not know yet
            return day.weekday() >= 5

    return is_rest_day
