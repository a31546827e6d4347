"""People as programs see them: the list, the page of a person, and whose an address is."""

import asyncio
import re

from omnidesk.contract.channel import Sender
from omnidesk.desk import actions
from omnidesk.desk.directory import contacts
from omnidesk.store.models import Agent, Case, Contact, ContactLink, ContactPoint, Invitation, Role
from tests.office import Office
from tests.web.conftest import Visit
from tests.web.test_pages import HTMX, LARGE


async def two_people(office: Office) -> tuple[Case, Case]:
    """A visitor of the chat and a sender of mail."""
    chat = await office.says("Hello from the chat", sender="visitor-1")
    mail = await office.says("Hello by mail", inbox="mail", sender="mia@example.com", name="Mia Demir")
    return chat, mail


async def point_id_of(office: Office, address: str) -> int:
    """The id of a contact point."""
    points: list[ContactPoint] = await office.all(ContactPoint)
    return next(point.id for point in points if point.address == address)


async def test_a_person_is_one_page_over_all_cases_and_channels(office: Office, visit: Visit) -> None:
    first = await office.says("About a parcel", name="Mia")
    second = await office.says("About a bill", inbox="bot", name="Mia")
    await office.act("Ada", actions.note, first.number, "A nice one.")
    ada = await visit("Ada")
    _, case_page = await ada.get(f"/inbox/all/{first.number}")
    (path,) = set(re.findall(r"/contacts/\d{5,}", case_page))
    status, text = await ada.get(path)
    assert status == 200
    order = [text.index(said) for said in ("About a parcel</div>", "About a bill</div>", "A nice one.</div>")]
    assert order == sorted(order)
    assert text.count(f'href="/cases/{first.number}"') > 1
    assert f'href="/cases/{second.number}"' in text


async def test_contacts_are_found_while_one_types(office: Office, visit: Visit) -> None:
    await two_people(office)
    ada = await visit("Ada")
    _, text = await ada.get("/contacts")
    assert text.count('class="row"') == 2
    for question in ("mia", "DEM", "mia dem", "exa", "mia@example.com"):
        _, text = await ada.get(f"/contacts/rows?q={question}", **HTMX)
        assert ("Mia Demir" in text, "visitor" in text) == (True, False), question
    async with ada.session.get("/contacts/rows?q=zzz", headers=HTMX) as response:
        assert response.headers["HX-Replace-Url"] == "/contacts?q=zzz"
        assert "Nobody is found" in await response.text()


async def test_a_long_list_and_a_long_log_come_in_parts(office: Office, visit: Visit) -> None:
    senders = [Sender(f"person{number}", f"Person {number}") for number in range(51)]
    async with office.database.transaction() as tx:
        people = await contacts.meet(tx, "fake", senders)
    ada = await visit("Ada")
    _, text = await ada.get("/contacts")
    assert text.count('class="row"') == 50
    cursor = text.split("cursor=")[1].split('"')[0]
    _, text = await ada.get(f"/contacts/rows?cursor={cursor}", **HTMX)
    assert (text.count('class="row"'), "Person 0<" in text) == (1, True)
    case = await office.says("The very first", sender="person7")
    viewer = await office.viewer("Ada")
    async with office.database.transaction() as tx:
        for number in range(70):
            await actions.note(tx, viewer, case.number, f"Note {number}.")
    path = f"/contacts/{people['person7'].contact.id}"
    _, text = await ada.get(path)
    assert "The very first</div>" not in text
    before = text.split("/earlier?before=")[1].split('"')[0]
    _, text = await ada.get(f"{path}/earlier?before={before}", **HTMX)
    assert "The very first</div>" in text
    for strange in ("x", "0", "-1", LARGE):
        assert (await ada.get(f"{path}/earlier?before={strange}"))[0] == 422
        assert (await ada.get(f"/contacts/rows?cursor={strange}"))[0] == 422
    for missing in ("/contacts/1", f"/contacts/{LARGE}", "/contacts/1/earlier"):
        assert (await ada.get(missing))[0] == 404


