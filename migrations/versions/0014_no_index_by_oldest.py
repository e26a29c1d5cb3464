"""The accounts' index by oldest unpaid bill goes again: issuing a period paid more for it than counting them saved."""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade():
    op.drop_index("ix_account_sum_oldest", "account_sum")


def downgrade():
    columns = ["community_id", "oldest_due", "paid_up_fen_days", "paid_up_late_fee_fen"]
    op.create_index("ix_account_sum_oldest", "account_sum", columns)
