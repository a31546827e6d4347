"""Cases found by their own status; tasks that were deleted and can come back."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_HAS_STATUS = sa.text("status_id IS NOT NULL")


def upgrade() -> None:
    with op.batch_alter_table("tasks") as tasks:
        tasks.add_column(sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_cases_status", "cases", ["status_id", "id"], sqlite_where=_HAS_STATUS, postgresql_where=_HAS_STATUS
    )
