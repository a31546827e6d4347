"""Two laws: to link an address and to undo it is nothing, whoever wrote what through which address; and what is said
in between, by whom and in whose case ever, is seen afterwards by nobody else than was meant.
"""

import itertools
import shutil
import tempfile
from collections.abc import Awaitable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import col, select

from omnidesk.contract.channel import Inbound, Sender
from omnidesk.desk import access, actions, transcripts
from omnidesk.desk.access import Viewer
from omnidesk.desk.directory import finding, linking, unlinking
from omnidesk.desk.inboxes import LiveInbox
from omnidesk.desk.incoming import arrival, joining
from omnidesk.desk.incoming.arrival import Arrival
from omnidesk.store.db import Database, Transaction, table_of
from omnidesk.store.keys import Keys
from omnidesk.store.models import (
    Agent,
    Author,
    Case,
    Contact,
    ContactPoint,
    ContactWord,
    Counter,
    Direction,
    Holder,
    Inbox,
    Interaction,
    Invitation,
    Kind,
    RawMessage,
    Row,
    Shelf,
    Survey,
)
from tests.cast import CHANNELS
from tests.conftest import in_a_thread
from tests.fakes import FakeChannel

KEYS = Keys("a secret of the laws")

TABLES: tuple[type[Row], ...] = (Contact, ContactPoint, ContactWord, Case, Interaction, Invitation)
CHANGING = {"version", "updated_at", "last_position"}
"""What may differ: the log of each case says that it moved, there and back."""


@dataclass(frozen=True)
class World:
    """People by their numbers of addresses; cases by the address they are answered on, and what was said in each."""

    points: list[int]
    cases: list[tuple[int, str, list[int], bool]]
    caseless: list[int]
    link: tuple[int, int]


@dataclass(frozen=True)
class Saying:
    """Somebody writes from the linked address (0) or one of the others, in a known case or in none; or is answered."""

    address: int
    case: int | None
    by_agent: bool


sayings = st.lists(
    st.builds(Saying, st.integers(0, 3), st.none() | st.integers(0, 9), st.booleans()), min_size=1, max_size=8
)  # fmt: skip


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """Two to four people, each with some addresses, cases, surveys and words that belong to no case."""
    points = draw(st.lists(st.integers(1, 3), min_size=2, max_size=4))
    owners = [owner for owner, count in enumerate(points) for _ in range(count)]
    address = st.integers(0, len(owners) - 1)
    case = st.tuples(address, st.sampled_from(["", "Mia", "Mia Demir"]), st.lists(address, max_size=3), st.booleans())
    moved = draw(address)
    target = draw(st.integers(0, len(points) - 1).filter(lambda one: one != owners[moved]))
    return World(points, draw(st.lists(case, max_size=6)), draw(st.lists(address, max_size=3)), (moved, target))


