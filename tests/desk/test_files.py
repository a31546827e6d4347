"""Files: handles and links that can't be made up."""

from collections.abc import AsyncIterator

import pytest

from omnidesk.desk import actions, files
from omnidesk.errors import Invalid, NotFound
from omnidesk.keys import BLOBS
from omnidesk.store.models import Attachment
from tests.office import Office


async def chunks(content: bytes) -> AsyncIterator[bytes]:
    yield content


async def attached(office: Office) -> Attachment:
    """A file that an agent sent."""
    case = await office.says("Hello")
    uploaded = await files.upload(
        office.app[BLOBS], office.keys, chunks(b"text"), limit=100, filename="ğ.txt", content_type="text/plain"
    )
    stored = files.from_handle(office.keys, uploaded.handle)
    await office.act("Bo", actions.reply, case.number, "", attachments=[stored])
    (file,) = await office.all(Attachment)
    assert isinstance(file, Attachment)
    return file


async def find(office: Office, token: str) -> Attachment:
    async with office.database.session() as session:
        return await files.find(session, office.keys, token, office.clock())


async def test_a_file_is_sent_with_a_reply_and_found_by_its_link(office: Office) -> None:
    file = await attached(office)
    assert (file.filename, file.content_type, file.size) == ("ğ.txt", "text/plain", 4)
    ((sent,),) = [outbound.files for outbound in office.channel("desk").sent]
    assert await sent.read() == b"text"
    token = sent.url.rpartition("/files/")[2]
    assert (await find(office, token)).id == file.id


async def test_a_link_works_for_most_of_a_day_and_stays_the_same_for_an_hour(office: Office) -> None:
    file = await attached(office)
    path = files.signed_path(office.keys, file.id, office.clock())
    token = path.removeprefix("/files/")
    assert "/" not in token
    office.clock.skip(hours=22)
    assert (await find(office, token)).id == file.id
    office.clock.skip(hours=3)
    with pytest.raises(NotFound):
        await find(office, token)


async def test_a_made_up_link_or_handle_leads_nowhere(office: Office) -> None:
    file = await attached(office)
    for token in ("", "x", f"{file.id}-9999999999", office.keys.sign("upload", f"{file.id}-9999999999")):
        with pytest.raises(NotFound):
            await find(office, token)
    with pytest.raises(NotFound):
        await find(office, office.keys.sign("file", "17-9999999999"))
    for handle in ("", "x", office.keys.sign("file", "WyJhYiJd")):
        with pytest.raises(Invalid):
            files.from_handle(office.keys, handle)


async def test_a_file_that_is_too_large_is_refused(office: Office) -> None:
    with pytest.raises(Invalid) as caught:
        await files.upload(office.app[BLOBS], office.keys, chunks(b"12345"), limit=4)
    assert caught.value.code == "too_large"
