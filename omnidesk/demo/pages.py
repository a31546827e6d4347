"""The customer's page: a chat widget, a mail window, and what to try."""

from aiohttp import web
from aiosmtplib import SMTPException

from omnidesk.demo.mailbox import MAILBOX, Draft, Mail
from omnidesk.keys import INBOXES
from omnidesk.web import csrf
from omnidesk.web.requests import keep_language, language_for, page

_LARGEST_FORM = 30 * 1024 * 1024

CHAT = "chat"
"""The slug of the web chat in the starter desk."""


def setup(app: web.Application) -> None:
    """Add the pages of the demo."""
    app.router.add_get("/demo", show)
    app.router.add_get("/demo/mails", mails)
    app.router.add_post("/demo/mails", send)


async def show(request: web.Request) -> web.StreamResponse:
    """The page."""
    has_chat = any(inbox.row.slug == CHAT and inbox.row.enabled for inbox in request.app[INBOXES].all())
    chat, tongue = CHAT if has_chat else "", language_for(request)
    response = page(request, "demo/page.html", mails=await _mails(request), chat=chat, tongue=tongue)
    keep_language(request, response)
    return response


async def mails(request: web.Request) -> web.StreamResponse:
    """The list of mails, which the page asks for every few seconds."""
    return page(request, "demo/mails.html", mails=await _mails(request), tongue=language_for(request))


async def send(request: web.Request) -> web.StreamResponse:
    """Send a mail to the desk, as a mail program would."""
    csrf.must_be_ours(request)
    form = await request.clone(client_max_size=_LARGEST_FORM).post()
    chosen = [file for file in form.getall("files", []) if isinstance(file, web.FileField) and file.filename]
    draft = Draft(
        subject=str(form.get("subject", "")).strip(),
        text=str(form.get("text", "")).strip(),
        answers=await _answered(request, str(form.get("answers", ""))),
        files=tuple((file.filename, file.file.read()) for file in chosen),
    )
    if not draft.text and not draft.files:
        raise web.HTTPBadRequest(reason="Write something first")
    try:
        await request.app[MAILBOX].send(draft)
    except (SMTPException, OSError) as error:
        raise web.HTTPServiceUnavailable(reason="The desk's mail port does not answer") from error
    raise web.HTTPSeeOther("/demo#mail")


async def _answered(request: web.Request, name: str) -> Mail | None:
    return next((mail for mail in await _mails(request) if name and mail.name == name), None)


async def _mails(request: web.Request) -> list[Mail]:
    """Newest first."""
    return list(reversed(await request.app[MAILBOX].mails()))
