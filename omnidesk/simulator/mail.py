"""The customer's mail window, where the demo's mailbox is there."""

from aiohttp import web
from aiosmtplib import SMTPException

from omnidesk.simulator.mailbox import MAILBOX, Draft, Mail
from omnidesk.web.requests import language_for, page

_LARGEST_FORM = 30 * 1024 * 1024


async def show(request: web.Request) -> web.StreamResponse:
    """The list of mails, which the page asks for every few seconds."""
    return page(request, "simulator/mails.html", mails=await mails(request), tongue=language_for(request))


async def send(request: web.Request) -> web.StreamResponse:
    """Send a mail to the desk, as a mail program would."""
    if MAILBOX not in request.app:
        raise web.HTTPNotFound(text="There is no mailbox here.\n")
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
    raise web.HTTPSeeOther("/simulator#mail")


async def _answered(request: web.Request, name: str) -> Mail | None:
    return next((mail for mail in await mails(request) if name and mail.name == name), None)


async def mails(request: web.Request) -> list[Mail]:
    """Newest first; none where there is no mailbox."""
    return list(reversed(await request.app[MAILBOX].mails())) if MAILBOX in request.app else []
