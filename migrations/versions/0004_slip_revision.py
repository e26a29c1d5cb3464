"""A slip whose particulars were read wrongly is filed again: the same file for the same notice, as its next revision."""

import sqlalchemy as sa
from alembic import op

from billing.store.guard import guard, unguard

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_ONCE, _REVISED = "uq_delivery_notice_id_sha256", "uq_delivery_notice_id_sha256_revision"


def upgrade():
    unguard(op.get_bind(), "delivery")
    with op.batch_alter_table("delivery", table_kwargs={"sqlite_strict": True}) as table:
        table.add_column(sa.Column("revision", sa.BigInteger(), nullable=False, server_default="0"))
        table.drop_constraint(_ONCE, type_="unique")
        table.create_unique_constraint(_REVISED, ["notice_id", "sha256", "revision"])
    guard(op.get_bind(), "delivery")


def downgrade():
    """Refused by the database where a slip was filed a second time: that history has no place in the older schema."""
    unguard(op.get_bind(), "delivery")
    with op.batch_alter_table("delivery", table_kwargs={"sqlite_strict": True}) as table:
        table.drop_constraint(_REVISED, type_="unique")
        table.create_unique_constraint(_ONCE, ["notice_id", "sha256"])
        table.drop_column("revision")
    guard(op.get_bind(), "delivery")
