"""Recurring tasks: when each is due, and the units of its runs with what came of them."""

import sqlalchemy as sa
from alembic import op

import billing.store.base

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "schedule",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.String(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("last_due", billing.store.base.Instant(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_schedule")),
        sa.UniqueConstraint("kind", "community_id", name=op.f("uq_schedule_kind_community_id")),
        sqlite_strict=True,
    )
    op.create_table(
        "job_unit",
        sa.Column("job_id", sa.BigInteger(), nullable=False),
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("done_at", billing.store.base.Instant(timezone=True), nullable=True),
        sa.Column("result", sa.JSON(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["job.id"], name=op.f("fk_job_unit_job_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job_unit")),
        sqlite_strict=True,
    )
    with op.batch_alter_table("job_unit", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_job_unit_job_id"), ["job_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_job_unit_community_id_done_at"), ["community_id", "done_at"], unique=False
        )


def downgrade():
    op.drop_table("job_unit")
    op.drop_table("schedule")
