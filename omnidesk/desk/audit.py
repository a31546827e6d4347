"""The audit log: administrative acts that stand on no case."""

from typing import Any

from omnidesk.store.db import Transaction
from omnidesk.store.models import AuditEntry


def note(tx: Transaction, action: str, subject: str = "", agent_id: int | None = None, **detail: Any) -> None:
    """Write down who did what to what."""
    row = {"id": tx.new_id(), "at": tx.now, "agent_id": agent_id, "action": action, "subject": subject}
    tx.add_row(AuditEntry, {**row, "detail": detail})
