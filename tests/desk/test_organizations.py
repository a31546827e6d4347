"""Organizations: who joins by a domain, what cases follow, and what merging and undoing make of it."""

import asyncio
from typing import Any

import pytest

from omnidesk.desk import actions, changes, views
from omnidesk.desk.directory import linking, organization_cases, organizations, people, profile, unlinking
from omnidesk.desk.directory.facts import Facts
from omnidesk.desk.directory.organizations import Facts as Card
from omnidesk.desk.views import Asked, Filter, Reader
from omnidesk.errors import Conflict, Invalid, NotAllowed
from omnidesk.store.models import (
    Agent,
    Case,
    CaseFieldValue,
    Contact,
    ContactFieldValue,
    FieldDefinition,
    Organization,
    OrganizationDomain,
    Role,
)
from omnidesk.text.domains import PUBLIC, normal_domain
from tests.office import Office


async def make(office: Office, name: str = "Acme", *domains: str, by: str = "Bo", **more: Any) -> Organization:
    """An agent makes an organization."""
    viewer = await office.viewer(by)
    said: Card = {"name": name, "domains": domains, **more}  # type: ignore[typeddict-item]
    async with office.database.transaction() as tx:
        return await organizations.create(tx, viewer, said)


async def belong(office: Office, contact_id: int, organization_id: int | None, by: str = "Bo") -> Contact:
    viewer = await office.viewer(by)
    async with office.database.transaction() as tx:
        return await profile.belong(tx, viewer, contact_id, organization_id)


async def write_down(office: Office, contact_id: int, **said: Any) -> Contact:
    """An agent changes what is known of a person."""
    viewer, facts = await office.viewer("Bo"), Facts(**said)  # type: ignore[typeddict-item]
    async with office.database.transaction() as tx:
        contact = await tx.get(Contact, contact_id)
        return await profile.change(tx, viewer, contact_id, contact.version, facts)


async def contact_of(office: Office, case: Case) -> Contact:
    async with office.database.session() as session:
        return await people.find(session, (await office.case(case.number)).contact_id)


async def test_who_is_new_and_writes_from_its_domain_belongs_to_it(office: Office) -> None:
    before = await office.says("Before", inbox="mail", sender="old@acme.example")
    acme = await make(office, "Acme", "ACME.example", "acme.com.tr")
    cases = {
        address: await office.says("Hello", inbox="mail", sender=address)
        for address in ("mia@acme.example", "max@acme.com.tr", "eve@mail.acme.example", "zoe@notacme.example")
    }
    belongs = {address: (await contact_of(office, case)).organization_id for address, case in cases.items()}
    assert belongs == {
        "mia@acme.example": acme.id, "max@acme.com.tr": acme.id, "eve@mail.acme.example": None,
        "zoe@notacme.example": None,
    }  # fmt: skip
    assert cases["mia@acme.example"].organization_id == acme.id
    again = await office.says("Again", inbox="mail", sender="old@acme.example")
    assert again.contact_id == before.contact_id
    assert (await contact_of(office, before)).organization_id is None


async def test_who_left_an_organization_does_not_come_back_by_writing(office: Office) -> None:
    await make(office, "Acme", "acme.example")
    case = await office.says("Hello", inbox="mail", sender="mia@acme.example")
    await belong(office, case.contact_id, None)
    await office.says("Hello again", inbox="mail", sender="mia@acme.example")
    now = await office.case(case.number)
    assert ((await contact_of(office, case)).organization_id, now.organization_id) == (None, None)


@pytest.mark.parametrize("domain", ["gmail.com", "GMAIL.com", "x@hotmail.com.tr", "https://www.yandex.com/mail"])
async def test_a_host_that_gives_mailboxes_to_anybody_is_nobodys_domain(office: Office, domain: str) -> None:
    with pytest.raises(Invalid, match="gives mailboxes to anybody; leave it out") as refused:
        await make(office, "Acme", domain)
    assert (refused.value.code, list(refused.value.fields)) == ("public_domain", ["domains"])
    assert await office.all(Organization) == []


