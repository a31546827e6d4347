"""Profile: what an agent writes down of a person."""

from omnidesk.desk import finding
from omnidesk.desk.access import Viewer, must_be
from omnidesk.errors import Conflict, Invalid
from omnidesk.store.db import Transaction
from omnidesk.store.models import Contact, Role
from omnidesk.text.folding import fold

_LONGEST_NAME = 200


async def change(
    tx: Transaction, viewer: Viewer, contact_id: int, version: int, *, name: str, language: str | None
) -> Contact:
    """Change name and language. Raises NotFound, NotAllowed, Invalid, and Conflict when `version` is not the newest."""
    must_be(viewer, Role.AGENT)
    contact = await tx.get(Contact, contact_id)
    if contact.version != version:
        raise Conflict("Somebody changed this contact since you looked; read it again.", code="stale")
    name = " ".join(name.split())
    if len(name) > _LONGEST_NAME:
        raise Invalid(f"name: a name has at most {_LONGEST_NAME} characters", fields={"name": "too long"})
    if name != contact.name:
        contact.name, contact.folded_name = name, fold(name)
        await finding.rename(tx, contact)
    contact.language = language
    contact.version += 1
    contact.updated_at = tx.now
    return contact
