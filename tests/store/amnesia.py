"""A disk that remembers what was synced, and of the rest only what it happens to: SQLite runs on it.

It is a file system of SQLite's own kind (a VFS), in memory, so it needs no privileges and no real power cut.
What was written since a file's last sync survives a cut by chance, sector by sector, in any order. A file's
name survives from its first sync on and a deletion if it was synced, as SQLite's own "unix" VFS arranges.
"""

from collections import defaultdict
from random import Random
from typing import Any

import apsw

SECTOR = 512
NAME = "amnesia"


class PowerCut(Exception):
    """The machine is dead: no call to the disk returns any more."""


def put(target: bytearray, offset: int, data: bytes | bytearray) -> None:
    """Write into `target`, which grows by zeroes where it ends before `offset`."""
    if data:
        target.extend(bytes(max(0, offset - len(target))))
        target[offset : offset + len(data)] = data


class Disk(apsw.VFS):
    """Files by name: what was synced, what was written, and in which sectors the two may differ."""

    def __init__(self, random: Random) -> None:
        self._synced: dict[str, bytearray] = {}
        self._written: dict[str, bytearray] = {}
        self._dirty: defaultdict[str, set[int]] = defaultdict(set)
        self._random = random
        self._left = 0
        super().__init__(NAME, "", maxpathname=256)

    def cut_after(self, calls: int) -> None:
        """Let that many calls through; the next one finds the power gone."""
        self._left = calls

    def touch(self) -> None:
        """One call to the disk."""
        if self._left <= 0:
            raise PowerCut
        self._left -= 1

    def restart(self) -> None:
        """Power is back: every file holds what was synced and, by chance, parts of what was not."""
        for name, synced in self._synced.items():
            written = self._written.get(name, synced)
            length = self._random.choice((len(synced), len(written)))
            for sector in sorted(self._dirty[name]):
                start, end = sector * SECTOR, (sector + 1) * SECTOR
                torn = self._random.randrange(start, end)
                put(synced, start, written[start : self._random.choice((start, torn, end))])
            del synced[length:]
        self._written = {name: bytearray(data) for name, data in self._synced.items()}
        self._dirty.clear()

    def write(self, name: str, offset: int, data: bytes) -> None:
        put(self._written[name], offset, data)
        self._dirty[name].update(range(offset // SECTOR, (offset + len(data) - 1) // SECTOR + 1))

    def sync(self, name: str) -> None:
        synced, written = self._synced.setdefault(name, bytearray()), self._written[name]
        for sector in sorted(self._dirty.pop(name, ())):
            put(synced, sector * SECTOR, written[sector * SECTOR : (sector + 1) * SECTOR])
        del synced[len(written) :]

    def xOpen(self, name: Any, flags: list[int]) -> "File":  # type: ignore[override]  # noqa: N802  # SQLite's word
        self.touch()
        flags[1] = flags[0]
        path = name.filename() if isinstance(name, apsw.URIFilename) else name
        return File(self, path, self._written.setdefault(path, bytearray()))

    def xDelete(self, filename: str, syncdir: bool) -> None:  # noqa: N802
        self.touch()
        self._written.pop(filename, None)
        self._dirty.pop(filename, None)
        if syncdir or self._random.random() < 0.5:
            self._synced.pop(filename, None)

    def xAccess(self, pathname: str, flags: int) -> bool:  # noqa: N802
        self.touch()
        return pathname in self._written

    def xFullPathname(self, name: str) -> str:  # noqa: N802
        return name


class File:
    """An open file. One connection holds the database exclusively, so that locks have nothing to do."""

    def __init__(self, disk: Disk, name: str, data: bytearray) -> None:
        self._disk, self._name, self._data = disk, name, data

    def xRead(self, amount: int, offset: int) -> bytes:  # noqa: N802
        self._disk.touch()
        return bytes(self._data[offset : offset + amount])

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802
        self._disk.touch()
        self._disk.write(self._name, offset, data)

    def xTruncate(self, size: int) -> None:  # noqa: N802
        self._disk.touch()
        del self._data[size:]

    def xSync(self, flags: int) -> None:  # noqa: N802
        self._disk.touch()
        self._disk.sync(self._name)

    def xFileSize(self) -> int:  # noqa: N802
        return len(self._data)

    def xSectorSize(self) -> int:  # noqa: N802
        return SECTOR

    def xDeviceCharacteristics(self) -> int:  # noqa: N802
        return 0  # promises nothing: no atomic writes, no order

    def xFileControl(self, op: int, pointer: int) -> bool:  # noqa: N802
        return False

    def xCheckReservedLock(self) -> bool:  # noqa: N802
        return False

    def xLock(self, level: int) -> None:  # noqa: N802
        pass

    def xUnlock(self, level: int) -> None:  # noqa: N802
        pass

    def xClose(self) -> None:  # noqa: N802
        pass
