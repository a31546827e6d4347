"""Saving a list under a name, and taking such a view away."""

from urllib.parse import parse_qsl

from aiohttp import web
from pydantic import BaseModel, Field

from omnidesk.desk import views
from omnidesk.desk.views import saved
from omnidesk.keys import DATABASE
from omnidesk.web import lists
from omnidesk.web.requests import id_in, is_fragment, page, read, reader_of, viewer_of


class Saving(BaseModel):
    """A list by its address, its name, and whose it is: `mine`, `all`, or a team's id."""

    name: str = Field(min_length=1, max_length=60)
    view: str = Field(min_length=1, max_length=60)
    query: str = Field(default="", max_length=1000)
    whose: str = Field(default="mine", pattern=r"^(mine|all|\d{1,18})$")


class Changing(BaseModel):
    """Another name, or another filter and sort of the same list."""

    name: str | None = Field(default=None, max_length=60)
    query: str | None = Field(default=None, max_length=1000)


class Deleting(BaseModel):
    """`back`: bring it back."""

    back: bool = False


async def save(request: web.Request) -> web.StreamResponse:
    """Save a list; the page shows it under its name."""
    form = await read(request, Saving)
    team_id = None if form.whose in ("mine", "all") else int(form.whose)
    query = await _query(request, form.view, form.query)
    async with request.app[DATABASE].transaction() as tx:
        mine = form.whose == "mine"
        await saved.save(tx, viewer_of(request), form.name, form.view, query, team_id=team_id, mine=mine)
    return _gone_to(request, f"/inbox/{form.view}?{query}")


async def change(request: web.Request) -> web.StreamResponse:
    """Rename a view, or let it show what is filtered now."""
    form, view_id, viewer = await read(request, Changing), id_in(request, "saved"), viewer_of(request)
    async with request.app[DATABASE].transaction() as tx:
        view = await saved.change(tx, viewer, view_id, name=form.name)
        if form.query is not None:
            view = await saved.change(tx, viewer, view_id, query=await _query(request, view.view, form.query))
    return _gone_to(request, f"/inbox/{view.view}?{view.query}")


async def _query(request: web.Request, view: str, said: str) -> str:
    """A list's filter and sort as views keep them. Raises NotFound, Invalid."""
    async with request.app[DATABASE].session() as session:
        asked = await lists.asked(request, session, view, parse_qsl(said))
    held = views.view_of(asked, reader_of(request))
    return lists.query_of(asked.filter, views.sort_of(held, asked), held)


def _gone_to(request: web.Request, path: str) -> web.Response:
    if is_fragment(request):
        return web.Response(status=204, headers={"HX-Redirect": path})
    raise web.HTTPSeeOther(path)


async def delete(request: web.Request) -> web.StreamResponse:
    """Take a view away, with a way back."""
    form = await read(request, Deleting)
    async with request.app[DATABASE].transaction() as tx:
        view = await saved.delete(tx, viewer_of(request), id_in(request, "saved"), deleted=not form.back)
    if form.back or not is_fragment(request):
        raise web.HTTPSeeOther(f"/inbox/{view.view}?{view.query}")
    headers = {"HX-Retarget": "#toasts", "HX-Reswap": "beforeend", "HX-Trigger": "counts-changed"}
    return page(request, "inbox/view_deleted.html", headers=headers, saved=view)
