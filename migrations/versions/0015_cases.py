"""Cases: who looks after a debtor, why it is unpaid, calls and visits, promises, what comes next; the rules of it."""

import sqlalchemy as sa
from alembic import op

from billing.store.base import Instant
from billing.store.guard import guard

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

TABLES = (
    "collection_case",
    "case_assignment",
    "case_reason",
    "follow_up",
    "case_attempt",
    "promise",
    "collection_rules",
    "playbook_page",
)


def upgrade():
    op.create_table(
        "collection_case",
        sa.Column("debtor_id", sa.BigInteger(), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("serial", sa.BigInteger(), nullable=False),
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("entry", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["community_id", "entry"],
            ["entry.community_id", "entry.seq"],
            name=op.f("fk_collection_case_community_id_entry"),
        ),
        sa.ForeignKeyConstraint(
            ["community_id"], ["community.id"], name=op.f("fk_collection_case_community_id")
        ),
        sa.ForeignKeyConstraint(["debtor_id"], ["party.id"], name=op.f("fk_collection_case_debtor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_collection_case")),
        sa.UniqueConstraint(
            "community_id", "debtor_id", name=op.f("uq_collection_case_community_id_debtor_id")
        ),
        sa.UniqueConstraint("community_id", "serial", name=op.f("uq_collection_case_community_id_serial")),
        sqlite_strict=True,
    )
    op.create_table(
        "collection_rules",
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("terms", sa.JSON(), nullable=False),
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("entry", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["community_id", "entry"],
            ["entry.community_id", "entry.seq"],
            name=op.f("fk_collection_rules_community_id_entry"),
        ),
        sa.ForeignKeyConstraint(
            ["community_id"], ["community.id"], name=op.f("fk_collection_rules_community_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_collection_rules")),
        sqlite_strict=True,
    )
    with op.batch_alter_table("collection_rules", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_collection_rules_community_id"), ["community_id"], unique=False)

    op.create_table(
        "playbook_page",
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("parts", sa.JSON(), nullable=False),
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("entry", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["community_id", "entry"],
            ["entry.community_id", "entry.seq"],
            name=op.f("fk_playbook_page_community_id_entry"),
        ),
        sa.ForeignKeyConstraint(
            ["community_id"], ["community.id"], name=op.f("fk_playbook_page_community_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_playbook_page")),
        sqlite_strict=True,
    )
    with op.batch_alter_table("playbook_page", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_playbook_page_community_id_reason"), ["community_id", "reason"], unique=False
        )

    op.create_table(
        "case_assignment",
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("assigned_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("entry", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["collection_case.id"], name=op.f("fk_case_assignment_case_id")),
        sa.ForeignKeyConstraint(
            ["community_id", "entry"],
            ["entry.community_id", "entry.seq"],
            name=op.f("fk_case_assignment_community_id_entry"),
        ),
        sa.ForeignKeyConstraint(
            ["community_id"], ["community.id"], name=op.f("fk_case_assignment_community_id")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["staff_user.id"], name=op.f("fk_case_assignment_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_assignment")),
        sqlite_strict=True,
    )
    with op.batch_alter_table("case_assignment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_case_assignment_case_id"), ["case_id"], unique=False)

    op.create_table(
        "case_attempt",
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("made_at", Instant(timezone=True), nullable=False),
        sa.Column("made_on", sa.Date(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("spoke_with", sa.String(), nullable=False),
        sa.Column("incoming", sa.Boolean(), nullable=False),
        sa.Column("contact_id", sa.BigInteger(), nullable=True),
        sa.Column("unit_id", sa.BigInteger(), nullable=True),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("companion", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("learnt", sa.Boolean(), nullable=False),
        sa.Column("override", sa.String(), nullable=False),
        sa.Column("objections", sa.JSON(), nullable=False),
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("entry", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["collection_case.id"], name=op.f("fk_case_attempt_case_id")),
        sa.ForeignKeyConstraint(
            ["community_id", "entry"],
            ["entry.community_id", "entry.seq"],
            name=op.f("fk_case_attempt_community_id_entry"),
        ),
        sa.ForeignKeyConstraint(
            ["community_id"], ["community.id"], name=op.f("fk_case_attempt_community_id")
        ),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_case_attempt_contact_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_case_attempt_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_attempt")),
        sqlite_strict=True,
    )
    with op.batch_alter_table("case_attempt", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_case_attempt_case_id_made_at"), ["case_id", "made_at"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_case_attempt_contact_id"), ["contact_id"], unique=False)

    op.create_table(
        "case_reason",
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("learnt_on", sa.Date(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("entry", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["collection_case.id"], name=op.f("fk_case_reason_case_id")),
        sa.ForeignKeyConstraint(
            ["community_id", "entry"],
            ["entry.community_id", "entry.seq"],
            name=op.f("fk_case_reason_community_id_entry"),
        ),
        sa.ForeignKeyConstraint(["community_id"], ["community.id"], name=op.f("fk_case_reason_community_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_reason")),
        sqlite_strict=True,
    )
    with op.batch_alter_table("case_reason", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_case_reason_case_id"), ["case_id"], unique=False)

    op.create_table(
        "follow_up",
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("due", sa.Date(), nullable=True),
        sa.Column("said_on", sa.Date(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("entry", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["collection_case.id"], name=op.f("fk_follow_up_case_id")),
        sa.ForeignKeyConstraint(
            ["community_id", "entry"],
            ["entry.community_id", "entry.seq"],
            name=op.f("fk_follow_up_community_id_entry"),
        ),
        sa.ForeignKeyConstraint(["community_id"], ["community.id"], name=op.f("fk_follow_up_community_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_follow_up")),
        sqlite_strict=True,
    )
    with op.batch_alter_table("follow_up", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_follow_up_case_id"), ["case_id"], unique=False)

    op.create_table(
        "promise",
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("given_on", sa.Date(), nullable=False),
        sa.Column("due", sa.Date(), nullable=False),
        sa.Column("promised_by", sa.String(), nullable=False),
        sa.Column("how", sa.String(), nullable=False),
        sa.Column("replaces_id", sa.BigInteger(), nullable=True),
        sa.Column("sha256", sa.String(), nullable=True),
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("entry", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_promise_amount")),
        sa.ForeignKeyConstraint(["case_id"], ["collection_case.id"], name=op.f("fk_promise_case_id")),
        sa.ForeignKeyConstraint(
            ["community_id", "entry"],
            ["entry.community_id", "entry.seq"],
            name=op.f("fk_promise_community_id_entry"),
        ),
        sa.ForeignKeyConstraint(["community_id"], ["community.id"], name=op.f("fk_promise_community_id")),
        sa.ForeignKeyConstraint(["replaces_id"], ["promise.id"], name=op.f("fk_promise_replaces_id")),
        sa.ForeignKeyConstraint(["sha256"], ["stored_file.sha256"], name=op.f("fk_promise_sha256")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_promise")),
        sqlite_strict=True,
    )
    with op.batch_alter_table("promise", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_promise_case_id"), ["case_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_promise_community_id_due"), ["community_id", "due"], unique=False
        )
    for table in TABLES:
        guard(op.get_bind(), table)


def downgrade():
    with op.batch_alter_table("promise", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_promise_community_id_due"))
        batch_op.drop_index(batch_op.f("ix_promise_case_id"))

    op.drop_table("promise")
    with op.batch_alter_table("follow_up", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_follow_up_case_id"))

    op.drop_table("follow_up")
    with op.batch_alter_table("case_reason", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_case_reason_case_id"))

    op.drop_table("case_reason")
    with op.batch_alter_table("case_attempt", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_case_attempt_contact_id"))
        batch_op.drop_index(batch_op.f("ix_case_attempt_case_id_made_at"))

    op.drop_table("case_attempt")
    with op.batch_alter_table("case_assignment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_case_assignment_case_id"))

    op.drop_table("case_assignment")
    with op.batch_alter_table("playbook_page", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_playbook_page_community_id_reason"))

    op.drop_table("playbook_page")
    with op.batch_alter_table("collection_rules", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_collection_rules_community_id"))

    op.drop_table("collection_rules")
    op.drop_table("collection_case")
