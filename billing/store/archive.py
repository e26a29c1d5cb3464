"""A backup as it is read: believed only after its own checksum, its names and its sizes fit."""

import hashlib
import json
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from billing.core.problem import Unusable
from billing.store.backup import FORMAT, ROWS_AT_ONCE, SEAL, SEALED_BYTES, TYPES, digest
from billing.translations import N_

#: Longest row and manifest, in bytes; how many times its packed size a member may be. No backup has more.
_LONGEST, _MOST_PACKED, _SMALL = 64 << 20, 400, 1 << 20

_READ: dict[str, Callable[[Any], Any]] = {"instant": datetime.fromisoformat, "date": date.fromisoformat}

_BROKEN = N_(
    "“%(file)s” is no backup, or it was cut off or changed after it was written: nothing was restored."
)
_NEWER = N_("“%(file)s” was written by a newer Permille: restore it with that one.")
_FOREIGN = N_("“%(file)s” holds “%(name)s”, which no backup holds: nothing was restored.")
_UNEQUAL = N_("“%(name)s” in “%(file)s” is not what was written: nothing was restored.")


@dataclass(frozen=True)
class Part:
    """A table of the backup: its columns with their types, how many rows, and their SHA-256."""

    name: str
    columns: list[tuple[str, str]]
    rows: int
    sha256: str


class Archive:
    """An opened backup. What does not fit is Unusable."""

    def __init__(self, path: Path, unpacked: zipfile.ZipFile) -> None:
        self._path, self._zip = path, unpacked
        self.manifest: dict[str, Any] = self._read_manifest()
        self.schema = str(self.manifest["schema"])
        self.tables = [
            Part(one["name"], [(name, kind) for name, kind in one["columns"]], one["rows"], one["sha256"])
            for one in self.manifest["tables"]
        ]
        self._check_names()

    @cached_property
    def files(self) -> frozenset[str]:
        """SHA-256 of the vault's files in it."""
        return frozenset(
            name.removeprefix("files/") for name in self._zip.namelist() if name.startswith("files/")
        )

    def rows(self, part: Part) -> Iterator[list[dict[str, Any]]]:
        """The table's rows, some at a time; Unusable at the end if they are not those that were written."""
        hashed, count, some = hashlib.sha256(), 0, list[dict[str, Any]]()
        readers = [(name, _READ.get(kind)) for name, kind in part.columns]
        with self._zip.open(f"tables/{part.name}.jsonl") as member:
            while line := member.readline(_LONGEST):
                hashed.update(line)
                some.append(_row(readers, json.loads(line)))
                if len(some) == ROWS_AT_ONCE:
                    yield some
                    count, some = count + len(some), []
        if some:
            yield some
        if (count + len(some), hashed.hexdigest()) != (part.rows, part.sha256):
            raise self.unusable(_UNEQUAL, name=part.name)

    def file(self, sha256: str) -> bytes:
        """A file of the vault, as it was put there."""
        data = self._zip.read(f"files/{sha256}")
        if hashlib.sha256(data).hexdigest() != sha256:
            raise self.unusable(_UNEQUAL, name=sha256)
        return data

    def unusable(self, message: str, **params: Any) -> Unusable:
        return Unusable(message, file=self._path.name, **params)

    def _read_manifest(self) -> dict[str, Any]:
        if self._zip.getinfo("manifest.json").file_size > _LONGEST:
            raise self.unusable(_BROKEN)
        manifest: dict[str, Any] = json.loads(self._zip.read("manifest.json"))
        if manifest["format"] > FORMAT:
            raise self.unusable(_NEWER)
        return manifest

    def _check_names(self) -> None:
        """Exactly the members that a backup has, none larger than its packed size allows."""
        members = self._zip.infolist()
        known = {"manifest.json", *(f"tables/{part.name}.jsonl" for part in self.tables)}
        seen = set[str]()
        for one in members:
            folder, _, name = one.filename.partition("/")
            is_file = folder == "files" and len(name) == 64 and not name.strip("0123456789abcdef")
            bomb = one.file_size > max(_SMALL, one.compress_size * _MOST_PACKED)
            if bomb or one.filename in seen or not (is_file or one.filename in known):
                raise self.unusable(_FOREIGN, name=one.filename[:80])
            seen.add(one.filename)
        packed = sum(one.compress_size for one in members)
        if (
            not known <= seen
            or len(self.files) != self.manifest["files"]
            or packed > self._path.stat().st_size
        ):
            raise self.unusable(_BROKEN)


def _row(readers: list[tuple[str, Callable[[Any], Any] | None]], values: list[Any]) -> dict[str, Any]:
    return {
        name: read(value) if read and value is not None else value
        for (name, read), value in zip(readers, values, strict=True)
    }


@contextmanager
def opened(path: Path) -> Iterator[Archive]:
    """The backup, while the block runs. Whatever is wrong with the file, also further in, is one sentence."""
    broken = Unusable(_BROKEN, file=path.name)
    try:
        with path.open("rb") as file:
            _refuse_newer(path)
            end = file.seek(0, 2) - SEALED_BYTES
            file.seek(max(0, end - len(SEAL)))
            closing = file.read()
            if closing != SEAL + digest(file, max(0, end)).encode():
                raise broken
            with zipfile.ZipFile(file) as unpacked:
                yield Archive(path, unpacked)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, EOFError, NotImplementedError) as error:
        raise broken from error
    except (KeyError, ValueError, TypeError, AttributeError, RecursionError) as error:
        raise broken from error
    except OSError as error:
        raise Unusable(
            N_("“%(file)s” cannot be read: %(reason)s."), file=path.name, reason=error.strerror or str(error)
        ) from error


def verify(path: Path) -> None:
    """Read all of the backup once, as a restore would."""
    with opened(path) as archive:
        for part in archive.tables:
            for _ in archive.rows(part):
                pass
        for sha256 in archive.files:
            archive.file(sha256)


def _refuse_newer(path: Path) -> None:
    """A later format may be closed in another way, so it is asked for first; here nothing else is believed."""
    try:
        with zipfile.ZipFile(path) as unpacked, unpacked.open("manifest.json") as member:
            told = json.loads(member.read(_SMALL))["format"]
    except (
        zipfile.BadZipFile,
        KeyError,
        ValueError,
        TypeError,
        EOFError,
        NotImplementedError,
        RecursionError,
    ):
        return
    if isinstance(told, int) and told > FORMAT:
        raise Unusable(_NEWER, file=path.name)


assert set(_READ) <= set(TYPES)
