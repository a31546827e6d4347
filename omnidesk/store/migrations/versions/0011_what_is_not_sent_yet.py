"""What is not sent yet: drafts and planned replies."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("agents", sa.Column("undo_send_seconds", sa.Integer(), nullable=True))
    op.create_table(
        "drafts",
        sa.Column("agent_id", _BIG, autoincrement=False, nullable=False),
        sa.Column("case_id", _BIG, autoincrement=False, nullable=False),
        sa.Column("version", _BIG, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        *_written(),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name="fk_drafts_agent_id"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_drafts_case_id"),
        sa.ForeignKeyConstraint(["contact_point_id"], ["contact_points.id"], name="fk_drafts_contact_point_id"),
        sa.PrimaryKeyConstraint("agent_id", "case_id", name="pk_drafts"),
    )
    op.create_index("ix_drafts_case_id", "drafts", ["case_id"])
    op.create_table(
        "planned_replies",
        sa.Column("id", _BIG, autoincrement=False, nullable=False),
        sa.Column("case_id", _BIG, nullable=False),
        sa.Column("agent_id", _BIG, autoincrement=False, nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        *_written(),
        sa.Column("then", sa.String(), nullable=False),
        sa.Column("later", sa.Boolean(), nullable=False),
        sa.Column("send_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("said", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name="fk_planned_replies_agent_id"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_planned_replies_case_id"),
        sa.ForeignKeyConstraint(
            ["contact_point_id"], ["contact_points.id"], name="fk_planned_replies_contact_point_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_planned_replies"),
    )
    due = sa.text("state = 'planned'")
    op.create_index(
        "ix_planned_replies_due", "planned_replies", ["send_at", "id"], sqlite_where=due, postgresql_where=due
    )  # fmt: skip
    op.create_index("ix_planned_replies_case_id", "planned_replies", ["case_id", "id"])


def _written() -> list[sa.Column[Any]]:
    lists = [sa.Column(name, sa.JSON(), nullable=False) for name in ("uploads", "cc", "bcc")]
    return [*lists, sa.Column("contact_point_id", _BIG, autoincrement=False, nullable=True)]
