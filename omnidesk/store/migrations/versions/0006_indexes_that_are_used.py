"""Indexes that are used: SQLite takes one of some rows only where a query repeats its condition word by word."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_FLAGS = (("needs_routing", ["id"]), ("needs_agent", ["team_id", "id"]), ("needs_bot", ["id"]))


def upgrade() -> None:
    if op.get_bind().dialect.name != "sqlite":
        return
    for flag, columns in _FLAGS:
        op.drop_index(f"ix_cases_{flag}", "cases")
        op.create_index(f"ix_cases_{flag}", "cases", columns, sqlite_where=sa.text(f"{flag} = 1"))
