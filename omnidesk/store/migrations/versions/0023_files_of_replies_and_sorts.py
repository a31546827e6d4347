"""Files of canned replies and macros; how agents sort their lists."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    with op.batch_alter_table("macros") as macros:
        macros.add_column(sa.Column("files", sa.JSON(), nullable=False, server_default="[]"))
    with op.batch_alter_table("macros") as macros:
        macros.alter_column("files", existing_type=sa.JSON(), server_default=None)
    op.create_table(
        "list_sorts",
        sa.Column("agent_id", _ID, autoincrement=False, nullable=False),
        sa.Column("view", sa.String(), nullable=False),
        sa.Column("sort", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name="fk_list_sorts_agent_id"),
        sa.PrimaryKeyConstraint("agent_id", "view", name="pk_list_sorts"),
    )
