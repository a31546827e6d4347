"""Organizations as programs see them: list, page, parts, forms, filters, search; and what Cy must not see."""

import re
from typing import Any

import pytest

from omnidesk.contract.channel import Sender
from omnidesk.desk.directory import contacts
from omnidesk.store.models import (
    Agent,
    Case,
    Contact,
    FieldDefinition,
    Organization,
    OrganizationDomain,
    Role,
)
from tests.desk.test_organizations import belong, define, make, write_down
from tests.office import Office
from tests.web.conftest import Visit
from tests.web.test_pages import HTMX


async def acme_and_mia(office: Office) -> tuple[Organization, Case]:
    """Mia of Acme has a case of Ada's and Bo's team."""
    acme = await make(office, "Acme İnşaat", "acme.example", notes="Pays late.\nBe kind.")
    case = await office.says("About a crane", inbox="mail", sender="mia@acme.example", name="Mia Demir")
    return acme, case


async def test_the_page_of_an_organization_shows_people_cases_and_what_is_known(office: Office, visit: Visit) -> None:
    acme, case = await acme_and_mia(office)
    ada = await visit("Ada")
    status, text = await ada.get(f"/organizations/{acme.id}")
    assert status == 200
    for said in ("Acme İnşaat", "acme.example", "Pays late.\nBe kind.", "Mia Demir", "About a crane"):
        assert said in text
    assert f'href="/cases/{case.number}"' in text
    assert f'href="/contacts/{case.contact_id}"' in text
    _, text = await ada.get(f"/contacts/{case.contact_id}")
    assert f'href="/organizations/{acme.id}"' in text
    _, text = await ada.get(f"/inbox/all/{case.number}")
    assert f'href="/organizations/{acme.id}"' in text


async def test_cy_is_refused_the_cases_of_an_organization_and_sees_how_many_there_are(
    office: Office, visit: Visit
) -> None:
    acme, case = await acme_and_mia(office)
    cy = await visit("Cy")
    for path in ("", "/cases", "/people"):
        status, text = await cy.get(f"/organizations/{acme.id}{path}")
        assert (status, "About a crane" in text, f"/cases/{case.number}" in text) == (200, False, False)
    _, text = await cy.get(f"/organizations/{acme.id}")
    assert "1 case in Support" in text
    _, text = await cy.get(f"/inbox/all?organization={acme.id}")
    assert "About a crane" not in text


async def test_a_viewer_reads_organizations_and_changes_nothing(office: Office, visit: Visit) -> None:
    acme, case = await acme_and_mia(office)
    await office.change(Agent, Agent.name == "Bo", role=Role.VIEWER)
    bo, path = await visit("Bo"), f"/organizations/{acme.id}"
    status, text = await bo.get(path)
    assert (status, "Acme" in text, "deletion" in text, "/edit" in text) == (200, True, False, False)
    for page in (f"{path}/edit", f"/contacts/{case.contact_id}/organization", f"/contacts/{case.contact_id}/profile"):
        assert (page, (await bo.get(page))[0]) == (page, 403)
    for page in (
        "/organizations",
        path,
        f"{path}/deletion",
        f"{path}/fields/a",
        f"/contacts/{case.contact_id}/organization",
    ):
        assert (page, (await bo.post(page, name="Eve"))[0]) == (page, 403)
    assert [one.name for one in await office.all(Organization)] == ["Acme İnşaat"]


async def test_an_organization_is_made_changed_and_deleted(office: Office, visit: Visit) -> None:
    ada = await visit("Ada")
    assert (await ada.post("/organizations", name=" Acme  AŞ ", domains="acme.example, acme.com\nacme.com.tr"))[
        0
    ] == 303
    [acme] = await office.all(Organization)
    assert (acme.name, len(await office.all(OrganizationDomain))) == ("Acme AŞ", 3)
    path = f"/organizations/{acme.id}"
    assert "acme.com.tr" in (await ada.get(f"{path}/edit"))[1]
    assert (await ada.post(path, version="1", name="Acme", domains="acme.example", notes="Kind."))[0] == 303
    assert (await ada.post(path, version="1", name="Eve"))[0] == 409
    assert [row.domain for row in await office.all(OrganizationDomain)] == ["acme.example"]
    assert (await ada.post(f"{path}/deletion"))[0] == 303
    assert (await ada.get(path))[0] == 404


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"name": "  "}, "Write what the organization is called."),
        ({"name": "Acme", "domains": "gmail.com"}, "gmail.com gives mailboxes to anybody. Leave it out."),
        ({"name": "Acme", "domains": "<b>"}, "is no domain. Write one such as example.com."),
        ({"name": "x" * 201}, "This text has more than 200 characters. Shorten it."),
    ],
)
async def test_what_is_wrong_with_an_organization_is_told(
    office: Office, visit: Visit, form: dict[str, str], words: str
) -> None:
    ada = await visit("Ada")
    status, text = await ada.post("/organizations", **form)
    assert (status, words in text, "<b> is" in text) == (422, True, False)
    assert await office.all(Organization) == []


