"""Blobs: bytes named by their digest, in a folder or in S3."""

import asyncio
import hashlib
import os
import secrets
from collections.abc import AsyncIterable
from pathlib import Path

from obstore.exceptions import AlreadyExistsError
from obstore.store import LocalStore, ObjectStore, from_url

from omnidesk.errors import Invalid, NotFound


class Blobs:
    """Content-addressed bytes. What `put` returned for is on the disk (or with the provider)."""

    def __init__(self, url: str) -> None:
        """`url`: a folder, or any URL that obstore knows (`s3://bucket/prefix`)."""
        self._folder = None if "://" in url else Path(url)
        if self._folder is not None:
            self._folder.mkdir(parents=True, exist_ok=True)
        self._kept: set[Path] = set()
        """The folders that outlive the machine, as far as we know."""
        self._store: ObjectStore = LocalStore(self._folder) if self._folder else from_url(url)

    async def put(self, content: bytes) -> str:
        """Keep these bytes; gives their name."""
        name = _name(hashlib.sha256(content).hexdigest())
        if self._folder is None:
            try:
                await self._store.put_async(name, content, mode="create")
            except AlreadyExistsError:
                return name
            return name
        await asyncio.to_thread(self._write, self._folder / name, content)
        return name

    def _write(self, path: Path, content: bytes) -> None:
        """Write and fsync the file and its folders: obstore's local store does not, and a row will point here."""
        if path.exists():
            return
        folder = path.parent
        if folder not in self._kept:
            folder.mkdir(exist_ok=True)
            _sync(folder.parent)
            self._kept.add(folder)
        unfinished = folder / f".{secrets.token_hex(8)}"
        with unfinished.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
        _sync(folder)

    async def put_stream(self, chunks: AsyncIterable[bytes], *, limit: int) -> tuple[str, int]:
        """Keep a stream of at most `limit` bytes; gives name and size. Raises Invalid when it is longer."""
        content = bytearray()
        async for chunk in chunks:
            content += chunk
            if len(content) > limit:
                raise Invalid(f"The file is larger than {limit // 1_000_000} MB.", code="too_large")
        return await self.put(bytes(content)), len(content)

    async def get(self, name: str) -> bytes:
        """The bytes of this name. Raises NotFound."""
        try:
            result = await self._store.get_async(name)
        except FileNotFoundError as error:
            raise NotFound(f"There is no blob {name}.") from error
        return bytes(await result.bytes_async())


def _name(digest: str) -> str:
    return f"{digest[:2]}/{digest}"


def _sync(folder: Path) -> None:
    """Keep what a folder holds, whatever happens to the machine."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
