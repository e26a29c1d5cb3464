"""The vault: files kept by their content, written so that a power cut cannot lose or tear one."""

import hashlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

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
        for folder in (target.parent, target.parent.parent, self.folder):
            _sync(folder)
        return sha256

    def get(self, sha256: str) -> bytes:
        """The bytes as they were put; raises OSError if the file is gone and ValueError if it was changed."""
        data = self.path(sha256).read_bytes()
        if hashlib.sha256(data).hexdigest() != sha256:
            raise ValueError(f"the vault's file {sha256} is not what was put there")
        return data


def _sync(folder: Path) -> None:
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
        session.add(
            StoredFile(sha256=sha256, sm3=sm3, size=len(data), media_type=media_type, recorded_at=now())
        )
        session.flush()
    return sha256
