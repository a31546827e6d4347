"""Light formatting on its way out: as form where a channel shows it, left out where it does not."""

import pytest

from omnidesk.desk import actions
from omnidesk.store.models import Case
from tests.office import Office

TEXT = "**Soon**, see [our page](https://example.com/a)\n- _one_"
PLAIN = "Soon, see our page (https://example.com/a)\n- one"


@pytest.mark.parametrize(
    ("inbox", "sender", "sent"),
    [
        ("mail", "mia@x.example", (TEXT, True)),
        ("sms", "+905321112233", (PLAIN, False)),
        ("desk", "mia", (PLAIN, False)),
    ],
)
async def test_a_reply_arrives_as_its_channel_can_show_it(
    office: Office, inbox: str, sender: str, sent: tuple[str, bool]
) -> None:
    case = await office.says("Help", inbox=inbox, sender=sender)
    await office.act("Ada", actions.reply, case.number, TEXT)
    out = office.channel(inbox).sent[-1]
    assert (out.text, out.formatted) == sent
    assert (await office.case(case.number)).preview == " ".join(PLAIN.split())


async def test_people_read_no_marks_in_a_chat(office: Office) -> None:
    case = await office.says("Help")
    await office.act("Ada", actions.reply, case.number, TEXT)
    assert PLAIN in await office.transcript()


async def test_marks_do_not_count_where_they_are_left_out(office: Office) -> None:
    case = await office.says("Help", inbox="sms", sender="+905321112233")
    can = office.inboxes.capabilities_of
    case = await office.act("Ada", actions.reply, case.number, f"**{'a' * 999}** {'b' * 600}", capabilities=can)
    assert case.last_author == "agent"


async def test_what_others_wrote_stays_as_it_is(office: Office) -> None:
    case: Case = await office.says("**I** am _angry_\n- very")
    (said,) = [row.interaction for row in await office.log(case) if row.interaction.kind == "message"]
    assert "formatted" not in said.payload
