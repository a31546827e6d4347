"""The bytes of a mail, taken apart: parts, headers, charsets, addresses. Pure."""
