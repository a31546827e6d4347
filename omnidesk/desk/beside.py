"""What a desk itself keeps of a case, for the panel beside it."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from omnidesk.desk import links, own_fields, tasks
from omnidesk.desk.access import Viewer
from omnidesk.desk.links import Linked
from omnidesk.desk.resolving import Missing
from omnidesk.desk.setup import lists
from omnidesk.desk.tasks import Listed
from omnidesk.store.models import Case, Disposition, FieldDefinition, FieldSubject, Status


@dataclass(frozen=True, slots=True)
class Beside:
    """Own status, fields, outcome, tasks and linked cases of a case, and what can be chosen."""

    status: Status | None
    statuses: Sequence[Status]
    fields: Sequence[FieldDefinition]
    outcome: Disposition | None
    outcomes: Sequence[Disposition]
    tasks: Sequence[Listed]
    links: Sequence[Linked]
    missing: Missing

    @property
    def asks(self) -> bool:
        """Whether there is something to say on resolving."""
        return bool(self.outcomes or self.missing)


async def beside(session: AsyncSession, viewer: Viewer, case: Case) -> Beside:
    """All of it, with a fixed number of queries."""
    outcome = select(Disposition).where(col(Disposition.slug) == case.disposition)
    fields = await own_fields.definitions(session, FieldSubject.CASE)
    listed = await tasks.of_case(session, case)
    undone = [one.task for one in listed if one.task.must_be_done and one.task.done_at is None]
    return Beside(
        status=await session.get(Status, case.status_id) if case.status_id else None,
        statuses=await lists.offered(session, Status),
        fields=fields,
        outcome=(await session.exec(outcome)).first() if case.disposition else None,
        outcomes=await lists.offered(session, Disposition),
        tasks=listed,
        links=await links.of_case(session, viewer, case),
        missing=Missing(own_fields.missing(fields, case.fields), undone),
    )
