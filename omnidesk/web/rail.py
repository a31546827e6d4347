"""What the rail beside every page counts: things that wait for an operator."""

from typing import Any

from aiohttp import web
from sqlmodel.ext.asyncio.session import AsyncSession

from omnidesk.desk.incoming import quarantine
from omnidesk.desk.outgoing import loops
from omnidesk.keys import DATABASE
from omnidesk.store.models import Role
from omnidesk.web.requests import viewer_of


async def counts(request: web.Request, session: AsyncSession) -> dict[str, Any]:
    """How many messages are held back and how many loops nobody has looked at, for who may see them."""
    viewer = viewer_of(request)
    return {
        "quarantined": await quarantine.count(session) if viewer.at_least(Role.ADMIN) else 0,
        "loops": await loops.count(session, viewer, request.app[DATABASE].now()),
    }
