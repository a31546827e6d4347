"""Views: the lists of the inbox, filtered, in their order, and counted."""

from omnidesk.desk.views.counting import CAP, Count, counts, sees_cases_of_hidden_teams
from omnidesk.desk.views.filters import Filter, Reader
from omnidesk.desk.views.listing import SORTED_BY, CasePage, conditions, list_cases, sort_of
from omnidesk.desk.views.named import VIEWS, Asked, View, in_view, view_of
from omnidesk.desk.views.places import Place, Places, channels, places
from omnidesk.desk.views.remembered import remember_sort, remembered_sort
from omnidesk.desk.views.rows import ListedCase, find, listed, listed_among, listed_by_id, merged_into

__all__ = [
    "CAP",
    "SORTED_BY",
    "VIEWS",
    "Asked",
    "CasePage",
    "Count",
    "Filter",
    "ListedCase",
    "Place",
    "Places",
    "Reader",
    "View",
    "channels",
    "conditions",
    "counts",
    "find",
    "in_view",
    "list_cases",
    "listed",
    "listed_among",
    "listed_by_id",
    "merged_into",
    "places",
    "remember_sort",
    "remembered_sort",
    "sees_cases_of_hidden_teams",
    "sort_of",
    "view_of",
]  # fmt: skip
