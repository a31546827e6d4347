"""Blobs are named by what they hold."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from omnidesk.errors import Invalid, NotFound
from omnidesk.store.blobs import Blobs


@pytest.fixture(params=["folder", "memory"])
def blobs(request: pytest.FixtureRequest, tmp_path: Path) -> Blobs:
    return Blobs(str(tmp_path / "blobs") if request.param == "folder" else "memory:///")


async def chunks(*parts: bytes) -> AsyncIterator[bytes]:
    for part in parts:
        yield part


async def test_what_was_put_is_got(blobs: Blobs) -> None:
    assert await blobs.get(await blobs.put(b"hello")) == b"hello"
    assert await blobs.get(await blobs.put(b"")) == b""


async def test_the_same_bytes_have_one_name(blobs: Blobs) -> None:
    names = await asyncio.gather(*(blobs.put(b"the same") for _ in range(10)))
    assert len(set(names)) == 1
    assert await blobs.get(names[0]) == b"the same"


async def test_an_unknown_name_is_not_found(blobs: Blobs) -> None:
    with pytest.raises(NotFound):
        await blobs.get("ab/abcdef")


async def test_a_stream_may_be_as_long_as_the_limit_and_no_longer(blobs: Blobs) -> None:
    name, size = await blobs.put_stream(chunks(b"123", b"45"), limit=5)
    assert (await blobs.get(name), size) == (b"12345", 5)
    with pytest.raises(Invalid) as caught:
        await blobs.put_stream(chunks(b"123", b"456"), limit=5)
    assert caught.value.code == "too_large"


async def test_nothing_half_written_stays_behind(tmp_path: Path) -> None:
    name = await Blobs(str(tmp_path)).put(b"whole")
    assert names_below(tmp_path) == [name]


def names_below(folder: Path) -> list[str]:
    return [str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()]
