"""A law: to link an address and to undo it is nothing, whoever wrote what through which address."""

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import col, select

from omnidesk.desk import access, finding, linking, unlinking
from omnidesk.store.db import Database, Transaction, table_of
from omnidesk.store.models import (
    Agent,
    Author,
    Case,
    Contact,
    ContactPoint,
    ContactWord,
    Direction,
    Holder,
    Inbox,
    Interaction,
    Invitation,
    Kind,
    Row,
    Shelf,
    Survey,
)
from tests.conftest import in_a_thread

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
                "created_at": self.tx.now,
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


async def there_and_back(database: Database, world: World) -> None:
    """Link, see that it moved, undo, and compare."""
    async with database.transaction() as tx:
        inbox = (await tx.session.exec(select(Inbox).where(Inbox.slug == "desk"))).one()
        survey_id = (await tx.session.exec(select(Survey.id))).one()
        ada = (await tx.session.exec(select(Agent.id).where(Agent.name == "Ada"))).one()
        builder = Builder(tx, inbox, survey_id)
        builder.build(world)
    before = await rows(database)
    point, target = builder.points[world.link[0]], builder.contacts[world.link[1]]
    async with database.session() as session:
        viewer = await access.viewer_of(session, ada)
    async with database.transaction() as tx:
        made = await linking.link(tx, viewer, point.id, target.id)
    async with database.session() as session:
        left = select(Case).where(Case.contact_point_id == point.id, col(Case.contact_id) != target.id)
        assert (await session.exec(left)).all() == []
    async with database.transaction() as tx:
        await unlinking.undo(tx, viewer, made.id)
    assert await rows(database) == before


async def try_it(database: Database, world: World) -> None:
    try:
        await there_and_back(database, world)
    finally:
        await database.close()


@given(world=worlds())
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_to_link_and_to_undo_is_nothing(sqlite_templates: Path, world: World) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = shutil.copy(sqlite_templates / "desk", Path(folder) / "desk.sqlite3")
        in_a_thread(try_it(Database(f"sqlite:///{file}"), world))
