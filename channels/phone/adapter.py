"""The telephone: calls are written down by hand, so nothing arrives by itself and nothing is sent."""

from collections.abc import Sequence

from omnidesk.contract.channel import Capabilities, Channel, ChannelError, Inbound, Outbound, RawMessage, Unparsable
from omnidesk.text.addresses import normal_phone

_AT_HOME = "TR"


class PhoneChannel(Channel):
    """Where cases belong that began with a call and have no other address."""

    name = "phone"
    capabilities = Capabilities(join="new", sends=False)

    @classmethod
    def normal_address(cls, text: str) -> str | None:
        """E.164."""
        return normal_phone(text, _AT_HOME)

    def parse(self, raw: RawMessage) -> Sequence[Inbound]:
        """Nothing arrives by telephone without a person who writes it down."""
        raise Unparsable("calls are logged by hand")

    async def send(self, outbound: Outbound) -> str:
        """A text can't be spoken."""
        raise ChannelError("nothing can be written by telephone: call, or use another address", permanent=True)
