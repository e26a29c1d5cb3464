"""A community's own papers: contracts, price notices, resolutions, each with its file and its time."""

import sqlalchemy as sa
from alembic import op

import billing.store.base
from billing.store.guard import guard

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "community_paper",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("file_name", sa.String(), nullable=False),
        sa.Column("received_at", billing.store.base.Instant(timezone=True), nullable=False),
        sa.Column("received_by", sa.String(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("entry", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["community_id", "entry"],
            ["entry.community_id", "entry.seq"],
            name=op.f("fk_community_paper_community_id_entry"),
        ),
        sa.ForeignKeyConstraint(
            ["community_id"], ["community.id"], name=op.f("fk_community_paper_community_id")
        ),
        sa.ForeignKeyConstraint(["sha256"], ["stored_file.sha256"], name=op.f("fk_community_paper_sha256")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_community_paper")),
        sqlite_strict=True,
    )
    with op.batch_alter_table("community_paper", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_community_paper_community_id"), ["community_id"], unique=False)
    guard(op.get_bind(), "community_paper")


def downgrade():
    op.drop_table("community_paper")
