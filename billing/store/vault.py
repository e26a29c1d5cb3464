"""The vault: files kept by their content, written so that a power cut cannot lose or tear one."""

import hashlib
import os
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from billing.clock import now
from billing.store.evidence import StoredFile


@dataclass(frozen=True)
class Vault:
    """A folder of files named by their SHA-256: ab/cd/abcd…"""

    folder: Path

    def path(self, sha256: str) -> Path:
        return self.folder / sha256[:2] / sha256[2:4] / sha256

    def put(self, data: bytes) -> str:
        """Keep the bytes; their SHA-256. Once this returns they survive a power cut (file, name, folder synced)."""
        sha256 = hashlib.sha256(data).hexdigest()
        target = self.path(sha256)
        if target.exists():
            self._sync_names(target)  # whoever wrote it may have been killed before this
            return sha256
        target.parent.mkdir(parents=True, exist_ok=True)
        descriptor, temporary = tempfile.mkstemp(dir=target.parent)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).replace(target)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
        self._sync_names(target)
        return sha256

    def _sync_names(self, target: Path) -> None:
        """Make the file's name durable, and those of its folders, the vault's own among them."""
        for folder in (target.parent, target.parent.parent, self.folder, self.folder.parent):
            sync(folder)

    def get(self, sha256: str) -> bytes:
        """The bytes as they were put; raises OSError if the file is gone and ValueError if it was changed."""
        data = self.path(sha256).read_bytes()
        if hashlib.sha256(data).hexdigest() != sha256:
            raise ValueError(f"the vault's file {sha256} is not what was put there")
        return data


def sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def keep(session: Session, vault: Vault, data: bytes, media_type: str) -> str:
    """Put the bytes and record them once; the file is durable before its row is."""
    sha256 = vault.put(data)
    if session.get(StoredFile, sha256) is None:
        sm3 = hashlib.new("sm3", data).hexdigest()
        row = StoredFile(sha256=sha256, sm3=sm3, size=len(data), media_type=media_type, recorded_at=now())
        # Another community's writer may keep the same bytes at this moment: then his row is as good.
        with suppress(IntegrityError), session.begin_nested():
            session.add(row)
    return sha256
