"""Events that name another case: who may not see that one reads no number, on no page and not over the API."""

import pytest

from omnidesk.desk import links
from omnidesk.desk.casework import merging
from omnidesk.store.models import Case, CaseMerge
from tests.office import Office
from tests.web.conftest import Visit


async def both(office: Office) -> tuple[Case, Case]:
    """A case of everybody, and one of the closed team; the numbers are such that no other text holds them."""
    case = await office.says("Help", name="Mia")
    secret = await office.says("Secret", inbox="billing", sender="zoe")
    await office.becomes(secret, number=87654)
    return case, await office.case(87654)


async def told(office: Office, visit: Visit, case: Case, name: str) -> str:
    """All that an agent reads of a case, from its page, the person's, and what is fetched later."""
    visitor = await visit(name)
    paths = (
        f"/inbox/all/{case.number}", f"/contacts/{case.contact_id}", f"/cases/{case.number}/changes?since=1&last=0",
        f"/cases/{case.number}/earlier?before=99",
    )  # fmt: skip
    return "".join([(await visitor.get(path))[1] for path in paths])


async def test_a_link_to_a_case_of_a_closed_team(office: Office, visit: Visit) -> None:
    case, secret = await both(office)
    ada = await office.viewer("Ada")
    async with office.database.transaction() as tx:
        await links.link(tx, ada, case.number, secret.number, "parent")
    async with office.database.transaction() as tx:
        await links.unlink(tx, ada, case.number, secret.id, "parent")
    seen, hidden = await told(office, visit, case, "Ada"), await told(office, visit, case, "Bo")
    assert "Ada linked case #87654" in seen
    assert "Ada başka bir talebi bağladı" in hidden
    assert "Ada başka bir talebin bağını kaldırdı" in hidden
    assert "87654" not in hidden


@pytest.mark.parametrize("into_secret", [True, False])
async def test_a_merge_with_a_case_of_a_closed_team(office: Office, visit: Visit, into_secret: bool) -> None:
    case, secret = await both(office)
    ada = await office.viewer("Ada")
    numbers = (case.number, secret.number) if into_secret else (secret.number, case.number)
    async with office.database.transaction() as tx:
        await merging.merge(tx, ada, *numbers)
    (made,) = await office.all(CaseMerge)
    hidden = await told(office, visit, case, "Bo")
    assert "başka bir tale" in hidden
    assert "87654" not in hidden
    assert f"/case-merges/{made.id}" not in hidden
    assert "87654" in await told(office, visit, case, "Ada")
    async with office.database.transaction() as tx:
        await merging.undo(tx, ada, made.id)
    hidden = await told(office, visit, case, "Bo")
    assert "Ada başka bir taleple birleştirmeyi geri aldı" in hidden
    assert "87654" not in hidden
