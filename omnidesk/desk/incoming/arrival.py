"""What an arriving message does: it finds its person and case, and becomes a row of the log."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any

from omnidesk.contract.channel import Inbound, Receipt
from omnidesk.contract.channel import RawMessage as Raw
from omnidesk.desk import cases, files, forms, interactions, notices, surveys, windows
from omnidesk.desk.directory import consent, contacts, proving, recognising
from omnidesk.desk.directory.contacts import Person
from omnidesk.desk.directory.proving import Channels, Proven
from omnidesk.desk.files import Stored
from omnidesk.desk.inboxes import LiveInbox
from omnidesk.desk.incoming import edits, joining
from omnidesk.desk.incoming.joining import Joins
from omnidesk.desk.interactions import By, Content, Place
from omnidesk.desk.outgoing import away, planned, receipts
from omnidesk.desk.surveys import Asked
from omnidesk.store.db import Transaction
from omnidesk.store.keys import Keys
from omnidesk.store.models import (
    Case,
    Contact,
    ContactPoint,
    Direction,
    Kind,
    MessageReference,
    NoticeKind,
    Participant,
    RawMessage,
)
from omnidesk.text.language import guess

_TELLING = 300
"""So much of a text tells its language."""
_COPIED = 50
"""So many of the people whom a message names are kept."""


@dataclass(slots=True)
class Arrival:
    """A raw message, what it says with its stored files, and where it ended up."""

    row: RawMessage
    inbox: LiveInbox
    items: list[tuple[Inbound | Receipt, list[Stored]]] = field(default_factory=list)
    refused: str | None = None
    """Why it can't be understood."""
    failure: Exception | None = None
    """An error of ours or of a store while reading it."""
    case_id: int | None = None
    answering: dict[str, LiveInbox] = field(default_factory=dict)
    """By their slugs, other inboxes by which its messages are answered."""
    raw: Raw | None = None
    """What there is to read, until it is read."""


@dataclass(frozen=True, slots=True)
class _Message:
    arrival: Arrival
    inbound: Inbound
    files: list[Stored]
    person: Person
    token_case: int | None
    recognised: bool = False
    """Whether the token says that the sender is the contact of that case."""
    proven: Proven | None = None
    """What proofs in it have led to."""
    by_mail: str = ""
    """The channel it came by, where it answers what was mailed to who has left a chat."""

    @property
    def answered_by(self) -> LiveInbox:
        """The inbox by which the sender is reached."""
        return _answered_by(self.arrival, self.inbound)

    @property
    def who(self) -> tuple[int, int]:
        return self.person.point.id, self.arrival.inbox.row.id


def _answered_by(arrival: Arrival, inbound: Inbound) -> LiveInbox:
    return arrival.answering.get(inbound.answer_by or "", arrival.inbox)


async def apply(tx: Transaction, keys: Keys, arrivals: Sequence[Arrival], channels: Channels) -> list[int]:
    """Apply a batch in order, with a number of statements that doesn't depend on its length.

    Gives the inboxes of receipts that fit no message of ours.
    """
    said = _receipts(arrivals)
    foreign = await receipts.take_all(tx, keys, said) if said else []
    messages = await _people(tx, keys, arrivals, channels)
    token_cases = {message.token_case for message in messages if message.token_case}
    joins = await joining.read(tx, [m.inbound for m in messages], token_cases, {m.who for m in messages})
    await windows.heard(tx, _words(messages))
    asked = await surveys.asked(tx, [(message.person.point.id, message.inbound.text) for message in messages])
    opened: list[Case] = []
    for message in messages:
        await _take(tx, _marked(message, joins), joins, opened, asked)
    if opened:
        for case, number in zip(opened, await cases.take_numbers(tx, len(opened)), strict=True):
            case.number = number
    return foreign


def _receipts(arrivals: Sequence[Arrival]) -> list[tuple[int, Receipt]]:
    return [
        (arrival.inbox.row.id, item)
        for arrival in arrivals
        if arrival.refused is None
        for item, _ in arrival.items
        if isinstance(item, Receipt)
    ]


