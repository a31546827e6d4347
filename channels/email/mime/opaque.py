"""The mail inside an opaque S/MIME signature (CMS, RFC 5652 §5): it is packed, not encrypted, so no key is needed."""

_SIGNED_DATA = bytes.fromhex("2a864886f70d010702")
_DATA = bytes.fromhex("2a864886f70d010701")
_DEEPEST = 20

Value = tuple[int, bytes, int]


def signed_content(content: bytes) -> bytes | None:
    """The bytes that were signed, or None if this is something else, or nothing that can be read."""
    try:
        return _content(content)
    except (IndexError, StopIteration, ValueError):
        return None


def _content(content: bytes) -> bytes:
    outer = _children(_value(content, 0)[1])
    if outer[0][1] != _SIGNED_DATA:
        raise ValueError("not signed data")
    signed = _children(_children(outer[1][1])[0][1])
    inner = _children(next(body for tag, body, _ in signed if tag == 0x30))
    if inner[0][1] != _DATA:
        raise ValueError("not the data itself")
    return b"".join(_octets(value, 0) for value in _children(inner[1][1]))


def _octets(value: Value, depth: int) -> bytes:
    """An octet string, perhaps made of pieces."""
    tag, body, _ = value
    if not tag & 0x20 or depth > _DEEPEST:
        return body
    return b"".join(_octets(piece, depth + 1) for piece in _children(body))


def _children(body: bytes) -> list[Value]:
    found, at = [], 0
    while at < len(body) and body[at : at + 2] != b"\0\0":
        found.append(_value(body, at))
        at = found[-1][2]
    return found


def _value(data: bytes, at: int, depth: int = 0) -> Value:
    """Tag, content and end of the value at a place (BER, X.690 §8.1), of known length or not."""
    tag, length = data[at], data[at + 1]
    start = at + 2
    if length == 0x80:
        return _indefinite(data, at, depth)
    if length & 0x80:
        size = length & 0x7F
        length = int.from_bytes(data[start : start + size])
        start += size
    return tag, data[start : start + length], start + length


def _indefinite(data: bytes, at: int, depth: int) -> Value:
    if depth > _DEEPEST:
        raise ValueError("nested too deeply")
    end = at + 2
    while data[end : end + 2] != b"\0\0":
        end = _end(data, end, depth + 1)
    return data[at], data[at + 2 : end], end + 2


def _end(data: bytes, at: int, depth: int) -> int:
    return _value(data, at, depth)[2]
