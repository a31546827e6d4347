"""Which case a message joins: a signed token, then what the inbox joins by; what joins nothing opens a case."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

import sqlalchemy
from sqlalchemy import bindparam, func
from sqlalchemy.orm import load_only
from sqlmodel import col, select

from omnidesk.contract.channel import Inbound, Join
from omnidesk.store.db import Transaction, rows_of
from omnidesk.store.keys import Keys
from omnidesk.store.models import Case, Category, ContactPoint, Interaction, MessageReference, Participant

_KNOWN = (Interaction.external_id, Interaction.inbox_id)
_NAMED = (
    sqlalchemy.select(col(Case.id), col(Case.merged_into_id))
    .where(col(Case.id).in_(bindparam("ids", expanding=True)))
    .cte("named", recursive=True)
)
_NAMED = _NAMED.union(
    sqlalchemy.select(col(Case.id), col(Case.merged_into_id)).join(_NAMED, col(Case.id) == _NAMED.c.merged_into_id)
)
_CASES = (
    rows_of(Case)
    .where(col(Case.id).in_(sqlalchemy.select(_NAMED.c.id)))
    .order_by(col(Case.id))
    .with_for_update(key_share=True)
)
_REFERENCES = 50
"""How many of a message's references are looked up, nearest first."""


_RANKED = (
    sqlalchemy.select(
        col(Case.id), col(Case.contact_point_id), col(Case.inbox_id),
        (col(Case.category) == Category.CLOSED).label("closed"),
        func.row_number().over(
            partition_by=(col(Case.contact_point_id), col(Case.inbox_id)),
            order_by=(col(Case.category) == Category.CLOSED, col(Case.last_at).desc(), col(Case.id).desc()),
        ).label("rank"),
    )
    .where(col(Case.contact_point_id).in_(bindparam("points", expanding=True)))
    .where(col(Case.inbox_id).in_(bindparam("inboxes", expanding=True)))
    .subquery()
)  # fmt: skip
_LATEST = sqlalchemy.select(_RANKED).where(_RANKED.c.rank == 1)
_GONE_ELSEWHERE = (
    sqlalchemy.select(col(Interaction.contact_point_id), col(Interaction.inbox_id), func.max(Case.id))
    .join(Case, col(Case.id) == col(Interaction.case_id))
    .join(ContactPoint, col(ContactPoint.id) == col(Interaction.contact_point_id))
    .where(col(Interaction.contact_point_id).in_(bindparam("points", expanding=True)))
    .where(col(Interaction.inbox_id).in_(bindparam("inboxes", expanding=True)))
    .where(col(Case.contact_id) == col(ContactPoint.contact_id), col(Case.category) != Category.CLOSED)
    .group_by(col(Interaction.contact_point_id), col(Interaction.inbox_id))
)
"""Cases in which people wrote at an address, and which are answered at another one by now."""


def case_token(keys: Keys, case_id: int) -> str:
    """What leads an answer back to a case; letters and digits of one case, fit for a mail address."""
    return keys.sign("case", _base32(case_id))


def case_of_token(keys: Keys, token: str | None) -> int | None:
    """The case a token was made for; None for anything else."""
    text = keys.verify("case", token.lower()) if token else None
    return int(text, 32) if text else None


_DIGITS = "0123456789abcdefghijklmnopqrstuv"


def _base32(number: int) -> str:
    text = ""
    while number:
        number, digit = divmod(number, 32)
        text = _DIGITS[digit] + text
    return text


@dataclass(frozen=True, slots=True)
class Known:
    """An interaction that has a message id."""

    interaction_id: int
    case_id: int
    external_id: str | None
    inbox_id: int


