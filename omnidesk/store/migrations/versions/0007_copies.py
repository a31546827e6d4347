"""Copies: a message goes to several people, and says to whom, or keeps it."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; older rows get its default, newer ones say their own."""
    with op.batch_alter_table("deliveries") as rows:
        rows.add_column(sa.Column("role", sa.String(), nullable=False, server_default="to"))
    with op.batch_alter_table("deliveries") as rows:
        rows.alter_column("role", existing_type=sa.String(), server_default=None)
