"""Canned replies, macros, and who was mentioned."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_UNSEEN = sa.text("seen_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "macros",
        sa.Column("id", _ID, autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("folded_name", sa.String(), nullable=False),
        sa.Column("shortcut", sa.String(), nullable=False),
        sa.Column("texts", sa.JSON(), nullable=False),
        sa.Column("actions", sa.JSON(), nullable=False),
        sa.Column("folded", sa.String(), nullable=False),
        sa.Column("team_id", _ID, autoincrement=False, nullable=True),
        sa.Column("agent_id", _ID, autoincrement=False, nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name="fk_macros_team_id"),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name="fk_macros_agent_id"),
        sa.PrimaryKeyConstraint("id", name="pk_macros"),
        sa.UniqueConstraint("kind", "slug", name="uq_macros_kind_slug"),
    )
    op.create_index("ix_macros_kind", "macros", ["kind", "folded_name", "id"])
    op.create_index("ix_macros_team_id", "macros", ["team_id"])
    op.create_index("ix_macros_agent_id", "macros", ["agent_id"])
    op.create_table(
        "mentions",
        sa.Column("id", _ID, autoincrement=False, nullable=False),
        sa.Column("agent_id", _ID, autoincrement=False, nullable=False),
        sa.Column("case_id", _ID, autoincrement=False, nullable=False),
        sa.Column("interaction_id", _ID, autoincrement=False, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name="fk_mentions_agent_id"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_mentions_case_id"),
        sa.ForeignKeyConstraint(["interaction_id"], ["interactions.id"], name="fk_mentions_interaction_id"),
        sa.PrimaryKeyConstraint("id", name="pk_mentions"),
    )
    op.create_index("ix_mentions_agent", "mentions", ["agent_id", "id"])
    op.create_index(
        "ix_mentions_unseen", "mentions", ["agent_id", "case_id", "id"],
        sqlite_where=_UNSEEN, postgresql_where=_UNSEEN,
    )  # fmt: skip