async def test_people_and_cases_come_in_parts(office: Office, visit: Visit) -> None:
    acme = await make(office, "Acme", "acme.example")
    senders = [Sender(f"p{number}@acme.example", f"Person {number}") for number in range(51)]
    async with office.database.transaction() as tx:
        await contacts.meet(tx, "fakemail", senders)
    ada = await visit("Ada")
    _, text = await ada.get(f"/organizations/{acme.id}")
    more = re.findall(r'hx-get="(/organizations/\d+/people\?cursor=\d+)"', text)
    assert (text.count("Person "), len(more)) == (50, 1)
    _, text = await ada.get(more[0], **HTMX)
    assert (text.count("Person 0<"), "cursor" in text) == (1, False)
    assert (await ada.get(f"/organizations/{acme.id}/cases?cursor=x"))[0] == 422
    assert (await ada.get("/organizations/1/people"))[0] == 404


async def test_organizations_are_found_as_one_types_in_the_search_and_in_the_palette(
    office: Office, visit: Visit
) -> None:
    acme, _ = await acme_and_mia(office)
    await make(office, "Bolt GmbH")
    await office.work()
    ada, link = await visit("Ada"), f'href="/organizations/{acme.id}"'
    for question in ("acme", "INSAAT", "inşaat", "acme.example", "acme ins"):
        _, text = await ada.get(f"/organizations/rows?q={question}", **HTMX)
        assert (link in text, "Bolt" in text) == (True, False), question
        assert link in (await ada.get(f"/search/rows?q={question}", **HTMX))[1]
    assert f"/organizations/{acme.id}" in (await ada.get("/palette?q=acm"))[1]
    _, text = await ada.get("/search?q=insaaat")
    assert (link in text, "Organizations called" in text) == (True, True)
    assert "No organization is found" in (await ada.get("/organizations/rows?q=zzz", **HTMX))[1]


async def test_a_person_joins_an_organization_that_is_chosen_or_made_and_leaves_it(
    office: Office, visit: Visit
) -> None:
    acme, case = await make(office, "Acme"), await office.says("Hello")
    ada, path = await visit("Ada"), f"/contacts/{case.contact_id}/organization"
    _, text = await ada.get(f"{path}/candidates?q=ac")
    assert (f'value="{acme.id}"' in text, 'name="new" value="ac"' in text) == (True, True)
    assert 'name="new"' not in (await ada.get(f"{path}/candidates?q=ACME"))[1]
    assert (await ada.post(path, organization=str(acme.id), q="acm", asked="ac"))[0] == 409
    assert (await ada.post(path, organization=str(acme.id), q="ac", asked="ac"))[0] == 303
    assert (await office.case(case.number)).organization_id == acme.id
    assert (await ada.post(path, new="Bolt", q="Bolt", asked="Bolt"))[0] == 303
    [_, bolt] = await office.all(Organization)
    assert (bolt.name, (await office.case(case.number)).organization_id) == ("Bolt", bolt.id)
    assert (await ada.post(path, organization="", q="", asked=""))[0] == 303
    assert (await office.case(case.number)).organization_id is None
    assert (await ada.post(path, organization="1", q="", asked=""))[0] == 422
    assert (await ada.post("/contacts/1/organization", organization=str(acme.id)))[0] == 404


