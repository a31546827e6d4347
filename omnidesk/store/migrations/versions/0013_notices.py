"""Notices, how agents want to hear of them, and presence in place of "away"."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    _presence()
    _notices()
    _choices()
    op.create_table(
        "push_subscriptions",
        _id("id"), _id("agent_id"), _text("digest"), _text("endpoint"), _text("p256dh"), _text("auth"),
        _text("session"), sa.Column("created_at", _TIME, nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name="fk_push_subscriptions_agent_id"),
        sa.PrimaryKeyConstraint("id", name="pk_push_subscriptions"),
        sa.UniqueConstraint("digest", name="uq_push_subscriptions_digest"),
    )  # fmt: skip
    op.create_index("ix_push_subscriptions_agent_id", "push_subscriptions", ["agent_id"])
    op.create_table(
        "secrets", _text("name"), _text("value"), sa.PrimaryKeyConstraint("name", name="pk_secrets")
    )  # fmt: skip


def _presence() -> None:
    with op.batch_alter_table("agents") as agents:
        agents.add_column(sa.Column("chosen", sa.String(), nullable=False, server_default="online"))
        agents.add_column(sa.Column("told", sa.String(), nullable=False, server_default="off"))
        agents.add_column(sa.Column("active_at", _TIME, nullable=True))
        agents.add_column(sa.Column("watched_at", _TIME, nullable=True))
    op.execute("UPDATE agents SET chosen = 'away' WHERE away")
    op.execute("UPDATE agents SET active_at = seen_at")
    with op.batch_alter_table("agents") as agents:
        agents.alter_column("chosen", existing_type=sa.String(), server_default=None)
        agents.alter_column("told", existing_type=sa.String(), server_default=None)
        agents.drop_column("away")


def _notices() -> None:
    times = ("seen_at", "push_at", "pushed_at", "mail_at", "mailed_at")
    links = {"agent_id": "agents", "case_id": "cases", "interaction_id": "interactions"}
    op.create_table(
        "notices",
        _id("id"), _id("agent_id"), _text("kind"), _id("case_id"), _id("interaction_id", nullable=True),
        sa.Column("created_at", _TIME, nullable=False),
        *(sa.Column(name, _TIME, nullable=True) for name in times),
        *(sa.ForeignKeyConstraint([name], [f"{table}.id"], name=f"fk_notices_{name}") for name, table in links.items()),
        sa.PrimaryKeyConstraint("id", name="pk_notices"),
    )  # fmt: skip
    op.create_index("ix_notices_agent", "notices", ["agent_id", "id"])
    _some("ix_notices_unseen", ["agent_id", "id"], "seen_at IS NULL")
    _some("ix_notices_unseen_case", ["case_id", "agent_id"], "seen_at IS NULL")
    _some("ix_notices_push", ["push_at"], "push_at IS NOT NULL")
    _some("ix_notices_mail", ["mail_at"], "mail_at IS NOT NULL")


def _choices() -> None:
    op.create_table(
        "notice_choices",
        _id("agent_id"), sa.Column("ways", sa.JSON(), nullable=False), _text("rhythm"), _text("quiet_from"),
        _text("quiet_to"), _text("quiet_days"), _text("zone"), sa.Column("with_text", sa.Boolean(), nullable=False),
        sa.Column("mailed_at", _TIME, nullable=True),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name="fk_notice_choices_agent_id"),
        sa.PrimaryKeyConstraint("agent_id", name="pk_notice_choices"),
    )  # fmt: skip


def _id(name: str, *, nullable: bool = False) -> Any:
    return sa.Column(name, _ID, autoincrement=False, nullable=nullable)


def _text(name: str) -> Any:
    return sa.Column(name, sa.String(), nullable=False)


def _some(name: str, columns: list[str], where: str) -> None:
    op.create_index(name, "notices", columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))
