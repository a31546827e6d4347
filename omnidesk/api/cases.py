"""Cases."""

from omnidesk.api import answers, forms
from omnidesk.api.inboxes import named_inbox
from omnidesk.api.operations import Call
from omnidesk.desk import changes, listing
from omnidesk.desk.listing import CaseRow, Wanted
from omnidesk.desk.outgoing import reaching
from omnidesk.keys import DATABASE
from omnidesk.store.db import Transaction


async def find(call: Call, query: forms.CaseQuery) -> answers.CasePage:
    """Cases, the newest first; with `updated_since` the one first that was changed longest ago."""
    wanted = Wanted(
        status=query.status, team=query.team, assignee=query.assignee, inbox=query.inbox,
        contact_id=int(query.contact) if query.contact else None, label=query.label, updated_since=query.updated_since,
    )  # fmt: skip
    async with call.app[DATABASE].session() as session:
        rows, after = await listing.case_rows(session, call.viewer, wanted, cursor=query.cursor, limit=query.limit)
    return answers.CasePage(items=[_answer(row) for row in rows], next=after)


async def show(call: Call, number: int) -> answers.Case:
    """A case."""
    async with call.app[DATABASE].session() as session:
        return _answer(await listing.case_row(session, call.viewer, number))


async def create(call: Call, tx: Transaction, body: forms.NewCase) -> answers.Case:
    """A case in a contact's own words, as if they had come by this inbox."""
    inbox = named_inbox(call, body.inbox)
    case = await reaching.open_case(tx, call.viewer, inbox, int(body.contact), subject=body.subject, text=body.body)
    await tx.finish()
    return _answer(await listing.case_row(tx.session, call.viewer, case.number))


async def change(call: Call, number: int, body: forms.CaseChange) -> answers.Case:
    """Change status, priority, team, assignee, labels and fields: all that is asked for, or nothing."""
    named = body.model_dump(include=body.model_fields_set - {"version"})
    wanted = {name: value for name, value in named.items() if value is not None or name == "assignee"}
    async with call.app[DATABASE].transaction() as tx:
        await changes.change(tx, call.viewer, number, body.version, wanted)
        await tx.finish()
        # what was done is answered also by who may not see the case any more
        return _answer(await listing.changed_row(tx.session, call.viewer, number))


def _answer(row: CaseRow) -> answers.Case:
    said = {"id": str(row.id), "contact": str(row.contact_id), "labels": list(row.labels)}
    return answers.Case.model_validate({**row._asdict(), **said, "status": row.own_status or row.category})
