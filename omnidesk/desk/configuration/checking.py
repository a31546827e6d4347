"""Checking files against what is installed and what is here: references, channels, what can't change."""

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass

from omnidesk.contract.channel import Channel
from omnidesk.contract.responder import Responder
from omnidesk.desk.configuration.accounts import Account
from omnidesk.desk.configuration.checking_accounts import account
from omnidesk.desk.configuration.entry import Entry
from omnidesk.desk.configuration.files import BotFile, DeskFiles
from omnidesk.desk.configuration.problems import Problems


@dataclass(frozen=True, slots=True)
class Known:
    """What is here already and need not stand in the files; of inboxes their channels.

    `fixed`: what can't change any more, such as `statuses.escalated.category`.
    """

    calendars: Set[str]
    teams: Set[str]
    bots: Set[str]
    inboxes: Mapping[str, str]
    fixed: Mapping[str, str]


def check(
    files: DeskFiles,
    bots: list[BotFile],
    channels: Mapping[str, type[Channel]],
    known: Known,
    responder: Responder | None = None,
) -> dict[str, Account]:
    """The accounts of all inboxes. Raises Invalid with everything that is wrong, also what reading found."""
    problems = files.problems.copy()
    calendars = known.calendars | {calendar.slug for calendar in files.calendars}
    _check_references(files, problems, "calendars", calendars)
    _check_references(files, problems, "teams", known.teams | {team.slug for team in files.teams})
    _check_references(files, problems, "bots", known.bots | {bot.slug for bot in bots})
    if responder is not None:
        _check_bots(bots, responder, problems)
    _check_channels(files, known.inboxes, problems)
    _check_fixed(files, known.fixed, problems)
    accounts = {inbox.slug: account(inbox, channels, problems) for inbox in files.inboxes}
    problems.end()
    return {slug: account for slug, account in accounts.items() if account is not None}


def _references(files: DeskFiles, kind: str) -> Iterator[tuple[str, Entry, tuple[str, ...], str | None]]:
    """Who names entries of a kind: its own kind, the entry, where in it, and the name."""
    if kind == "calendars":
        yield from (("teams", team, ("calendar",), team.calendar) for team in files.teams)
    elif kind == "teams":
        yield from (("agents", agent, ("teams", slug), slug) for agent in files.agents for slug in agent.teams)
        yield from (("inboxes", inbox, ("team",), inbox.team) for inbox in files.inboxes)
        yield from (("canned_replies", reply, ("team",), reply.team) for reply in files.canned_replies)
        yield from (("macros", macro, ("team",), macro.team) for macro in files.macros)
        for macro in files.macros:
            yield from (("macros", macro, ("actions",), action.get("team")) for action in macro.actions)
    else:
        yield from (("inboxes", inbox, ("bot",), inbox.bot) for inbox in files.inboxes)
        yield from (("faq", item, ("bot",), item.bot) for item in files.faq)


def _check_references(files: DeskFiles, problems: Problems, kind: str, known: Set[str]) -> None:
    for naming, entry, where, slug in _references(files, kind):
        if slug is not None and slug not in known and not problems.may_mean(kind, slug):
            text = f"there is no {kind.removesuffix('s')} {slug}; known: {', '.join(sorted(known)) or 'none'}"
            problems.add(entry.place(*where), f"{naming}.{entry.key}.{where[0]}", text)


def _check_bots(bots: list[BotFile], responder: Responder, problems: Problems) -> None:
    for bot in bots:
        shown = bot.place.shown if bot.place else f"bots/{bot.path}"
        for problem in responder.check({bot.path: bot.text}):
            problems.add(f"{shown}:{problem.line}", "", problem.text)


def _check_channels(files: DeskFiles, known: Mapping[str, str], problems: Problems) -> None:
    for inbox in files.inboxes:
        if (here := known.get(inbox.slug, inbox.channel)) != inbox.channel:
            text = f"this inbox is of {here}, and its messages stay with it; describe a new inbox for {inbox.channel}"
            problems.add(inbox.place("channel"), f"inboxes.{inbox.slug}.channel", text)


def _check_fixed(files: DeskFiles, fixed: Mapping[str, str], problems: Problems) -> None:
    for kind, name in (("statuses", "category"), ("fields", "kind")):
        for entry in getattr(files, kind):
            where, said = f"{kind}.{entry.key}.{name}", getattr(entry, name)
            if fixed.get(where, said) != said:
                text = f"is {fixed[where]} here, and cases have it so; archive it and describe a new one for {said}"
                problems.add(entry.place(name), where, text)
