"""Who may be the same person: a hint with its reason beside the case."""

from omnidesk.desk import timeline
from omnidesk.store.models import Case
from tests.office import Office


async def hints(office: Office, case: Case) -> list[tuple[str, str]]:
    """What is said beside a case: names and reasons."""
    async with office.database.session() as session:
        panel = await timeline.side_panel(
            session, await office.viewer("Ada"), await office.case(case.number), office.clock()
        )
    return [(other.name, other.reason) for other in panel.duplicates]


async def test_the_same_full_name_and_the_same_address_elsewhere_are_hints(office: Office) -> None:
    case = await office.says("Hello", sender="mia1", name="Mia Demir")
    await office.says("Hi", sender="mia2", name="MİA DEMIR")
    await office.says("By mail", sender="mia1", inbox="mail", message_id="a@x", name="M. Demir")
    await office.says("Who else", sender="noa", name="Noa Demir")
    assert await hints(office, case) == [("M. Demir", "address"), ("MİA DEMIR", "name")]


async def test_a_first_name_alone_is_none(office: Office) -> None:
    case = await office.says("Hello", sender="mia1", name="Mia")
    await office.says("Hi", sender="mia2", name="Mia")
    assert await hints(office, case) == []
