"""The first schema: estate, people, ledger, collection, evidence, accounts, work."""

import sqlalchemy as sa
from alembic import op

import billing.store.base
from billing.store.guard import guards

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

#: Facts, with the columns that are only an index and may change.
FACTS = {
    "entry": (),
    "charge": ("open_fen", "settled_fen_days"),
    "payment": (),
    "allocation": (),
    "reversal": (),
    "profile_fact": (),
    "tariff": (),
    "late_fee_policy": (),
    "ladder_step": (),
    "hold": (),
    "dunning_run": (),
    "notice": (),
    "document": (),
    "stored_file": (),
    "delivery": (),
}


def upgrade():
    op.create_table(
        "attempt",
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("tried_at", billing.store.base.Instant(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempt")),
        sqlite_strict=True,
    )
    with op.batch_alter_table("attempt", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_attempt_subject_tried_at"), ["subject", "tried_at"], unique=False
        )

    op.create_table(
        "calendar_day",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("rest", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_calendar_day")),
        sqlite_strict=True,
    )
    op.create_table(
        "community",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_community")),
        sa.UniqueConstraint("name", name=op.f("uq_community_name")),
        sqlite_strict=True,
    )
    op.create_table(
        "job",
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("done", sa.BigInteger(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("message", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("created_at", billing.store.base.Instant(timezone=True), nullable=False),
        sa.Column("claimed_by", sa.String(), nullable=True),
        sa.Column("claimed_until", billing.store.base.Instant(timezone=True), nullable=True),
        sa.Column("finished_at", billing.store.base.Instant(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
        sa.UniqueConstraint("key", name=op.f("uq_job_key")),
        sqlite_strict=True,
    )
    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_job_state"), ["state"], unique=False)

    op.create_table(
        "owner_account",
        sa.Column("login", sa.String(), nullable=False),
        sa.Column("password_hash", sa.String(), nullable=False),
        sa.Column("created_at", billing.store.base.Instant(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_owner_account")),
        sa.UniqueConstraint("login", name=op.f("uq_owner_account_login")),
        sqlite_strict=True,
    )
    op.create_table(
        "profile_fact",
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("recorded_at", billing.store.base.Instant(timezone=True), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_profile_fact")),
        sqlite_strict=True,
    )
    with op.batch_alter_table("profile_fact", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_profile_fact_community_id_name"), ["community_id", "name"], unique=False
        )

    op.create_table(
        "staff_user",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("full_name", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("password_hash", sa.String(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", billing.store.base.Instant(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_user")),
        sa.UniqueConstraint("name", name=op.f("uq_staff_user_name")),
        sqlite_strict=True,
    )
    op.create_table(
        "stored_file",
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("sm3", sa.String(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("recorded_at", billing.store.base.Instant(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_stored_file")),
        sqlite_strict=True,
    )
    op.create_table(
        "document",
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("about", sa.String(), nullable=False),
        sa.Column("about_id", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("pages", sa.BigInteger(), nullable=False),
        sa.Column("generator", sa.String(), nullable=False),
        sa.Column("recorded_at", billing.store.base.Instant(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["community_id"], ["community.id"], name=op.f("fk_document_community_id")),
        sa.ForeignKeyConstraint(["sha256"], ["stored_file.sha256"], name=op.f("fk_document_sha256")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document")),
        sa.UniqueConstraint("about", "about_id", name=op.f("uq_document_about_about_id")),
        sqlite_strict=True,
    )
    op.create_table(
        "entry",
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("content", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("recorded_at", billing.store.base.Instant(timezone=True), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["community_id"], ["community.id"], name=op.f("fk_entry_community_id")),
        sa.PrimaryKeyConstraint("community_id", "seq", name=op.f("pk_entry")),
        sa.UniqueConstraint("community_id", "key", name=op.f("uq_entry_community_id_key")),
        sqlite_strict=True,
    )
    op.create_table(
        "fee_item",
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=True),
        sa.Column("listed", sa.Boolean(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["community_id"], ["community.id"], name=op.f("fk_fee_item_community_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fee_item")),
        sa.UniqueConstraint("community_id", "name", name=op.f("uq_fee_item_community_id_name")),
        sqlite_strict=True,
    )
    op.create_table(
        "ladder_step",
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("stage", sa.BigInteger(), nullable=False),
        sa.Column("from_days", sa.BigInteger(), nullable=False),
        sa.Column("tone", sa.String(), nullable=False),
        sa.Column("deadline_days", sa.BigInteger(), nullable=False),
        sa.Column("minimum_fen", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", billing.store.base.Instant(timezone=True), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["community_id"], ["community.id"], name=op.f("fk_ladder_step_community_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ladder_step")),
        sqlite_strict=True,
    )
    with op.batch_alter_table("ladder_step", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_ladder_step_community_id_since"), ["community_id", "since"], unique=False
        )

    op.create_table(
        "late_fee_policy",
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("rate_ppm", sa.BigInteger(), nullable=False),
        sa.Column("grace_days", sa.BigInteger(), nullable=False),
        sa.Column("grace_from", sa.String(), nullable=False),
        sa.Column("cap_percent_ppm", sa.BigInteger(), nullable=True),
        sa.Column("cap_fen", sa.BigInteger(), nullable=True),
        sa.Column("allocation_order", sa.String(), nullable=False),
        sa.Column("roll_rest_days", sa.Boolean(), nullable=False),
        sa.Column("entry", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", billing.store.base.Instant(timezone=True), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["community_id"], ["community.id"], name=op.f("fk_late_fee_policy_community_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_late_fee_policy")),
        sqlite_strict=True,
    )
    with op.batch_alter_table("late_fee_policy", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_late_fee_policy_community_id"), ["community_id"], unique=False)

    op.create_table(
        "party",
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("id_number", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=True),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["community_id"], ["community.id"], name=op.f("fk_party_community_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_party")),
        sqlite_strict=True,
    )
    with op.batch_alter_table("party", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_party_community_id_name"), ["community_id", "name"], unique=False
        )

    op.create_table(
        "sign_in",
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", billing.store.base.Instant(timezone=True), nullable=False),
        sa.Column("seen_at", billing.store.base.Instant(timezone=True), nullable=False),
        sa.Column("expires_at", billing.store.base.Instant(timezone=True), nullable=False),
        sa.Column("ended_at", billing.store.base.Instant(timezone=True), nullable=True),
        sa.CheckConstraint("(user_id IS NULL) <> (account_id IS NULL)", name=op.f("ck_sign_in_whose")),
        sa.ForeignKeyConstraint(["account_id"], ["owner_account.id"], name=op.f("fk_sign_in_account_id")),
        sa.ForeignKeyConstraint(["user_id"], ["staff_user.id"], name=op.f("fk_sign_in_user_id")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_sign_in")),
        sqlite_strict=True,
    )
    with op.batch_alter_table("sign_in", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sign_in_account_id"), ["account_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_sign_in_user_id"), ["user_id"], unique=False)

    op.create_table(
        "unit",
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("building", sa.String(), nullable=False),
        sa.Column("entrance", sa.String(), nullable=False),
        sa.Column("room", sa.String(), nullable=False),
        sa.Column("floor", sa.BigInteger(), nullable=True),
        sa.Column("area_e2", sa.BigInteger(), nullable=False),
        sa.Column("start", sa.Date(), nullable=True),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("position", sa.String(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["community_id"], ["community.id"], name=op.f("fk_unit_community_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit")),
        sa.UniqueConstraint(
            "community_id",
            "building",
            "entrance",
            "room",
            name=op.f("uq_unit_community_id_building_entrance_room"),
        ),
        sqlite_strict=True,
    )
    op.create_table(
        "account_party",
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("party_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["owner_account.id"], name=op.f("fk_account_party_account_id")
        ),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_account_party_party_id")),
        sa.PrimaryKeyConstraint("account_id", "party_id", name=op.f("pk_account_party")),
        sqlite_strict=True,
    )
    op.create_table(
        "activation_code",
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("party_id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("code_hash", sa.String(), nullable=False),
        sa.Column("expires", sa.Date(), nullable=False),
        sa.Column("issued_at", billing.store.base.Instant(timezone=True), nullable=False),
        sa.Column("issued_by", sa.String(), nullable=False),
        sa.Column("used_at", billing.store.base.Instant(timezone=True), nullable=True),
        sa.Column("voided_at", billing.store.base.Instant(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["community_id"], ["community.id"], name=op.f("fk_activation_code_community_id")
        ),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_activation_code_party_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_activation_code_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_activation_code")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_activation_code_code_hash")),
        sqlite_strict=True,
    )
    with op.batch_alter_table("activation_code", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_activation_code_party_id"), ["party_id"], unique=False)

    op.create_table(
        "charge",
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("debtor_id", sa.BigInteger(), nullable=False),
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("period_first", sa.Date(), nullable=False),
        sa.Column("period_last", sa.Date(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("due", sa.Date(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("area_e2", sa.BigInteger(), nullable=True),
        sa.Column("price_e4", sa.BigInteger(), nullable=True),
        sa.Column("basis", sa.String(), nullable=False),
        sa.Column("open_fen", sa.BigInteger(), nullable=False),
        sa.Column("settled_fen_days", sa.BigInteger(), nullable=False),
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("entry", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_charge_amount")),
        sa.ForeignKeyConstraint(
            ["community_id", "entry"],
            ["entry.community_id", "entry.seq"],
            name=op.f("fk_charge_community_id_entry"),
        ),
        sa.ForeignKeyConstraint(["community_id"], ["community.id"], name=op.f("fk_charge_community_id")),
        sa.ForeignKeyConstraint(["debtor_id"], ["party.id"], name=op.f("fk_charge_debtor_id")),
        sa.ForeignKeyConstraint(["item_id"], ["fee_item.id"], name=op.f("fk_charge_item_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_charge_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_charge")),
        sa.UniqueConstraint(
            "community_id",
            "unit_id",
            "item_id",
            "period",
            "revision",
            name=op.f("uq_charge_community_id_unit_id_item_id_period_revision"),
        ),
        sqlite_strict=True,
    )
    with op.batch_alter_table("charge", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_charge_community_id_debtor_id"), ["community_id", "debtor_id"], unique=False
        )
        batch_op.create_index(
            "ix_charge_open", ["community_id", "unit_id", "due", "open_fen", "settled_fen_days"], unique=False
        )

    op.create_table(
        "contact",
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("party_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("recorded_at", billing.store.base.Instant(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["community_id"], ["community.id"], name=op.f("fk_contact_community_id")),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_contact_party_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact")),
        sa.UniqueConstraint("party_id", "kind", "value", name=op.f("uq_contact_party_id_kind_value")),
        sqlite_strict=True,
    )
    op.create_table(
        "dunning_run",
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("left_out", sa.JSON(), nullable=False),
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("entry", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["community_id", "entry"],
            ["entry.community_id", "entry.seq"],
            name=op.f("fk_dunning_run_community_id_entry"),
        ),
        sa.ForeignKeyConstraint(["community_id"], ["community.id"], name=op.f("fk_dunning_run_community_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dunning_run")),
        sqlite_strict=True,
    )
    with op.batch_alter_table("dunning_run", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_dunning_run_community_id"), ["community_id"], unique=False)

    op.create_table(
        "hold",
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("debtor_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("entry", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["community_id", "entry"],
            ["entry.community_id", "entry.seq"],
            name=op.f("fk_hold_community_id_entry"),
        ),
        sa.ForeignKeyConstraint(["community_id"], ["community.id"], name=op.f("fk_hold_community_id")),
        sa.ForeignKeyConstraint(["debtor_id"], ["party.id"], name=op.f("fk_hold_debtor_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_hold_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hold")),
        sqlite_strict=True,
    )
    with op.batch_alter_table("hold", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_hold_community_id_unit_id"), ["community_id", "unit_id"], unique=False
        )

    op.create_table(
        "ownership",
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("party_id", sa.BigInteger(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("since", sa.Date(), nullable=True),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("entry", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["community_id"], ["community.id"], name=op.f("fk_ownership_community_id")),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_ownership_party_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_ownership_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ownership")),
        sqlite_strict=True,
    )
    with op.batch_alter_table("ownership", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_ownership_community_id_unit_id"), ["community_id", "unit_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_ownership_party_id"), ["party_id"], unique=False)

    op.create_table(
        "payment",
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("debtor_id", sa.BigInteger(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("payer", sa.String(), nullable=False),
        sa.Column("serial", sa.BigInteger(), nullable=True),
        sa.Column("outside_number", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("verify_token", sa.String(), nullable=False),
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("entry", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_payment_amount")),
        sa.ForeignKeyConstraint(
            ["community_id", "entry"],
            ["entry.community_id", "entry.seq"],
            name=op.f("fk_payment_community_id_entry"),
        ),
        sa.ForeignKeyConstraint(["community_id"], ["community.id"], name=op.f("fk_payment_community_id")),
        sa.ForeignKeyConstraint(["debtor_id"], ["party.id"], name=op.f("fk_payment_debtor_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_payment_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment")),
        sa.UniqueConstraint("community_id", "serial", name=op.f("uq_payment_community_id_serial")),
        sa.UniqueConstraint("verify_token", name=op.f("uq_payment_verify_token")),
        sqlite_strict=True,
    )
    with op.batch_alter_table("payment", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_payment_community_id_unit_id_debtor_id"),
            ["community_id", "unit_id", "debtor_id"],
            unique=False,
        )

    op.create_table(
        "reversal",
        sa.Column("target", sa.String(), nullable=False),
        sa.Column("target_id", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("entry", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["community_id", "entry"],
            ["entry.community_id", "entry.seq"],
            name=op.f("fk_reversal_community_id_entry"),
        ),
        sa.ForeignKeyConstraint(["community_id"], ["community.id"], name=op.f("fk_reversal_community_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reversal")),
        sa.UniqueConstraint(
            "community_id", "target", "target_id", name=op.f("uq_reversal_community_id_target_target_id")
        ),
        sqlite_strict=True,
    )
    op.create_table(
        "tariff",
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("basis", sa.String(), nullable=False),
        sa.Column("price_e4", sa.BigInteger(), nullable=False),
        sa.Column("rounding", sa.String(), nullable=False),
        sa.Column("cycle_months", sa.BigInteger(), nullable=False),
        sa.Column("due_from", sa.String(), nullable=False),
        sa.Column("due_days", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", billing.store.base.Instant(timezone=True), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["community_id"], ["community.id"], name=op.f("fk_tariff_community_id")),
        sa.ForeignKeyConstraint(["item_id"], ["fee_item.id"], name=op.f("fk_tariff_item_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tariff")),
        sqlite_strict=True,
    )
    with op.batch_alter_table("tariff", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_tariff_community_id_item_id"), ["community_id", "item_id"], unique=False
        )

    op.create_table(
        "unit_fee",
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("given_fen", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["community_id"], ["community.id"], name=op.f("fk_unit_fee_community_id")),
        sa.ForeignKeyConstraint(["item_id"], ["fee_item.id"], name=op.f("fk_unit_fee_item_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_unit_fee_unit_id")),
        sa.PrimaryKeyConstraint("unit_id", "item_id", name=op.f("pk_unit_fee")),
        sqlite_strict=True,
    )
    with op.batch_alter_table("unit_fee", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_unit_fee_community_id"), ["community_id"], unique=False)

    op.create_table(
        "allocation",
        sa.Column("payment_id", sa.BigInteger(), nullable=False),
        sa.Column("charge_id", sa.BigInteger(), nullable=False),
        sa.Column("counted_on", sa.Date(), nullable=False),
        sa.Column("principal_fen", sa.BigInteger(), nullable=False),
        sa.Column("late_fee_fen", sa.BigInteger(), nullable=False),
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("entry", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("principal_fen + late_fee_fen > 0", name=op.f("ck_allocation_amount")),
        sa.CheckConstraint("principal_fen >= 0 AND late_fee_fen >= 0", name=op.f("ck_allocation_sign")),
        sa.ForeignKeyConstraint(["charge_id"], ["charge.id"], name=op.f("fk_allocation_charge_id")),
        sa.ForeignKeyConstraint(
            ["community_id", "entry"],
            ["entry.community_id", "entry.seq"],
            name=op.f("fk_allocation_community_id_entry"),
        ),
        sa.ForeignKeyConstraint(["community_id"], ["community.id"], name=op.f("fk_allocation_community_id")),
        sa.ForeignKeyConstraint(["payment_id"], ["payment.id"], name=op.f("fk_allocation_payment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_allocation")),
        sqlite_strict=True,
    )
    with op.batch_alter_table("allocation", schema=None) as batch_op:
        batch_op.create_index(
            "ix_allocation_charge", ["charge_id", "counted_on", "principal_fen", "late_fee_fen"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_allocation_payment_id"), ["payment_id"], unique=False)

    op.create_table(
        "notice",
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("serial", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("debtor_id", sa.BigInteger(), nullable=False),
        sa.Column("stage", sa.BigInteger(), nullable=False),
        sa.Column("episode", sa.Date(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("deadline", sa.Date(), nullable=False),
        sa.Column("principal_fen", sa.BigInteger(), nullable=False),
        sa.Column("late_fee_fen", sa.BigInteger(), nullable=False),
        sa.Column("total_fen", sa.BigInteger(), nullable=False),
        sa.Column("paper", sa.String(), nullable=False),
        sa.Column("verify_token", sa.String(), nullable=False),
        sa.Column("slip_token", sa.String(), nullable=False),
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("entry", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["community_id", "entry"],
            ["entry.community_id", "entry.seq"],
            name=op.f("fk_notice_community_id_entry"),
        ),
        sa.ForeignKeyConstraint(["community_id"], ["community.id"], name=op.f("fk_notice_community_id")),
        sa.ForeignKeyConstraint(["debtor_id"], ["party.id"], name=op.f("fk_notice_debtor_id")),
        sa.ForeignKeyConstraint(["run_id"], ["dunning_run.id"], name=op.f("fk_notice_run_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_notice_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
        sa.UniqueConstraint("community_id", "serial", name=op.f("uq_notice_community_id_serial")),
        sa.UniqueConstraint(
            "community_id",
            "unit_id",
            "debtor_id",
            "episode",
            "stage",
            name=op.f("uq_notice_community_id_unit_id_debtor_id_episode_stage"),
        ),
        sa.UniqueConstraint("slip_token", name=op.f("uq_notice_slip_token")),
        sa.UniqueConstraint("verify_token", name=op.f("uq_notice_verify_token")),
        sqlite_strict=True,
    )
    with op.batch_alter_table("notice", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_notice_run_id"), ["run_id"], unique=False)

    op.create_table(
        "delivery",
        sa.Column("notice_id", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("file_name", sa.String(), nullable=False),
        sa.Column("signer", sa.String(), nullable=False),
        sa.Column("relation", sa.String(), nullable=False),
        sa.Column("signed_on", sa.Date(), nullable=False),
        sa.Column("received_at", billing.store.base.Instant(timezone=True), nullable=False),
        sa.Column("received_by", sa.String(), nullable=False),
        sa.Column("device", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("entry", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["community_id", "entry"],
            ["entry.community_id", "entry.seq"],
            name=op.f("fk_delivery_community_id_entry"),
        ),
        sa.ForeignKeyConstraint(["community_id"], ["community.id"], name=op.f("fk_delivery_community_id")),
        sa.ForeignKeyConstraint(["notice_id"], ["notice.id"], name=op.f("fk_delivery_notice_id")),
        sa.ForeignKeyConstraint(["sha256"], ["stored_file.sha256"], name=op.f("fk_delivery_sha256")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
        sa.UniqueConstraint("notice_id", "sha256", name=op.f("uq_delivery_notice_id_sha256")),
        sqlite_strict=True,
    )
    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_delivery_community_id"), ["community_id"], unique=False)

    bind = op.get_bind()
    columns = sa.inspect(bind)
    for table, free in FACTS.items():
        names = [column["name"] for column in columns.get_columns(table)]
        unique = [key["column_names"] for key in columns.get_unique_constraints(table)]
        keys = [columns.get_pk_constraint(table)["constrained_columns"], *unique]
        for statement in guards(bind.dialect.name, table, names, free, keys):
            op.execute(statement)


def downgrade():
    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_delivery_community_id"))

    op.drop_table("delivery")
    with op.batch_alter_table("notice", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_notice_run_id"))

    op.drop_table("notice")
    with op.batch_alter_table("allocation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_allocation_payment_id"))
        batch_op.drop_index("ix_allocation_charge")

    op.drop_table("allocation")
    with op.batch_alter_table("unit_fee", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_unit_fee_community_id"))

    op.drop_table("unit_fee")
    with op.batch_alter_table("tariff", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_tariff_community_id_item_id"))

    op.drop_table("tariff")
    op.drop_table("reversal")
    with op.batch_alter_table("payment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_payment_community_id_unit_id_debtor_id"))

    op.drop_table("payment")
    with op.batch_alter_table("ownership", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_ownership_party_id"))
        batch_op.drop_index(batch_op.f("ix_ownership_community_id_unit_id"))

    op.drop_table("ownership")
    with op.batch_alter_table("hold", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_hold_community_id_unit_id"))

    op.drop_table("hold")
    with op.batch_alter_table("dunning_run", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_dunning_run_community_id"))

    op.drop_table("dunning_run")
    op.drop_table("contact")
    with op.batch_alter_table("charge", schema=None) as batch_op:
        batch_op.drop_index("ix_charge_open")
        batch_op.drop_index(batch_op.f("ix_charge_community_id_debtor_id"))

    op.drop_table("charge")
    with op.batch_alter_table("activation_code", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_activation_code_party_id"))

    op.drop_table("activation_code")
    op.drop_table("account_party")
    op.drop_table("unit")
    with op.batch_alter_table("sign_in", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sign_in_user_id"))
        batch_op.drop_index(batch_op.f("ix_sign_in_account_id"))

    op.drop_table("sign_in")
    with op.batch_alter_table("party", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_party_community_id_name"))

    op.drop_table("party")
    with op.batch_alter_table("late_fee_policy", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_late_fee_policy_community_id"))

    op.drop_table("late_fee_policy")
    with op.batch_alter_table("ladder_step", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_ladder_step_community_id_since"))

    op.drop_table("ladder_step")
    op.drop_table("fee_item")
    op.drop_table("entry")
    op.drop_table("document")
    op.drop_table("stored_file")
    op.drop_table("staff_user")
    with op.batch_alter_table("profile_fact", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_profile_fact_community_id_name"))

    op.drop_table("profile_fact")
    op.drop_table("owner_account")
    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_job_state"))

    op.drop_table("job")
    op.drop_table("community")
    op.drop_table("calendar_day")
    with op.batch_alter_table("attempt", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_attempt_subject_tried_at"))

    op.drop_table("attempt")
