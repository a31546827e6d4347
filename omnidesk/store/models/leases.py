"""Leases: who holds what only one process may hold."""

from datetime import datetime

from sqlmodel import Field

from omnidesk.store.models._row import Row, moment


class Lease(Row, table=True):
    """A thing held until `expires_at`: a worker's number, the listener of an inbox."""

    __tablename__ = "leases"

    name: str = Field(primary_key=True)
    holder: str = Field(index=True)
    expires_at: datetime = moment()
