"""What channels keep between two starts."""

import pytest

from omnidesk.errors import Invalid
from omnidesk.store.models import Memory
from tests.office import Office


async def test_what_was_put_last_is_what_is_kept(office: Office) -> None:
    memory = office.reception("desk").memory
    assert await memory.get("offset") is None
    for value in ("17", "18"):
        await memory.put("offset", value)
    assert await office.reception("desk").memory.get("offset") == "18"


async def test_each_inbox_has_a_memory_of_its_own(office: Office) -> None:
    await office.reception("desk").memory.put("offset", "17")
    assert await office.reception("bot").memory.get("offset") is None


async def test_a_memory_is_encrypted_at_rest(office: Office) -> None:
    await office.reception("desk").memory.put("token", "very-secret")
    (row,) = await office.all(Memory)
    assert "very-secret" not in row.value


async def test_a_memory_is_small(office: Office) -> None:
    with pytest.raises(Invalid, match="at most"):
        await office.reception("desk").memory.put("offset", "x" * 100_000)
