"""The outbox: e-mail on its way to the mail server."""

import sqlalchemy as sa
from alembic import op

import billing.store.base
from billing.store.guard import guard

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

#: What changes while a mail is on its way; what was written does not.
PROGRESS = (
    "state",
    "attempts",
    "next_try_at",
    "claimed_by",
    "claimed_until",
    "last_answer",
    "handed_over_at",
)


def upgrade():
    op.create_table(
        "mail",
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("about", sa.String(), nullable=False),
        sa.Column("about_id", sa.BigInteger(), nullable=False),
        sa.Column("party_id", sa.BigInteger(), nullable=False),
        sa.Column("recipient", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("attachments", sa.JSON(), nullable=False),
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("created_at", billing.store.base.Instant(timezone=True), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        sa.Column("next_try_at", billing.store.base.Instant(timezone=True), nullable=False),
        sa.Column("claimed_by", sa.String(), nullable=True),
        sa.Column("claimed_until", billing.store.base.Instant(timezone=True), nullable=True),
        sa.Column("last_answer", sa.String(), nullable=False),
        sa.Column("handed_over_at", billing.store.base.Instant(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["community_id"], ["community.id"], name=op.f("fk_mail_community_id")),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_mail_party_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail")),
        sa.UniqueConstraint("key", name=op.f("uq_mail_key")),
        sa.UniqueConstraint("message_id", name=op.f("uq_mail_message_id")),
        sqlite_strict=True,
    )
    with op.batch_alter_table("mail", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_mail_about_about_id"), ["about", "about_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_mail_recipient"), ["recipient"], unique=False)
        batch_op.create_index(batch_op.f("ix_mail_state_next_try_at"), ["state", "next_try_at"], unique=False)
    guard(op.get_bind(), "mail", PROGRESS)


def downgrade():
    op.drop_table("mail")
