"""All operations of the API, with the scope that each needs beside it."""

from aiohttp import web

from omnidesk.api import cases, contacts, guard, inboxes, interactions, organizations
from omnidesk.api.openapi import document
from omnidesk.api.operations import Operation

_MESSAGE = 40 * 1024 * 1024
"""The files of a message, as base64, and its text."""

OPERATIONS = (
    Operation("GET", "/cases", cases.find, "cases:read"),
    Operation("POST", "/cases", cases.create, "cases:write", status=201),
    Operation("GET", "/cases/{number}", cases.show, "cases:read"),
    Operation("PATCH", "/cases/{number}", cases.change, "cases:write", may=(409,)),
    Operation("GET", "/cases/{number}/interactions", interactions.of_case, "cases:read"),
    Operation("POST", "/cases/{number}/interactions", interactions.write, "cases:write", status=201, may=(409,)),
    Operation("GET", "/contacts", contacts.find, "contacts:read"),
    Operation("POST", "/contacts", contacts.create, "contacts:write", status=201, may=(409,)),
    Operation("GET", "/contacts/{id}", contacts.show, "contacts:read"),
    Operation("PATCH", "/contacts/{id}", contacts.change, "contacts:write", may=(409,)),
    Operation("GET", "/contacts/{id}/interactions", interactions.of_contact, "contacts:read"),
    Operation("POST", "/contacts/{id}/merge", contacts.merge, "contacts:write", may=(409,)),
    Operation("GET", "/organizations", organizations.find, "contacts:read"),
    Operation("POST", "/organizations", organizations.create, "contacts:write", status=201, may=(409,)),
    Operation("GET", "/organizations/{id}", organizations.show, "contacts:read"),
    Operation("PATCH", "/organizations/{id}", organizations.change, "contacts:write", may=(409,)),
    Operation(
        "POST", "/inboxes/{slug}/messages", inboxes.receive, "messages:write", status=202, may=(200,), largest=_MESSAGE
    ),
    Operation("POST", "/inboxes/{slug}/receipts", inboxes.take_receipt, "messages:write"),
    Operation("GET", "/inboxes/{slug}/templates", inboxes.templates, "cases:read"),
)


def setup(app: web.Application) -> None:
    """Put the API into the application."""
    guard.setup(app)

    async def openapi(_: web.Request) -> web.Response:
        """What can be asked, for anyone to read."""
        return web.Response(body=document(OPERATIONS), content_type="application/json")

    app.router.add_get("/api/v1/openapi.json", openapi)
    for operation in OPERATIONS:
        app.router.add_route(operation.method, operation.route, guard.guarded(operation))
