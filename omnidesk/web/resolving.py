"""Resolving a case: why it ended, and what must be filled in before, asked where the button stands."""

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from omnidesk.desk import actions, beside, changes, own_fields, views
from omnidesk.errors import Invalid
from omnidesk.keys import DATABASE
from omnidesk.store.db import Transaction
from omnidesk.store.models import FieldSubject
from omnidesk.web.posting import posted
from omnidesk.web.requests import is_fragment, language_for, page, viewer_of

_FIELD = "fields."


async def ask(request: web.Request) -> web.StreamResponse:
    """The form that asks for the outcome and for what is missing."""
    return await _form(request)


async def _form(
    request: web.Request, said: Mapping[str, Any] | None = None, wrong: Mapping[str, str] | None = None
) -> web.Response:
    viewer = viewer_of(request)
    async with request.app[DATABASE].session() as session:
        case = await views.find(session, viewer, int(request.match_info["number"]))
        own = await beside.beside(session, viewer, case)
    headers = {"HX-Retarget": "#resolving .sheet", "HX-Reswap": "innerHTML"} if wrong else None
    return page(
        request, "cases/resolving.html", status=422 if wrong else 200, headers=headers, case=case, own=own,
        said=said or {}, wrong=wrong or {},
    )  # fmt: skip


async def resolve(request: web.Request) -> web.StreamResponse:
    """Resolve the case, with the fields that were filled in; the toast offers to undo it."""
    sent, viewer, number = await posted(request), viewer_of(request), int(request.match_info["number"])
    fields = {name.removeprefix(_FIELD): str(sent[name]) for name in sent if name.startswith(_FIELD)}
    try:
        async with request.app[DATABASE].transaction() as tx:
            if fields:
                case = await actions.for_work(tx, viewer, number)
                await changes.note_fields(tx, viewer, case, await _typed(tx, request, fields))
            case = await actions.resolve(tx, viewer, number, str(sent.get("disposition", "")) or None)
    except Invalid as error:
        if not fields or not is_fragment(request) or error.code not in ("wrong_field", "not_ready"):
            raise
        return await _form(request, fields, error.fields)
    if not is_fragment(request):
        raise web.HTTPSeeOther(f"/cases/{number}")
    headers = {"HX-Retarget": "#toasts", "HX-Reswap": "beforeend", "HX-Trigger": "case-changed"}
    return page(request, "cases/resolved.html", headers=headers, case=case)


async def _typed(tx: Transaction, request: web.Request, fields: Mapping[str, str]) -> dict[str, str]:
    """Numbers in the agent's language as programs write them."""
    known = {one.slug: one for one in await own_fields.definitions(tx.session, FieldSubject.CASE)}
    language = language_for(request)
    return {
        slug: own_fields.typed(known[slug], said, language) if slug in known else said for slug, said in fields.items()
    }
