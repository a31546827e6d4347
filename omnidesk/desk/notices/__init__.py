"""Notices: what an agent should hear of, at the desk, in a browser that sleeps, and by email."""

from omnidesk.desk.notices.giving import give, give_team
from omnidesk.desk.notices.listing import NoticePage, Told, by_case, count, given_lately, list_notices, newest
from omnidesk.desk.notices.seeing import see, see_all, see_these, taken
from omnidesk.desk.notices.together import FEW, NEAR, bundled

__all__ = [
    "FEW", "NEAR", "NoticePage", "Told", "bundled", "by_case", "count", "give", "give_team", "given_lately",
    "list_notices", "newest", "see", "see_all", "see_these", "taken",
]  # fmt: skip
