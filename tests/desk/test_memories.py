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


async def test_what_is_kept_is_found_by_its_beginning_and_forgotten(office: Office) -> None:
    memory = office.reception("desk").memory
    await office.reception("bot").memory.put("part/a/1", "of another inbox")
    for name in ("part/a/2", "part/a/1", "part/a_1", "part/b/1", "parts"):
        await memory.put(name, "x")
    assert await memory.names("part/a/") == ["part/a/1", "part/a/2"]
    assert await memory.all("part/a/") == {"part/a/1": "x", "part/a/2": "x"}
    await memory.drop(["part/a/1", "part/b/1", "nothing"])
    await memory.drop([])
    assert await memory.names("part") == ["part/a/2", "part/a_1", "parts"]
    assert await office.reception("bot").memory.names("part/") == ["part/a/1"]