@pytest.mark.parametrize(
    ("text", "domain"),
    [
        ("acme.example", "acme.example"), (" ACME.Example ", "acme.example"), ("mia@acme.example", "acme.example"),
        ("https://www.acme.example/about", "acme.example"), ("bücher.example", "xn--bcher-kva.example"),
        ("İstanbul.example", "xn--i-0cd.example"), ("acme", None), ("", None), ("a..b", None), ("-a.com", None),
        ("1.2.3.4", None), ("acme.example;drop", None), ("<b>.com", None), ("x" * 64 + ".com", None), ("a\0.com", None),
    ],
)  # fmt: skip
def test_a_domain_has_one_form(text: str, domain: str | None) -> None:
    found = normal_domain(text)
    assert found == domain or (text.startswith("İ") and found is not None and found.isascii())


def test_public_hosts_are_in_their_normal_form() -> None:
    assert {normal_domain(host) for host in PUBLIC} == PUBLIC


@pytest.mark.parametrize(
    ("said", "field", "code"),
    [
        ({"name": " "}, "name", "no_name"), ({"name": "x" * 201}, "name", "too_long"),
        ({"domains": ["no domain"]}, "domains", "not_domain"), ({"notes": "x" * 10_001}, "notes", "too_long"),
        ({"domains": [f"a{number}.example" for number in range(51)]}, "domains", "many_domains"),
    ],
)  # fmt: skip
async def test_what_cannot_be_known_of_an_organization_is_named(
    office: Office, said: dict[str, Any], field: str, code: str
) -> None:
    viewer = await office.viewer("Bo")
    with pytest.raises(Invalid) as refused:
        async with office.database.transaction() as tx:
            await organizations.create(tx, viewer, {"name": "Acme", **said})  # type: ignore[typeddict-item]
    assert (list(refused.value.fields), refused.value.code) == ([field], code)


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"language": "xx"}, "not_language"), ({"language": "Turkish"}, "not_language"),
        ({"time_zone": "Mars/Olympus"}, "not_zone"), ({"time_zone": "../../etc/passwd"}, "not_zone"),
        ({"region": "x" * 101}, "too_long"), ({"notes": "x" * 10_001}, "too_long"),
        ({"preferred_channel": "fakesms"}, "not_channel"), ({"organization_id": 1}, "no_organization"),
    ],
)  # fmt: skip
async def test_what_cannot_be_known_of_a_person_is_named(office: Office, said: dict[str, Any], code: str) -> None:
    case = await office.says("Hello")
    before = await contact_of(office, case)
    with pytest.raises(Invalid) as refused:
        await write_down(office, case.contact_id, **said)
    field = next(iter(said)).removesuffix("_id")
    assert (list(refused.value.fields), refused.value.code) == ([field], code)
    assert (await contact_of(office, case)).version == before.version


async def test_what_is_known_of_a_person_is_kept(office: Office) -> None:
    case = await office.says("Hello")
    said = {
        "language": "de", "time_zone": "Asia/Tokyo", "region": "  Kantō   East ", "preferred_channel": "fake",
        "notes": " Likes\nshort answers. ",
    }  # fmt: skip
    contact = await write_down(office, case.contact_id, **said)
    assert (contact.language, contact.time_zone, contact.region) == ("de", "Asia/Tokyo", "Kantō East")
    assert (contact.preferred_channel, contact.notes) == ("fake", "Likes\nshort answers.")
    contact = await write_down(
        office, case.contact_id, language=None, time_zone=None, region="", preferred_channel=None
    )
    assert (contact.language, contact.time_zone, contact.region, contact.preferred_channel) == (None, None, "", None)


async def test_a_domain_belongs_to_one_organization(office: Office) -> None:
    acme = await make(office, "Acme", "acme.example")
    with pytest.raises(Conflict, match=r"acme\.example belongs to Acme already"):
        await make(office, "Other", "acme.example")
    viewer = await office.viewer("Bo")
    async with office.database.transaction() as tx:
        await organizations.change(tx, viewer, acme.id, 1, {"domains": ["acme.com"]})
    await make(office, "Other", "acme.example")
    assert {row.domain for row in await office.all(OrganizationDomain)} == {"acme.com", "acme.example"}


async def test_of_some_who_claim_a_domain_at_once_one_gets_it(office: Office) -> None:
    made = await asyncio.gather(*(make(office, name, "acme.example") for name in "ABCD"), return_exceptions=True)
    assert sorted(type(one).__name__ for one in made) == ["Conflict", "Conflict", "Conflict", "Organization"]