async def _people(
    tx: Transaction, keys: Keys, arrivals: Sequence[Arrival], channels: Channels
) -> list[_Message]:  # fmt: skip
    found = [
        (arrival, item, stored)
        for arrival in arrivals
        if arrival.refused is None
        for item, stored in arrival.items
        if isinstance(item, Inbound)
    ]
    people, named = {}, [_answered_by(arrival, item).row.channel for arrival, item, _ in found]
    for channel in sorted(set(named)):
        senders = [item.sender for (_, item, _), its in zip(found, named, strict=True) if its == channel]
        people[channel] = await contacts.meet(tx, channel, senders)
    messages = []
    for (arrival, item, stored), channel in zip(found, named, strict=True):
        person = people[channel][item.sender.address]
        theirs = recognising.case_of(keys, item.token, tx.now) if item.sender.proven else None
        token_case = theirs or joining.case_of_token(keys, item.token)
        message = _Message(arrival, item, stored, person, token_case, recognised=theirs is not None)
        messages.append(await _known(tx, channels, message) if _tells(message) else message)
    return messages


def _words(messages: Sequence[_Message]) -> dict[tuple[int, int], datetime]:
    """When people wrote where that limits how long they may be answered freely."""
    words: dict[tuple[int, int], datetime] = {}
    for message in messages:
        inbound = message.inbound
        if message.arrival.inbox.channel.capabilities.window and not inbound.automatic and not inbound.edits:
            said_at = inbound.sent_at or message.arrival.row.received_at
            words[message.who] = max(said_at, words.get(message.who, said_at))
    return words


def _tells(message: _Message) -> bool:
    return bool(message.inbound.proofs) or message.person.point.known_as_id is not None


async def _known(tx: Transaction, channels: Channels, message: _Message) -> _Message:
    """Whose message it is, as far as it proves that, or did since it was on its way."""
    point, contact = message.person.point, message.person.contact
    if point.known_as_id is not None:
        point = await tx.get(ContactPoint, point.known_as_id)
    if point.contact_id != contact.id:  # a message before this one said so
        contact = await tx.get(Contact, point.contact_id)
    proven = await proving.take(tx, channels, Person(point, contact), message.inbound.proofs)
    return replace(message, person=proven.person, proven=proven)


def _marked(message: _Message, joins: Joins) -> _Message:
    """A message of ours that comes back, whoever sends it on, is automatic, and belongs where it was sent from."""
    inbound = message.inbound
    known = joins.known.get(inbound.message_id or "")
    if known is None or known.external_id is not None:
        return message
    references = (inbound.message_id or "", *inbound.references)
    return replace(message, inbound=replace(inbound, automatic=True, references=references))


async def _take(tx: Transaction, message: _Message, joins: Joins, opened: list[Case], asked: Asked) -> None:
    if await _second_copy(tx, message, joins):
        return
    if await _obeyed(tx, message, joins):
        return
    if known := await _takes_up(tx, message, joins):
        message.arrival.case_id = known.id
        return
    message = await _recognised(tx, message, joins)
    can = message.arrival.inbox.channel.capabilities
    answered = await surveys.take(tx, message.inbound, message.person.point.id, can, asked)
    if answered is not None:
        message.arrival.case_id = answered
        return
    case = await _case(tx, message, joins, opened)
    message.arrival.case_id = case.id
    message = await _by_mail(tx, message, case)
    message = replace(message, inbound=await forms.take(tx, case, message.inbound))
    _learn_email(message)
    if message.by_mail:
        pass  # the case goes on in the chat
    elif case.contact_id == message.person.contact.id:
        joins.remember(case, message.who)
        if not message.inbound.automatic:
            _answer_by(case, message)
    elif not message.inbound.automatic:  # a bounce takes part in nothing
        _add_participant(tx, case, message.person, joins)
    interaction_id = _append(tx, case, message)
    await _tell_proven(tx, case, message, is_new=case in opened)
    _remember_id(tx, case, message, joins, interaction_id)
    if message.person.point.blocked:
        return
    if not message.inbound.automatic:
        planned.customer_wrote(tx, case)
        if case.assignee_id is not None:
            notices.give(tx, case.assignee_id, NoticeKind.WROTE, case, interaction_id=interaction_id)
    if not message.inbound.automatic and await cases.receive(tx, case):
        interactions.event(tx, case, "reopened", By.contact(message.person.contact, message.person.point), by="contact")
        await surveys.cancel(tx, case)


