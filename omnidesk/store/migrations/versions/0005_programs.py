"""Programs."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_LISTED = (
    ("ix_cases_updated", "updated_at"),
    ("ix_cases_category", "category"),
    ("ix_cases_of_team", "team_id"),
    ("ix_cases_of_assignee", "assignee_id"),
    ("ix_cases_of_inbox", "inbox_id"),
)


def upgrade() -> None:
    for table in ("cases", "contacts"):
        _add(table, sa.Column("fields", sa.JSON(), nullable=False, server_default="{}"))
    for name, column in _LISTED:
        op.create_index(name, "cases", [column, "id"])
    op.create_table(
        "case_labels",
        sa.Column("case_id", _ID, autoincrement=False, nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_case_labels_case_id"),
        sa.PrimaryKeyConstraint("case_id", "label", name="pk_case_labels"),
    )
    op.create_index("ix_case_labels_label", "case_labels", ["label", "case_id"])
    with op.batch_alter_table("contact_links") as links:
        links.alter_column("agent_id", existing_type=_ID, nullable=True)


def _add(table: str, column: sa.Column[Any]) -> None:
    """Add a column that must have a value: older rows get its default, newer ones say their own."""
    with op.batch_alter_table(table) as rows:
        rows.add_column(column)
    with op.batch_alter_table(table) as rows:
        rows.alter_column(column.name, existing_type=column.type, server_default=None)
