"""Blocked senders, and jobs on many cases."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_MOMENT = sa.DateTime(timezone=True)
_AT_WORK = sa.text("ended_at IS NULL")


def upgrade() -> None:
    with op.batch_alter_table("contact_points") as points:
        points.add_column(sa.Column("blocked", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("contact_points") as points:
        points.alter_column("blocked", existing_type=sa.Boolean(), server_default=None)
    op.create_table(
        "bulk_jobs",
        sa.Column("id", _ID, autoincrement=False, nullable=False),
        sa.Column("agent_id", _ID, autoincrement=False, nullable=False),
        sa.Column("action", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("ended_at", _MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name="fk_bulk_jobs_agent_id"),
        sa.PrimaryKeyConstraint("id", name="pk_bulk_jobs"),
    )
    op.create_index("ix_bulk_jobs_at_work", "bulk_jobs", ["id"], sqlite_where=_AT_WORK, postgresql_where=_AT_WORK)
    op.create_table(
        "bulk_items",
        sa.Column("id", _ID, autoincrement=False, nullable=False),
        sa.Column("job_id", _ID, autoincrement=False, nullable=False),
        sa.Column("case_id", _ID, autoincrement=False, nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("error", sa.String(), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("after", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["bulk_jobs.id"], name="fk_bulk_items_job_id"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_bulk_items_case_id"),
        sa.PrimaryKeyConstraint("id", name="pk_bulk_items"),
        sa.UniqueConstraint("job_id", "case_id", name="uq_bulk_items_job_id_case_id"),
    )
    op.create_index("ix_bulk_items_job", "bulk_items", ["job_id", "state", "id"])
