"""For issuing a period at once and for the newest payments: indexes by period and by day, and of each payment what no
charge got yet, kept beside it, so that whose money waits for the next bill is found without adding up."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_STANDS = "NOT EXISTS (SELECT 1 FROM reversal r WHERE r.target = '{1}' AND r.target_id = {0}.id)"
_LIVE = " AND ".join(_STANDS.format(alias, table) for alias, table in (("a", "allocation"), ("c", "charge")))


def upgrade():
    op.create_index("ix_payment_paid_on_community_id", "payment", ["paid_on", "community_id"])
    op.create_index("ix_charge_period", "charge", ["community_id", "period", "item_id", "unit_id"])
    # Beside the guarded columns of a payment, as those of the index beside a charge's.
    op.add_column("payment", sa.Column("free_fen", sa.BigInteger(), nullable=False, server_default="0"))
    op.execute(
        f"""UPDATE payment SET free_fen = amount_fen - COALESCE((SELECT SUM(a.principal_fen + a.late_fee_fen)
            FROM allocation a JOIN charge c ON c.id = a.charge_id
            WHERE a.payment_id = payment.id AND {_LIVE}), 0) WHERE {_STANDS.format("payment", "payment")}"""  # noqa: S608
    )
    op.create_index(
        "ix_payment_free",
        "payment",
        ["community_id", "debtor_id"],
        sqlite_where=sa.text("free_fen > 0"),
        postgresql_where=sa.text("free_fen > 0"),
    )


def downgrade():
    op.drop_index("ix_charge_period", "charge")
    op.drop_index("ix_payment_paid_on_community_id", "payment")
    op.drop_index("ix_payment_free", "payment")
    op.execute("ALTER TABLE payment DROP COLUMN free_fen")
