"""Sums beside the ledger: what a page shows of thousands of charges without reading them; filled from what is booked."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_REVERSED = """EXISTS (SELECT 1 FROM reversal r WHERE r.community_id = {0}.community_id
    AND r.target = '{1}' AND r.target_id = {0}.id)"""
_COUNTS = " AND ".join(
    "NOT " + _REVERSED.format(alias, table) for alias, table in (("a", "allocation"), ("p", "payment"))
)


def upgrade():
    op.create_table(
        "account_sum",
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.String(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("debtor_id", sa.BigInteger(), nullable=False),
        sa.Column("building", sa.String(), nullable=False),
        sa.Column("open_fen", sa.BigInteger(), nullable=False),
        sa.Column("oldest_due", sa.Date(), nullable=True),
        sa.Column("paid_up_fen_days", sa.BigInteger(), nullable=False),
        sa.Column("paid_up_late_fee_fen", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["community_id"], ["community.id"], name=op.f("fk_account_sum_community_id")),
        sa.ForeignKeyConstraint(["debtor_id"], ["party.id"], name=op.f("fk_account_sum_debtor_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_account_sum_unit_id")),
        sa.PrimaryKeyConstraint(
            "community_id", "position", "unit_id", "debtor_id", name=op.f("pk_account_sum")
        ),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "collected_sum",
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("building", sa.String(), nullable=False),
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("period_first", sa.Date(), nullable=False),
        sa.Column("year", sa.BigInteger(), nullable=False),
        sa.Column("principal_fen", sa.BigInteger(), nullable=False),
        sa.Column("late_fee_fen", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["community_id"], ["community.id"], name=op.f("fk_collected_sum_community_id")
        ),
        sa.ForeignKeyConstraint(["item_id"], ["fee_item.id"], name=op.f("fk_collected_sum_item_id")),
        sa.PrimaryKeyConstraint(
            "community_id",
            "building",
            "item_id",
            "period",
            "period_first",
            "year",
            name=op.f("pk_collected_sum"),
        ),
        sqlite_strict=True,
    )
    op.create_table(
        "period_sum",
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("building", sa.String(), nullable=False),
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("period_first", sa.Date(), nullable=False),
        sa.Column("due", sa.Date(), nullable=False),
        sa.Column("relieved", sa.Boolean(), nullable=False),
        sa.Column("bills", sa.BigInteger(), nullable=False),
        sa.Column("unpaid", sa.BigInteger(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("open_fen", sa.BigInteger(), nullable=False),
        sa.Column("settled_fen_days", sa.BigInteger(), nullable=False),
        sa.Column("late_fee_paid_fen", sa.BigInteger(), nullable=False),
        sa.Column("waived_fen", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["community_id"], ["community.id"], name=op.f("fk_period_sum_community_id")),
        sa.ForeignKeyConstraint(["item_id"], ["fee_item.id"], name=op.f("fk_period_sum_item_id")),
        sa.PrimaryKeyConstraint(
            "community_id",
            "building",
            "item_id",
            "period",
            "period_first",
            "due",
            "relieved",
            name=op.f("pk_period_sum"),
        ),
        sqlite_strict=True,
    )
    # Beside the guarded columns of a charge, so they are as free as the others of the index.
    op.add_column(
        "charge", sa.Column("late_fee_paid_fen", sa.BigInteger(), nullable=False, server_default="0")
    )
    op.add_column("charge", sa.Column("waived_fen", sa.BigInteger(), nullable=False, server_default="0"))
    op.add_column("charge", sa.Column("void", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_index(
        "ix_charge_relieved",
        "charge",
        ["community_id"],
        sqlite_where=sa.text("relieved = 1"),
        postgresql_where=sa.text("relieved"),
    )
    _fill()


def _fill():
    year = "CAST(strftime('%Y', a.counted_on) AS INTEGER)"
    if op.get_bind().dialect.name == "postgresql":
        year = "CAST(EXTRACT(YEAR FROM a.counted_on) AS BIGINT)"
    op.execute(f"UPDATE charge SET void = {_REVERSED.format('charge', 'charge')}")  # noqa: S608
    op.execute(
        f"""UPDATE charge SET late_fee_paid_fen = COALESCE((SELECT SUM(a.late_fee_fen) FROM allocation a
            JOIN payment p ON p.id = a.payment_id WHERE a.charge_id = charge.id AND {_COUNTS}), 0)
        WHERE NOT void"""  # noqa: S608
    )
    op.execute(
        """UPDATE charge SET waived_fen = (SELECT SUM(CASE WHEN EXISTS (SELECT 1 FROM waiver_end e
            WHERE e.request_id = s.request_id) THEN 0 ELSE s.principal_fen END) FROM waiver_share s
            WHERE s.charge_id = charge.id) WHERE relieved AND NOT void"""
    )
    op.execute(
        """INSERT INTO account_sum SELECT c.community_id, u.position, c.unit_id, c.debtor_id, MAX(u.building),
            SUM(c.open_fen), MIN(CASE WHEN c.open_fen > 0 THEN c.due END),
            SUM(CASE WHEN c.open_fen > 0 THEN 0 ELSE c.settled_fen_days END),
            SUM(CASE WHEN c.open_fen > 0 THEN 0 ELSE c.late_fee_paid_fen END)
        FROM charge c JOIN unit u ON u.id = c.unit_id
        GROUP BY c.community_id, u.position, c.unit_id, c.debtor_id"""
    )
    keys = "c.community_id, u.building, c.item_id, c.period, c.period_first"
    op.execute(
        f"""INSERT INTO period_sum SELECT {keys}, c.due, c.relieved, COUNT(*),
            SUM(CASE WHEN c.open_fen > 0 THEN 1 ELSE 0 END), SUM(c.amount_fen), SUM(c.open_fen),
            SUM(c.settled_fen_days), SUM(c.late_fee_paid_fen), SUM(c.waived_fen)
        FROM charge c JOIN unit u ON u.id = c.unit_id WHERE NOT c.void GROUP BY {keys}, c.due, c.relieved"""  # noqa: S608
    )
    op.execute(
        f"""INSERT INTO collected_sum SELECT {keys}, {year}, SUM(a.principal_fen), SUM(a.late_fee_fen)
        FROM allocation a JOIN charge c ON c.id = a.charge_id JOIN unit u ON u.id = c.unit_id
            JOIN payment p ON p.id = a.payment_id
        WHERE NOT c.void AND {_COUNTS} GROUP BY {keys}, {year}"""  # noqa: S608
    )


def downgrade():
    op.drop_index("ix_charge_relieved", "charge")
    op.execute("ALTER TABLE charge DROP COLUMN void")
    op.execute("ALTER TABLE charge DROP COLUMN waived_fen")
    op.execute("ALTER TABLE charge DROP COLUMN late_fee_paid_fen")
    for table in ("period_sum", "collected_sum", "account_sum"):
        op.drop_table(table)
