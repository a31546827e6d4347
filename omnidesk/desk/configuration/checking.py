"""Checking files against what is installed and what is here: references, channels, their settings and secrets."""

import os
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, SecretStr, ValidationError

from omnidesk.contract.channel import Channel
from omnidesk.contract.responder import Responder
from omnidesk.desk.configuration.difference import is_secret
from omnidesk.desk.configuration.entries import BotFile, DeskFiles, Entry, InboxEntry, key_of
from omnidesk.desk.configuration.places import Place
from omnidesk.desk.configuration.problems import Problems, refusals
from omnidesk.desk.inboxes import merged, split_secrets

Keys = tuple[str, ...]
Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Account:
    """The settings of an inbox as they are stored: plain ones, secrets, and where each secret was found."""

    plain: Mapping[str, Any]
    secrets: Mapping[str, Any]
    sources: Mapping[str, Any]

    @property
    def shown(self) -> dict[str, Any]:
        """The settings as a file says them."""
        return merged(self.plain, self.sources)


@dataclass(frozen=True, slots=True)
class Known:
    """What is here already and need not stand in the files; of inboxes their channels.

    `fixed`: what can't change any more, such as `statuses.escalated.category`.
    """

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
    _check_references(files, problems, "teams", known.teams | {team.slug for team in files.teams})
    _check_references(files, problems, "bots", known.bots | {bot.slug for bot in bots})
    if responder is not None:
        _check_bots(bots, responder, problems)
    _check_channels(files, known.inboxes, problems)
    _check_fixed(files, known.fixed, problems)
    accounts = {inbox.slug: _account(inbox, channels, problems) for inbox in files.inboxes}
    problems.end()
    return {slug: account for slug, account in accounts.items() if account is not None}


def _references(files: DeskFiles, kind: str) -> Iterator[tuple[str, Entry, Keys, str | None]]:
    """Who names entries of a kind: its own kind, the entry, where in it, and the name."""
    if kind == "teams":
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
            problems.add(entry.place(*where), f"{naming}.{key_of(entry)}.{where[0]}", text)


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
            where, said = f"{kind}.{key_of(entry)}.{name}", getattr(entry, name)
            if fixed.get(where, said) != said:
                text = f"is {fixed[where]} here, and cases have it so; archive it and describe a new one for {said}"
                problems.add(entry.place(name), where, text)


def _account(inbox: InboxEntry, channels: Mapping[str, type[Channel]], problems: Problems) -> Account | None:
    """The account of an inbox; None, and noted, where something is wrong."""
    field = f"inboxes.{inbox.slug}"
    kind = channels.get(inbox.channel)
    if kind is None:
        text = f"{inbox.channel} is not installed; known: {', '.join(sorted(channels))}"
        problems.add(inbox.place("channel"), f"{field}.channel", text)
        return None
    values, sources, wrong = _with_secrets(inbox, kind, problems)
    try:
        settings = kind.Settings.model_validate(values)
    except ValidationError as error:
        for loc, why in refusals(error):
            # what follows from a secret that isn't there was told with it
            if not any(path[: len(loc)] == loc[: len(path)] for path in wrong):
                problems.add(inbox.place("settings", *loc), ".".join(map(str, (field, "settings", *loc))), why)
        return None
    plain, secrets = split_secrets(settings)
    return None if wrong else Account(plain, secrets, _marked(secrets, sources))


def _with_secrets(
    inbox: InboxEntry, kind: type[Channel], problems: Problems
) -> tuple[dict[str, Any], dict[str, Any], list[Keys]]:
    """The settings with their secrets, where each was found, and which could not be."""
    values, sources, wrong = dict(inbox.settings), dict[str, Any](), list[Keys]()
    for path in secret_paths(kind.Settings):
        given = _at(inbox.settings, path)
        if given is None:
            continue
        place = inbox.place("settings", *path)
        secret, problem = _secret(given, place)
        if problem:
            problems.add(place, f"inboxes.{inbox.slug}.settings.{'.'.join(path)}", problem)
            wrong.append(path)
            continue
        values = merged(values, _nest(path, secret))
        if is_secret(given):
            sources = merged(sources, _nest(path, _wherever_it_is_read(given, place)))
    return values, sources, wrong


def account_of(kind: type[Channel] | None, settings: Values, secrets: Values, sources: Values) -> Account:
    """The account of an inbox that is here; keys that the channel has got since have their defaults."""
    try:
        if kind is not None:
            plain, _ = split_secrets(kind.Settings.model_validate(merged(settings, secrets)))
            return Account(plain, secrets, _marked(secrets, sources))
    except ValidationError:
        pass  # the settings no longer fit: they are shown as they are
    return Account(settings, secrets, _marked(secrets, sources))


def _marked(secrets: Values, sources: Values) -> dict[str, Any]:
    """The sources, with a mark for each secret that came from no file."""
    return {
        name: sources[name] if is_secret(sources.get(name))
        else _marked(value, sources.get(name) or {}) if isinstance(value, Mapping)
        else {"stored": name}
        for name, value in secrets.items()
    }  # fmt: skip


def secret_paths(model: type[BaseModel], above: Keys = ()) -> Iterator[Keys]:
    """Where a settings model has its secrets."""
    for name, field in model.model_fields.items():
        for kind in (field.annotation, *get_args(field.annotation)):
            if kind is SecretStr:
                yield (*above, name)
            elif isinstance(kind, type) and issubclass(kind, BaseModel):
                yield from secret_paths(kind, (*above, name))


def _secret(given: Any, place: Place | None) -> tuple[str, str]:
    """The secret that is meant, and what is wrong."""
    if isinstance(given, str):  # a file would give it away to everybody who may read the desk's description
        return (given, "") if place is None else ("", "secrets don't stand in files: say {env: NAME} or {file: PATH}")
    if is_secret(given) and "stored" in given:
        return "", "a secret kept here only can't be named by a file: say {env: NAME} or {file: PATH}"
    if not is_secret(given) or not isinstance(name := next(iter(given.values())), str):
        return "", "must be {env: NAME} or {file: PATH}"
    if "env" in given:
        found = os.environ.get(name)
        return (found, "") if found else ("", f"the environment has no {name}; set it")
    try:
        text = _file(name, place).read_text().strip()
    except (OSError, ValueError) as error:
        return "", f"{name} can't be read ({getattr(error, 'strerror', None) or 'it is no text'})"
    return (text, "") if text else ("", f"{name} is empty")


def _file(name: str, place: Place | None) -> Path:
    """The file that a secret names: a relative path begins where the file stands that says it."""
    path = Path(name)
    folder = (place.file.parent if place else Path()).absolute()
    return path if path.is_absolute() else Path(os.path.normpath(folder / path))


def _wherever_it_is_read(given: Values, place: Place | None) -> Values:
    """The source of a secret, leading to the same file whoever says it."""
    return {"file": str(_file(given["file"], place))} if "file" in given else given


def _at(values: Values, path: Keys) -> Any:
    found: Any = values
    for part in path:
        found = found.get(part) if isinstance(found, Mapping) else None
    return found


def _nest(path: Keys, value: Any) -> dict[str, Any]:
    for part in reversed(path):
        value = {part: value}
    return dict(value)
