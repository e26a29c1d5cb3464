"""`flask schedule`: a recurring task run and set by hand."""

from datetime import date
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from tests.flow.town import Town, found
from tests.support.databases import on_sqlite


@pytest.fixture
def town(app: Flask, session: Session, today: date) -> Town:
    town = found(session, today)
    town.issue("2026Q3")
    return town


@on_sqlite
def test_a_task_is_done_from_the_command_line(ask: Any, town: Town) -> None:
    town.session.rollback()
    answer = ask("schedule", "run", "periods")
    assert (answer["state"], answer["done"]) == ("done", 1)
    (unit,) = answer["units"]
    assert (unit["name"], unit["count"], unit["total"]) == ("2026Q4", 3, "3606.00")
    assert ask("schedule", "set", "backup", "--at", "23:30", "--off")["next"] is None
    tasks = {task["kind"]: task for task in ask("schedule", "list")["tasks"]}
    assert (tasks["backup"]["at"], tasks["backup"]["on"], tasks["periods"]["state"]) == (
        "23:30",
        False,
        "done",
    )
    assert "time of day" in ask("schedule", "set", "backup", "--at", "soon", status=1)["error"]
    ask("schedule", "run", "nothing", status=2)
