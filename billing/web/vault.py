"""The vault as a view reaches it."""

import tempfile
from pathlib import Path
from typing import BinaryIO

from flask import current_app

from billing.core.problem import Refused
from billing.extensions import db
from billing.flow import documents, printing
from billing.flow.printing import Numbered, Series
from billing.store.vault import Vault
from billing.translations import N_


def the_vault() -> Vault:
    return Vault(current_app.config["VAULT_DIR"])


def kept(sha256: str) -> bytes:
    """The bytes of that hash; refused if the file is gone or is not what was put there."""
    return documents.kept(the_vault(), sha256)


def print_file(series: Series[Numbered], run_id: int) -> BinaryIO:
    """Every paper of the run in delivery order, one file, to be streamed from disk and closed."""
    missing = len(series.unmade(db.session(), run_id))
    if missing:
        raise Refused(N_("%(count)s papers of this run are not made yet."), count=missing)
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "run.pdf"
        printing.merge(the_vault(), series.made(db.session(), run_id), target)
        return target.open("rb")  # stays readable after its folder is gone
