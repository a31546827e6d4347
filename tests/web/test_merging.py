"""Merging on the page: who may, what is shown, and how it is taken back."""

from collections.abc import Callable
from typing import Any

from omnidesk.store.models import Case, CaseMerge
from tests.office import Office


async def both(office: Office) -> tuple[Case, Case]:
    one = await office.says("The order is late", inbox="mail", message_id="one@x")
    return one, await office.says("Where is it?", inbox="mail", message_id="two@x")


async def test_a_case_is_merged_and_taken_out_again(office: Office, visit: Callable[..., Any]) -> None:
    one, other = await both(office)
    ada = await visit("Ada")
    assert f"#{one.number} ·" in (await ada.get(f"/cases/{other.number}/merging"))[1]
    assert "1 message" in (await ada.get(f"/cases/{other.number}/merging/preview?into={one.number}"))[1]
    status, _ = await ada.post(f"/cases/{other.number}/merging", into=str(one.number))
    assert status < 400
    (made,) = await office.all(CaseMerge)
    assert f"/case-merges/{made.id}/undoing" in (await ada.get(f"/inbox/all/{one.number}"))[1]
    status, _ = await ada.post(f"/case-merges/{made.id}/undoing")
    assert status < 400
    assert f"/case-merges/{made.id}/undoing" not in (await ada.get(f"/inbox/all/{one.number}"))[1]
    assert (await ada.post(f"/case-merges/{made.id}/undoing"))[0] == 409


async def test_cy_is_refused(office: Office, visit: Callable[..., Any]) -> None:
    one, other = await both(office)
    team = next(iter((await office.viewer("Cy")).team_ids))
    await office.becomes(one, team_id=team, assignee_id=None)
    bo = await visit("Bo")
    for path in ("more", "merging", "merging/candidates", f"merging/preview?into={other.number}"):
        assert (await bo.get(f"/cases/{one.number}/{path}"))[0] == 404, path
    assert (await bo.get(f"/cases/{other.number}/merging/preview?into={one.number}"))[0] == 404
    for number, into in ((one.number, other.number), (other.number, one.number)):
        assert (await bo.post(f"/cases/{number}/merging", into=str(into)))[0] == 404
    ada = await visit("Ada")
    await ada.post(f"/cases/{one.number}/merging", into=str(other.number))
    (made,) = await office.all(CaseMerge)
    assert (await bo.post(f"/case-merges/{made.id}/undoing"))[0] == 404


async def test_what_is_no_number_is_refused(office: Office, visit: Callable[..., Any]) -> None:
    _, other = await both(office)
    ada = await visit("Ada")
    assert (await ada.get(f"/cases/{other.number}/merging/preview?into=²"))[0] == 422
    assert (await ada.post(f"/cases/{other.number}/merging", into="x"))[0] in (400, 422)
    assert (await ada.post(f"/cases/{other.number}/merging", into=str(other.number)))[0] == 422
