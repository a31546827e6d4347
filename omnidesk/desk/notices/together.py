"""Cases that were given to an agent one right after the other are told as one thing."""

from collections.abc import Sequence
from datetime import timedelta

from omnidesk.desk.notices.listing import Group, Told
from omnidesk.store.models import NoticeKind

NEAR = timedelta(minutes=1)
"""So soon after one another."""
FEW = 3
"""Fewer than these are told one by one."""


def bundled(groups: Sequence[Group]) -> list[Sequence[Group]]:
    """The groups in their order; cases that were given together are one bundle, where its newest one stands."""
    bundles: list[list[Group]] = []
    given: list[Group] | None = None
    for group in groups:
        if given is not None and _is_given(group) and _goes_with(given[-1][0], group[0]):
            given.append(group)
            continue
        bundles.append([group])
        if _is_given(group):
            given = bundles[-1]
    return [part for bundle in bundles for part in ([bundle] if len(bundle) >= FEW else [[group] for group in bundle])]


def _is_given(group: Group) -> bool:
    return len(group) == 1 and group[0].kind == NoticeKind.ASSIGNED


def _goes_with(newer: Told, older: Told) -> bool:
    return newer.created_at - older.created_at <= NEAR and (newer.seen_at is None) == (older.seen_at is None)