async def test_what_is_known_of_a_person_is_written_down(office: Office, visit: Visit) -> None:
    case = await office.says("Hello")
    ada, path = await visit("Ada"), f"/contacts/{case.contact_id}"
    version = (await office.all(Contact))[0].version
    form = {
        "version": str(version), "name": "Mia", "language": "de", "time_zone": "Asia/Tokyo", "region": "Kantō",
        "preferred_channel": "fake", "notes": "Line one\nLine two",
    }  # fmt: skip
    assert (await ada.post(path, **form))[0] == 303
    _, text = await ada.get(path)
    for said in ("Kantō", "Asia/Tokyo", "for them", "Line one\nLine two", "German"):
        assert said in text, said
    _, text = await ada.get(f"{path}/profile")
    assert 'value="de" selected' in text
    contact = (await office.all(Contact))[0]
    wrong = {**form, "version": str(contact.version)}
    for name, value in (
        ("time_zone", "Mars"),
        ("language", "xx"),
        ("preferred_channel", "fakesms"),
        ("region", "x" * 101),
    ):
        status, text = await ada.post(path, **{**wrong, name: value})
        assert (name, status) == (name, 422)
    assert (await office.all(Contact))[0].version == contact.version


async def test_a_list_is_filtered_by_organization_and_by_fields_of_people(office: Office, visit: Visit) -> None:
    acme, case = await acme_and_mia(office)
    await define(office, "contact", "plan")
    other = await office.says("Another thing", sender="max")
    await write_down(office, other.contact_id, fields={"plan": "pro"})
    ada = await visit("Ada")
    _, text = await ada.get(f"/inbox/all?organization={acme.id}")
    assert ("About a crane" in text, "Another thing" in text, "Organization: Acme İnşaat" in text) == (
        True,
        False,
        True,
    )
    _, text = await ada.get(f"/inbox/all/rows/{case.number}?organization={acme.id}", **HTMX)
    assert "About a crane" in text
    assert (await ada.get(f"/inbox/all/rows/{other.number}?organization={acme.id}", **HTMX))[0] == 204
    assert f"/inbox/all/{case.number}" in (await ada.get(f"/inbox/all/{case.number}?organization={acme.id}"))[1]
    _, text = await ada.get("/inbox/all?contact.plan=PRO")
    assert ("About a crane" in text, "Another thing" in text) == (False, True)
    _, text = await ada.get("/inbox/all/filters")
    assert (f'name="organization" value="{acme.id}"' in text, 'name="contact.plan"' in text) == (True, True)
    assert (await ada.get("/inbox/all?organization=x"))[0] == 422
    for number in range(25):
        await make(office, f"Company {number:02}")
    _, text = await ada.get(f"/inbox/all/filters?organization={acme.id}")
    assert "/organizations/options" in text
    _, text = await ada.get("/organizations/options?q=company 24")
    assert text.count('type="checkbox"') == 1


async def test_fields_of_organizations_are_set_up_and_filled_in(office: Office, visit: Visit) -> None:
    acme, _ = await acme_and_mia(office)
    ada, path = await visit("Ada"), f"/organizations/{acme.id}"
    assert (await ada.post("/settings/organization-fields", name_en="Seats", kind="number"))[0] == 303
    assert [(one.subject, one.slug) for one in await office.all(FieldDefinition)] == [("organization", "seats")]
    assert "Seats" in (await ada.get(path))[1]
    assert (await ada.post(f"{path}/fields/seats", value="12"))[0] == 303
    assert (await ada.post(f"{path}/fields/seats", value="many"))[0] == 422
    assert (await ada.post(f"{path}/fields/other", value="1"))[0] == 404
    assert (await office.all(Organization))[0].fields == {"seats": 12}
    cy = await visit("Cy")
    assert (await cy.get("/settings/organization-fields"))[0] == 403


async def test_names_of_organizations_are_shown_as_text(office: Office, visit: Visit) -> None:
    attack = "<script>alert(1)</script>"
    acme = await make(office, attack, notes=attack)
    case = await office.says("Hello")
    await belong(office, case.contact_id, acme.id)
    ada = await visit("Ada")
    paths: list[Any] = [
        "/organizations", f"/organizations/{acme.id}", f"/organizations/{acme.id}/edit", f"/contacts/{case.contact_id}",
        f"/contacts/{case.contact_id}/organization", f"/contacts/{case.contact_id}/organization/candidates?q={attack}",
        f"/inbox/all?organization={acme.id}", f"/search?q={attack}", "/palette?q=script",
    ]  # fmt: skip
    for path in paths:
        status, text = await ada.get(path)
        assert (path, status, attack in text) == (path, 200, False)