class Builder:
    """Puts a world into a store."""

    def __init__(self, tx: Transaction, inbox: Inbox, survey_id: int) -> None:
        self.tx = tx
        self.inbox = inbox
        self.survey_id = survey_id
        self.points: list[ContactPoint] = []
        self.contacts: list[Contact] = []

    def build(self, world: World) -> None:
        """All of it."""
        for number, count in enumerate(world.points):
            self.person(number, count)
        for number, (point, name, said, asked) in enumerate(world.cases):
            self.case(number, self.points[point], name, said, asked)
        for address in world.caseless:
            self.say(self.points[address], self.points[address].contact_id, None, 0)

    def person(self, number: int, count: int) -> None:
        """One with some addresses."""
        names, now = ["", "Mia", "Mia Demir", "Eve"], self.tx.now
        contact = Contact(id=self.tx.new_id(), name=names[number], created_at=now, updated_at=now)
        self.contacts.append(contact)
        self.tx.add(contact)
        finding.keep_name(self.tx, contact)
        for one in range(count):
            point = ContactPoint(
                id=self.tx.new_id(), contact_id=contact.id, channel="fake", address=f"a{number}-{one}", created_at=now
            )
            self.points.append(point)
            self.tx.add(point)
            finding.keep_point(self.tx, point)

    def case(self, number: int, point: ContactPoint, name: str, said: list[int], asked: bool) -> None:
        """One with what was said in it, also by others."""
        case = Case(
            id=self.tx.new_id(), number=2000 + number, team_id=self.inbox.team_id, contact_id=point.contact_id,
            contact_name=name, contact_point_id=point.id, inbox_id=self.inbox.id, channel="fake", holder=Holder.BOT,
            shelf=Shelf.BOT, last_position=len(said), last_at=self.tx.now, created_at=self.tx.now,
            updated_at=self.tx.now,
        )  # fmt: skip
        self.tx.add(case)
        for position, address in enumerate(said, 1):
            self.say(self.points[address], case.contact_id, case.id, position)
        if asked:
            self.tx.add_row(
                Invitation,
                {
                    "id": self.tx.new_id(), "survey_id": self.survey_id, "case_id": case.id, "send_at": self.tx.now,
                    "contact_id": case.contact_id, "contact_point_id": point.id, "state": "answered", "score": 4,
                },
            )  # fmt: skip

    def say(self, point: ContactPoint, contact_id: int, case_id: int | None, position: int) -> None:
        """A row of the log."""
        self.tx.add_row(
            Interaction,
            {
                "id": self.tx.new_id(), "case_id": case_id, "position": position, "contact_id": contact_id,
                "contact_point_id": point.id, "inbox_id": self.inbox.id, "channel": "fake", "kind": Kind.MESSAGE,
                "direction": Direction.INBOUND, "author_kind": Author.CONTACT, "author_id": point.contact_id,
                "text": point.address, "created_at": self.tx.now,
            },
        )  # fmt: skip


async def rows(database: Database) -> dict[str, list[dict[str, Any]]]:
    """Everything that a link could touch, but what may differ."""
    found = {}
    async with database.session() as session:
        for model in TABLES:
            table = table_of(model)
            listed = await (await session.connection()).execute(table.select().order_by(*table.primary_key))
            kept = [{key: value for key, value in row.items() if key not in CHANGING} for row in listed.mappings()]
            found[table.name] = [row for row in kept if row.get("kind") != Kind.EVENT]
    return found


async def furnished(database: Database, world: World) -> tuple[Builder, Viewer]:
    """The world in a store, and an agent who may do everything."""
    async with database.transaction() as tx:
        inbox = (await tx.session.exec(select(Inbox).where(Inbox.slug == "desk"))).one()
        survey_id = (await tx.session.exec(select(Survey.id))).one()
        ada = (await tx.session.exec(select(Agent.id).where(Agent.name == "Ada"))).one()
        (await tx.get(Counter, "case")).value = 5000
        builder = Builder(tx, inbox, survey_id)
        builder.build(world)
    async with database.session() as session:
        return builder, await access.viewer_of(session, ada)


async def there_and_back(database: Database, world: World) -> None:
    """Link, see that it moved, undo, and compare."""
    builder, viewer = await furnished(database, world)
    before = await rows(database)
    point, target = builder.points[world.link[0]], builder.contacts[world.link[1]]
    async with database.transaction() as tx:
        made = await linking.link(tx, viewer, point.id, target.id, seen_at=point.contact_id)
    async with database.session() as session:
        left = select(Case).where(Case.contact_point_id == point.id, col(Case.contact_id) != target.id)
        assert (await session.exec(left)).all() == []
    async with database.transaction() as tx:
        await unlinking.undo(tx, viewer, made.id)
    assert await rows(database) == before


