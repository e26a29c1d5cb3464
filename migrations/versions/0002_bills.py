"""Payment notices of a fee period: the runs that numbered them, and each of them."""

import sqlalchemy as sa
from alembic import op
from alembic.util import CommandError

from billing.store.guard import guard

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

FACTS = ("bill_run", "bill")


def upgrade():
    op.create_table(
        "bill_run",
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("entry", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["community_id", "entry"],
            ["entry.community_id", "entry.seq"],
            name=op.f("fk_bill_run_community_id_entry"),
        ),
        sa.ForeignKeyConstraint(["community_id"], ["community.id"], name=op.f("fk_bill_run_community_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bill_run")),
        sqlite_strict=True,
    )
    with op.batch_alter_table("bill_run", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_bill_run_community_id_period"), ["community_id", "period"], unique=False
        )

    op.create_table(
        "bill",
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("serial", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("debtor_id", sa.BigInteger(), nullable=False),
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("deadline", sa.Date(), nullable=False),
        sa.Column("total_fen", sa.BigInteger(), nullable=False),
        sa.Column("charges", sa.JSON(), nullable=False),
        sa.Column("paper", sa.String(), nullable=False),
        sa.Column("verify_token", sa.String(), nullable=False),
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("entry", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["community_id", "entry"],
            ["entry.community_id", "entry.seq"],
            name=op.f("fk_bill_community_id_entry"),
        ),
        sa.ForeignKeyConstraint(["community_id"], ["community.id"], name=op.f("fk_bill_community_id")),
        sa.ForeignKeyConstraint(["debtor_id"], ["party.id"], name=op.f("fk_bill_debtor_id")),
        sa.ForeignKeyConstraint(["run_id"], ["bill_run.id"], name=op.f("fk_bill_run_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_bill_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bill")),
        sa.UniqueConstraint("community_id", "serial", name=op.f("uq_bill_community_id_serial")),
        sa.UniqueConstraint(
            "community_id",
            "unit_id",
            "debtor_id",
            "period",
            "revision",
            name=op.f("uq_bill_community_id_unit_id_debtor_id_period_revision"),
        ),
        sa.UniqueConstraint("verify_token", name=op.f("uq_bill_verify_token")),
        sqlite_strict=True,
    )
    with op.batch_alter_table("bill", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_bill_community_id_period"), ["community_id", "period"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_bill_run_id"), ["run_id"], unique=False)

    for table in FACTS:
        guard(op.get_bind(), table)


def downgrade():
    # Their PDFs are kept for good and say only which bill by its id: bills made later would be taken for them.
    if op.get_bind().scalar(sa.text("SELECT count(*) FROM bill")):
        raise CommandError(
            "Payment notices were numbered here: without their table their papers would be lost."
        )
    with op.batch_alter_table("bill", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_bill_run_id"))
        batch_op.drop_index(batch_op.f("ix_bill_community_id_period"))

    op.drop_table("bill")
    with op.batch_alter_table("bill_run", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_bill_run_community_id_period"))

    op.drop_table("bill_run")