@dataclass(slots=True)
class Joins:
    """All that decides where a batch's messages go, read with a few statements and kept up to date in the batch."""

    known: dict[str, Known] = field(default_factory=dict)
    cases: dict[int, Case] = field(default_factory=dict)
    by_person: dict[tuple[int, int], int] = field(default_factory=dict)
    """(contact point, inbox) → the case that was last written in; a closed one only when all are."""
    participants: set[tuple[int, int]] = field(default_factory=set)
    """(case, contact point) of those who take part in the cases."""

    def case_for(self, inbound: Inbound, token_case: int | None, join: Join, person: tuple[int, int]) -> Case | None:
        """The case this message joins by itself, open or not; one that was merged leads to where it went."""
        found = self._named(inbound, token_case, join, person)
        while found is not None and found.merged_into_id in self.cases:
            found = self.cases[found.merged_into_id]
        return found

    def _named(self, inbound: Inbound, token_case: int | None, join: Join, person: tuple[int, int]) -> Case | None:
        if token_case in self.cases:
            return self.cases[token_case]
        if join == "thread":
            for reference in inbound.references[:_REFERENCES]:
                if reference in self.known:
                    return self.cases.get(self.known[reference].case_id)
        if join == "person" and person in self.by_person:
            return self.cases[self.by_person[person]]
        return None

    def remember(self, case: Case, person: tuple[int, int]) -> None:
        """The contact of the case opened it or wrote in it: later messages of the batch may join it."""
        self.cases[case.id] = case
        self.by_person[person] = case.id


async def read(
    tx: Transaction, inbounds: Sequence[Inbound], token_cases: Iterable[int], people: Iterable[tuple[int, int]]
) -> Joins:
    """Read what a batch may join; all its cases, and where they were merged, are locked, in id order."""
    people = set(people)
    latest, closed = await _latest(tx, people)
    latest |= await _gone_elsewhere(tx, [who for who in people if who not in latest or who in closed])
    joins = Joins(known=await _known(tx, inbounds), by_person=latest)
    wanted = {*token_cases, *joins.by_person.values(), *(known.case_id for known in joins.known.values())}
    if wanted:
        joins.cases = {case.id: case for case in await tx.load(Case, _CASES, {"ids": list(wanted)})}
        joins.participants = await _participants(tx, joins.cases)
    joins.by_person = {who: case_id for who, case_id in joins.by_person.items() if case_id in joins.cases}
    return joins


async def _known(tx: Transaction, inbounds: Sequence[Inbound]) -> dict[str, Known]:
    """Message ids that the batch names, its own among them; of a reused id the newest interaction counts."""
    ids = {reference for inbound in inbounds for reference in inbound.references[:_REFERENCES]}
    ids |= {id for one in inbounds for id in (one.message_id, one.edits, one.album) if id}
    if not ids:
        return {}
    statement = (
        select(MessageReference.message_id, MessageReference.case_id, Interaction)
        .join(Interaction, col(Interaction.id) == col(MessageReference.interaction_id))
        .where(col(MessageReference.message_id).in_(ids))
        .order_by(col(Interaction.id))
        .options(load_only(*_KNOWN))  # type: ignore[arg-type]
    )
    return {
        message_id: Known(found.id, case_id, found.external_id, found.inbox_id)
        for message_id, case_id, found in await tx.session.exec(statement)
    }


async def _participants(tx: Transaction, case_ids: Iterable[int]) -> set[tuple[int, int]]:
    statement = select(Participant.case_id, Participant.contact_point_id).where(col(Participant.case_id).in_(case_ids))
    return {(case_id, point_id) for case_id, point_id in await tx.session.exec(statement)}


async def _latest(
    tx: Transaction, people: Collection[tuple[int, int]]
) -> tuple[dict[tuple[int, int], int], set[tuple[int, int]]]:
    """For each (contact point, inbox) its case that was last written in, and for whom that is a closed one.

    Closed ones come last: to those one is linked.
    """
    if not people:
        return {}, set()
    rows = list(await (await tx.session.connection()).execute(_LATEST, _of(people)))
    latest = {(row.contact_point_id, row.inbox_id): row.id for row in rows}
    return latest, {(row.contact_point_id, row.inbox_id) for row in rows if row.closed}


async def _gone_elsewhere(tx: Transaction, people: Collection[tuple[int, int]]) -> dict[tuple[int, int], int]:
    """The newest case that went on elsewhere, of those who have none here: a word in the old chat belongs to it."""
    if not people:
        return {}
    rows = await (await tx.session.connection()).execute(_GONE_ELSEWHERE, _of(people))
    found = {(point, inbox): case_id for point, inbox, case_id in rows if point is not None}
    return {who: case_id for who, case_id in found.items() if who in people}


def _of(people: Collection[tuple[int, int]]) -> dict[str, list[int]]:
    return {"points": list({point for point, _ in people}), "inboxes": list({inbox for _, inbox in people})}
