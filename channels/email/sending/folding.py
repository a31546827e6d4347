"""Headers as they go over the line: ids and names kept whole, where the standard library tears them."""

from email.header import Header
from email.headerregistry import Address
from email.policy import EmailPolicy

_IDS = frozenset({"references", "in-reply-to"})
_MAILBOXES = frozenset({"from", "to", "cc", "reply-to"})


class Folding(EmailPolicy):
    """SMTP lines.

    The standard library makes encoded words of ids that are longer than a line, and loses the space between two
    encoded words of a name, which readers must join (RFC 2047 §6.2).
    """

    def fold(self, name: str, value: str) -> str:
        """The header as text."""
        kind = name.lower()
        if kind in _IDS:
            return f"{name}: " + value.replace("> <", ">\r\n <") + "\r\n"
        if not self.utf8 and not value.isascii():
            if kind == "subject":
                return f"{name}: {_words(value)}\r\n"
            if kind in _MAILBOXES:
                mailboxes = value.addresses  # type: ignore[attr-defined]
                return f"{name}: " + ",\r\n ".join(map(_mailbox, mailboxes)) + "\r\n"
        folded: str = super().fold(name, value)
        return folded

    def fold_binary(self, name: str, value: str) -> bytes:
        """The header as octets."""
        return self.fold(name, value).encode()


def _mailbox(mailbox: Address) -> str:
    name = mailbox.display_name
    return str(mailbox) if name.isascii() else f"{_words(name)}\r\n <{mailbox.addr_spec}>"


def _words(text: str) -> str:
    """A text as encoded words (RFC 2047), a line each."""
    return Header(text, "utf-8", maxlinelen=76, header_name="Reply-To").encode(linesep="\r\n")
