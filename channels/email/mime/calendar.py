"""What an invitation says (iCalendar, RFC 5545), for mails in which nothing else does."""

import re
from datetime import datetime

_MOST = 200_000
"""The most characters that are read."""
_LINE = re.compile(r"^([A-Za-z-]{1,40})((?:;[^:\n\"]{0,200}(?:\"[^\"\n]{0,200}\")?){0,10}):(.*)$", re.MULTILINE)
_ZONE = re.compile(r';TZID="?([^";:]{1,80})', re.IGNORECASE)
_ESCAPED = re.compile(r"\\([\\;,nN])")


def to_text(calendar: str) -> str:
    """What, when and where, then the description; of the first event, nothing if there is none."""
    _, begin, rest = re.sub(r"\n[ \t]", "", calendar[:_MOST]).partition("BEGIN:VEVENT")
    if not begin:
        return ""
    event = re.sub(r"BEGIN:VALARM.*?(?:END:VALARM|\Z)", "", rest.partition("END:VEVENT")[0], flags=re.DOTALL)
    fields: dict[str, tuple[str, str]] = {}
    for name, parameters, value in _LINE.findall(event):
        fields.setdefault(name.upper(), (parameters, value.strip()))
    times = [_time(*fields[name]) for name in ("DTSTART", "DTEND") if name in fields]
    head = [_words(fields, "SUMMARY"), " – ".join(times), _words(fields, "LOCATION")]
    parts = ["\n".join(filter(None, head)), _words(fields, "DESCRIPTION").strip()]
    return "\n\n".join(filter(None, parts))


def _words(fields: dict[str, tuple[str, str]], name: str) -> str:
    return _ESCAPED.sub(lambda sign: "\n" if sign[1] in "nN" else sign[1], fields.get(name, ("", ""))[1])


def _time(parameters: str, value: str) -> str:
    """`2026-11-24 10:00 (Europe/Istanbul)`; as it stands if it is no time."""
    for form, shown in (("%Y%m%dT%H%M%S", "%Y-%m-%d %H:%M"), ("%Y%m%d", "%Y-%m-%d")):
        try:
            moment = datetime.strptime(value.removesuffix("Z"), form)  # noqa: DTZ007 - its zone is shown, not reckoned
        except ValueError:
            continue
        zone = _ZONE.search(parameters)
        name = "UTC" if value.endswith("Z") else zone[1] if zone else ""
        return f"{moment:{shown}} ({name})" if name else f"{moment:{shown}}"
    return value
