"""Cases that were merged, and where each row of their logs stood."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "case_merges",
        sa.Column("id", _ID, autoincrement=False, nullable=False),
        sa.Column("case_id", _ID, autoincrement=False, nullable=False),
        sa.Column("into_id", _ID, autoincrement=False, nullable=False),
        sa.Column("agent_id", _ID, autoincrement=False, nullable=True),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("undone_at", _TIME, nullable=True),
        sa.Column("undone_by_id", _ID, autoincrement=False, nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_case_merges_case_id"),
        sa.ForeignKeyConstraint(["into_id"], ["cases.id"], name="fk_case_merges_into_id"),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name="fk_case_merges_agent_id"),
        sa.ForeignKeyConstraint(["undone_by_id"], ["agents.id"], name="fk_case_merges_undone_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_case_merges"),
    )
    op.create_index("ix_case_merges_case_id", "case_merges", ["case_id"])
    op.create_index("ix_case_merges_into_id", "case_merges", ["into_id"])
    op.create_table(
        "case_merge_rows",
        sa.Column("merge_id", _ID, autoincrement=False, nullable=False),
        sa.Column("interaction_id", _ID, autoincrement=False, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["merge_id"], ["case_merges.id"], name="fk_case_merge_rows_merge_id"),
        sa.ForeignKeyConstraint(["interaction_id"], ["interactions.id"], name="fk_case_merge_rows_interaction_id"),
        sa.PrimaryKeyConstraint("merge_id", "interaction_id", name="pk_case_merge_rows"),
    )
    op.create_index("ix_case_merge_rows_interaction_id", "case_merge_rows", ["interaction_id"])
