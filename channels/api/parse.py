"""What the JSON API stored, read again: messages of the app's users."""

from pydantic import ValidationError

from omnidesk.contract.channel import Attachment, Inbound, RawMessage, Sender, Unparsable
from omnidesk.contract.message import ApiMessage


def parse(raw: RawMessage) -> Inbound:
    """One message. Who holds the token has vouched for the sender, so the address is proven. Raises Unparsable."""
    try:
        said = ApiMessage.model_validate_json(raw.body)
    except ValidationError as error:
        raise Unparsable(f"not a message of the API: {error.error_count()} fields are wrong") from error
    return Inbound(
        Sender(said.sender.id, said.sender.name, proven=True),
        said.text,
        sent_at=said.sent_at,
        claims={kind: said_of for kind in ("email", "phone") if (said_of := getattr(said.sender, kind))},
        attachments=tuple(Attachment(file.filename, file.content_type, file.decoded) for file in said.attachments),
    )
