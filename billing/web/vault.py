"""The vault as a view reaches it."""

from flask import current_app

from billing.flow import documents
from billing.store.vault import Vault


def the_vault() -> Vault:
    return Vault(current_app.config["VAULT_DIR"])


def kept(sha256: str) -> bytes:
    """The bytes of that hash; refused if the file is gone or is not what was put there."""
    return documents.kept(the_vault(), sha256)
