"""What people call the rows."""

import re

from omnidesk.store.models._row import Row

_NOUNS = {
    "ContactLink": "change of an address",
    "ContactPoint": "address",
    "Invitation": "survey",
    "SlaTimer": "clock",
}


def noun_of(model: type[Row]) -> str:
    """What people call a row of this model, such as "address"; by itself its name in small letters."""
    name = model.__name__
    return _NOUNS.get(name) or re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower()
