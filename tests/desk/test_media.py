"""Media: what a provider keeps is fetched beside its message, again when it fails, and not for ever."""

import asyncio

from omnidesk.contract.channel import ChannelError
from omnidesk.desk import files
from omnidesk.desk.incoming.media import Media
from omnidesk.keys import BLOBS
from omnidesk.store.models import Attachment, Case
from tests.office import Office


async def picture(office: Office) -> Attachment:
    (found,) = await office.all(Attachment)
    assert isinstance(found, Attachment)
    return found


async def test_a_picture_is_fetched_and_stored(office: Office) -> None:
    office.sms().kept["ref"] = b"the bytes"
    case = await office.says("Look", inbox="sms", media={"parcel.png": "ref"})
    found = await picture(office)
    assert (found.state, found.size, found.filename) == ("stored", 9, "parcel.png")
    assert await office.app[BLOBS].get(found.blob) == b"the bytes"
    assert [file.filename for row in await office.log(case) for file in row.attachments] == ["parcel.png"]
    path = files.signed_path(office.keys, found.id, office.clock())
    async with office.database.session() as session:
        token = path.removeprefix("/files/")
        assert (await files.find(session, office.keys, token, office.clock())).id == found.id


async def test_the_message_does_not_wait_for_its_picture(office: Office) -> None:
    office.sms().kept["ref"] = ChannelError("away")
    case = await office.says("Look", inbox="sms", media={"parcel.png": "ref"})
    assert case.preview == "Look"
    assert ((await picture(office)).state, (await picture(office)).attempts) == ("pending", 1)
    office.sms().kept["ref"] = b"the bytes"
    await office.work()
    assert (await picture(office)).state == "pending"
    office.clock.skip(minutes=2)
    await office.work()
    assert ((await picture(office)).state, (await picture(office)).attempts) == ("stored", 2)


async def test_what_is_gone_is_not_asked_for_again(office: Office) -> None:
    await office.says("Look", inbox="sms", media={"parcel.png": "ref"})
    assert ((await picture(office)).state, (await picture(office)).attempts) == ("failed", 1)


async def test_trying_ends(office: Office) -> None:
    office.sms().kept["ref"] = ChannelError("away")
    await office.says("Look", inbox="sms", media={"parcel.png": "ref"})
    for _ in range(20):
        office.clock.skip(days=1)
        await office.work()
    assert ((await picture(office)).state, (await picture(office)).attempts) == ("failed", 8)
    assert len(await office.all(Case)) == 1


async def test_a_reply_carries_no_picture_that_is_not_here(office: Office) -> None:
    assert await office.transcript(inbox="sms") == []
    office.sms().kept["ref"] = ChannelError("away")
    await office.says("Look", inbox="sms", media={"parcel.png": "ref"})
    assert await office.transcript(inbox="sms") == ["Look"]


async def test_a_provider_that_never_answers_is_given_up_and_asked_again(office: Office) -> None:
    async def hang(reference: str) -> bytes:
        return await asyncio.Future()

    office.sms().kept["ref"] = ChannelError("away")
    await office.says("Look", inbox="sms", media={"parcel.png": "ref"})
    office.clock.skip(minutes=2)
    office.sms().fetch = hang  # type: ignore[method-assign]
    media = Media(office.database, office.app[BLOBS], office.inboxes, patience=0.01)
    async with asyncio.timeout(10):
        assert await media.run()
    assert ((await picture(office)).state, (await picture(office)).attempts) == ("pending", 2)
