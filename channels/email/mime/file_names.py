"""The name that a part gives to its file (RFC 2183, RFC 2231), in whatever grammar."""

import re
from email.message import Message
from urllib.parse import unquote, unquote_to_bytes

from channels.email.mime.charsets import decode

_LOST_QUOTE = re.compile(r'(?:file)?name\s*=\s*"([^";]+)$', re.IGNORECASE)
_NO_SEMICOLON = re.compile(r'\bfilename\s*=\s*"([^"]+)"', re.IGNORECASE)
_EXTENDED = re.compile(r"filename\*\s*=\s*\"?([\w-]{0,40})'[^']{0,20}'([^\s;\"]+)", re.IGNORECASE)
_ESCAPED = re.compile(r"%[0-9A-Fa-f]{2}")


def file_name(part: Message) -> str:
    """The name as it stands there, encoded words undone by nobody yet; nothing if there is none.

    `filename*` says more than `filename` (RFC 6266 §4.3). Raises what the standard library raises.
    """
    fields = str(part.get("Content-Disposition", ""))
    if extended := _EXTENDED.search(fields):
        return decode(unquote_to_bytes(extended[2]), extended[1] or None)
    found = part.get_filename() or part.get_param("name", header="content-disposition") or ""
    name = found if isinstance(found, str) else str(found[2])
    if not name or name.startswith('"'):
        lost = _NO_SEMICOLON.search(fields) or _LOST_QUOTE.search(fields)
        name = lost[1] if lost else name.strip('"')
    return _unescaped(name)


def _unescaped(name: str) -> str:
    """Percent signs where only RFC 2231 would allow them: most browsers' mail pages write them."""
    name = re.sub(r"^(?:utf-8|iso-8859-\d+)''", "", name, flags=re.IGNORECASE)
    if not _ESCAPED.search(name):
        return name
    try:
        return unquote(name, errors="strict")
    except ValueError:
        return name
