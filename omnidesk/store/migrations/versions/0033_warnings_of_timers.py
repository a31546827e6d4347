"""When a timer is nearly due, and whether that was told."""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

_TO_WARN = sa.text("state = 'running' AND warned_at IS NULL AND breached_at IS NULL")
_KNOWN = """UPDATE sla_timers SET at_risk_at = (SELECT at_risk_at FROM cases WHERE cases.id = sla_timers.case_id)
WHERE state = 'running' AND breached_at IS NULL
AND due_at = (SELECT due_at FROM cases WHERE cases.id = sla_timers.case_id)"""


def upgrade() -> None:
    with op.batch_alter_table("sla_timers") as timers:
        timers.add_column(sa.Column("at_risk_at", sa.DateTime(timezone=True), nullable=True))
        timers.add_column(sa.Column("warned_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_sla_timers_at_risk", "sla_timers", ["at_risk_at"], sqlite_where=_TO_WARN, postgresql_where=_TO_WARN
    )
    op.execute(_KNOWN)
