"""A visitor: requests with what a page in a browser would send along."""

from dataclasses import dataclass

from aiohttp import ClientSession

from omnidesk.web import csrf


@dataclass
class Visitor:
    """A session of an agent, or of nobody, and the token that its pages carry."""

    session: ClientSession
    url: str
    token: str

    async def get(self, path: str, **headers: str) -> tuple[int, str]:
        """Status and text of a page, redirects not followed."""
        async with self.session.get(path, headers=headers, allow_redirects=False) as response:
            return response.status, await response.text()

    async def follow(self, path: str) -> str:
        """Where a path leads to."""
        async with self.session.get(path, allow_redirects=False) as response:
            return response.headers.get("Location", "")

    async def post(self, path: str, **form: str) -> tuple[int, str]:
        """Status and text of what a form gave, redirects not followed."""
        headers = {"Origin": self.url, csrf.HEADER: self.token}
        async with self.session.post(path, data=form, headers=headers, allow_redirects=False) as response:
            return response.status, await response.text()
