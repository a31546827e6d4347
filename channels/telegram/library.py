"""python-telegram-bot, imported when it is first needed: it takes a third of a second."""

import os
from functools import cache
from types import ModuleType


@cache
def library() -> ModuleType:
    """The package `telegram`."""
    # Times as timedelta, as they will be everywhere; without this each RetryAfter warns.
    os.environ.setdefault("PTB_TIMEDELTA", "true")
    import telegram

    return telegram
