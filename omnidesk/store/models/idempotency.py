"""Idempotency keys: what programs were answered, kept for a day for those that ask again."""

from datetime import datetime

from sqlalchemy import UniqueConstraint

from omnidesk.store.models._row import Row, big, key, moment


class IdempotencyKey(Row, table=True):
    """A name that a program gave to a request, and the answer."""

    __tablename__ = "idempotency_keys"
    __table_args__ = (UniqueConstraint("token_id", "name", name="uq_idempotency_keys_name"),)

    id: int = key()
    token_id: int = big()
    """Whose key it is; the token may be revoked meanwhile."""
    name: str
    """The key."""
    digest: str
    """Of all that was asked: another request under the same key is a mistake."""
    status: int = 0
    answer: str = ""
    created_at: datetime = moment()
