"""The vault as a view reaches it."""

from flask import current_app

from billing.core.problem import Refused
from billing.store.vault import Vault
from billing.translations import N_


def the_vault() -> Vault:
    return Vault(current_app.config["VAULT_DIR"])


def kept(sha256: str) -> bytes:
    """The bytes of that hash; refused if the file is gone or is not what was put there."""
    try:
        return the_vault().get(sha256)
    except (OSError, ValueError):
        raise Refused(
            N_("The vault's file %(sha256)s is missing or was changed: bring it back from the backup."),
            sha256=sha256[:16],
        ) from None
