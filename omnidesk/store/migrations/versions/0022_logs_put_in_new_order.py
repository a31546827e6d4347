"""How often the rows of a case's log were put elsewhere: a page from before knows other positions."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("cases") as rows:
        rows.add_column(sa.Column("log_version", sa.Integer(), nullable=False, server_default="0"))
    with op.batch_alter_table("cases") as rows:
        rows.alter_column("log_version", existing_type=sa.Integer(), server_default=None)
