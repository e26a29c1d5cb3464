"""Nothing acknowledged is lost at a power cut, on a disk that forgets and tears what was not synced."""

import itertools
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from random import Random
from typing import Any

import apsw
import pytest

from billing.store.base import SQLITE_SETTINGS
from tests.store.amnesia import NAME, Disk, PowerCut

CUTS = 500

#: Calls to the disk that no run of these tests reaches.
ENOUGH = 10**9


@pytest.fixture
def disk() -> Iterator[Disk]:
    disk = Disk(Random(585))
    yield disk
    disk.unregister()


@contextmanager
def opened(settings: Mapping[str, Any]) -> Iterator[apsw.Connection]:
    """The database set as the app sets it; held exclusively, since the disk shares no memory."""
    connection = apsw.Connection("books.db", vfs=NAME)
    try:
        connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        for name, value in settings.items():
            connection.execute(f"PRAGMA {name} = {value}")
        connection.execute("PRAGMA wal_autocheckpoint = 12")  # so that many cuts fall into a checkpoint
        yield connection
    finally:
        connection.close(force=True)


def book(connection: apsw.Connection, random: Random, number: int) -> None:
    """A fact and what counts the facts, in one transaction; it is acknowledged once this returns."""
    connection.execute("BEGIN IMMEDIATE")
    content = random.randbytes(random.randrange(1500))
    connection.execute("INSERT INTO fact VALUES (?, ?)", (number, content))
    connection.execute("UPDATE tally SET facts = facts + 1")
    connection.execute("COMMIT")


def book_until_the_cut(
    settings: Mapping[str, Any], random: Random, first: int, acknowledged: set[int]
) -> None:
    """Book fact after fact; what the dead machine says while it falls is of no interest."""
    with suppress(PowerCut, apsw.Error), opened(settings) as connection:
        for number in itertools.count(first):
            book(connection, random, number)
            acknowledged.add(number)


def survey(settings: Mapping[str, Any]) -> tuple[set[int], int, str]:
    """After the restart: the facts, how many the tally counts, what SQLite says of its file."""
    with opened(settings) as connection:
        facts = {row[0] for row in connection.execute("SELECT id FROM fact")}
        tally = connection.execute("SELECT facts FROM tally").get
        state = connection.execute("PRAGMA integrity_check").get
    return facts, tally, state


def power_cuts(disk: Disk, settings: Mapping[str, Any]) -> Iterator[tuple[int, str]]:
    """For each cut: how many acknowledged facts are gone afterwards, and the state of the file."""
    random = Random(561)
    disk.cut_after(ENOUGH)
    with opened(settings) as connection:
        connection.execute("CREATE TABLE fact (id INTEGER PRIMARY KEY, content BLOB) STRICT")
        connection.execute("CREATE TABLE tally (facts INTEGER) STRICT")
        connection.execute("INSERT INTO tally VALUES (0)")
    kept: set[int] = set()
    for cut in range(CUTS):
        acknowledged = set(kept)
        disk.cut_after(random.randrange(250))
        book_until_the_cut(settings, random, cut * 1000, acknowledged)
        disk.restart()
        disk.cut_after(ENOUGH)
        kept, tally, state = survey(settings)
        assert tally == len(kept), "a transaction is there whole or not at all"
        yield len(acknowledged - kept), state


def test_it_keeps_all_that_it_acknowledged(disk: Disk) -> None:
    assert list(power_cuts(disk, SQLITE_SETTINGS)) == [(0, "ok")] * CUTS


def test_without_a_sync_at_each_commit_it_would_lose_some(disk: Disk) -> None:
    """The control: were this green, the disk would not forget and the test above prove nothing."""
    told = list(power_cuts(disk, {**SQLITE_SETTINGS, "synchronous": "NORMAL"}))
    assert sum(lost > 0 for lost, _ in told) > CUTS // 10
