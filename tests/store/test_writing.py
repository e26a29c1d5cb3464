"""No update vanishes: transactions that read and then write, from eight threads at once."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager

from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from billing.store.base import prepare, writing

THREADS, EACH = 8, 40


@contextmanager
def books(database_url: str, *, prepared: bool) -> Iterator[Engine]:
    engine = create_engine(database_url, pool_size=THREADS)
    if prepared:
        prepare(engine)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE tally (sum INTEGER)"))
        connection.execute(text("INSERT INTO tally VALUES (0)"))
    yield engine
    engine.dispose()


def add_one(session: Session) -> None:
    found = session.scalar(text("SELECT sum FROM tally")) or 0
    time.sleep(0.0005)  # what a use case thinks about between reading and writing
    session.execute(text("UPDATE tally SET sum = :sum"), {"sum": found + 1})


@contextmanager
def committing(session: Session) -> Iterator[None]:
    """A transaction as SQLAlchemy has it by default."""
    yield
    session.commit()


def acknowledged(engine: Engine, transaction: Callable[[Session], AbstractContextManager[None]]) -> int:
    """How many of all the transactions said that they were done."""

    def work(_: int) -> int:
        done = 0
        for _ in range(EACH):
            with Session(engine) as session:
                try:
                    with transaction(session):
                        add_one(session)
                    done += 1
                except OperationalError:
                    session.rollback()
        return done

    with ThreadPoolExecutor(THREADS) as pool:
        return sum(pool.map(work, range(THREADS)))


def kept(engine: Engine) -> int:
    with engine.connect() as connection:
        return int(connection.execute(text("SELECT sum FROM tally")).scalar_one())


def test_every_update_is_acknowledged_and_kept(database_url: str) -> None:
    with books(database_url, prepared=True) as engine:
        assert acknowledged(engine, writing) == THREADS * EACH
        assert kept(engine) == THREADS * EACH


def test_without_the_lock_updates_would_vanish(database_url: str) -> None:
    """The control: were this green, nothing would contend and the test above prove nothing."""
    with books(database_url, prepared=False) as engine:
        assert acknowledged(engine, committing) > kept(engine)
