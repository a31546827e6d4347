"""Loops, and what kind of failure a delivery met."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_PASSED = sa.text("passed_at IS NOT NULL")


def upgrade() -> None:
    with op.batch_alter_table("deliveries") as deliveries:
        deliveries.add_column(sa.Column("failure", sa.String(), nullable=False, server_default=""))
        deliveries.add_column(sa.Column("passed_at", sa.DateTime(timezone=True), nullable=True))
        deliveries.add_column(sa.Column("elsewhere_at", sa.DateTime(timezone=True), nullable=True))
    with op.batch_alter_table("deliveries") as deliveries:
        deliveries.alter_column("failure", existing_type=sa.String(), server_default=None)
    # what went out before the upgrade counts as well
    op.execute("UPDATE deliveries SET passed_at = sent_at WHERE automatic")
    for name, column in (("ix_deliveries_passed_point", "contact_point_id"), ("ix_deliveries_passed_case", "case_id")):
        op.create_index(
            name, "deliveries", [column, "passed_at"], sqlite_where=_PASSED, postgresql_where=_PASSED
        )  # fmt: skip
    op.create_table(
        "loops",
        sa.Column("id", _ID, autoincrement=False, nullable=False),
        sa.Column("contact_point_id", _ID, autoincrement=False, nullable=False),
        sa.Column("case_id", _ID, autoincrement=False, nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("ceiling", sa.Integer(), nullable=False),
        sa.Column("held", sa.Integer(), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("allowed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by_id", _ID, autoincrement=False, nullable=True),
        sa.Column("decided", sa.Boolean(), nullable=False),
        *_links(("contact_point_id", "contact_points"), ("case_id", "cases"), ("decided_by_id", "agents")),
        sa.PrimaryKeyConstraint("id", name="pk_loops"),
        sa.UniqueConstraint("contact_point_id", name="uq_loops_contact_point_id"),
    )
    op.create_index("ix_loops_end", "loops", ["ends_at"])


def _links(*links: tuple[str, str]) -> list[Any]:
    return [sa.ForeignKeyConstraint([column], [f"{table}.id"], name=f"fk_loops_{column}") for column, table in links]