async def _takes_up(tx: Transaction, message: _Message, joins: Joins) -> Case | None:
    """What changes or goes on with an earlier message is no new one; gives its case."""
    inbound, person = message.inbound, message.person
    if inbound.edits:
        return await edits.take(tx, inbound, message.files, person, joins)
    if inbound.album:
        return await edits.add_to_album(tx, inbound, message.files, person, joins)
    return None


async def _recognised(tx: Transaction, message: _Message, joins: Joins) -> _Message:
    """Who comes by a link of ours is the contact of its case; the link is worth nothing to anybody else."""
    point, contact = message.person.point, message.person.contact
    if point.contact_id != contact.id:  # a message before this one said so
        message = replace(message, person=Person(point, await tx.get(Contact, point.contact_id)))
    case = joins.cases.get(message.token_case or 0) if message.recognised else None
    if case is None:
        return message
    person = await recognising.recognise(tx, message.person, case)
    return replace(message, person=person) if person else replace(message, token_case=None)


async def _by_mail(tx: Transaction, message: _Message, case: Case) -> _Message:
    """An answer to what was mailed to somebody who has left a chat is theirs, as if they had said it there.

    Who answers reads the mail of that address: one that nobody had is theirs from now on.
    """
    channel, address = message.arrival.inbox.row.channel, message.inbound.sender.address
    if case.channel == channel or message.inbound.automatic:
        return message
    point_id = await away.visitor_of(tx.session, case, channel, address)
    if point_id is None:
        return message
    await tx.flush()
    point = await tx.get(ContactPoint, point_id)
    visitor = Person(point, await tx.get(Contact, point.contact_id))
    if message.person.contact.id != visitor.contact.id and message.person.contact.created_at == tx.now:
        await proving.give(tx, message.person, visitor.contact)
    return replace(message, person=visitor, by_mail=channel)


def _learn_email(message: _Message) -> None:
    """Where who leaves a chat can be mailed."""
    email = message.inbound.claims.get("email") or message.inbound.answers.get("email")
    if email and message.arrival.inbox.channel.away is not None:
        message.person.point.away_email = email


async def _tell_proven(tx: Transaction, case: Case, message: _Message, *, is_new: bool) -> None:
    """Say on the case who somebody is proven to be; take up what they filled in."""
    if message.proven is not None:
        for name, values in (*message.proven.events, *(message.proven.hints if is_new else ())):
            interactions.event(tx, case, name, **values)
    if message.inbound.answers:
        await forms.fill_fields(tx, case, message.inbound.answers)


def _all_said(inbound: Inbound) -> str:
    """The text, or the subject where it is all there is: so mail programs leave a list (RFC 2369 §3.2)."""
    return inbound.subject if not inbound.text.strip() and not inbound.attachments else inbound.text


async def _obeyed(tx: Transaction, message: _Message, joins: Joins) -> bool:
    """A consent word comes before everything else."""
    inbox, point = message.arrival.inbox, message.person.point
    command = consent.command_in(inbox, _all_said(message.inbound), point) if not message.inbound.automatic else None
    if command is None:
        return False
    case = joins.case_for(message.inbound, None, "person", message.who)
    await consent.obey(tx, inbox, message.person, case, command, _content(message))
    message.arrival.case_id = case.id if case else None
    return True


async def _second_copy(tx: Transaction, message: _Message, joins: Joins) -> bool:
    """The same mail to another inbox of ours is noted on the first one's case."""
    known = joins.known.get(message.inbound.message_id or "")
    if known is None or known.external_id != message.arrival.row.external_id:
        return False
    case = joins.cases.get(known.case_id)
    if case is None:
        return False
    message.arrival.case_id = case.id
    if known.inbox_id != message.arrival.inbox.row.id:
        interactions.event(tx, case, "also_to", inbox=message.arrival.inbox.row.name)
    return True


