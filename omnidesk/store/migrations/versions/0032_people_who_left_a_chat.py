"""Where answers go when somebody has left a chat, when they were there last, and what of it went by mail."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TAKEN_OVER = sa.text("known_as_id IS NOT NULL")


def upgrade() -> None:
    with op.batch_alter_table("contact_points") as points:
        points.add_column(sa.Column("away_email", sa.String(), nullable=False, server_default=""))
        points.add_column(sa.Column("here_at", sa.DateTime(timezone=True), nullable=True))
        points.add_column(sa.Column("known_as_id", _ID, nullable=True))
    with op.batch_alter_table("contact_points") as points:
        points.alter_column("away_email", existing_type=sa.String(), server_default=None)
    op.create_index(
        "ix_contact_points_known_as", "contact_points", ["known_as_id"],
        sqlite_where=_TAKEN_OVER, postgresql_where=_TAKEN_OVER,
    )  # fmt: skip
    with op.batch_alter_table("deliveries") as deliveries:
        deliveries.add_column(sa.Column("away", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("deliveries") as deliveries:
        deliveries.alter_column("away", existing_type=sa.Boolean(), server_default=None)
    op.create_index(
        "ix_deliveries_away", "deliveries", ["address", "created_at"],
        sqlite_where=sa.text("away = 1"), postgresql_where=sa.text("away"),
    )  # fmt: skip
