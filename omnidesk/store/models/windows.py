"""When people wrote last, where that limits how they may be answered."""

from datetime import datetime

from omnidesk.store.models._row import Row, link, moment


class LastWord(Row, table=True):
    """When somebody wrote last from an address to an inbox whose channel has a `window`."""

    __tablename__ = "last_words"

    contact_point_id: int = link("contact_points.id", primary_key=True)
    inbox_id: int = link("inboxes.id", primary_key=True)
    said_at: datetime = moment()