async def _case(tx: Transaction, message: _Message, joins: Joins, opened: list[Case]) -> Case:
    inbox = message.arrival.inbox
    found = joins.case_for(message.inbound, message.token_case, inbox.join, message.who)
    # What no person wrote (an absence notice, say) is logged where it belongs and takes up no work that is done.
    quiet = message.inbound.automatic or message.person.point.blocked
    if found is not None and (quiet or cases.takes_messages(found, inbox.row.reopen_days, tx.now)):
        return found
    _learn_language(message)
    with_bot = inbox.row.bot is not None and not quiet
    case = cases.open_case(
        tx, inbox.row, message.person.point, message.person.contact, subject=_subject(message.inbound),
        with_bot=with_bot,
    )  # fmt: skip
    opened.append(case)
    interactions.event(tx, case, "opened", channel=inbox.row.channel)
    if message.person.point.blocked:
        await cases.end(tx, case, "spam")
    if found is not None:
        case.linked_case_id = found.id
        interactions.event(tx, case, "linked", number=found.number)
    return case


def _learn_language(message: _Message) -> None:
    """Where neither channel nor contact tells the language, the first message does."""
    contact, inbound = message.person.contact, message.inbound
    if contact.language is None and not inbound.automatic:
        contact.language = guess(f"{inbound.subject}\n{inbound.text[:_TELLING]}")


def _subject(inbound: Inbound) -> str:
    """The subject, or the beginning of what was said."""
    text = inbound.subject or next((line.strip() for line in inbound.text.splitlines() if line.strip()), "")
    return " ".join(text.split())[:200]


def _answer_by(case: Case, message: _Message) -> None:
    """An answer goes where the contact wrote last."""
    case.contact_point_id = message.person.point.id
    case.inbox_id = message.answered_by.row.id
    case.channel = message.answered_by.row.channel
    case.contact_name = message.person.contact.name or case.contact_name


def _add_participant(tx: Transaction, case: Case, person: Person, joins: Joins) -> None:
    """A stranger on a known thread takes part, and is never taken for the contact."""
    if (case.id, person.point.id) not in joins.participants:
        joins.participants.add((case.id, person.point.id))
        row = {"id": tx.new_id(), "case_id": case.id, "contact_point_id": person.point.id, "created_at": tx.now}
        tx.add_row(Participant, row)
        interactions.event(tx, case, "participant_added", address=person.point.address)


def _append(tx: Transaction, case: Case, message: _Message) -> int:
    by, content = By.contact(message.person.contact, message.person.point), _content(message)
    if case.contact_id != message.person.contact.id:
        content.payload["participant"] = True
    if message.by_mail:
        content.payload["by"] = message.by_mail
    interaction_id = interactions.append(tx, case, Kind.MESSAGE, Direction.INBOUND, by, content)
    files.attach(tx, interaction_id, message.files)
    return interaction_id


def _content(message: _Message) -> Content:
    inbound, row = message.inbound, message.arrival.row
    return Content(
        text=inbound.text, html=inbound.html, automatic=inbound.automatic, external_id=row.external_id, raw_id=row.id,
        sent_at=inbound.sent_at, payload=_payload(inbound), place=_place(message),
    )  # fmt: skip


def _place(message: _Message) -> Place | None:
    """Where it was said, if it is answered elsewhere."""
    inbox = message.arrival.inbox.row
    elsewhere = message.answered_by is not message.arrival.inbox
    return Place(message.person.point.id, inbox.id, inbox.channel) if elsewhere else None


def _payload(inbound: Inbound) -> dict[str, Any]:
    facts = {
        "subject": inbound.subject, "button": inbound.button, "address": inbound.sender.address,
        "claims": dict(inbound.claims), "whole": inbound.whole,
        "copied": [asdict(one) for one in inbound.copied[:_COPIED]],
        "doubt": inbound.sender.doubt, "reply_to": inbound.reply_to, "quoted": inbound.quoted, "page": inbound.page,
        "form": inbound.form, "answers": dict(inbound.answers), "labels": dict(inbound.labels),
    }  # fmt: skip
    return {name: value for name, value in facts.items() if value}


def _remember_id(tx: Transaction, case: Case, message: _Message, joins: Joins, interaction_id: int) -> None:
    row = message.arrival.row
    for id in {message.inbound.message_id, message.inbound.album} - {None}:
        tx.add_row(MessageReference, {"message_id": id, "interaction_id": interaction_id, "case_id": case.id})
        joins.known[id or ""] = joining.Known(interaction_id, case.id, row.external_id, row.inbox_id)
