"""Fixtures for mailboxes."""

from collections.abc import Iterator

import pytest

from channels.email.receiving import imap
from tests.channels.dovecot import Dovecot, dovecot


@pytest.fixture(scope="module")
def server() -> Iterator[Dovecot]:
    """A mail server."""
    with dovecot() as running:
        yield running


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """What breaks is tried again soon."""
    monkeypatch.setattr(imap, "_FIRST_WAIT", 0.1)
