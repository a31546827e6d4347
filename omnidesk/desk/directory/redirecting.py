"""Answering at another address that a message asks for (Reply-To): a form on a site writes for its visitors, say.

It says nothing of who wrote, so nothing follows from it by itself. When an agent decides so, the case is of the person
at that address from then on: every case is answered on an address of its own contact (see `linking`).
"""

from sqlalchemy import update
from sqlmodel import col, select

from omnidesk.contract.channel import Sender
from omnidesk.desk import actions, interactions, views
from omnidesk.desk.access import Viewer, must_be
from omnidesk.desk.directory import contacts
from omnidesk.desk.directory.names import called
from omnidesk.desk.interactions import By
from omnidesk.errors import NotFound
from omnidesk.store.db import Transaction
from omnidesk.store.models import Case, Interaction, Invitation, Role


async def answer_at(tx: Transaction, viewer: Viewer, number: int, position: int) -> Case:
    """Answer the case where the message at this place asks for it. Raises NotFound, NotAllowed.

    One that may be forged asks for nothing.
    """
    must_be(viewer, Role.AGENT)
    seen = await views.find(tx.session, viewer, number)
    asking = select(Interaction).where(Interaction.case_id == seen.id, Interaction.position == position)
    asked = (await tx.session.exec(asking)).first()
    address = asked.payload.get("reply_to") if asked is not None else None
    if asked is None or not address or asked.payload.get("doubt") == "forged":
        raise NotFound("This message asks for answers at no other address.")
    person = (await contacts.meet(tx, asked.channel, [Sender(address)]))[address]  # locked before the case, as always
    case = await actions.for_work(tx, viewer, number)
    if case.contact_point_id == person.point.id:
        return case
    await tx.flush()  # the person may be new
    for model in (Interaction, Invitation):
        theirs = update(model).where(col(model.case_id) == case.id).values(contact_id=person.contact.id)
        await tx.session.exec(theirs.execution_options(synchronize_session=False))
    case.contact_id, case.contact_name = person.contact.id, called(person.contact, [person.point])
    case.organization_id = person.contact.organization_id
    case.contact_point_id, case.inbox_id, case.channel = person.point.id, asked.inbox_id, asked.channel
    interactions.event(tx, case, "answered_at", By.viewer(viewer), address=address)
    return case
