"""Checking the account of an inbox: whether it fits its channel, and its secrets are where it says."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from omnidesk.contract.channel import Channel
from omnidesk.desk.configuration.accounts import Account, marked
from omnidesk.desk.configuration.difference import is_secret
from omnidesk.desk.configuration.kinds.inboxes import InboxEntry
from omnidesk.desk.configuration.places import Place
from omnidesk.desk.configuration.problems import Problems, refusals
from omnidesk.desk.secret_settings import made_up, merged, nest, secret_paths, split_secrets

Keys = tuple[str, ...]
Values = Mapping[str, Any]


def account(inbox: InboxEntry, channels: Mapping[str, type[Channel]], problems: Problems) -> Account | None:
    """The account of an inbox; None, and noted, where something is wrong."""
    field = f"inboxes.{inbox.slug}"
    kind = channels.get(inbox.channel)
    if kind is None:
        text = f"{inbox.channel} is not installed; known: {', '.join(sorted(channels))}"
        problems.add(inbox.place("channel"), f"{field}.channel", text)
        return None
    if inbox.simulated and kind.imitate is Channel.imitate:
        text = f"{inbox.channel} can't be simulated; leave `simulated` away"
        problems.add(inbox.place("simulated"), f"{field}.simulated", text)
        return None
    if inbox.simulated:
        values, sources, wrong = made_up(kind.Settings, inbox.settings), dict[str, Any](), list[Keys]()
    else:
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
    if inbox.simulated:  # it opens nothing, and nothing of it is kept
        return Account(plain, {}, {})
    return None if wrong else Account(plain, secrets, marked(secrets, sources))


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
        values = merged(values, nest(path, secret))
        if is_secret(given):
            sources = merged(sources, nest(path, _wherever_it_is_read(given, place)))
    return values, sources, wrong


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
