"""The pages of what a desk sets up for its cases: a list on the left, one form on the right."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web
from sqlmodel.ext.asyncio.session import AsyncSession

from omnidesk.desk.setup import dispositions, fields, labels, lists, statuses
from omnidesk.desk.setup.fields import Choice, Shape
from omnidesk.errors import Conflict, Invalid, NotFound
from omnidesk.keys import DATABASE
from omnidesk.store.db import Transaction
from omnidesk.store.models import Disposition, FieldDefinition, FieldKind, FieldSubject, Label, Status
from omnidesk.web.posting import posted
from omnidesk.web.requests import id_in, viewer_of
from omnidesk.web.settings import sections
from omnidesk.web.words import N_

Said = Mapping[str, list[str]]
"""What a form sent."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A list of the settings. `save`: makes or changes an entry from what its form says, and gives its id."""

    title: str
    new: str
    lead: str
    model: Any
    save: Callable[[Transaction, web.Request, int | None, Said], Awaitable[int]]
    subject: FieldSubject | None = None


def _one(said: Said, name: str) -> str:
    return (said.get(name) or [""])[0].strip()


def _name(said: Said) -> dict[str, str]:
    return {"en": _one(said, "name_en"), "tr": _one(said, "name_tr")}


async def _status(tx: Transaction, request: web.Request, entry_id: int | None, said: Said) -> int:
    viewer = viewer_of(request)
    if entry_id is not None:
        return (await statuses.rename(tx, viewer, entry_id, _name(said))).id
    return (await statuses.add(tx, viewer, _name(said), _one(said, "category"))).id


async def _disposition(tx: Transaction, request: web.Request, entry_id: int | None, said: Said) -> int:
    viewer = viewer_of(request)
    if entry_id is not None:
        return (await dispositions.rename(tx, viewer, entry_id, _name(said))).id
    return (await dispositions.add(tx, viewer, _name(said))).id


async def _label(tx: Transaction, request: web.Request, entry_id: int | None, said: Said) -> int:
    viewer = viewer_of(request)
    if entry_id is not None:
        return (await labels.paint(tx, viewer, entry_id, _one(said, "colour"))).id
    return (await labels.add(tx, viewer, _one(said, "name"), _one(said, "colour"))).id


async def _field(tx: Transaction, request: web.Request, entry_id: int | None, said: Said) -> int:
    viewer, shape = viewer_of(request), _shape(said)
    if entry_id is not None:
        return (await fields.change(tx, viewer, entry_id, shape)).id
    subject = _kind(request).subject or FieldSubject.CASE
    return (await fields.add(tx, viewer, subject, _one(said, "kind"), shape)).id


def _shape(said: Said) -> Shape:
    rows = zip(said.get("choice_slug", []), said.get("choice_en", []), said.get("choice_tr", []), strict=False)
    return Shape(
        name=_name(said),
        choices=tuple(Choice({"en": english, "tr": turkish}, slug) for slug, english, turkish in rows),
        pattern=_one(said, "pattern"),
        required_to_resolve=bool(_one(said, "required_to_resolve")),
    )


KINDS: Mapping[str, Kind] = {
    "statuses": Kind(
        N_("Statuses"), N_("New status"),
        N_("Your own names for where a case stands. Each belongs to one of the fixed categories, which clocks and "
           "reports go by."),
        Status, _status,
    ),
    "case-fields": Kind(
        N_("Case fields"), N_("New field"),
        N_("What you keep of every case. A required field is asked for when a case is resolved."),
        FieldDefinition, _field, FieldSubject.CASE,
    ),
    "contact-fields": Kind(
        N_("Contact fields"), N_("New field"), N_("What you keep of every person."),
        FieldDefinition, _field, FieldSubject.CONTACT,
    ),
    "organization-fields": Kind(
        N_("Organization fields"), N_("New field"), N_("What you keep of every organization."),
        FieldDefinition, _field, FieldSubject.ORGANIZATION,
    ),
    "labels": Kind(
        N_("Labels"), N_("New label"), N_("Words that agents put on cases to find them again."), Label, _label
    ),
    "dispositions": Kind(
        N_("Outcomes"), N_("New outcome"), N_("Why a case ended; agents choose one when they resolve it."),
        Disposition, _disposition,
    ),
}  # fmt: skip


