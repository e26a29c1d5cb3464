"""Workbooks (xlsx, xls): looked at before they are opened, and opened only in a child with limits."""

import io
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

from billing.core.problem import Unusable
from billing.translations import N_

_CHILD = Path(__file__).with_name("workbook_child.py")
SECONDS = 30

#: What an xlsx of 20 MB may unpack to, in how many members, and how far one of them may be squeezed.
UNPACKED_BYTES = 600_000_000
MEMBERS = 2_000
RATIO, RATIO_MATTERS_FROM = 250, 10_000_000

_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")

DAMAGED = N_(
    "The workbook is damaged or of an unknown kind: open it in Excel or WPS, save it as .xlsx and try again."
)
_PASSWORD = N_("The workbook is protected by a password: remove the password, save it and try again.")
_BOMB = N_(
    "The workbook unpacks to far more than a table of owners needs: copy the table alone into a new workbook."
)
_TOO_BIG = N_(
    "The workbook is too big (more than %(rows)s rows, or cells far outside the table): "
    "copy the table alone into a new workbook, or split it."
)
_TOO_SLOW = N_(
    "The workbook needs too much time or memory to read: copy the table alone into a new workbook."
)


def check_archive(data: bytes) -> None:
    """Refuse a zip bomb by its central directory alone, before anything is unpacked."""
    try:
        members = zipfile.ZipFile(io.BytesIO(data)).infolist()
    except Exception:  # noqa: BLE001 (zipfile raises half a dozen kinds on a crafted directory)
        raise Unusable(DAMAGED) from None
    squeezed = any(
        member.file_size > RATIO_MATTERS_FROM and member.file_size > RATIO * max(member.compress_size, 1)
        for member in members
    )
    if squeezed or len(members) > MEMBERS or sum(member.file_size for member in members) > UNPACKED_BYTES:
        raise Unusable(_BOMB)


def read_workbook(data: bytes, most_rows: int) -> dict[str, Any]:
    """{"sheets": [{"name", "rows": [[number, [text, ...]], ...], "covered"}], "hidden": [name, ...]}."""
    if data.startswith(b"PK"):
        check_archive(data)
    elif _ENCRYPTED in data:
        raise Unusable(_PASSWORD)
    answer = _ask_child(data, most_rows)
    match answer.get("refused"):
        case None:
            return answer
        case "password":
            raise Unusable(_PASSWORD)
        case _:
            raise Unusable(_TOO_BIG, rows=most_rows)


def _ask_child(data: bytes, most_rows: int) -> dict[str, Any]:
    try:
        child = subprocess.run(  # noqa: S603 (this interpreter and a file beside this one)
            [sys.executable, "-I", str(_CHILD), str(most_rows)],
            input=data,
            capture_output=True,
            timeout=SECONDS,
            env={
                key: os.environ[key] for key in ("PATH", "SYSTEMROOT", "LD_LIBRARY_PATH") if key in os.environ
            },
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise Unusable(_TOO_SLOW) from None
    if child.returncode < 0 or b"MemoryError" in child.stderr:
        raise Unusable(_TOO_SLOW)
    if child.returncode:
        raise Unusable(DAMAGED)
    answer: dict[str, Any] = json.loads(child.stdout)
    return answer
