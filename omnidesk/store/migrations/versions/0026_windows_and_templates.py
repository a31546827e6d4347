"""When people wrote last, where that limits how they may be answered; templates that are chosen, and not sent yet."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0024"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "last_words",
        sa.Column("contact_point_id", _ID, autoincrement=False, nullable=False),
        sa.Column("inbox_id", _ID, autoincrement=False, nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["contact_point_id"], ["contact_points.id"], name="fk_last_words_contact_point_id"),
        sa.ForeignKeyConstraint(["inbox_id"], ["inboxes.id"], name="fk_last_words_inbox_id"),
        sa.PrimaryKeyConstraint("contact_point_id", "inbox_id", name="pk_last_words"),
    )
    for name in ("drafts", "planned_replies"):
        with op.batch_alter_table(name) as table:
            table.add_column(sa.Column("template", sa.JSON(), nullable=True))
