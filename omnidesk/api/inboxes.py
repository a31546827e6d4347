"""Inboxes whose messages and receipts come by this API."""

from omnidesk.api import answers, forms
from omnidesk.api.operations import Call
from omnidesk.contract.channel import RawMessage, Receipt
from omnidesk.contract.message import ApiMessage
from omnidesk.desk.access import must_be
from omnidesk.desk.inboxes import LiveInbox
from omnidesk.desk.incoming import receiving
from omnidesk.desk.outgoing import reaching, receipts
from omnidesk.errors import Invalid, NotFound
from omnidesk.keys import DATABASE, INBOXES, RECEIVER
from omnidesk.store.models import DeliveryState, Inbox, Role

_KNOWN = 200


async def receive(call: Call, slug: str, body: ApiMessage) -> answers.Taken:
    """Take a message; it is durable when this answers. The same `external_id` again is answered with 200."""
    inbox = _inbox(call, slug)
    raw = RawMessage(body.external_id, body.sender.id, call.raw)
    if not await call.app[RECEIVER].receive(inbox.row.id, raw):
        call.status = _KNOWN
    async with call.app[DATABASE].session() as session:
        raw_id = await receiving.id_of(session, inbox.row.id, raw)
    return answers.Taken(id=str(raw_id), external_id=body.external_id)


async def take_receipt(call: Call, slug: str, body: forms.NewReceipt) -> answers.Noted:
    """Note what became of a message that went out by this inbox."""
    inbox = _inbox(call, slug)
    receipt = Receipt("", body.state, body.error)
    async with call.app[DATABASE].transaction() as tx:
        delivery = await receipts.take(tx, inbox.row.id, int(body.id), receipt)
        return answers.Noted(id=body.id, state=DeliveryState(delivery.state))


async def templates(call: Call, slug: str) -> answers.Templates:
    """The approved texts that a reply by this inbox may be in place of a body; none where its channel knows none."""
    must_be(call.viewer, Role.AGENT)
    inbox = call.app[INBOXES].by_slug(slug)
    reaching.must_see(call.viewer, inbox.row)
    offered = await call.app[INBOXES].templates_of(inbox.row.id)
    return answers.Templates(
        items=[
            answers.OfferedTemplate(
                name=one.name, language=one.language, text=one.text, variables=list(one.variables)
            )
            for one in offered
        ],
        next=None,
    )  # fmt: skip


def named_inbox(call: Call, slug: str) -> Inbox:
    """An inbox that a body names. Raises Invalid where there is none, or not for the one who asks."""
    try:
        inbox = call.app[INBOXES].by_slug(slug).row
        reaching.must_see(call.viewer, inbox)
    except NotFound as error:
        raise Invalid(error.message, fields={"inbox": "unknown"}) from error
    return inbox


def _inbox(call: Call, slug: str) -> LiveInbox:
    must_be(call.viewer, Role.AGENT)
    inbox = call.app[INBOXES].by_slug(slug)
    reaching.must_see(call.viewer, inbox.row)
    if not inbox.channel.capabilities.api:
        raise NotFound(f"The inbox {slug} takes its messages in another way; choose one of the channel api.")
    return inbox
