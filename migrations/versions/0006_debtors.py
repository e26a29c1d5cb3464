"""Each charge names whoever owes it jointly; who owes a period in which a unit changed hands is a rule with a date.

Charges booked before name the co-owners of the day that decided on their debtor.
"""

import sqlalchemy as sa
from alembic import op

from billing.store.guard import guard

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

FACTS = ("charge_debtor", "joinder", "split_rule")

_CO_OWNERS = """
INSERT INTO charge_debtor (community_id, entry, charge_id, party_id, role)
SELECT charge.community_id, charge.entry, charge.id, other.party_id, 'co-owner'
FROM charge
JOIN unit ON unit.id = charge.unit_id
JOIN ownership AS other ON other.community_id = charge.community_id AND other.unit_id = charge.unit_id
WHERE other.role = 'co-owner' AND other.party_id <> charge.debtor_id
AND (other.since IS NULL OR other.since <= charge.period_first OR other.since <= unit.start)
AND (other.until IS NULL OR other.until > charge.period_first AND (unit.start IS NULL OR other.until > unit.start))
AND EXISTS (
    SELECT 1 FROM ownership AS first
    WHERE first.community_id = charge.community_id AND first.unit_id = charge.unit_id
    AND first.party_id = charge.debtor_id AND first.role = 'owner'
    AND (first.since IS NULL OR first.since <= charge.period_first OR first.since <= unit.start)
    AND (first.until IS NULL OR first.until > charge.period_first AND (unit.start IS NULL OR first.until > unit.start))
)
GROUP BY charge.community_id, charge.entry, charge.id, other.party_id
"""


def upgrade():
    _create_debtors()
    _create_joinders()
    _create_rules()
    with op.batch_alter_table("ownership", table_kwargs={"sqlite_strict": True}) as table:
        table.add_column(sa.Column("paper", sa.String(), nullable=True))
        table.create_foreign_key("fk_ownership_paper", "stored_file", ["paper"], ["sha256"])
    op.execute(_CO_OWNERS)
    for table in FACTS:
        guard(op.get_bind(), table)


def _fact(table):
    """The columns and keys of a fact."""
    return (
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("entry", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["community_id", "entry"],
            ["entry.community_id", "entry.seq"],
            name=op.f(f"fk_{table}_community_id_entry"),
        ),
        sa.ForeignKeyConstraint(["community_id"], ["community.id"], name=op.f(f"fk_{table}_community_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )


def _create_debtors():
    op.create_table(
        "charge_debtor",
        sa.Column("charge_id", sa.BigInteger(), nullable=False),
        sa.Column("party_id", sa.BigInteger(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        *_fact("charge_debtor"),
        sa.ForeignKeyConstraint(["charge_id"], ["charge.id"], name=op.f("fk_charge_debtor_charge_id")),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_charge_debtor_party_id")),
        sa.UniqueConstraint(
            "charge_id", "party_id", "entry", name=op.f("uq_charge_debtor_charge_id_party_id_entry")
        ),
        sqlite_strict=True,
    )
    with op.batch_alter_table("charge_debtor", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_charge_debtor_community_id_party_id"), ["community_id", "party_id"], unique=False
        )


def _create_joinders():
    op.create_table(
        "joinder",
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("party_id", sa.BigInteger(), nullable=False),
        sa.Column("debtor_id", sa.BigInteger(), nullable=False),
        sa.Column("up_to", sa.Date(), nullable=False),
        sa.Column("paper", sa.String(), nullable=False),
        *_fact("joinder"),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_joinder_unit_id")),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_joinder_party_id")),
        sa.ForeignKeyConstraint(["debtor_id"], ["party.id"], name=op.f("fk_joinder_debtor_id")),
        sa.ForeignKeyConstraint(["paper"], ["stored_file.sha256"], name=op.f("fk_joinder_paper")),
        sqlite_strict=True,
    )
    with op.batch_alter_table("joinder", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_joinder_community_id_unit_id"), ["community_id", "unit_id"], unique=False
        )


def _create_rules():
    op.create_table(
        "split_rule",
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("split", sa.String(), nullable=False),
        sa.Column("entry", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["community_id"], ["community.id"], name=op.f("fk_split_rule_community_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_split_rule")),
        sqlite_strict=True,
    )
    with op.batch_alter_table("split_rule", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_split_rule_community_id"), ["community_id"], unique=False)


def downgrade():
    """Who joined a debt in writing has no place in the older schema; his paper stays in the vault."""
    with op.batch_alter_table("ownership", table_kwargs={"sqlite_strict": True}) as table:
        table.drop_constraint("fk_ownership_paper", type_="foreignkey")
        table.drop_column("paper")
    for table in FACTS:
        op.drop_table(table)
