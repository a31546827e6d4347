"""The addresses of an inbox, and the case token behind the plus sign of one (RFC 5233)."""

from collections.abc import Iterable
from dataclasses import dataclass

from omnidesk.text.addresses import normal_email


@dataclass(frozen=True, slots=True)
class OwnAddresses:
    """The addresses mail may come to; each also with any plus-tag, in any case."""

    addresses: tuple[str, ...]

    def knows(self, address: str) -> bool:
        """Whether an address is one of ours."""
        return self._tag(address) is not None

    def token(self, addresses: Iterable[str]) -> str | None:
        """The first plus-tag on an address of ours, in lower case."""
        return next((tag for address in addresses if (tag := self._tag(address))), None)

    def made(self, message_id: str) -> bool:
        """Whether a Message-ID has the form of ours: the domain of an address of ours behind the @."""
        domain = message_id.rpartition("@")[2].lower()
        return any(domain == own.rpartition("@")[2] for own in self.addresses)

    def _tag(self, address: str) -> str | None:
        """The plus-tag, empty when there is none; None for an address of somebody else."""
        local, _, domain = normal_email(address).rpartition("@")
        for own in self.addresses:
            own_local, _, own_domain = own.rpartition("@")
            if domain == own_domain and (local == own_local or local.startswith(f"{own_local}+")):
                return local[len(own_local) + 1 :]
        return None


def with_token(address: str, token: str) -> str:
    """The address that leads an answer back to a case."""
    local, _, domain = address.rpartition("@")
    return f"{local}+{token}@{domain}"
