"""Ids are ours: unique and growing."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from omnidesk.store.ids import MAX_ID, WORKERS, IdMaker

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@given(st.lists(st.integers(-5000, 5000), min_size=1, max_size=50))
def test_ids_grow_whatever_the_clock_does(steps: list[int]) -> None:
    maker, moment, made = IdMaker(7), NOON, []
    for milliseconds in steps:
        moment += timedelta(milliseconds=milliseconds)
        made.append(maker.next(moment))
    assert made == sorted(set(made))


def test_more_ids_than_fit_into_a_millisecond_are_still_unique() -> None:
    maker = IdMaker(0)
    made = [maker.next(NOON) for _ in range(10_000)]
    assert len(set(made)) == 10_000
    assert made == sorted(made)


def test_two_workers_never_make_the_same_id() -> None:
    first, second = IdMaker(1), IdMaker(2)
    assert not {first.next(NOON) for _ in range(5000)} & {second.next(NOON) for _ in range(5000)}


def test_ids_fit_into_63_bits_for_decades() -> None:
    assert IdMaker(WORKERS - 1).next(NOON.replace(year=2090)) < MAX_ID
