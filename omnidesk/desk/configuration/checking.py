"""Checking files against what is installed and what is here: references, channels, their settings and secrets."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, SecretStr, ValidationError

from omnidesk.contract.channel import Channel
from omnidesk.contract.responder import Responder
from omnidesk.desk.configuration.difference import is_secret
from omnidesk.desk.configuration.entries import BotFile, DeskFiles, InboxEntry, Place
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


def check(
    files: DeskFiles,
    bots: list[BotFile],
    channels: Mapping[str, type[Channel]],
    *,
    teams: set[str],
    known_bots: set[str],
    responder: Responder | None = None,
) -> dict[str, Account]:
    """The accounts of all inboxes. Raises Invalid with everything that is wrong.

    `teams`, `known_bots`: what is here already and need not stand in the files.
    """
    problems = Problems()
    teams = teams | {team.slug for team in files.teams}
    known_bots = known_bots | {bot.slug for bot in bots}
    _check_references(files, problems, teams, known_bots)
    if responder is not None:
        for bot in bots:
            for problem in responder.check({bot.path: bot.text}):
                problems.add(f"bots/{problem.path}:{problem.line}", "", problem.text)
    accounts = {
        inbox.slug: _account(files, index, inbox, channels, problems) for index, inbox in enumerate(files.inboxes)
    }
    problems.end()
    return {slug: account for slug, account in accounts.items() if account is not None}


def _check_references(files: DeskFiles, problems: Problems, teams: set[str], bots: set[str]) -> None:
    named = [
        *(("agents", n, agent.email, "teams", slug) for n, agent in enumerate(files.agents) for slug in agent.teams),
        *(("inboxes", n, inbox.slug, "team", inbox.team) for n, inbox in enumerate(files.inboxes)),
        *(("inboxes", n, inbox.slug, "bot", inbox.bot) for n, inbox in enumerate(files.inboxes)),
        *(("faq", n, item.slug, "bot", item.bot) for n, item in enumerate(files.faq)),
    ]
    for kind, index, key, field, slug in named:
        known = bots if field == "bot" else teams
        if slug is not None and slug not in known:
            what = "bot" if field == "bot" else "team"
            text = f"there is no {what} {slug}; known: {', '.join(sorted(known)) or 'none'}"
            problems.add(files.place((kind, index, field)), f"{kind}.{key}.{field}", text)


def _account(
    files: DeskFiles, index: int, inbox: InboxEntry, channels: Mapping[str, type[Channel]], problems: Problems
) -> Account | None:
    field = f"inboxes.{inbox.slug}"
    kind = channels.get(inbox.channel)
    if kind is None:
        text = f"{inbox.channel} is not installed; known: {', '.join(sorted(channels))}"
        problems.add(files.place(("inboxes", index, "channel")), f"{field}.channel", text)
        return None
    values, sources = dict(inbox.settings), dict[str, Any]()
    for path in secret_paths(kind.Settings):
        given = _at(inbox.settings, path)
        if given is None:
            continue
        place = files.place(("inboxes", index, "settings", *path))
        secret, problem = _secret(given, place)
        if problem:
            problems.add(place, f"{field}.settings.{'.'.join(path)}", problem)
            return None
        values = merged(values, _nest(path, secret))
        if is_secret(given):
            sources = merged(sources, _nest(path, _wherever_it_is_read(given, place)))
    try:
        plain, secrets = split_secrets(kind.Settings.model_validate(values))
    except ValidationError as error:
        for loc, why in refusals(error):
            where = ".".join(map(str, loc))
            problems.add(files.place(("inboxes", index, "settings", *loc)), f"{field}.settings.{where}", why)
        return None
    return Account(plain, secrets, _marked(secrets, sources))


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
    if not is_secret(given) or not isinstance(name := next(iter(given.values())), str):
        return "", "must be {env: NAME} or {file: PATH}"
    if "env" in given:
        found = os.environ.get(name)
        return (found, "") if found else ("", f"the environment has no {name}; set it")
    try:
        text = _file(name, place).read_text().strip()
    except (OSError, UnicodeDecodeError) as error:
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
