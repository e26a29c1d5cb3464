"""Waivers: policies, requests with their papers, decisions, what each charge is relieved of, and how they ended."""

import sqlalchemy as sa
from alembic import op
from alembic.util import CommandError

from billing.store.guard import guard

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

FACTS = (
    "waiver_policy",
    "waiver_request",
    "waiver_paper",
    "waiver_decision",
    "waiver_share",
    "waiver_end",
)


def upgrade():
    op.create_table(
        "waiver_policy",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("terms", sa.JSON(), nullable=False),
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("entry", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["community_id", "entry"],
            ["entry.community_id", "entry.seq"],
            name=op.f("fk_waiver_policy_community_id_entry"),
        ),
        sa.ForeignKeyConstraint(
            ["community_id"], ["community.id"], name=op.f("fk_waiver_policy_community_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waiver_policy")),
        sqlite_strict=True,
    )
    with op.batch_alter_table("waiver_policy", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_waiver_policy_community_id_code"), ["community_id", "code"], unique=False
        )

    op.create_table(
        "waiver_request",
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("debtor_id", sa.BigInteger(), nullable=False),
        sa.Column("asked_on", sa.Date(), nullable=False),
        sa.Column("by_owner", sa.Boolean(), nullable=False),
        sa.Column("policy", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("charges", sa.JSON(), nullable=False),
        sa.Column("share_ppm", sa.BigInteger(), nullable=False),
        sa.Column("late_fee_fen", sa.BigInteger(), nullable=False),
        sa.Column("principal_fen", sa.BigInteger(), nullable=False),
        sa.Column("suspended_first", sa.Date(), nullable=True),
        sa.Column("suspended_last", sa.Date(), nullable=True),
        sa.Column("condition", sa.String(), nullable=False),
        sa.Column("pay_by", sa.Date(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("found", sa.JSON(), nullable=False),
        sa.Column("serial", sa.BigInteger(), nullable=False),
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("entry", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "share_ppm >= 0 AND share_ppm <= 1000000 AND late_fee_fen >= 0 AND principal_fen >= 0",
            name=op.f("ck_waiver_request_terms"),
        ),
        sa.ForeignKeyConstraint(
            ["community_id", "entry"],
            ["entry.community_id", "entry.seq"],
            name=op.f("fk_waiver_request_community_id_entry"),
        ),
        sa.ForeignKeyConstraint(
            ["community_id"], ["community.id"], name=op.f("fk_waiver_request_community_id")
        ),
        sa.ForeignKeyConstraint(["debtor_id"], ["party.id"], name=op.f("fk_waiver_request_debtor_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_waiver_request_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waiver_request")),
        sa.UniqueConstraint("community_id", "serial", name=op.f("uq_waiver_request_community_id_serial")),
        sqlite_strict=True,
    )
    with op.batch_alter_table("waiver_request", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_waiver_request_community_id_unit_id_debtor_id"),
            ["community_id", "unit_id", "debtor_id"],
            unique=False,
        )

    op.create_table(
        "waiver_decision",
        sa.Column("request_id", sa.BigInteger(), nullable=False),
        sa.Column("approved", sa.Boolean(), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("limit_fen", sa.BigInteger(), nullable=True),
        sa.Column("value_fen", sa.BigInteger(), nullable=False),
        sa.Column("opinion", sa.String(), nullable=False),
        sa.Column("condition", sa.String(), nullable=False),
        sa.Column("pay_by", sa.Date(), nullable=True),
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("entry", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["community_id", "entry"],
            ["entry.community_id", "entry.seq"],
            name=op.f("fk_waiver_decision_community_id_entry"),
        ),
        sa.ForeignKeyConstraint(
            ["community_id"], ["community.id"], name=op.f("fk_waiver_decision_community_id")
        ),
        sa.ForeignKeyConstraint(
            ["request_id"], ["waiver_request.id"], name=op.f("fk_waiver_decision_request_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waiver_decision")),
        sa.UniqueConstraint("request_id", name=op.f("uq_waiver_decision_request_id")),
        sqlite_strict=True,
    )
    op.create_table(
        "waiver_end",
        sa.Column("request_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("entry", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["community_id", "entry"],
            ["entry.community_id", "entry.seq"],
            name=op.f("fk_waiver_end_community_id_entry"),
        ),
        sa.ForeignKeyConstraint(["community_id"], ["community.id"], name=op.f("fk_waiver_end_community_id")),
        sa.ForeignKeyConstraint(["request_id"], ["waiver_request.id"], name=op.f("fk_waiver_end_request_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waiver_end")),
        sa.UniqueConstraint("request_id", name=op.f("uq_waiver_end_request_id")),
        sqlite_strict=True,
    )
    op.create_table(
        "waiver_paper",
        sa.Column("request_id", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("file_name", sa.String(), nullable=False),
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("entry", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["community_id", "entry"],
            ["entry.community_id", "entry.seq"],
            name=op.f("fk_waiver_paper_community_id_entry"),
        ),
        sa.ForeignKeyConstraint(
            ["community_id"], ["community.id"], name=op.f("fk_waiver_paper_community_id")
        ),
        sa.ForeignKeyConstraint(
            ["request_id"], ["waiver_request.id"], name=op.f("fk_waiver_paper_request_id")
        ),
        sa.ForeignKeyConstraint(["sha256"], ["stored_file.sha256"], name=op.f("fk_waiver_paper_sha256")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waiver_paper")),
        sa.UniqueConstraint("request_id", "sha256", name=op.f("uq_waiver_paper_request_id_sha256")),
        sqlite_strict=True,
    )
    op.create_table(
        "waiver_share",
        sa.Column("request_id", sa.BigInteger(), nullable=False),
        sa.Column("charge_id", sa.BigInteger(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("share_ppm", sa.BigInteger(), nullable=False),
        sa.Column("late_fee_fen", sa.BigInteger(), nullable=False),
        sa.Column("principal_fen", sa.BigInteger(), nullable=False),
        sa.Column("suspended_first", sa.Date(), nullable=True),
        sa.Column("suspended_last", sa.Date(), nullable=True),
        sa.Column("quoted_fen", sa.BigInteger(), nullable=False),
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("entry", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["charge_id"], ["charge.id"], name=op.f("fk_waiver_share_charge_id")),
        sa.ForeignKeyConstraint(
            ["community_id", "entry"],
            ["entry.community_id", "entry.seq"],
            name=op.f("fk_waiver_share_community_id_entry"),
        ),
        sa.ForeignKeyConstraint(
            ["community_id"], ["community.id"], name=op.f("fk_waiver_share_community_id")
        ),
        sa.ForeignKeyConstraint(
            ["request_id"], ["waiver_request.id"], name=op.f("fk_waiver_share_request_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waiver_share")),
        sa.UniqueConstraint("request_id", "charge_id", name=op.f("uq_waiver_share_request_id_charge_id")),
        sqlite_strict=True,
    )
    with op.batch_alter_table("waiver_share", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_waiver_share_charge_id"), ["charge_id"], unique=False)

    # Beside the guarded columns, so it is as free as the other two of the index.
    op.add_column("charge", sa.Column("relieved", sa.Boolean(), nullable=False, server_default=sa.false()))

    for table in FACTS:
        guard(op.get_bind(), table)


def downgrade():
    if op.get_bind().scalar(sa.text("SELECT count(*) FROM waiver_request")):
        raise CommandError(
            "Waivers were asked for here: without their tables what was waived would be due again."
        )
    op.execute("ALTER TABLE charge DROP COLUMN relieved")

    with op.batch_alter_table("waiver_share", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_waiver_share_charge_id"))

    op.drop_table("waiver_share")
    op.drop_table("waiver_paper")
    op.drop_table("waiver_end")
    op.drop_table("waiver_decision")
    with op.batch_alter_table("waiver_request", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_waiver_request_community_id_unit_id_debtor_id"))

    op.drop_table("waiver_request")
    with op.batch_alter_table("waiver_policy", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_waiver_policy_community_id_code"))

    op.drop_table("waiver_policy")
