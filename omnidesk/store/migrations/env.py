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


def _ours(_: Any, name: str | None, kind: str, reflected: bool, compare_to: Any) -> bool:
    """Whether something is a model's: the indexes of the search are each database's own (see models/search.py)."""
    own = kind == "table" and (name or "").startswith("search_index")
    return not (reflected and compare_to is None and (own or "lexemes" in (name or "")))


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Row.metadata,
    compare_type=True,
    render_as_batch=True,
    render_item=_render,
    include_object=_ours,
)
with context.begin_transaction():
    context.run_migrations()
