"""What held up a case of a job, as a code with its values: so that pages can say it in the reader's language."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("bulk_items") as rows:
        rows.add_column(sa.Column("refusal", sa.JSON(), nullable=False, server_default="{}"))
    with op.batch_alter_table("bulk_items") as rows:
        rows.alter_column("refusal", existing_type=sa.JSON(), server_default=None)
