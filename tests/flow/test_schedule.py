"""Recurring tasks: due once a day by Shanghai's clock, run once whoever asks, resumed where they were cut off."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from billing import jobs, keeping
from billing.clock import now
from billing.core.problem import Missing, Refused
from billing.flow import prepared, schedule, work
from billing.flow.tariffs import set_tariff
from billing.store import archive
from billing.store.base import writing
from billing.store.vault import Vault
from billing.store.work import Job, JobUnit
from tests.flow.town import ACTOR, FEE, Town, day, found, together
from tests.support.databases import on_sqlite

#: 01:30 in Shanghai, when the periods are due, is 17:30 of the day before in UTC.
DUE = datetime(2026, 11, 22, 17, 30, tzinfo=UTC)
SECOND, DAY = timedelta(seconds=1), timedelta(days=1)


def queue(town: Town, moment: datetime) -> list[str]:
    """What a scheduler does at that moment; the keys of what it queued."""
    with writing(town.session):
        return [job.key for job in schedule.queue_due(town.session, moment, town.today)]


def keys(town: Town, kind: str = "periods") -> list[str]:
    town.session.rollback()
    return list(town.session.scalars(select(Job.key).where(Job.kind == kind).order_by(Job.id)))


def units(town: Town, kind: str = "periods") -> list[JobUnit]:
    town.session.rollback()
    query = select(JobUnit).join(Job, Job.id == JobUnit.job_id).where(Job.kind == kind).order_by(JobUnit.id)
    return list(town.session.scalars(query.execution_options(populate_existing=True)))


def run(town: Town, kind: str, key: str = "by hand", place: int = 0) -> Job:
    """A run of the task, queued and done."""
    with writing(town.session):
        job = schedule.start(town.session, ACTOR, now(), town.today, kind, place, key)
    jobs.run_next(town.session, Vault(Path("unused")), "w1", job.id)
    return work.find_job(town.session, job.id)


class TestWhen:
    pytestmark = on_sqlite

    def test_a_task_that_never_ran_is_due_at_once_and_then_once_a_day(self, town: Town) -> None:
        assert queue(town, DUE - SECOND) == [
            "periods:0:2026-11-22",
            "dunning:0:2026-11-22",
            "cases:0:2026-11-22",
            "waivers:0:2026-11-22",
            "backup:0:2026-11-22",
        ]
        assert queue(town, DUE - SECOND) == []
        assert queue(town, DUE + SECOND) == ["periods:0:2026-11-23"]
        assert queue(town, DUE + SECOND) == []
        assert queue(town, DUE + DAY + SECOND)[0] == "periods:0:2026-11-24"

    def test_the_day_is_shanghais(self, town: Town) -> None:
        """At half past midnight there it is still yesterday in UTC, and midnight in UTC is no new day there."""
        with writing(town.session):
            for kind in schedule.TASKS:
                schedule.change(town.session, kind, 0, at="00:30", active=kind == "periods")
        midnight = datetime(2026, 11, 22, 16, 0, tzinfo=UTC)
        assert queue(town, midnight) == ["periods:0:2026-11-22"]
        assert queue(town, midnight + timedelta(minutes=29)) == []
        assert queue(town, midnight + timedelta(minutes=31)) == ["periods:0:2026-11-23"]
        assert queue(town, datetime(2026, 11, 23, 0, 1, tzinfo=UTC)) == []

    def test_a_machine_that_was_off_for_a_week_runs_once_when_it_is_back(self, town: Town) -> None:
        queue(town, DUE + SECOND)
        back = DUE + 7 * DAY + timedelta(hours=8)
        assert queue(town, back) == [
            f"{kind}:0:2026-11-30" for kind in ("periods", "dunning", "cases", "waivers", "backup")
        ]
        assert queue(town, back) == []

    def test_a_clock_set_back_runs_nothing_again(self, town: Town) -> None:
        queue(town, DUE + SECOND)
        for back in (timedelta(minutes=1), DAY, 3 * DAY):
            assert queue(town, DUE - back) == []
        assert queue(town, DUE + 2 * SECOND) == []

    def test_another_time_makes_no_second_run_of_the_day(self, town: Town) -> None:
        queue(town, DUE + SECOND)
        with writing(town.session):
            schedule.change(town.session, "periods", 0, at="09:00")
        later = DUE + timedelta(hours=8)
        assert queue(town, later)[:1] == ["periods:0:2026-11-23"], "the day's run, which is there"
        assert keys(town) == ["periods:0:2026-11-23"]

    def test_a_task_that_is_off_waits_and_runs_once_when_it_is_on_again(self, town: Town) -> None:
        queue(town, DUE + SECOND)
        with writing(town.session):
            schedule.change(town.session, "periods", 0, active=False)
        assert not [key for key in queue(town, DUE + 3 * DAY + SECOND) if key.startswith("periods")]
        with writing(town.session):
            schedule.change(town.session, "periods", 0, active=True)
        assert queue(town, DUE + 4 * DAY + SECOND)[0] == "periods:0:2026-11-27"

    def test_a_time_that_is_none_is_refused(self, town: Town) -> None:
        for text in ("", "24:00", "9:00", "09:60", "09:00:00", "０９:00"):
            with pytest.raises(Refused, match="time of day"):
                schedule.change(town.session, "backup", 0, at=text)
        for kind, place in (("nothing", 0), ("backup", town.community_id)):
            with pytest.raises(Missing):
                schedule.find(town.session, kind, place)

    def test_a_community_with_a_time_of_its_own_leaves_the_offices_run(self, town: Town) -> None:
        other = found(town.session, town.today, "另园")
        with writing(town.session):
            schedule.change(town.session, "dunning", other.community_id, at="05:00")
        assert queue(town, DUE + SECOND)[1:3] == [
            "dunning:0:2026-11-22",
            f"dunning:{other.community_id}:2026-11-22",
        ]
        assert [unit.community_id for unit in units(town, "dunning")] == [
            town.community_id,
            other.community_id,
        ]
        assert len(keys(town, "dunning")) == 2


def test_of_many_schedulers_at_once_each_task_is_queued_once(town: Town) -> None:
    told = together(town, 4, lambda own, number: queue(own, DUE + SECOND))
    assert sorted(len(each) for each in told) == [0, 0, 0, 5]  # type: ignore[arg-type]
    assert [len(keys(town, kind)) for kind in schedule.TASKS] == [1, 1, 1, 1, 1]


def test_cut_off_in_the_middle_another_does_the_rest(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    others = [found(town.session, town.today, name) for name in ("东园", "西园")]
    done: list[int] = []

    def make(session: Session, vault: Vault, unit: JobUnit) -> dict[str, Any]:
        if len(done) == 1:
            done.append(0)
            raise KeyboardInterrupt
        done.append(unit.community_id)
        return {"count": 0}

    monkeypatch.setitem(jobs.KINDS, "dunning", jobs.recurring(make))
    with pytest.raises(KeyboardInterrupt):
        run(town, "dunning")
    town.session.rollback()
    later = now() + work.LEASE + SECOND
    monkeypatch.setattr(jobs, "now", lambda: later)
    assert jobs.run_next(town.session, Vault(Path("unused")), "w2")
    assert done == [town.community_id, 0, *(other.community_id for other in others)]
    assert all(unit.done_at for unit in units(town, "dunning"))
    assert work.find_job(town.session, 1).state == "done"


def test_a_unit_that_two_did_keeps_the_first_result(town: Town) -> None:
    run(town, "dunning")
    (unit,) = units(town, "dunning")
    with writing(town.session):
        schedule.settle(town.session, now(), unit.id, {"count": 99})
    assert units(town, "dunning")[0].result["count"] == 0


class TestPreviews:
    def test_a_period_is_previewed_and_nothing_is_booked(self, town: Town) -> None:
        before = town.latest
        run(town, "periods")
        (one,) = prepared.waiting_periods(town.session, town.community_id)
        assert (one.name, one.count, one.total) == ("2026Q4", 3, 360_600)
        assert town.latest == before

    @on_sqlite
    def test_the_next_period_is_previewed_when_it_is_near(self, town: Town) -> None:
        run(town.on("2026-12-20"), "periods", "far")
        assert [unit.name for unit in units(town)] == ["2026Q4"]
        run(town.on("2026-12-22"), "periods", "near")
        assert [unit.name for unit in units(town)] == ["2026Q4", "2026Q4", "2027Q1"]

    @on_sqlite
    def test_it_waits_until_a_person_issued_the_period(self, town: Town) -> None:
        run(town, "periods")
        town.issue("2026Q3")
        assert prepared.waiting_periods(town.session, town.community_id), "another period is no answer"
        town.issue("2026Q4")
        assert prepared.waiting_periods(town.session, town.community_id) == []
        run(town, "periods", "again")
        assert prepared.waiting_periods(town.session, town.community_id) == []

    @on_sqlite
    def test_it_says_when_the_books_moved(self, town: Town) -> None:
        run(town, "periods")
        (one,) = prepared.waiting_periods(town.session, town.community_id)
        assert not prepared.period_moved(town.session, town.community_id, one)
        with writing(town.session, town.community_id):
            set_tariff(
                town.session, ACTOR, town.community_id, replace(FEE, price_e4=50_000, since=day("2026-10-01"))
            )
        assert prepared.period_moved(town.session, town.community_id, one)

    @on_sqlite
    def test_a_cycle_nobody_is_billed_in_any_more_fails_nothing(self, town: Town) -> None:
        with writing(town.session, town.community_id):
            set_tariff(
                town.session, ACTOR, town.community_id, replace(FEE, cycle_months=1, since=day("2026-11-01"))
            )
        assert run(town, "periods").state == "done"
        waiting = prepared.waiting_periods(town.session, town.community_id)
        assert [one.name for one in waiting] == ["2026-11", "2026-12"]

    def test_dunning_is_previewed_and_nothing_is_sent(self, town: Town) -> None:
        town.fill_profile()
        town.issue("2026Q2")
        before = town.latest
        run(town, "dunning")
        one = prepared.waiting_dunning(town.session, town.community_id)
        assert one and one.count == 3 and one.total > 360_600 and one.result["stages"]
        assert town.latest == before
        assert not prepared.dunning_moved(town.session, town.community_id, one, town.today)
        assert prepared.dunning_moved(town.session, town.community_id, one, town.today + DAY), "another day"
        town.pay("1-1-101", "100", "2026-11-20")
        assert prepared.dunning_moved(town.session, town.community_id, one, town.today)


@pytest.mark.usefixtures("database_url")
class TestBackups:
    pytestmark = on_sqlite

    @pytest.fixture
    def folder(self, app: Flask, tmp_path: Path) -> Path:
        app.config.update(BACKUP_DIR=tmp_path / "kept", BACKUPS_KEPT=2)
        return tmp_path / "kept"

    def back_up(self, town: Town, app: Flask, number: int) -> None:
        keeping.back_up(town.session, Vault(app.config["VAULT_DIR"]), f"permille-{number}.zip")

    def names(self, folder: Path) -> list[str]:
        return sorted(path.name for path in folder.iterdir())

    def test_the_run_tells_size_and_checksum(self, town: Town, folder: Path) -> None:
        run(town, "backup")
        (unit,) = units(town, "backup")
        file = folder / unit.name
        archive.verify(file)
        assert unit.result["size"] == file.stat().st_size and len(unit.result["sha256"]) == 64
        assert folder.stat().st_mode & 0o777 == 0o700

    def test_the_newest_are_kept(self, town: Town, app: Flask, folder: Path) -> None:
        for number in (1, 2, 3):
            self.back_up(town, app, number)
        assert self.names(folder) == ["permille-2.zip", "permille-3.zip"]

    def test_none_goes_while_the_new_one_is_not_proven(
        self, town: Town, app: Flask, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for number in (1, 2):
            self.back_up(town, app, number)

        def unproven(path: Path) -> None:
            raise Refused("It cannot be read.")

        monkeypatch.setattr(keeping, "verify", unproven)
        with pytest.raises(Refused):
            self.back_up(town, app, 3)
        assert self.names(folder) == ["permille-1.zip", "permille-2.zip"]

    def test_a_folder_that_cannot_be_written_fails_the_job_with_a_sentence(
        self, town: Town, app: Flask, tmp_path: Path
    ) -> None:
        (tmp_path / "file").write_text("")
        app.config.update(BACKUP_DIR=tmp_path / "file")
        job = run(town, "backup")
        assert job.state == "failed" and "cannot be written into" in job.message


def test_today_is_the_days_own(town: Town, today: date) -> None:
    run(town, "dunning")
    assert [unit.name for unit in units(town, "dunning")] == [today.isoformat()]
