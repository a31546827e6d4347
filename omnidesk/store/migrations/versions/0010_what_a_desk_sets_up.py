"""What a desk sets up for its cases, tasks, links, snoozing, and since when a contact waits."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_NOT_DONE = sa.text("done_at IS NULL")


def upgrade() -> None:
    _names()
    _fields()
    _tasks()
    with op.batch_alter_table("cases") as cases:
        cases.add_column(_id("status_id", nullable=True))
        cases.add_column(_moment("waits_since", nullable=True))
        cases.add_column(sa.Column("snoozed", sa.Boolean(), nullable=False, server_default=sa.false()))
        cases.add_column(_moment("snoozed_until", nullable=True))
        cases.add_column(_id("merged_into_id", nullable=True))
        cases.create_foreign_key("fk_cases_status_id", "statuses", ["status_id"], ["id"])
        cases.create_foreign_key("fk_cases_merged_into_id", "cases", ["merged_into_id"], ["id"])
    with op.batch_alter_table("cases") as cases:
        cases.alter_column("snoozed", existing_type=sa.Boolean(), server_default=None)
    # as near as the list's columns tell: the last word is the contact's
    op.execute("UPDATE cases SET waits_since = last_at WHERE last_author = 'contact' "
               "AND category NOT IN ('resolved', 'closed')")  # fmt: skip


def _names() -> None:
    own = [sa.Column("category", sa.String(), nullable=False)]
    _table(
        "statuses", _slug(), _texts(), *own, _place(), _archived(), sa.UniqueConstraint("slug", name="uq_statuses_slug")
    )
    _table("dispositions", _slug(), _texts(), _place(), _archived(),
           sa.UniqueConstraint("slug", name="uq_dispositions_slug"))  # fmt: skip
    _table("labels", sa.Column("name", sa.String(), nullable=False), sa.Column("colour", sa.String(), nullable=False),
           _archived(), sa.UniqueConstraint("name", name="uq_labels_name"))  # fmt: skip


def _fields() -> None:
    _table(
        "field_definitions",
        sa.Column("subject", sa.String(), nullable=False),
        _slug(),
        _texts(),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("choices", sa.JSON(), nullable=False),
        sa.Column("pattern", sa.String(), nullable=False),
        sa.Column("required_to_resolve", sa.Boolean(), nullable=False),
        _place(),
        _archived(),
        sa.UniqueConstraint("subject", "slug", name="uq_field_definitions_subject_slug"),
    )
    op.create_table(
        "case_field_values",
        _id("field_id"),
        sa.Column("value", sa.String(), nullable=False),
        _id("case_id"),
        _link("case_field_values", "field_id", "field_definitions"),
        _link("case_field_values", "case_id", "cases"),
        sa.PrimaryKeyConstraint("field_id", "value", "case_id", name="pk_case_field_values"),
    )
    op.create_index("ix_case_field_values_case", "case_field_values", ["case_id"])


def _tasks() -> None:
    links = [("case_id", "cases"), ("assignee_id", "agents"), ("created_by_id", "agents"), ("done_by_id", "agents")]
    _table(
        "tasks",
        _id("case_id"),
        sa.Column("text", sa.String(), nullable=False),
        _id("assignee_id", nullable=True),
        _moment("due_at", nullable=True),
        sa.Column("must_be_done", sa.Boolean(), nullable=False),
        _id("created_by_id", nullable=True),
        _moment("done_at", nullable=True),
        _id("done_by_id", nullable=True),
        *(_link("tasks", column, table) for column, table in links),
    )
    op.create_index("ix_tasks_case_id", "tasks", ["case_id"])
    op.create_index(
        "ix_tasks_open", "tasks", ["assignee_id", "due_at", "id"], sqlite_where=_NOT_DONE, postgresql_where=_NOT_DONE
    )
    op.create_table(
        "case_links",
        _id("case_id"),
        _id("other_id"),
        sa.Column("kind", sa.String(), nullable=False),
        _id("agent_id", nullable=True),
        _moment("created_at"),
        *(_link("case_links", c, t) for c, t in (("case_id", "cases"), ("other_id", "cases"), ("agent_id", "agents"))),
        sa.PrimaryKeyConstraint("case_id", "other_id", "kind", name="pk_case_links"),
    )
    op.create_index("ix_case_links_other_id", "case_links", ["other_id"])


def _table(name: str, *parts: Any) -> None:
    columns = (_id("id"), sa.Column("version", sa.Integer(), nullable=False), _moment("created_at"))
    op.create_table(name, *columns, *parts, sa.PrimaryKeyConstraint("id", name=f"pk_{name}"))


def _id(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, _ID, autoincrement=False, nullable=nullable)


def _moment(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _slug() -> sa.Column[Any]:
    return sa.Column("slug", sa.String(), nullable=False)


def _texts() -> sa.Column[Any]:
    return sa.Column("name", sa.JSON(), nullable=False)


def _place() -> sa.Column[Any]:
    return sa.Column("place", sa.Integer(), nullable=False)


def _archived() -> sa.Column[Any]:
    return sa.Column("archived", sa.Boolean(), nullable=False)


def _link(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=f"fk_{table}_{column}")
