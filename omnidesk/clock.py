"""The one place that asks what time it is."""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]


def now() -> datetime:
    """The current time, aware, UTC."""
    return datetime.now(UTC)
