"""How Alembic runs: on a connection it is given, with what differs between our types and SQL's."""

from typing import Any, Literal

from alembic import context
from sqlmodel.sql.sqltypes import AutoString

from omnidesk.store.models import Row
from omnidesk.store.models._row import Utc


def _render(kind: str, item: Any, _: Any) -> str | Literal[False]:
    """Migrations outlive our types: they name SQLAlchemy's only."""
    if kind == "type" and isinstance(item, Utc):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, AutoString):
        return "sa.String()"
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Row.metadata,
    compare_type=True,
    render_as_batch=True,
    render_item=_render,
)
with context.begin_transaction():
    context.run_migrations()