async def test_cy_sees_of_others_cases_only_how_many_there_are(office: Office, visit: Visit) -> None:
    case = await office.says("My secret parcel", name="Mia")
    billing = await office.says("My invoice", name="Mia", inbox="billing")
    await office.act("Ada", actions.resolve, case.number)
    (asked,) = await office.all(Invitation)
    await office.receive("2", button=f"survey:{asked.id}:2")
    await office.work()
    cy, path = await visit("Cy"), f"/contacts/{case.contact_id}"
    for page in (path, f"{path}/earlier"):
        status, text = await cy.get(page)
        assert (page, status, "secret" in text, "2/5" in text) == (page, 200, False, False)
        assert f"/cases/{case.number}" not in text
        assert "My invoice</div>" in text
    assert "1 case in Support" in (await cy.get(path))[1]
    _, text = await (await visit("Ada")).get(path)
    assert ("secret parcel" in text, "2/5" in text, f"/cases/{billing.number}" in text) == (True, True, True)
    _, text = await cy.get("/contacts")
    assert "1 open case" in text


async def test_cy_is_refused_what_was_said_to_others_without_a_case(office: Office, visit: Visit) -> None:
    await office.receive("STOP", inbox="sms", sender="+905321234567")
    await office.work()
    (point,) = await office.all(ContactPoint)
    cy, path = await visit("Cy"), f"/contacts/{point.contact_id}"
    for page in (path, f"{path}/earlier"):
        status, text = await cy.get(page)
        assert (page, status, "STOP</div>" in text, "no more automatic" in text) == (page, 200, False, False)
    assert "2 messages in Support" in (await cy.get(path))[1]
    _, text = await (await visit("Bo")).get(path)
    assert ("STOP</div>" in text, "Support" in text) == (True, False)


async def test_cy_is_refused_to_move_what_he_does_not_see(office: Office, visit: Visit) -> None:
    chat, mail = await two_people(office)
    point_id = await point_id_of(office, "visitor-1")
    cy, form = await visit("Cy"), {"contact": str(mail.contact_id), "owner": str(chat.contact_id)}
    path = f"/points/{point_id}/owner"
    assert (await cy.get(f"{path}/preview?contact={mail.contact_id}", **HTMX))[0] == 403
    assert (await cy.post(path, **form))[0] == 403
    assert (await (await visit("Ada")).post(path, **form))[0] == 303
    (made,) = await office.all(ContactLink)
    assert (await cy.post(f"/contact-links/{made.id}/undoing"))[0] == 403
    assert (await cy.get(f"/points/{LARGE}/owner/preview?contact={LARGE}"))[0] == 404
    assert (await cy.post("/contact-links/1/undoing"))[0] == 404


async def test_an_address_is_searched_previewed_linked_and_taken_back(office: Office, visit: Visit) -> None:
    chat, mail = await two_people(office)
    ada, path = await visit("Ada"), f"/points/{await point_id_of(office, 'visitor-1')}/owner"
    assert 'type="search"' in (await ada.get(path, **HTMX))[1]
    _, text = await ada.get(f"{path}/candidates?q=mia", **HTMX)
    assert f"preview?contact={mail.contact_id}" in text
    assert "preview" not in (await ada.get(f"{path}/candidates?q=visitor", **HTMX))[1]
    assert "preview" not in (await ada.get(f"{path}/candidates?q=", **HTMX))[1]
    _, text = await ada.get(f"{path}/preview?contact={mail.contact_id}", **HTMX)
    assert "Moves 1 case and 1 message to Mia Demir." in text
    headers = {"Origin": ada.url, "X-CSRF-Token": ada.token, **HTMX}
    form = {"contact": str(mail.contact_id), "owner": str(chat.contact_id)}
    assert all(f'name="{name}" value="{value}"' in text for name, value in form.items())
    async with ada.session.post(path, data=form, headers=headers) as response:
        assert response.headers["HX-Trigger"] == "contact-changed, case-changed"
        undoing = (await response.text()).split('hx-post="')[1].split('"')[0]
    assert await ada.follow(f"/contacts/{chat.contact_id}") == f"/contacts/{mail.contact_id}"
    assert (await ada.get("/contacts"))[1].count('class="row"') == 1
    _, text = await ada.get(f"/contacts/{mail.contact_id}")
    assert ("Hello from the chat</div>" in text, undoing in text) == (True, True)
    async with ada.session.post(path, data=form, headers=headers) as response:
        assert response.status == 409
    assert (await ada.post(undoing))[0] == 303
    assert (await ada.post(undoing))[0] == 409
    assert (await ada.get(f"/contacts/{chat.contact_id}"))[0] == 200


