"""Drafts of the composer: kept while the agent types, brought back in any window."""

from collections.abc import Mapping
from typing import Annotated, Any

from aiohttp import web
from pydantic import BaseModel, Field

from omnidesk.desk import drafts, files, views
from omnidesk.desk.drafts import Writing
from omnidesk.keys import DATABASE, KEYS
from omnidesk.store.ids import MAX_ID
from omnidesk.store.models import Draft
from omnidesk.web import windows
from omnidesk.web.requests import Id, read, viewer_of

Version = Annotated[int, Field(ge=0, le=MAX_ID)]


class Written(BaseModel):
    """What the composer holds, and which version it goes on from; 0 = nothing was kept."""

    version: Version = 0
    kind: str = Field(default="reply", max_length=10)
    text: str = Field(default="", max_length=50_000)
    upload: list[str] = []
    cc: list[str] = []
    bcc: list[str] = []
    at: Id | None = None
    template: str = Field(default="", max_length=600)
    value: list[str] = Field(default=[], max_length=windows.MOST_WORDS)


def as_written(request: web.Request, draft: Draft | None) -> dict[str, Any]:
    """A draft as the composer reads it."""
    if draft is None:
        return {"version": "0", "text": "", "kind": "reply", "files": [], "cc": [], "bcc": [], "at": "",
                "template": "", "values": []}  # fmt: skip
    named = [(handle, files.from_handle(request.app[KEYS], handle)) for handle in draft.uploads]
    return {
        "version": str(draft.version), "text": draft.text, "kind": draft.kind, "cc": draft.cc, "bcc": draft.bcc,
        "at": str(draft.contact_point_id or ""), **_template(draft.template),
        "files": [{"handle": handle, "name": file.filename, "size": file.size} for handle, file in named],
    }  # fmt: skip


def _template(kept: Mapping[str, Any] | None) -> dict[str, Any]:
    """The template of a draft, as forms name it, and its words so far."""
    if kept is None:
        return {"template": "", "values": []}
    return {"template": f"{kept['language']}:{kept['name']}", "values": kept["values"]}


async def show(request: web.Request) -> web.StreamResponse:
    """The viewer's own draft on a case."""
    viewer = viewer_of(request)
    async with request.app[DATABASE].session() as session:
        case = await views.find(session, viewer, int(request.match_info["number"]))
        draft = await drafts.of(session, viewer, case)
    return web.json_response(as_written(request, draft), headers={"Cache-Control": "no-store"})


async def keep(request: web.Request) -> web.StreamResponse:
    """Keep what the composer holds; gives the version that it is now."""
    form = await read(request, Written)
    for handle in form.upload:
        files.from_handle(request.app[KEYS], handle)
    language, _, name = form.template.partition(":")
    template = {"name": name, "language": language, "values": form.value} if name else None
    writing = Writing(form.text, form.kind, form.upload, form.cc, form.bcc, form.at, template)
    async with request.app[DATABASE].transaction() as tx:
        version = await drafts.keep(tx, viewer_of(request), int(request.match_info["number"]), writing, form.version)
    return web.json_response({"version": str(version)})
