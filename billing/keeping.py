"""The daily backup: written, read again as a restore would read it, and only then an old one goes."""

import time
from pathlib import Path
from typing import Any

from flask import current_app
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from billing.clock import now
from billing.core.problem import Refused
from billing.store import backup
from billing.store.archive import verify
from billing.store.vault import Vault
from billing.translations import N_

#: What a killed writer left behind is nobody's after this long.
_ABANDONED_SECONDS = 86_400


def back_up(session: Session, vault: Vault, name: str) -> dict[str, Any]:
    """Write the backup of that name into BACKUP_DIR; made a second time it takes the first one's place."""
    session.rollback()
    engine, folder = session.get_bind(), Path(current_app.config["BACKUP_DIR"])
    assert isinstance(engine, Engine)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        made = backup.write(engine, vault, folder / name, now(), verify)
        _tidy(folder)
        # An older one may hold what is missing in this one.
        removed = 0 if made.missing else backup.keep_newest(folder, "permille-*.zip", _kept())
    except OSError as error:
        raise Refused(
            N_("The backup cannot be written into %(folder)s: %(reason)s."),
            folder=folder,
            reason=error.strerror or str(error),
        ) from error
    return {
        "file": name,
        "size": made.size,
        "sha256": made.sha256,
        "rows": made.rows,
        "files": made.files,
        "missing": len(made.missing),
        "removed": removed,
    }


def _kept() -> int:
    return int(current_app.config["BACKUPS_KEPT"])


def _tidy(folder: Path) -> None:
    for path in folder.glob("permille-*.part"):
        if time.time() - path.stat().st_mtime > _ABANDONED_SECONDS:
            path.unlink(missing_ok=True)