async def test_an_organization_that_somebody_changed_since_is_read_again(office: Office) -> None:
    acme, viewer = await make(office), await office.viewer("Bo")
    async with office.database.transaction() as tx:
        await organizations.change(tx, viewer, acme.id, 1, {"name": "Acme AŞ"})
    with pytest.raises(Conflict):
        async with office.database.transaction() as tx:
            await organizations.change(tx, viewer, acme.id, 1, {"name": "Eve"})


async def test_cases_follow_their_person(office: Office) -> None:
    acme, case = await make(office), await office.says("Hello")
    await belong(office, case.contact_id, acme.id)
    assert (await office.case(case.number)).organization_id == acme.id
    await office.act("Bo", actions.resolve, case.number)
    office.clock.skip(days=30)
    await office.work()
    later = await office.says("Something else")
    assert (later.id != case.id, later.organization_id) == (True, acme.id)
    await belong(office, case.contact_id, None)
    assert [one.organization_id for one in await office.all(Case)] == [None, None]


async def test_a_case_that_is_opened_meanwhile_is_of_its_persons_organization(office: Office) -> None:
    acme, other, case = await make(office), await make(office, "Other"), await office.says("Hello", inbox="mail")
    for number in range(6):
        await office.receive(f"Message {number}", inbox="mail")
        wanted = (acme, other)[number % 2].id
        await asyncio.gather(office.work(), belong(office, case.contact_id, wanted))
        assert {one.organization_id for one in await office.all(Case)} == {wanted}


async def test_a_viewer_writes_nothing_down(office: Office) -> None:
    acme, case = await make(office), await office.says("Hello")
    await office.change(Agent, Agent.name == "Bo", role=Role.VIEWER)
    for attempt in (make(office, "Other"), belong(office, case.contact_id, acme.id)):
        with pytest.raises(NotAllowed):
            await attempt


async def listed(office: Office, agent: str, **wanted: Any) -> list[int]:
    """The numbers of the open cases that a filter keeps."""
    reader = Reader(await office.viewer(agent), office.database.now())
    async with office.database.session() as session:
        found = await views.list_cases(session, reader, Asked("all", Filter(**wanted)))
    return [case.number for case in found.cases]


async def test_a_list_is_filtered_by_organization(office: Office) -> None:
    acme, other = await make(office), await make(office, "Other")
    first, second, third = [await office.says("Hello", sender=name) for name in ("mia", "max", "zoe")]
    await belong(office, first.contact_id, acme.id)
    await belong(office, second.contact_id, other.id)
    assert await listed(office, "Bo", organization=(str(acme.id),)) == [first.number]
    assert await listed(office, "Bo", organization=(str(acme.id), str(other.id))) == [second.number, first.number]
    assert third.number in await listed(office, "Bo")


async def test_an_organizations_cases_come_in_parts_and_cy_is_refused_those_of_others(office: Office) -> None:
    acme, numbers = await make(office), []
    for number in range(5):
        case = await office.says("Hello", sender=f"p{number}", inbox="billing" if number == 2 else "desk")
        await belong(office, case.contact_id, acme.id)
        numbers.append(case.number)
    open_to_bo = [number for number in reversed(numbers) if number != numbers[2]]
    bo, cursor, found = await office.viewer("Bo"), None, []
    async with office.database.session() as session:
        while True:
            page = await organization_cases.list_cases(session, bo, acme.id, cursor=cursor, limit=2)
            found += [case.number for case in page.cases]
            cursor = page.next
            if cursor is None:
                break
        assert await organization_cases.hidden_cases(session, bo, acme.id) == {"Billing": 1}
        ada = await office.viewer("Ada")
        assert len((await organization_cases.list_cases(session, ada, acme.id)).cases) == 5
        assert await organization_cases.hidden_cases(session, ada, acme.id) == {}
    assert found == open_to_bo


async def merge(office: Office, target: int, source: int) -> list[Any]:
    viewer = await office.viewer("Bo")
    async with office.database.transaction() as tx:
        return await linking.merge(tx, viewer, target, source)


