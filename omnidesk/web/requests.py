"""What handlers share: who asks, what was sent, and how to answer."""

from collections.abc import Mapping
from datetime import tzinfo
from functools import partial
from typing import Annotated, Any, TypeVar

from aiohttp import web
from pydantic import BaseModel, Field, ValidationError

from omnidesk import clock
from omnidesk.desk import files
from omnidesk.desk.access import Viewer
from omnidesk.desk.views import Reader
from omnidesk.errors import Invalid, NotFound
from omnidesk.keys import DATABASE, KEYS
from omnidesk.store.ids import MAX_ID
from omnidesk.store.models import Attachment
from omnidesk.text.catalogues import LANGUAGES, language_of
from omnidesk.web import csrf, times
from omnidesk.web.pages import PAGES
from omnidesk.web.posting import posted

VIEWER = web.RequestKey("viewer", Viewer)
ZONE_COOKIE = "omnidesk_zone"
LANGUAGE_COOKIE = "omnidesk_language"

Id = Annotated[int, Field(gt=0, le=MAX_ID)]
"""An id, as it comes from outside."""
Number = Annotated[int, Field(ge=0, lt=2**31)]
"""The number of a case or a place in its log, as it comes from outside: their columns are smaller than ids."""
Form = TypeVar("Form", bound=BaseModel)


def viewer_of(request: web.Request) -> Viewer:
    """Who asks; only on routes that need somebody signed in."""
    return request[VIEWER]


def id_in(request: web.Request, name: str) -> int:
    """The id that the path carries, all digits. Raises NotFound for one that no row can have."""
    found = int(request.match_info[name])
    if not 0 < found <= MAX_ID:
        raise NotFound(f"There is no {name} {found} here.")
    return found


def language_for(request: web.Request) -> str:
    """The viewer's language; before signing in the one chosen on the page, then the browser's."""
    viewer = request.get(VIEWER)
    if viewer is not None:
        return language_of(viewer.language)
    chosen = request.query.get("language") or request.cookies.get(LANGUAGE_COOKIE)
    if chosen in LANGUAGES:
        return chosen
    return language_of(request.headers.get("Accept-Language", "").split(",")[0])


def keep_language(request: web.Request, response: web.Response) -> None:
    """Remember the language that was chosen on a page before signing in."""
    if language := request.query.get("language"):
        response.set_cookie(LANGUAGE_COOKIE, language[:2], max_age=31536000, samesite="Lax")


def zone_of(request: web.Request) -> tzinfo:
    """The time zone of the browser, which its page put into a cookie."""
    return times.zone_of(request.cookies.get(ZONE_COOKIE))


def reader_of(request: web.Request) -> Reader:
    """Who reads a list, when and where."""
    return Reader(viewer_of(request), request.app[DATABASE].now(), zone_of(request))


def is_fragment(request: web.Request) -> bool:
    """Whether htmx asks for a part of the page, not the browser for all of it."""
    return request.headers.get("HX-Request") == "true"


def render(request: web.Request, template: str, *, language: str | None = None, **values: Any) -> str:
    """A template with what every page needs beside its own values."""
    viewer = request.get(VIEWER)
    now = request.app[DATABASE].now()
    return request.app[PAGES].render(
        template,
        language or language_for(request),
        viewer=viewer,
        csrf=csrf.token(request) if viewer else "",
        now=now,
        ahead=round((now - clock.now()).total_seconds()),
        zone=zone_of(request),
        path=request.path_qs,
        file_url=partial(file_url, request),
        **values,
    )


def file_url(request: web.Request, attachment: Attachment) -> str:
    """Where a file can be fetched for a while."""
    return files.signed_path(request.app[KEYS], attachment.id, request.app[DATABASE].now())


def page(
    request: web.Request,
    template: str,
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    language: str | None = None,
    **values: Any,
) -> web.Response:
    """Answer with a rendered template."""
    return answer(render(request, template, language=language, **values), status=status, headers=headers)


def answer(text: str, *, status: int = 200, headers: Mapping[str, str] | None = None) -> web.Response:
    """Answer with HTML; pages belong to one viewer, so nobody keeps them."""
    return web.Response(
        text=text,
        status=status,
        content_type="text/html",
        headers={"Cache-Control": "no-store", "Vary": "HX-Request", **(headers or {})},
    )


async def read(request: web.Request, form: type[Form]) -> Form:
    """The form that was sent; an empty field counts as absent. Raises Invalid, which names each wrong field."""
    sent = await posted(request)
    values: dict[str, Any] = {}
    for name, field in form.model_fields.items():
        several = field.annotation == list[str]
        if any(sent.getall(name, ())) if several else sent.get(name):
            values[name] = sent.getall(name) if several else sent[name]
    try:
        return form.model_validate(values)
    except ValidationError as error:
        wrong = {str(part["loc"][0]): part["msg"] for part in error.errors(include_url=False, include_input=False)}
        raise Invalid("Something in the form is not right.", fields=wrong) from error


def done(request: web.Request, back: str, *, event: str = "") -> web.Response:
    """After a change: tell the page's scripts what happened, or send a browser without them to `back`."""
    if is_fragment(request):
        return web.Response(status=204, headers={"HX-Trigger": event} if event else None)
    raise web.HTTPSeeOther(back)


def local(path: str, default: str = "/") -> str:
    """A path on this site as it was asked for; anything that leads elsewhere becomes `default`."""
    plain = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable()
    return path if plain else default