async def test_of_some_who_link_one_address_at_once_one_does_and_the_others_are_told(
    office: Office, visit: Visit
) -> None:  # fmt: skip
    chat, mail = await two_people(office)
    others = [await office.says("Hi", inbox="mail", sender=f"{name}@example.com", name=name) for name in "abc"]
    ada, path = await visit("Ada"), f"/points/{await point_id_of(office, 'visitor-1')}/owner"
    all_at_once = [ada.post(path, contact=str(one.contact_id), owner=str(chat.contact_id)) for one in [mail, *others]]
    answers = await asyncio.gather(*all_at_once)
    assert sorted(status for status, _ in answers) == [303, 409, 409, 409]
    assert all("This address has moved on since." in text for status, text in answers if status == 409)
    assert len(await office.all(ContactLink)) == 1


async def test_name_and_language_are_changed_unless_somebody_did_before(office: Office, visit: Visit) -> None:
    chat, _ = await two_people(office)
    ada, path = await visit("Ada"), f"/contacts/{chat.contact_id}"
    version = (await office.all(Contact))[0].version
    form = {"version": str(version), "name": "  Şule   Öz ", "language": "tr"}
    assert (await ada.post(path, **form))[0] == 303
    assert (await ada.post(path, **form))[0] == 409
    changed = (await office.all(Contact))[0]
    assert (changed.name, changed.language, changed.version) == ("Şule Öz", "tr", version + 1)
    assert "Şule Öz" in (await ada.get("/contacts/rows?q=sule"))[1]
    assert (await ada.post(path, version="x"))[0] == 422
    assert (await ada.post(path, version="1", language="<b>"))[0] == 422
    assert (await ada.post("/contacts/1", version="1"))[0] == 404


async def test_a_viewer_reads_people_and_changes_nothing(office: Office, visit: Visit) -> None:
    chat, mail = await two_people(office)
    bo, point_id = await office.viewer("Bo"), await point_id_of(office, "visitor-1")
    async with office.database.transaction() as tx:
        (await tx.get(Agent, bo.agent_id)).role = Role.VIEWER
    viewer = await visit("Bo")
    status, text = await viewer.get(f"/contacts/{chat.contact_id}")
    assert (status, "owner" in text, 'name="version"' in text) == (200, False, False)
    path = f"/points/{point_id}/owner"
    for page in (path, f"{path}/candidates?q=mia", f"{path}/preview?contact={mail.contact_id}"):
        assert (await viewer.get(page))[0] == 403
    assert (await viewer.post(path, contact=str(mail.contact_id), owner=str(chat.contact_id)))[0] == 403
    assert (await viewer.post("/contact-links/1/undoing"))[0] == 403
    assert (await viewer.post(f"/contacts/{chat.contact_id}", version="1", name="Eve"))[0] == 403


async def test_names_are_shown_as_text(office: Office, visit: Visit) -> None:
    attack = "<script>alert(1)</script>"
    case = await office.says("Hi", sender=attack, name=attack, subject=attack)
    ada, point_id = await visit("Ada"), await point_id_of(office, attack)
    pages = ("/contacts", f"/contacts/{case.contact_id}", f"/points/{point_id}/owner/candidates?q={attack}")
    for page in (*pages, "/contacts?q=<script>alert(1)"):
        assert attack not in (await ada.get(page))[1]
