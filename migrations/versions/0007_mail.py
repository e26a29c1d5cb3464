"""Mail that comes back, and contacts that are corrected: an address of old may be entered anew."""

import sqlalchemy as sa
from alembic import op

import billing.store.base

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_ONCE = "uq_contact_party_id_kind_value"


def upgrade():
    # Added after its guard was made, so they may change: they tell how far a mail has come.
    op.add_column("mail", sa.Column("returned_at", billing.store.base.Instant(timezone=True), nullable=True))
    op.add_column("mail", sa.Column("returned_words", sa.String(), nullable=False, server_default=""))
    with op.batch_alter_table("contact", table_kwargs={"sqlite_strict": True}) as table:
        table.drop_constraint(_ONCE, type_="unique")
        table.create_index(table.f("ix_contact_party_id_kind"), ["party_id", "kind"], unique=False)


def downgrade():
    """Refused by the database where an address was entered twice: that history has no place in the older schema."""
    with op.batch_alter_table("contact", table_kwargs={"sqlite_strict": True}) as table:
        table.drop_index(table.f("ix_contact_party_id_kind"))
        table.create_unique_constraint(_ONCE, ["party_id", "kind", "value"])
    op.drop_column("mail", "returned_words")
    op.drop_column("mail", "returned_at")
