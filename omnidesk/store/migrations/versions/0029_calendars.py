"""Calendars of teams; the clock of a policy."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0026"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "calendars",
        sa.Column("id", _ID, autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("schedule", sa.JSON(), nullable=False),
        sa.Column("archived", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_calendars"),
        sa.UniqueConstraint("slug", name="uq_calendars_slug"),
    )
    with op.batch_alter_table("teams") as teams:
        teams.add_column(sa.Column("calendar_id", _ID, autoincrement=False, nullable=True))
        teams.create_foreign_key("fk_teams_calendar_id", "calendars", ["calendar_id"], ["id"])
    with op.batch_alter_table("sla_policies") as policies:
        policies.add_column(sa.Column("clock", sa.String(), nullable=False, server_default="calendar"))
    with op.batch_alter_table("sla_policies") as policies:
        policies.alter_column("clock", existing_type=sa.String(), server_default=None)
