"""Colleagues and teams who are named in notes."""

import pytest

from omnidesk.desk import actions, mentions
from omnidesk.store.models import Agent, Case, Mention, Team
from tests.office import Office


async def named(office: Office, case: Case, text: str, by: str = "Ada") -> list[str]:
    """Who is named by a note, by name."""
    await office.act(by, actions.note, case.number, text)
    names = {agent.id: agent.name for agent in await office.all(Agent)}
    return sorted(names[row.agent_id] for row in await office.all(Mention))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("@Bo please look", ["Bo Yılmaz"]),
        ("ask @bo yilmaz.", ["Bo Yılmaz"]),
        ("@Bo'ya sor", ["Bo Yılmaz"]),
        ("(@BO YILMAZ)", ["Bo Yılmaz"]),
        ("@Support, anybody?", ["Bo Yılmaz"]),
        ("@Bo and @Support", ["Bo Yılmaz"]),
        ("mail bo@Bo.example", []),
        ("@Bob is somebody else", []),
        ("@", []),
        ("@Ada talks to herself", []),
    ],
)
async def test_names_are_found_as_people_write_them(office: Office, text: str, expected: list[str]) -> None:
    await office.change(Agent, Agent.name == "Bo", name="Bo Yılmaz")
    assert await named(office, await office.says("Help"), text) == expected


async def test_of_several_names_the_longest_is_meant(office: Office) -> None:
    await office.change(Agent, Agent.name == "Cy", name="Bo Yılmaz")
    assert await named(office, await office.says("Help"), "@Bo Yılmaz") == ["Bo Yılmaz"]


async def test_cy_is_refused(office: Office) -> None:
    await office.change(Team, Team.slug == "support", closed=True)
    case = await office.says("Help")
    assert await named(office, case, "@Cy and @Billing and @Bo") == ["Bo"]
    async with office.database.session() as session:
        offered = {one.name: one.sees for one in await mentions.offered(session, case, "")}
    assert offered == {"Ada": True, "Bo": True, "Support": True, "Cy": False, "Billing": False}


async def test_reading_up_to_the_note_sees_the_mention(office: Office) -> None:
    case = await office.says("Help")
    await named(office, case, "@Bo one")
    position = (await office.case(case.number)).last_position
    await named(office, case, "@Bo two")
    bo = await office.viewer("Bo")
    async with office.database.transaction() as tx:
        await actions.mark_read(tx, bo, case.number, position)
    assert [row.seen_at is not None for row in await office.all(Mention)] == [True, False]


async def test_a_note_keeps_how_names_were_written_and_hostile_text_is_nothing(office: Office) -> None:
    case = await office.says("Help")
    await named(office, case, "<b>@bo</b> " + "@" * 5000 + " @a" * 2000)
    assert (await office.log(case))[-1].interaction.payload["mentions"] == ["bo"]
