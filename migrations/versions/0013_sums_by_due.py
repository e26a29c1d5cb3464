"""Indexes that hold all a page asks of the sums: by due date, and of the accounts by their oldest unpaid bill."""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_PERIOD = (
    "community_id",
    "due",
    "period_first",
    "relieved",
    "bills",
    "unpaid",
    "amount_fen",
    "open_fen",
    "settled_fen_days",
    "late_fee_paid_fen",
    "waived_fen",
)
_ACCOUNT = ("community_id", "oldest_due", "paid_up_fen_days", "paid_up_late_fee_fen")


def upgrade():
    op.create_index("ix_period_sum_due", "period_sum", _PERIOD)
    op.create_index("ix_account_sum_oldest", "account_sum", _ACCOUNT)


def downgrade():
    op.drop_index("ix_account_sum_oldest", "account_sum")
    op.drop_index("ix_period_sum_due", "period_sum")
