"""Exporting: the rows as files that `apply` reads back."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from omnidesk.contract.channel import Channel
from omnidesk.desk.configuration.difference import flat, is_secret, nested
from omnidesk.desk.configuration.kinds import KINDS
from omnidesk.desk.configuration.present import Present


def export(present: Present, channels: Mapping[str, type[Channel]], folder: Path) -> dict[Path, str]:
    """The files, by their paths below `folder`: a file a kind, and each bot's own as it was."""
    files = {Path("bots") / path: text for bot in present.rows["bots"].values() for path, text in bot.source.items()}
    for kind in KINDS:
        entries = list(present.values[kind].values())
        if kind == "bots" or not entries:
            continue
        if kind == "inboxes":
            entries = [_inbox(values, channels, folder) for values in entries]
        text = yaml.safe_dump({kind: entries}, sort_keys=False, allow_unicode=True, width=110)
        files[Path("desk") / f"{kind}.yaml"] = text
    return files


def write(folder: Path, files: Mapping[Path, str]) -> None:
    """Write the files into a folder."""
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, "utf-8")


def _inbox(values: Mapping[str, Any], channels: Mapping[str, type[Channel]], folder: Path) -> dict[str, Any]:
    """An inbox with settings other than the channel's defaults; a secret of no file is to come from a variable."""
    settings = flat(values["settings"])
    kind = channels.get(values["channel"])
    defaults = flat(_defaults(kind)) if kind else {}
    said = {name: value for name, value in settings.items() if name not in defaults or defaults[name] != value}
    for name, value in said.items():
        if is_secret(value) and "stored" in value:
            said[name] = {"env": f"OMNIDESK_{values['slug']}_{name}".upper().replace("-", "_").replace(".", "_")}
        elif is_secret(value) and "file" in value:
            said[name] = {"file": _seen_from(folder, value["file"])}
    return {**values, "settings": nested(said)}


def _seen_from(folder: Path, name: str) -> str:
    """A secret's file as the files in `folder / "desk"` name it: relative where it lies below the folder."""
    top = Path(os.path.normpath(folder.absolute()))
    return os.path.relpath(name, top / "desk") if Path(name).is_relative_to(top) else name


def _defaults(kind: type[Channel]) -> dict[str, Any]:
    """What the settings are where nothing is said."""
    model = kind.Settings.model_construct()
    known = kind.Settings.model_fields
    return {
        name: value
        for name, value in model.model_dump(mode="json", warnings=False).items()
        if not known[name].is_required()
    }
