"""An inbox that can't send is told to the administrators, until it can."""

from omnidesk.contract.channel import ChannelError, Failure
from omnidesk.desk.outgoing.sending_health import IN_A_ROW
from omnidesk.store.models import Inbox, Notice
from tests.desk.test_outbox import AWAY, NO_SUCH_ADDRESS, answered
from tests.office import Office


async def told(office: Office) -> list[tuple[int, bool]]:
    """Who was told, and whether it is over."""
    return [(one.agent_id, one.seen_at is not None) for one in await office.all(Notice) if one.kind == "sending"]


async def inbox(office: Office, slug: str = "desk") -> Inbox:
    rows: list[Inbox] = await office.all(Inbox)
    return next(row for row in rows if row.slug == slug)


async def fail(office: Office, error: ChannelError, *, times: int, slug: str = "desk", first: int = 0) -> None:
    """So many messages can't be sent, each to somebody else."""
    office.channel(slug).refuse = [error] * times
    for index in range(first, first + times):
        await answered(office, "Hello", sender=f"mia{index}", inbox=slug)
        await office.work()
    office.channel(slug).refuse = []


async def test_administrators_hear_of_it_once_and_it_ends_with_the_first_that_goes_out(office: Office) -> None:
    ada = (await office.viewer("Ada")).agent_id
    await fail(office, AWAY, times=IN_A_ROW - 1)
    assert await told(office) == []
    await fail(office, AWAY, times=2, first=10)
    assert await told(office) == [(ada, False)]
    now = await inbox(office)
    assert (now.sending_health, now.failed_sends) == ("the provider is away", IN_A_ROW + 1)
    await answered(office, "It works again", sender="noa")
    await office.work()
    now = await inbox(office)
    assert (now.sending_health, now.failed_sends) == ("", 0)
    assert await told(office) == [(ada, True)]


async def test_one_that_goes_out_in_between_begins_the_count_anew(office: Office) -> None:
    await fail(office, AWAY, times=IN_A_ROW - 1)
    await answered(office, "Hello", sender="noa")
    await office.work()
    await fail(office, AWAY, times=1, first=10)
    assert (await told(office), (await inbox(office)).failed_sends) == ([], 1)


async def test_what_is_said_of_one_address_says_nothing_of_the_inbox(office: Office) -> None:
    await fail(office, NO_SUCH_ADDRESS, times=IN_A_ROW)
    await fail(office, ChannelError("spam", permanent=True, failure=Failure.POLICY), times=IN_A_ROW, first=10)
    assert (await told(office), (await inbox(office)).failed_sends) == ([], 0)


async def test_another_inbox_that_sends_heals_nothing(office: Office) -> None:
    await fail(office, ChannelError("the key is wrong", permanent=True), times=IN_A_ROW)
    await answered(office, "Hello", sender="noa", inbox="mail")
    await office.work()
    assert (await inbox(office)).sending_health == "the key is wrong"
    assert [over for _, over in await told(office)] == [False]


async def test_the_tries_of_one_message_count_too(office: Office) -> None:
    office.channel("desk").refuse = [AWAY] * 50
    await answered(office, "Hello")
    for _ in range(IN_A_ROW):
        await office.work()
        office.clock.skip(hours=2)
    assert len(await told(office)) == 1
