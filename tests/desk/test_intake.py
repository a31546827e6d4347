"""A raw message becomes an interaction on the right case."""

from omnidesk.store.models import Case, Interaction, RawMessage
from tests.office import Office


async def test_the_first_message_opens_a_case(office: Office) -> None:
    case = await office.says("Where is my parcel?", name="Mia")
    assert (case.number, case.subject, case.category, case.holder) == (1001, "Where is my parcel?", "new", "team")
    assert case.contact_name == "Mia"
    assert await office.events(case) == ["opened", "routed"]


async def test_a_repeated_message_is_stored_once(office: Office) -> None:
    await office.says("Hello", external_id="same")
    await office.says("Hello", external_id="same")
    assert len(await office.all(RawMessage)) == 1
    assert [row.text for row in await office.all(Interaction) if row.kind == "message"] == ["Hello"]


async def test_a_second_message_joins_the_open_case(office: Office) -> None:
    first = await office.says("Hello")
    second = await office.says("Are you there?")
    assert first.id == second.id
    assert len(await office.all(Case)) == 1