@pytest.mark.parametrize(("source_has", "target_has"), [(True, False), (True, True), (False, True), (False, False)])
async def test_who_takes_over_keeps_their_organization_or_gets_the_others(
    office: Office, source_has: bool, target_has: bool
) -> None:
    source, target = await office.says("Hello", sender="mia"), await office.says("Hi", sender="max")
    theirs = (await make(office, "Source")).id if source_has else None
    own = (await make(office, "Target")).id if target_has else None
    await belong(office, source.contact_id, theirs)
    await belong(office, target.contact_id, own)
    [made] = await merge(office, target.contact_id, source.contact_id)
    after = own or theirs
    assert [one.organization_id for one in await office.all(Case)] == [after, after]
    assert (await contact_of(office, target)).organization_id == after
    viewer = await office.viewer("Bo")
    async with office.database.transaction() as tx:
        await unlinking.undo(tx, viewer, made.id)
    assert [one.organization_id for one in await office.all(Case)] == [theirs, own]
    assert [one.organization_id for one in await office.all(Contact)] == [theirs, own]


async def test_an_organization_is_deleted_while_nobody_belongs_to_it(office: Office) -> None:
    acme, case = await make(office, "Acme", "acme.example"), await office.says("Hello")
    await belong(office, case.contact_id, acme.id)
    viewer = await office.viewer("Bo")
    with pytest.raises(Conflict, match="People belong to this organization"):
        async with office.database.transaction() as tx:
            await organizations.remove(tx, viewer, acme.id)
    await belong(office, case.contact_id, None)
    async with office.database.transaction() as tx:
        await organizations.remove(tx, viewer, acme.id)
    assert (await office.all(Organization), await office.all(OrganizationDomain)) == ([], [])


async def remove(office: Office, organization_id: int) -> None:
    viewer = await office.viewer("Bo")
    async with office.database.transaction() as tx:
        await organizations.remove(tx, viewer, organization_id)


async def test_who_joins_an_organization_while_it_is_deleted_is_told_or_keeps_it(office: Office) -> None:
    case = await office.says("Hello")
    for _ in range(5):
        acme = await make(office)
        joined, removed = await asyncio.gather(
            belong(office, case.contact_id, acme.id), remove(office, acme.id), return_exceptions=True
        )
        belongs = (await contact_of(office, case)).organization_id
        assert (belongs, isinstance(joined, Invalid), isinstance(removed, Conflict)) in (
            (None, True, False), (acme.id, False, True),
        )  # fmt: skip
        await belong(office, case.contact_id, None)


async def define(office: Office, subject: str, slug: str, kind: str = "text", **more: Any) -> FieldDefinition:
    """A field of the desk, as an import makes it."""
    async with office.database.transaction() as tx:
        return tx.new(
            FieldDefinition, subject=subject, slug=slug, kind=kind, name={"en": slug}, created_at=tx.now, **more
        )  # fmt: skip


async def test_cases_are_found_by_fields_of_their_person(office: Office) -> None:
    await define(office, "contact", "plan")
    first, second = await office.says("Hello"), await office.says("Hi", sender="max")
    await write_down(office, first.contact_id, fields={"plan": "Şirket"})
    await write_down(office, second.contact_id, fields={"plan": "Free"})
    assert await listed(office, "Bo", contact=(("plan", "sirket"),)) == [first.number]
    await write_down(office, first.contact_id, fields={"plan": None})
    assert await listed(office, "Bo", contact=(("plan", "sirket"),)) == []
    assert len(await office.all(ContactFieldValue)) == 1


async def test_values_that_were_there_before_a_field_are_found_once_it_is_defined(office: Office) -> None:
    bo = await office.viewer("Bo")
    cases = [await office.says("Hello", sender=f"p{number}") for number in range(4)]
    for case, value in zip(cases, ["12", 12.5, "many", None], strict=True):
        async with office.database.transaction() as tx:
            locked = await actions.for_work(tx, bo, case.number)
            await changes.note_fields(tx, bo, locked, {"seats": value, "other": "x"})
        await write_down(office, case.contact_id, fields={"plan": "pro", "seats-2": value})
    await define(office, "case", "seats", "number")
    await define(office, "contact", "plan")
    await office.work()
    assert await listed(office, "Bo", contact=(("plan", "PRO"),)) == [case.number for case in reversed(cases)]
    reader = [await listed(office, "Bo", field=(("seats", value),)) for value in await _values(office)]
    assert reader == [[cases[0].number], [cases[1].number]]
    assert {one.filled_to for one in await office.all(FieldDefinition)} == {None}
    await office.change(FieldDefinition, FieldDefinition.slug == "plan", filled_to=0)
    await office.work()  # once more changes nothing
    assert len(await office.all(ContactFieldValue)) == 4


async def _values(office: Office) -> list[str]:
    return sorted(row.value for row in await office.all(CaseFieldValue))
