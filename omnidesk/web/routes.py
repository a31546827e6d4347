"""All routes of the pages, with the permission that each needs beside it.

Two kinds stand elsewhere: what channels bring (`channel_routes`), whose adapters check tokens or signatures themselves,
and the simulator's (`omnidesk.simulator.pages`), which are there only where it is enabled.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from aiohttp import web

from omnidesk.store.models import Role
from omnidesk.web import (
    assets,
    belonging,
    bulk,
    calls,
    cases,
    contacts,
    drafts,
    files,
    health,
    inbox,
    installing,
    linking,
    lists,
    live,
    loops,
    macros,
    merging,
    middleware,
    notices,
    organizations,
    own_fields,
    palette,
    pictures,
    planned,
    preferences,
    presence,
    properties,
    quarantine,
    resolving,
    saved_views,
    search,
    sign_in,
    spam,
    splitting,
    surveys,
    tasks,
    uploads,
    windows,
    writing,
)
from omnidesk.web.guard import ANYONE, PUBLIC, Handler, Permission, guarded
from omnidesk.web.settings import calendars, sections
from omnidesk.web.settings import macros as macro_settings
from omnidesk.web.settings import notices as notice_choices
from omnidesk.web.settings import setup as setting_up
from omnidesk.web.together import Together

VIEWER, AGENT, SUPERVISOR, ADMIN = Role.VIEWER, Role.AGENT, Role.SUPERVISOR, Role.ADMIN
_VIEW = r"{view:[a-z]+(?:-[A-Za-z0-9_.]+)?}"
_CASE = r"/cases/{number:\d{1,9}}"
_CONTACT = r"/contacts/{contact:\d{1,19}}"
_ORGANIZATION = r"/organizations/{organization:\d{1,19}}"
_MACROS = "/settings/{kind:canned-replies|macros}"
_MACRO = r"{macro:\d{1,19}}"
_SETUP = "/settings/{kind:statuses|case-fields|contact-fields|organization-fields}"
_NAMES = "/settings/{kind:labels|dispositions}"
_FIELD = "{field:[a-z0-9][a-z0-9-]{0,62}}"
_ENTRY = r"{entry:\d{1,19}}"
_POINT = r"/points/{point:\d{1,19}}"


@dataclass(frozen=True, slots=True)
class Route:
    """A method and a path, who answers, and who may ask."""

    method: str
    path: str
    handler: Handler
    permission: Permission | None = None


ROUTES = (
    Route("GET", "/healthz", health.live, ANYONE),
    Route("GET", "/readyz", health.ready, ANYONE),
    Route("GET", "/metrics", health.metrics, ANYONE),
    Route("GET", "/files/{token}", files.serve, ANYONE),
    Route("GET", "/pictures/{token}", pictures.serve, ANYONE),
    Route("GET", "/static/{digest}/{path:.+}", assets.serve, PUBLIC),
    Route("GET", "/manifest.webmanifest", installing.manifest, ANYONE),
    Route("GET", "/service-worker.js", installing.worker, ANYONE),
    Route("GET", "/sign-in", sign_in.show, ANYONE),
    Route("POST", "/sign-in", sign_in.sign_in, ANYONE),
    Route("GET", "/sign-in/{token}", sign_in.show_link, ANYONE),
    Route("POST", "/sign-in/{token}", sign_in.use_link, ANYONE),
    Route("POST", "/sign-out", sign_in.sign_out, VIEWER),
    Route("GET", "/survey/{token}", surveys.show, ANYONE),
    Route("POST", "/survey/{token}", surveys.answer, ANYONE),
    Route("GET", "/", inbox.home, VIEWER),
    Route("GET", "/inbox", inbox.home, VIEWER),
    Route("GET", f"/inbox/{_VIEW}", inbox.show, VIEWER),
    Route("GET", rf"/inbox/{_VIEW}/{{number:\d{{1,9}}}}", inbox.show_case, VIEWER),
    Route("GET", f"/inbox/{_VIEW}/rows", inbox.rows, VIEWER),
    Route("GET", rf"/inbox/{_VIEW}/rows/{{numbers:[\d,]{{1,999}}}}", inbox.some, VIEWER),
    Route("GET", f"/inbox/{_VIEW}/counts", inbox.counts, VIEWER),
    Route("GET", f"/inbox/{_VIEW}/filters", inbox.filter_menu, VIEWER),
    Route("GET", f"{_CASE}", cases.show, VIEWER),
    Route("GET", f"{_CASE}/changes", cases.changes, VIEWER),
    Route("GET", f"{_CASE}/earlier", cases.earlier, VIEWER),
    Route("GET", rf"{_CASE}/interactions/{{position:\d{{1,9}}}}/original", cases.original, VIEWER),
    Route("POST", f"{_CASE}/interactions", writing.write, AGENT),
    Route("GET", f"{_CASE}/draft", drafts.show, AGENT),
    Route("POST", f"{_CASE}/draft", drafts.keep, AGENT),
    Route("POST", rf"{_CASE}/planned/{{reply:\d{{1,19}}}}/sending", planned.send_now, AGENT),
    Route("POST", rf"{_CASE}/planned/{{reply:\d{{1,19}}}}/editing", planned.take_back, AGENT),
    Route("POST", rf"{_CASE}/planned/{{reply:\d{{1,19}}}}/cancelling", planned.cancel, AGENT),
    Route("GET", f"{_CASE}/template", windows.choose, AGENT),
    Route("GET", f"{_CASE}/addressees", cases.addressees, AGENT),
    Route("GET", f"{_CASE}/assignment", cases.assignees, AGENT),
    Route("POST", f"{_CASE}/assignment", cases.assign, AGENT),
    Route("POST", f"{_CASE}/holder", cases.take, AGENT),
    Route("POST", f"{_CASE}/reply-address", cases.answer_at, AGENT),
    Route("GET", f"{_CASE}/resolution", resolving.ask, AGENT),
    Route("POST", f"{_CASE}/resolution", resolving.resolve, AGENT),
    Route("POST", f"{_CASE}/tasks", tasks.add, AGENT),
    Route("POST", f"{_CASE}/links", tasks.link, AGENT),
    Route("POST", f"{_CASE}/links/removal", tasks.unlink, AGENT),
    Route("GET", "/tasks", tasks.mine, VIEWER),
    Route("GET", r"/tasks/{task:\d{1,19}}", tasks.show, AGENT),
    Route("POST", r"/tasks/{task:\d{1,19}}", tasks.edit, AGENT),
    Route("POST", r"/tasks/{task:\d{1,19}}/ticking", tasks.tick, AGENT),
    Route("POST", r"/tasks/{task:\d{1,19}}/deletion", tasks.delete, AGENT),
    Route("POST", f"{_CASE}/status", own_fields.set_status, AGENT),
    Route("POST", f"{_CASE}/fields/{_FIELD}", own_fields.of_case, AGENT),
    Route("POST", f"{_CASE}/reopening", cases.reopen, AGENT),
    Route("GET", f"{_CASE}/offers", macros.offer, AGENT),
    Route("GET", f"{_CASE}/callees", macros.callees, AGENT),
    Route("POST", f"{_CASE}/macros", macros.apply, AGENT),
    Route("POST", f"{_CASE}/macros/undoing", macros.undo, AGENT),
    Route("GET", f"{_CASE}/more", cases.more, AGENT),
    Route("GET", f"{_CASE}/leading", cases.lead_on, AGENT),
    Route("POST", f"{_CASE}/spam", spam.mark, AGENT),
    Route("POST", f"{_CASE}/spam/undoing", spam.unmark, AGENT),
    Route("POST", f"{_POINT}/blocking", spam.block, AGENT),
    Route("GET", f"{_CASE}/calls", calls.panel, AGENT),
    Route("POST", f"{_CASE}/calls", calls.log, AGENT),
    Route("GET", rf"{_CASE}/calls/{{position:\d{{1,9}}}}", calls.edit, AGENT),
    Route("POST", rf"{_CASE}/calls/{{position:\d{{1,9}}}}", calls.correct, AGENT),
    Route("GET", f"{_CASE}/splitting", splitting.panel, AGENT),
    Route("POST", f"{_CASE}/splitting", splitting.split, AGENT),
    Route("POST", f"{_CASE}/splitting/undoing", splitting.undo, AGENT),
    Route("POST", f"{_CASE}/snooze", properties.snooze, AGENT),
    Route("POST", f"{_CASE}/waking", properties.wake, AGENT),
    Route("GET", f"{_CASE}/options/{{property:team|priority|labels}}", properties.options, AGENT),
    Route("POST", f"{_CASE}/team", properties.move, AGENT),
    Route("POST", f"{_CASE}/priority", properties.prioritise, AGENT),
    Route("POST", f"{_CASE}/labels", properties.label, AGENT),
    Route("GET", f"{_CASE}/merging", merging.panel, AGENT),
    Route("GET", f"{_CASE}/merging/candidates", merging.candidates, AGENT),
    Route("GET", f"{_CASE}/merging/preview", merging.preview, AGENT),
    Route("POST", f"{_CASE}/merging", merging.merge, AGENT),
    Route("POST", r"/case-merges/{merge:\d{1,19}}/undoing", merging.undo, AGENT),
    Route("POST", f"{_CASE}/read", cases.mark_read, AGENT),
    Route("POST", r"/deliveries/{delivery:\d{1,19}}/retry", cases.retry, AGENT),
    Route("POST", r"/deliveries/{delivery:\d{1,19}}/elsewhere", cases.say_elsewhere, AGENT),
    Route("GET", "/search", search.show, VIEWER),
    Route("GET", "/search/rows", search.rows, VIEWER),
    Route("GET", "/search/completions", search.complete, VIEWER),
    Route("GET", r"/search/{number:\d{1,9}}", search.show_case, VIEWER),
    Route("POST", "/list-sorts", inbox.sort, VIEWER),
    Route("POST", "/saved-views", saved_views.save, AGENT),
    Route("POST", r"/saved-views/{saved:\d{1,19}}", saved_views.change, AGENT),
    Route("POST", r"/saved-views/{saved:\d{1,19}}/deletion", saved_views.delete, AGENT),
    Route("GET", "/bulk", bulk.menu, AGENT),
    Route("POST", "/bulk", bulk.begin, AGENT),
    Route("GET", r"/bulk/{job:\d{1,19}}", bulk.show, AGENT),
    Route("POST", r"/bulk/{job:\d{1,19}}/stopping", bulk.stop, AGENT),
    Route("POST", r"/bulk/{job:\d{1,19}}/undoing", bulk.undo, AGENT),
    Route("GET", "/palette", palette.find, VIEWER),
    Route("GET", "/contacts", contacts.show_list, VIEWER),
    Route("GET", "/contacts/rows", contacts.rows, VIEWER),
    Route("GET", _CONTACT, contacts.show, VIEWER),
    Route("GET", f"{_CONTACT}/earlier", contacts.earlier, VIEWER),
    Route("POST", _CONTACT, contacts.change, AGENT),
    Route("GET", f"{_CONTACT}/profile", contacts.edit, AGENT),
    Route("GET", f"{_CONTACT}/calls", calls.panel_of_contact, AGENT),
    Route("POST", f"{_CONTACT}/calls", calls.open_case, AGENT),
    Route("POST", f"{_CONTACT}/fields/{_FIELD}", own_fields.of_contact, AGENT),
    Route("GET", f"{_CONTACT}/organization", belonging.panel, AGENT),
    Route("GET", f"{_CONTACT}/organization/candidates", belonging.candidates, AGENT),
    Route("POST", f"{_CONTACT}/organization", belonging.choose, AGENT),
    Route("GET", "/organizations", organizations.show_list, VIEWER),
    Route("GET", "/organizations/rows", organizations.rows, VIEWER),
    Route("GET", "/organizations/options", organizations.options, VIEWER),
    Route("POST", "/organizations", organizations.create, AGENT),
    Route("GET", _ORGANIZATION, organizations.show, VIEWER),
    Route("GET", f"{_ORGANIZATION}/people", organizations.more_people, VIEWER),
    Route("GET", f"{_ORGANIZATION}/cases", organizations.more_cases, VIEWER),
    Route("GET", f"{_ORGANIZATION}/edit", organizations.edit, AGENT),
    Route("POST", _ORGANIZATION, organizations.change, AGENT),
    Route("POST", f"{_ORGANIZATION}/deletion", organizations.remove, AGENT),
    Route("POST", f"{_ORGANIZATION}/fields/{_FIELD}", own_fields.of_organization, AGENT),
    Route("GET", f"{_POINT}/owner", linking.panel, AGENT),
    Route("GET", f"{_POINT}/owner/candidates", linking.candidates, AGENT),
    Route("GET", f"{_POINT}/owner/preview", linking.preview, AGENT),
    Route("POST", f"{_POINT}/owner", linking.link, AGENT),
    Route("POST", f"{_POINT}/working", contacts.works_again, AGENT),
    Route("POST", r"/contact-links/{link:\d{1,19}}/undoing", linking.undo, AGENT),
    Route("POST", "/uploads", uploads.take, AGENT),
    Route("POST", "/preferences", preferences.change, VIEWER),
    Route("GET", "/settings", sections.home, VIEWER),
    Route("GET", _MACROS, macro_settings.show, AGENT),
    Route("POST", _MACROS, macro_settings.create, AGENT),
    Route("GET", f"{_MACROS}/new", macro_settings.new, AGENT),
    Route("GET", f"{_MACROS}/rows", macro_settings.rows, AGENT),
    Route("POST", f"{_MACROS}/preview", macro_settings.preview, AGENT),
    Route("GET", f"{_MACROS}/{_MACRO}", macro_settings.show_one, AGENT),
    Route("POST", f"{_MACROS}/{_MACRO}", macro_settings.change, AGENT),
    Route("POST", f"{_MACROS}/{_MACRO}/deletion", macro_settings.delete, AGENT),
    Route("POST", f"{_MACROS}/{_MACRO}/restoring", macro_settings.bring_back, AGENT),
    Route("GET", "/notices", notices.show, VIEWER),
    Route("GET", "/notices/rows", notices.rows, VIEWER),
    Route("GET", "/notices/bell", notices.bell, VIEWER),
    Route("POST", "/notices/seen", notices.see, VIEWER),
    Route("GET", "/settings/notices", notice_choices.show, VIEWER),
    Route("POST", "/settings/notices", notice_choices.change, VIEWER),
    Route("POST", "/settings/notices/test", notice_choices.test, VIEWER),
    Route("POST", "/push-subscriptions", notice_choices.subscribe, VIEWER),
    Route("POST", "/push-subscriptions/removal", notice_choices.unsubscribe, VIEWER),
    Route("GET", "/presence", presence.tell, VIEWER),
    Route("POST", "/presence", presence.choose, VIEWER),
    Route("GET", _SETUP, setting_up.show, ADMIN),
    Route("GET", f"{_SETUP}/{_ENTRY}", setting_up.show, ADMIN),
    Route("POST", _SETUP, setting_up.save, ADMIN),
    Route("POST", f"{_SETUP}/{_ENTRY}", setting_up.save, ADMIN),
    Route("POST", f"{_SETUP}/{_ENTRY}/archiving", setting_up.archive, ADMIN),
    Route("POST", f"{_SETUP}/{_ENTRY}/place", setting_up.move, ADMIN),
    Route("GET", _NAMES, setting_up.show, SUPERVISOR),
    Route("GET", f"{_NAMES}/{_ENTRY}", setting_up.show, SUPERVISOR),
    Route("POST", _NAMES, setting_up.save, SUPERVISOR),
    Route("POST", f"{_NAMES}/{_ENTRY}", setting_up.save, SUPERVISOR),
    Route("POST", f"{_NAMES}/{_ENTRY}/archiving", setting_up.archive, SUPERVISOR),
    Route("POST", rf"/settings/{{kind:dispositions}}/{_ENTRY}/place", setting_up.move, SUPERVISOR),
    Route("GET", "/settings/calendars", calendars.show, SUPERVISOR),
    Route("POST", "/settings/calendars", calendars.save, SUPERVISOR),
    Route("POST", "/settings/calendars/holidays", calendars.holidays, SUPERVISOR),
    Route("POST", "/settings/calendars/deadline", calendars.deadline, SUPERVISOR),
    Route("GET", f"/settings/calendars/{_ENTRY}", calendars.show, SUPERVISOR),
    Route("POST", f"/settings/calendars/{_ENTRY}", calendars.save, SUPERVISOR),
    Route("POST", f"/settings/calendars/{_ENTRY}/archiving", calendars.archive, SUPERVISOR),
    Route("GET", "/quarantine", quarantine.show, ADMIN),
    Route("GET", r"/quarantine/{raw:\d{1,19}}", quarantine.raw, ADMIN),
    Route("POST", r"/quarantine/{raw:\d{1,19}}/processing", quarantine.process, ADMIN),
    Route("GET", "/loops", loops.show, SUPERVISOR),
    Route("POST", r"/loops/{loop:\d{1,19}}/allowing", loops.allow, SUPERVISOR),
    Route("POST", r"/loops/{loop:\d{1,19}}/stopping", loops.stop, SUPERVISOR),
    Route("GET", "/live", live.connect, VIEWER),
)


HEALTH = ROUTES[:3]
"""All that a process without pages answers."""


def setup(app: web.Application) -> None:
    """Put the pages into the application: routes, security headers, live sockets."""
    register(app, ROUTES)
    app[lists.TOGETHER] = Together()
    app.on_response_prepare.append(middleware.secure)
    sign_in.setup(app)
    live.setup(app)


def register(app: web.Application, routes: Iterable[Route]) -> None:
    """Add routes behind their guard. Raises ValueError for one without a permission, so that nothing starts."""
    for route in routes:
        if route.permission is None:
            raise ValueError(f"{route.method} {route.path} says nobody who may use it")
        handler = guarded(route.handler, route.permission)
        if route.method == "GET":
            app.router.add_get(route.path, handler)  # HEAD too
        else:
            app.router.add_route(route.method, route.path, handler)
