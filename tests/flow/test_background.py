"""Work in the background: killed at any moment it loses nothing and repeats nothing."""

import io
from collections.abc import Callable
from datetime import timedelta

import pikepdf
import pytest
from sqlalchemy.orm import Session

from billing import jobs
from billing.clock import now
from billing.core.problem import Refused
from billing.flow import dunning, printing, work
from billing.flow.printing import NOTICES
from billing.store.base import writing
from billing.store.collection import Document, DunningRun, Notice
from billing.store.vault import Vault
from billing.store.work import Job
from tests.flow.town import ACTOR, Town, day, together
from tests.support.databases import on_sqlite

AS_OF = "2026-04-10"


@pytest.fixture
def run(town: Town) -> DunningRun:
    """A run of three notices, none made yet."""
    town.fill_profile()
    town.issue("2026Q1")
    with writing(town.session, town.community_id):
        plan = dunning.plan_run(town.session, town.community_id, day(AS_OF), day(AS_OF))
        run = dunning.issue_run(town.session, ACTOR, town.community_id, plan)
    assert run
    return run


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Papers that take no time: what is tested here is who makes them, not what they look like."""
    monkeypatch.setattr(printing, "pdf", lambda vault, notice: blank(notice))


def blank(notice: Notice) -> bytes:
    """An empty page that no other notice has."""
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.docinfo["/Title"] = notice.number
        target = io.BytesIO()
        pdf.save(target)
    return target.getvalue()


def queue(town: Town, run: DunningRun, key: str = "J1") -> Job:
    with writing(town.session):
        payload = {"run": run.id}
        return work.enqueue(town.session, ACTOR, now(), town.community_id, "notices", key, payload, 3)


def state(town: Town, job: Job) -> tuple[str, int, int]:
    town.session.rollback()
    found = work.find_job(town.session, job.id)
    return found.state, found.done, found.total


def made(town: Town) -> list[int]:
    town.session.rollback()
    return sorted(town.session.scalars(Document.__table__.select().with_only_columns(Document.about_id)))


def every(town: Town) -> list[int]:
    return sorted(notice.id for notice in town.all(Notice))


def failing_at(count: int, error: BaseException) -> Callable[[Vault, Notice], bytes]:
    """A press that breaks at that notice, once."""
    seen = 0

    def press(vault: Vault, notice: Notice) -> bytes:
        nonlocal seen
        seen += 1
        if seen == count:
            raise error
        return blank(notice)

    return press


def test_every_notice_becomes_one_document(town: Town, run: DunningRun, vault: Vault) -> None:
    job = queue(town, run)
    assert jobs.run_next(town.session, vault, "w1")
    assert state(town, job) == ("done", 3, 3)
    assert made(town) == every(town)
    for notice, document in NOTICES.made(town.session, run.id):
        assert vault.get(document.sha256) == printing.pdf(vault, notice), "the same paper, byte for byte"
    assert not jobs.run_next(town.session, vault, "w1")


def test_the_same_key_is_the_same_job(town: Town, run: DunningRun) -> None:
    assert queue(town, run).id == queue(town, run).id


@pytest.mark.usefixtures("quick")
def test_a_worker_killed_in_the_middle_is_followed_by_another(
    town: Town, run: DunningRun, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = queue(town, run)
    with monkeypatch.context() as patch:
        patch.setattr(printing, "pdf", failing_at(2, KeyboardInterrupt()))
        with pytest.raises(KeyboardInterrupt):
            jobs.run_next(town.session, vault, "w1")
    town.session.rollback()
    assert (len(made(town)), state(town, job)) == (1, ("running", 1, 3))
    assert not jobs.run_next(town.session, vault, "w2"), "the claim still holds"
    later = now() + work.LEASE + timedelta(seconds=1)
    monkeypatch.setattr(jobs, "now", lambda: later)
    assert jobs.run_next(town.session, vault, "w2")
    assert (made(town), state(town, job)) == (every(town), ("done", 3, 3))


@on_sqlite
@pytest.mark.usefixtures("quick")
def test_killed_between_the_file_and_its_row_it_makes_the_document_once(
    town: Town, run: DunningRun, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = queue(town, run)
    with monkeypatch.context() as patch:
        patch.setattr(printing, "keep_document", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            jobs.run_next(town.session, vault, "w1")
    assert (made(town), len([*vault.folder.rglob("*")]) > 0) == ([], True)
    later = now() + work.LEASE + timedelta(seconds=1)
    monkeypatch.setattr(jobs, "now", lambda: later)
    assert jobs.run_next(town.session, vault, "w2")
    assert (made(town), state(town, job)) == (every(town), ("done", 3, 3))


@on_sqlite
def test_a_failed_job_says_so_and_goes_on_when_it_is_resumed(
    town: Town, run: DunningRun, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = queue(town, run)
    monkeypatch.setattr(printing, "pdf", failing_at(2, Refused("No glyph for %(sign)s.", sign="㛃")))
    assert jobs.run_next(town.session, vault, "w1")
    assert state(town, job)[0] == "failed"
    assert "No glyph for 㛃." in work.find_job(town.session, job.id).message
    with writing(town.session):
        work.resume(town.session, job.id)
    assert jobs.run_next(town.session, vault, "w1")
    assert (made(town), state(town, job)) == (every(town), ("done", 3, 3))


@on_sqlite
def test_one_notice_that_cannot_be_made_does_not_keep_the_others_waiting(
    town: Town, run: DunningRun, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = queue(town, run)
    monkeypatch.setattr(printing, "pdf", failing_at(1, RuntimeError("a bad picture")))
    assert jobs.run_next(town.session, vault, "w1")
    assert state(town, job)[0] == "failed"
    assert made(town) == every(town)[1:]


@on_sqlite
@pytest.mark.usefixtures("quick")
def test_a_stopped_job_keeps_what_it_did(
    town: Town, run: DunningRun, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = queue(town, run)
    make = jobs.KINDS["notices"].do

    def make_and_stop(session: Session, vault: Vault, notice_id: int) -> None:
        make(session, vault, notice_id)
        with writing(session):
            work.stop(session, job.id)

    kind = jobs.Kind(jobs.KINDS["notices"].waiting, make_and_stop)
    with monkeypatch.context() as patch:
        patch.setitem(jobs.KINDS, "notices", kind)
        assert jobs.run_next(town.session, vault, "w1")
    assert (len(made(town)), state(town, job)[0]) == (1, "stopped")
    assert not jobs.run_next(town.session, vault, "w1")
    with writing(town.session):
        work.resume(town.session, job.id)
    jobs.run_next(town.session, vault, "w1")
    assert (made(town), state(town, job)) == (every(town), ("done", 3, 3))


@pytest.mark.usefixtures("quick")
def test_one_job_is_claimed_by_one_of_many_workers(town: Town, run: DunningRun, vault: Vault) -> None:
    queue(town, run)
    told = together(town, 4, lambda own, number: jobs.run_next(own.session, vault, f"w{number}"))
    assert sorted(told) == [False, False, False, True], told  # type: ignore[type-var]
    assert made(town) == every(town)


@pytest.mark.usefixtures("quick")
def test_two_workers_at_the_same_run_make_none_twice(town: Town, run: DunningRun, vault: Vault) -> None:
    """One was slow and lost its claim, say; here each has a job of its own for the same run."""
    both = [queue(town, run, "J1"), queue(town, run, "J2")]
    assert together(town, 2, lambda own, n: jobs.run_next(own.session, vault, f"w{n}")) == [True, True]
    assert made(town) == every(town)
    assert [state(town, job)[0] for job in both] == ["done", "done"]
