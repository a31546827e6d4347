"""Views by name: the built-in ones, and one of each team and channel."""

from collections.abc import Callable
from dataclasses import dataclass, field

from sqlalchemy import func
from sqlmodel import col, select

from omnidesk.desk.views.conditions import Condition, Elsewhere, Is, Within, may_hold
from omnidesk.desk.views.filters import Filter, Reader, conditions
from omnidesk.desk.views.rows import ListedCase
from omnidesk.errors import NotFound
from omnidesk.store.ids import MAX_ID
from omnidesk.store.models import Case, Category, Mention, Shelf

NEWEST, WAITING, DUE, RISK = "newest", "waiting", "due", "risk"
_OPEN_SORTS = (NEWEST, WAITING, DUE)
_MENTIONS = 500
"""So many of the newest notes that name the reader are looked at."""
_SERVED = {"team_id", "assignee_id"}
"""Columns that have an index with each shelf for each sort."""
_DONE = {Category.RESOLVED, Category.CLOSED}


@dataclass(frozen=True, slots=True)
class Asked:
    """A list as a link asks for it; sort None = the view's own."""

    view: str
    filter: Filter = field(default_factory=Filter)
    sort: str | None = None


@dataclass(frozen=True, slots=True)
class View:
    """What the cases of a list have in common. `shelves`: read one by one, each by its index; none = whichever."""

    shelves: tuple[Shelf, ...]
    held: tuple[Condition, ...] = ()
    """What an index serves."""
    wanted: tuple[Condition, ...] = ()
    """What is looked at case by case."""
    sorts: tuple[str, ...] = _OPEN_SORTS

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """All of them, the shelf included."""
        return (*((Is("shelf", self.shelves),) if self.shelves else ()), *self.held, *self.wanted)

    @property
    def is_exact(self) -> bool:
        """Whether a listed case alone tells whether it belongs here."""
        return not self.wanted and all(isinstance(one, Is) and one.column in ListedCase._fields for one in self.held)

    def may_hold(self, case: object) -> bool:
        """Whether a case belongs here now; True also where only the database can tell."""
        return may_hold(self.conditions, case)


def _risk(reader: Reader) -> View:
    # the time passes without a change of the case, so only a look at the clock tells
    due = Elsewhere(Within("at_risk_at", until=reader.now).sql)
    return View((), (due,), sorts=(RISK,))


def _mentions(reader: Reader) -> View:
    latest = select(Mention.case_id).where(Mention.agent_id == reader.viewer.agent_id).order_by(col(Mention.id).desc())
    # through a function, or SQLite reads the whole shelf and asks of each case whether it is among the few
    shelf = func.coalesce(col(Case.shelf), "").in_([Shelf.OPEN, Shelf.SNOOZED, Shelf.BOT])
    return View((), (Elsewhere(col(Case.id).in_(latest.limit(_MENTIONS)) & shelf),), sorts=(NEWEST,))


_BUILT_IN: dict[str, Callable[[Reader], View]] = {
    "mine": lambda reader: View((Shelf.OPEN,), (Is("assignee_id", (reader.viewer.agent_id,)),)),
    "unassigned": lambda _: View((Shelf.OPEN,), (Is("assignee_id", (None,)),)),
    "all": lambda _: View((Shelf.OPEN,)),
    "mentions": _mentions,
    "risk": _risk,
    "snoozed": lambda _: View((Shelf.SNOOZED,), sorts=(NEWEST,)),
    "bot": lambda _: View((Shelf.BOT,), sorts=(NEWEST,)),
    "resolved": lambda _: View((Shelf.DONE,), sorts=(NEWEST,)),
}
VIEWS = tuple(_BUILT_IN)


def view_of(asked: Asked, reader: Reader) -> View:
    """What a list that is asked for holds. Raises NotFound for a name that no view can have."""
    view = _named(asked.view, reader)
    wanted = conditions(asked.filter, reader)
    if not wanted:
        return view
    shelves = _shelves(view.shelves, asked.filter.status)
    served = tuple(one for one in wanted if isinstance(one, Is) and _is_served(one, view, asked.sort))
    rest = tuple(one for one in wanted if one not in served)
    sorts = (NEWEST,) if Shelf.DONE in shelves else view.sorts
    return View(shelves, (*view.held, *served), rest, sorts)


def _is_served(condition: Is, view: View, sort: str | None) -> bool:
    if not view.shelves or len(condition.values) != 1:
        return False
    return condition.column in _SERVED or (condition.column == "organization_id" and sort in (None, NEWEST))


def _shelves(shelves: tuple[Shelf, ...], status: tuple[str, ...]) -> tuple[Shelf, ...]:
    """Whoever asks for what is done in a view of what is open gets it."""
    done = [one for one in status if one in _DONE]
    if not shelves or not done or Shelf.DONE in shelves:
        return shelves
    return (Shelf.DONE,) if len(done) == len(status) else (*shelves, Shelf.DONE)


def _named(name: str, reader: Reader) -> View:
    if name in _BUILT_IN:
        return _BUILT_IN[name](reader)
    kind, _, which = name.partition("-")
    if kind == "team" and which.isdecimal() and which.isascii() and len(which) < 20 and int(which) <= MAX_ID:
        if int(which) in reader.viewer.hidden_team_ids:
            raise NotFound(f"There is no view {name}.")
        return View((Shelf.OPEN,), (Is("team_id", (int(which),)),))
    if kind == "channel" and which:
        return View((Shelf.OPEN,), (Is("channel", (which,)),))
    raise NotFound(f"There is no view {name}.")


def in_view(case: Case, reader: Reader, name: str) -> bool:
    """Whether a case may belong to a view now."""
    return view_of(Asked(name), reader).may_hold(case)
