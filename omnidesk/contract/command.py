"""What a channel's or the bot's own command may ask of the program it lives in.

An entry point of the group `omnidesk.commands` is a function `commands(host: Host) -> typer.Typer`; the entry point's
name is the command's name (`omnidesk mail …`).
"""

from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any, Protocol

from omnidesk.contract.channel import Desk


class Host(Protocol):
    """The program around a command; only `open_desk` and `inbox_settings` touch the store."""

    @property
    def data_dir(self) -> Path:
        """The data folder."""

    async def inbox_settings(self, slug: str) -> Any:
        """The settings of an inbox, validated by its channel."""

    def open_desk(self, slug: str) -> AbstractAsyncContextManager[Desk]:
        """The desk of one inbox, for commands that bring messages in."""
