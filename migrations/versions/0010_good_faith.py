"""Rules of good faith, each from a day on."""

import sqlalchemy as sa
from alembic import op

from billing.store.guard import guard

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "good_faith_rule",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("terms", sa.JSON(), nullable=False),
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("entry", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["community_id", "entry"],
            ["entry.community_id", "entry.seq"],
            name=op.f("fk_good_faith_rule_community_id_entry"),
        ),
        sa.ForeignKeyConstraint(
            ["community_id"], ["community.id"], name=op.f("fk_good_faith_rule_community_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_good_faith_rule")),
        sqlite_strict=True,
    )
    with op.batch_alter_table("good_faith_rule", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_good_faith_rule_community_id_code"), ["community_id", "code"], unique=False
        )
    guard(op.get_bind(), "good_faith_rule")


def downgrade():
    with op.batch_alter_table("good_faith_rule", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_good_faith_rule_community_id_code"))

    op.drop_table("good_faith_rule")
