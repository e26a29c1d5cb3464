"""A backup: one ZIP with every table's rows and the vault's files, the same from SQLite and from PostgreSQL.

    tables/NAME.jsonl   a JSON array a row, in the order of the primary key
    files/SHA256        the vault's files
    manifest.json       format, schema, when; each table's columns, rows and SHA-256

All rows come from one read transaction, so the office goes on working meanwhile. The ZIP's comment ends with the
SHA-256 of all before it: not one byte can change unseen. Rows are streamed; what memory is needed does not grow.
"""

import hashlib
import json
import os
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from sqlalchemy import BigInteger, Boolean, Connection, Date, Engine, String, Table, select, text
from sqlalchemy.types import JSON

from billing.store.base import Base, Instant
from billing.store.evidence import StoredFile
from billing.store.vault import Vault, sync

FORMAT = 1
#: Sign-in sessions and wrong guesses: of no use to anyone but a thief.
LEFT_OUT = ("attempt", "sign_in")
SEAL = b"Permille backup, SHA-256 of all before: "
SEALED_BYTES = 64  # hex digits at the very end

ROWS_AT_ONCE = 1_000
_BLOCK = 1 << 20

#: Name of a column's type in the manifest -> the type, and how a value is written in JSON where it differs.
TYPES: dict[str, tuple[type[Any], Callable[[Any], Any] | None]] = {
    "instant": (Instant, lambda value: value.isoformat()),
    "date": (Date, lambda value: value.isoformat()),
    "bool": (Boolean, None),
    "json": (JSON, None),
    "int": (BigInteger, None),
    "text": (String, None),
}


@dataclass(frozen=True)
class Backup:
    """What was written; `missing` are files of the vault that are gone or were changed there."""

    size: int
    sha256: str
    schema: str
    rows: int
    files: int
    missing: list[str]


def write(
    engine: Engine, vault: Vault, target: Path, made_at: datetime, check: Callable[[Path], None]
) -> Backup:
    """Write the backup; `target` is there once all of it passed `check`, or not at all; its owner alone reads it."""
    descriptor, temporary = tempfile.mkstemp(dir=target.parent, prefix=f"{target.name}.", suffix=".part")
    try:
        with os.fdopen(descriptor, "w+b") as file:
            manifest = _pack(file, engine, vault, made_at)
            seal(file)
            file.flush()
            os.fsync(file.fileno())
            sha256 = digest(file)
            size = file.tell()
        check(Path(temporary))
        Path(temporary).replace(target)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    sync(target.parent)
    rows = sum(table["rows"] for table in manifest["tables"])
    return Backup(size, sha256, manifest["schema"], rows, manifest["files"], manifest["missing"])


def _pack(file: IO[bytes], engine: Engine, vault: Vault, made_at: datetime) -> dict[str, Any]:
    with (
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive,
        engine.connect() as connection,
    ):
        archive.comment = SEAL + b"0" * SEALED_BYTES
        manifest: dict[str, Any] = {
            "format": FORMAT,
            "schema": connection.scalar(text("SELECT version_num FROM alembic_version")),
            "made_at": made_at.isoformat(),
            "tables": [
                _table(archive, connection, table)
                for table in Base.metadata.sorted_tables
                if table.name not in LEFT_OUT
            ],
        }
        manifest["files"], manifest["missing"] = _files(archive, connection, vault)
        with _member(archive, "manifest.json") as member:
            member.write(json.dumps(manifest, ensure_ascii=False, indent=1).encode())
    return manifest


def _table(archive: zipfile.ZipFile, connection: Connection, table: Table) -> dict[str, Any]:
    """Write the table's rows; its part of the manifest."""
    columns = [(column.name, type_name(column.type)) for column in table.columns]
    told = [(place, TYPES[kind][1]) for place, (_, kind) in enumerate(columns) if TYPES[kind][1]]
    hashed, count = hashlib.sha256(), 0
    with _member(archive, f"tables/{table.name}.jsonl") as member:
        for row in _rows(connection, table):
            values = list(row)
            for place, tell in told:
                if values[place] is not None and tell:
                    values[place] = tell(values[place])
            line = json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
            hashed.update(line)
            member.write(line)
            count += 1
    return {"name": table.name, "columns": columns, "rows": count, "sha256": hashed.hexdigest()}


def _rows(connection: Connection, table: Table) -> Iterator[Any]:
    query = select(table).order_by(*table.primary_key.columns)
    return iter(connection.execution_options(yield_per=ROWS_AT_ONCE).execute(query))


def type_name(kind: Any) -> str:
    """What the manifest calls a column's type."""
    return next(name for name, (known, _) in TYPES.items() if isinstance(kind, known))


def _files(archive: zipfile.ZipFile, connection: Connection, vault: Vault) -> tuple[int, list[str]]:
    """Write the vault's files; how many, and those that are not as they were put there."""
    count, missing = 0, []
    query = select(StoredFile.sha256).order_by(StoredFile.sha256)
    for sha256 in connection.execution_options(yield_per=ROWS_AT_ONCE).execute(query).scalars():
        try:
            data = vault.get(sha256)
        except (OSError, ValueError):
            missing.append(sha256)
            continue
        with _member(archive, f"files/{sha256}", zipfile.ZIP_STORED) as member:
            member.write(data)
        count += 1
    return count, missing


@contextmanager
def _member(archive: zipfile.ZipFile, name: str, how: int = zipfile.ZIP_DEFLATED) -> Iterator[IO[bytes]]:
    info = zipfile.ZipInfo(name)
    info.compress_type, info.external_attr = how, 0o600 << 16
    with archive.open(info, "w", force_zip64=True) as member:
        yield member


def seal(file: IO[bytes]) -> None:
    """Put the SHA-256 of all before it at the end."""
    file.seek(0, os.SEEK_END)
    end = file.tell() - SEALED_BYTES
    sealed = digest(file, end)
    file.seek(end)
    file.write(sealed.encode())


def digest(file: IO[bytes], length: int | None = None) -> str:
    """SHA-256 of the file's first bytes, of all of them without a length."""
    file.seek(0)
    hashed, left = hashlib.sha256(), -1 if length is None else length
    while block := file.read(_BLOCK if left < 0 else min(_BLOCK, left)):
        hashed.update(block)
        left -= len(block) if left >= 0 else 0
    return hashed.hexdigest()


def keep_newest(folder: Path, pattern: str, count: int) -> int:
    """Remove all but the newest by name; how many went."""
    old = sorted(folder.glob(pattern), reverse=True)[count:]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)
