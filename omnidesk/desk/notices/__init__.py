"""Notices: what an agent should hear of, at the desk, in a browser that sleeps, and by email."""

from omnidesk.desk.notices.giving import give, give_team
from omnidesk.desk.notices.listing import NoticePage, Told, count, list_notices, newest
from omnidesk.desk.notices.seeing import see, see_all, taken

__all__ = [
    "NoticePage", "Told", "count", "give", "give_team", "list_notices", "newest", "see", "see_all", "taken",
]  # fmt: skip
