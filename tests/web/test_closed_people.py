"""A person is known to the whole desk; what goes on in cases of a closed team is not, wherever the person is found."""

from typing import Any

import pytest

from omnidesk.desk import actions, tokens
from omnidesk.store.models import Contact
from tests.office import Office
from tests.web.conftest import Visit

SECRETS = ("Gizli-Fatura", "gizli-not", "gizli-yanit", "Cy", "Gizli-Son")


async def of_billing(office: Office) -> Contact:
    """Mia, all of whose cases are in Billing, which is closed to Bo."""
    await office.says("Gizli-Fatura 4711", name="Mia Yıldız", inbox="billing")
    case = await office.says("Gizli-Son", name="Mia Yıldız", inbox="billing")
    await office.act("Cy", actions.note, case.number, "gizli-not")
    await office.act("Cy", actions.reply, case.number, "gizli-yanit")
    contact: Contact = (await office.all(Contact))[0]
    return contact


def tells_nothing(text: str) -> bool:
    return not any(secret in text for secret in SECRETS)


PLACES = (
    "/contacts", "/contacts/rows?q=mia", "/contacts?q=Yildiz", "/search?q=mia", "/search?q=mia+yildiz",
    "/palette?q=mia", "/contacts/{id}",
)  # fmt: skip


@pytest.mark.parametrize("place", PLACES)
async def test_the_person_is_found_and_nothing_of_the_cases(office: Office, visit: Visit, place: str) -> None:
    contact = await of_billing(office)
    status, text = await (await visit("Bo")).get(place.format(id=contact.id))
    assert status == 200
    assert "Mia Yıldız" in text
    assert tells_nothing(text)
    assert "4711" not in text
    assert "1 açık talep" not in text


async def test_words_of_closed_cases_give_their_number_per_team_alone(office: Office, visit: Visit) -> None:
    await of_billing(office)
    bo = await visit("Bo")
    _, text = await bo.get("/search?q=fatura")
    assert tells_nothing(text.replace("Cy", ""))
    assert "Billing ekibinde 1 talep" in text
    for place in ("/palette?q=fatura", "/palette?q=%231001", "/search?q=%231001"):
        _, text = await bo.get(place)
        assert tells_nothing(text)
        assert 'href="/search/1001' not in text


async def test_programs_are_told_no_more_than_agents(office: Office, url: str, visit: Visit) -> None:
    contact = await of_billing(office)
    async with office.database.transaction() as tx:
        token = await tokens.create(tx, "shop", agent="bo@example.com")
    session, headers = (await visit(None)).session, {"Authorization": f"Bearer {token}"}

    async def asked(path: str) -> Any:
        async with session.get(f"/api/v1{path}", headers=headers) as answer:
            text = await answer.text()
            assert tells_nothing(text), path
            return await answer.json()

    (found,) = (await asked("/contacts?q=mia"))["items"]
    assert found["hidden_cases"] == {"Billing": 1}
    assert (await asked(f"/contacts/{contact.id}"))["hidden_cases"] == {"Billing": 1}
    assert (await asked(f"/contacts/{contact.id}/interactions"))["items"] == []
    assert (await asked(f"/cases?contact={contact.id}"))["items"] == []