class Talk:
    """What is said while an address is linked: the text of each row names the address that it was said at."""

    def __init__(self, database: Database, viewer: Viewer, contact_id: int, points: list[ContactPoint]) -> None:
        self.database = database
        self.viewer = viewer
        self.contact_id = contact_id
        self.points = points
        self.numbers = itertools.count(1)

    async def hear(self, saying: Saying) -> None:
        """One more."""
        point = self.points[saying.address % len(self.points)]
        async with self.database.transaction() as tx:
            theirs = select(Case).where(Case.contact_id == self.contact_id).order_by(col(Case.id))
            cases = list(await tx.session.exec(theirs))
            case = cases[saying.case % len(cases)] if cases and saying.case is not None else None
            if not saying.by_agent:
                await self.arrive(tx, point.address, case)
            elif case is not None:
                locked = await tx.get(Case, case.id)
                locked.contact_point_id = point.id
                await actions.reply(tx, self.viewer, locked.number, point.address)

    async def arrive(self, tx: Transaction, address: str, case: Case | None) -> None:
        """A message; its token leads to a case."""
        inbox = (await tx.session.exec(select(Inbox).where(Inbox.slug == "desk"))).one()
        number = f"m{next(self.numbers)}"
        raw = RawMessage(
            id=tx.new_id(), inbox_id=inbox.id, external_id=number, lane=1, received_at=tx.now, body=b""
        )  # fmt: skip
        token = joining.case_token(KEYS, case.id) if case else None
        inbound = Inbound(Sender(address), address, token=token)
        arrived = Arrival(raw, LiveInbox(inbox, FakeChannel(None)), [(inbound, [])])
        await arrival.apply(tx, KEYS, [arrived], CHANNELS)


async def said_to(database: Database, point: ContactPoint) -> set[str]:
    """The addresses whose words, or answers to which, the person at this one sees."""
    letters: Any = None  # there are no files
    async with database.session() as session:
        return {entry.text for entry in (await transcripts.read(session, letters, point.id, "")).entries}


async def to_each_their_own(database: Database, world: World, sayings: list[Saying]) -> None:
    """Link, talk, undo: no case has changed hands, and each sees what was said at their own addresses."""
    builder, viewer = await furnished(database, world)
    point, target = builder.points[world.link[0]], builder.contacts[world.link[1]]
    home = {one.id: one.contact_id for one in builder.points}
    async with database.session() as session:
        owners = dict((await session.exec(select(Case.id, Case.contact_id))).all())
    async with database.transaction() as tx:
        made = await linking.link(tx, viewer, point.id, target.id, seen_at=point.contact_id)
    others = [one for one in builder.points if one.contact_id == target.id]
    talk = Talk(database, viewer, target.id, [point, *others])
    for saying in sayings:
        await talk.hear(saying)
    async with database.transaction() as tx:
        await unlinking.undo(tx, viewer, made.id)
    await everything_is_home(database, home, owners, made.id)
    for one in builder.points:
        own = {other.address for other in builder.points if home[other.id] == home[one.id]}
        assert await said_to(database, one) <= own


async def everything_is_home(
    database: Database, home: dict[int, int], owners: dict[int, int], link_id: int
) -> None:  # fmt: skip
    """Old cases with their `owners`, new ones with whom they began; all answered there, all words said by their own."""
    async with database.session() as session:
        cases = list(await session.exec(select(Case)))
        began = select(Interaction.case_id, Interaction.contact_point_id).where(Interaction.position == 1)
        opened = dict((await session.exec(began)).all())
        said = list(await session.exec(select(Interaction).where(col(Interaction.id) > link_id)))
    for case in cases:
        assert case.contact_id == owners.get(case.id, home.get(opened.get(case.id) or 0))
        assert case.contact_id == home[case.contact_point_id]
    for row in said:
        if row.author_kind == Author.CONTACT:
            assert row.author_id == home[row.contact_point_id or 0]


async def try_it(database: Database, law: Awaitable[None]) -> None:
    try:
        await law
    finally:
        await database.close()


def copy_of(templates: Path, folder: str) -> Database:
    """A desk of its own."""
    return Database(f"sqlite:///{shutil.copy(templates / 'desk', Path(folder) / 'desk.sqlite3')}")


@given(world=worlds())
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_to_link_and_to_undo_is_nothing(sqlite_templates: Path, world: World) -> None:
    with tempfile.TemporaryDirectory() as folder:
        database = copy_of(sqlite_templates, folder)
        in_a_thread(try_it(database, there_and_back(database, world)))


@given(world=worlds(), sayings=sayings)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_said_in_between_is_for_whom_it_was_said_to(
    sqlite_templates: Path, world: World, sayings: list[Saying]
) -> None:  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        database = copy_of(sqlite_templates, folder)
        in_a_thread(try_it(database, to_each_their_own(database, world, sayings)))