def _kind(request: web.Request) -> Kind:
    return KINDS[request.match_info["kind"]]


async def show(request: web.Request) -> web.StreamResponse:
    """The list, and the form of one entry or of a new one."""
    return await _page(request)


async def _page(
    request: web.Request, said: Said | None = None, wrong: Mapping[str, str] | None = None, *, stale: bool = False
) -> web.Response:  # fmt: skip
    """`said`: what was sent and could not be taken; `wrong`: why, by field; `stale`: another was faster."""
    name, kind = request.match_info["kind"], _kind(request)
    async with request.app[DATABASE].session() as session:
        entries = await _entries(session, kind)
        entry = _chosen(request, entries)
        if stale and said is not None:
            said = _with_theirs(said, entry)
        return await sections.shown(
            request, session, name, "settings/setup.html", status=409 if stale else 422 if wrong else 200,
            kind=kind, entries=entries, entry=entry, said=said, wrong=wrong or {}, colours=labels.COLOURS,
            categories=statuses.CATEGORIES, kinds=list(FieldKind), moved=request.query.get("moved", ""),
            saved="saved" in request.query, stale=stale,
        )  # fmt: skip


async def _entries(session: AsyncSession, kind: Kind) -> list[Any]:
    found = await lists.everything(session, kind.model)
    return [entry for entry in found if kind.subject is None or entry.subject == kind.subject]


def _with_theirs(said: Said, entry: Any) -> Said:
    """What was written, and the choices that somebody else added meanwhile."""
    added = [one for one in getattr(entry, "choices", []) if one["slug"] not in said.get("choice_slug", [])]
    theirs = {
        "choice_slug": [one["slug"] for one in added],
        "choice_en": [one["name"].get("en", "") for one in added],
        "choice_tr": [one["name"].get("tr", "") for one in added],
    }
    return {**said, **{name: [*said.get(name, []), *more] for name, more in theirs.items() if more}}


def _number(said: str) -> int:
    """A version; what is no number is that of nothing."""
    return int(said) if said.isascii() and said.isdecimal() and len(said) < 10 else 0


def _chosen(request: web.Request, entries: list[Any]) -> Any:
    """The entry that the path names; None = a new one."""
    if "entry" not in request.match_info:
        return None
    wanted = id_in(request, "entry")
    for entry in entries:
        if entry.id == wanted:
            return entry
    raise NotFound("This is not here any more.")


async def save(request: web.Request) -> web.StreamResponse:
    """Make an entry, or change one. What is wrong stands at its field, and nothing that was written is lost."""
    sent = await posted(request)
    said = {name: [str(value) for value in sent.getall(name)] for name in sent}
    entry_id = id_in(request, "entry") if "entry" in request.match_info else None
    kind, version = _kind(request), _one(said, "version")
    try:
        async with request.app[DATABASE].transaction() as tx:
            if entry_id is not None and version:
                await lists.must_be_as(tx, viewer_of(request), kind.model, entry_id, _number(version))
            entry_id = await kind.save(tx, request, entry_id, said)
    except Invalid as error:
        return await _page(request, said, error.fields)
    except Conflict:
        return await _page(request, said, stale=True)
    raise web.HTTPSeeOther(f"{_path(request)}/{entry_id}?saved")


async def move(request: web.Request) -> web.StreamResponse:
    """One place up or down."""
    entry_id, way = id_in(request, "entry"), (await posted(request)).get("to")
    async with request.app[DATABASE].transaction() as tx:
        await lists.move(tx, viewer_of(request), _kind(request).model, entry_id, -1 if way == "up" else 1)
    raise web.HTTPSeeOther(f"{_path(request)}/{entry_id}?moved={'up' if way == 'up' else 'down'}")


async def archive(request: web.Request) -> web.StreamResponse:
    """Offer an entry no longer, or again."""
    entry_id, wanted, model = id_in(request, "entry"), (await posted(request)).get("archived"), _kind(request).model
    async with request.app[DATABASE].transaction() as tx:
        entry = await lists.lock(tx, viewer_of(request), model, entry_id)
        await lists.archive(tx, viewer_of(request), entry, archived=wanted == "true")
    raise web.HTTPSeeOther(f"{_path(request)}/{entry_id}")


def _path(request: web.Request) -> str:
    return f"/settings/{request.match_info['kind']}"
