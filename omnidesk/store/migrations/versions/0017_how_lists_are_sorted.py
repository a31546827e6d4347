"""How lists are sorted and filtered: when cases are at risk, and indexes in each order."""

from datetime import timedelta

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_LISTS = {"shelf": ["shelf"], "assignee": ["assignee_id", "shelf"], "team": ["team_id", "shelf"]}
_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    with op.batch_alter_table("cases") as cases:
        cases.add_column(sa.Column("at_risk_at", _MOMENT, nullable=True))
    _fill()
    op.create_index("ix_cases_channel", "cases", ["channel", "shelf", "last_at", "id"])
    for column in ("waits_since", "due_at"):
        for by, columns in _LISTS.items():
            _partial(f"ix_cases_{column}_{by}", [*columns, column, "id"], f"{column} IS NOT NULL")
    _partial("ix_cases_at_risk", ["at_risk_at", "id"], "at_risk_at IS NOT NULL")


def _partial(name: str, columns: list[str], where: str) -> None:
    op.create_index(name, "cases", columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))


def _fill() -> None:
    """A case is at risk when three quarters of the time of one of its running timers are gone."""
    timers = sa.table(
        "sla_timers", sa.column("case_id"), sa.column("due_at", _MOMENT), sa.column("target"), sa.column("state")
    )  # fmt: skip
    cases = sa.table("cases", sa.column("id"), sa.column("at_risk_at", _MOMENT))
    running = sa.select(timers.c.case_id, timers.c.due_at, timers.c.target).where(
        timers.c.state == "running", timers.c.due_at.is_not(None)
    )
    at_risk: dict[int, object] = {}
    for case_id, due_at, target in op.get_bind().execute(running.order_by(timers.c.due_at.desc())):
        moment = due_at - timedelta(seconds=target * 0.25)
        at_risk[case_id] = min(moment, at_risk.get(case_id, moment))
    if at_risk:
        change = cases.update().where(cases.c.id == sa.bindparam("case")).values(at_risk_at=sa.bindparam("moment"))
        op.get_bind().execute(change, [{"case": case_id, "moment": at} for case_id, at in at_risk.items()])
