"""What Meta posts, as far as a desk reads it.

https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/messages
"""

from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import BaseModel, Field, StringConstraints

WhatsAppId = Annotated[str, StringConstraints(pattern=r"^[!-~]{0,400}$")]
"""An id of Meta's, such as `wamid.…`; empty = none."""


class Text(BaseModel):
    """Words."""

    body: str = ""


class Medium(BaseModel):
    """A file that Meta keeps for a while."""

    id: str = Field(pattern=r"^[A-Za-z0-9_-]{1,100}$")
    mime_type: str = "application/octet-stream"
    filename: str = ""
    caption: str = ""
    voice: bool = False


class Location(BaseModel):
    """A place."""

    latitude: float
    longitude: float
    name: str = ""
    address: str = ""


class PersonName(BaseModel):
    """What a person on a card is called."""

    formatted_name: str = ""


class Phone(BaseModel):
    """A phone number on a card."""

    phone: str = ""


class Email(BaseModel):
    """An email address on a card."""

    email: str = ""


class Card(BaseModel):
    """A person whom somebody passed on."""

    name: PersonName = PersonName()
    phones: list[Phone] = []
    emails: list[Email] = []


class Reply(BaseModel):
    """A pressed button, or a chosen row of a list."""

    id: str = Field(min_length=1)
    title: str = ""


class FlowReply(BaseModel):
    """A form of Meta's own that was filled in."""

    body: str = ""


class Interactive(BaseModel):
    """What was chosen."""

    button_reply: Reply | None = None
    list_reply: Reply | None = None
    nfm_reply: FlowReply | None = None


class Button(BaseModel):
    """A pressed button of a template."""

    payload: str = ""
    text: str = ""


class Reaction(BaseModel):
    """A sign under a message; without one it was taken away."""

    message_id: str = ""
    emoji: str = ""


class System(BaseModel):
    """What WhatsApp itself tells."""

    type: str = ""
    wa_id: str = ""


class Context(BaseModel):
    """The message that one answers."""

    id: WhatsAppId = ""


class Referral(BaseModel):
    """The advertisement that led here."""

    headline: str = ""


class Fault(BaseModel):
    """Why something failed."""

    code: int = 0


class Product(BaseModel):
    """A line of an order."""

    product_retailer_id: str = ""
    quantity: int | float | str = ""


class Order(BaseModel):
    """What was put into a basket."""

    text: str = ""
    product_items: list[Product] = []


class Unsupported(BaseModel):
    """What kind of message WhatsApp keeps to itself."""

    type: str = Field(default="", max_length=40)


class Message(BaseModel):
    """One message of a person. Exactly one part is there: the one that `type` names."""

    id: WhatsAppId = Field(min_length=1)
    sender: str = Field(default="", alias="from", pattern=r"^[0-9]{0,20}$")
    from_user_id: str = Field(default="", pattern=r"^([A-Z]{2}\.[A-Za-z0-9.]{1,140})?$")
    """Who wrote, where the person shows no number."""
    timestamp: int = Field(default=0, ge=0, lt=2**33)
    type: str = Field(max_length=40)
    context: Context = Context()
    referral: Referral = Referral()
    text: Text | None = None
    image: Medium | None = None
    document: Medium | None = None
    audio: Medium | None = None
    video: Medium | None = None
    sticker: Medium | None = None
    location: Location | None = None
    contacts: list[Card] | None = None
    interactive: Interactive | None = None
    button: Button | None = None
    reaction: Reaction | None = None
    order: Order | None = None
    system: System | None = None
    unsupported: Unsupported = Unsupported()
    edit: "Edit | None" = None

    @property
    def media(self) -> dict[str, Medium]:
        """Its files, by what they are."""
        found = {
            "image": self.image, "document": self.document, "audio": self.audio, "video": self.video,
            "sticker": self.sticker,
        }  # fmt: skip
        return {kind: medium for kind, medium in found.items() if medium is not None}


class Edited(BaseModel):
    """What a message says instead."""

    text: Text | None = None
    image: Medium | None = None
    document: Medium | None = None
    video: Medium | None = None

    @property
    def words(self) -> str:
        """The new text, or what stands under the file."""
        media = (self.image, self.document, self.video)
        return self.text.body if self.text else next((one.caption for one in media if one), "")


class Edit(BaseModel):
    """That a message was changed."""

    original_message_id: WhatsAppId = Field(min_length=1)
    message: Edited = Edited()


class Status(BaseModel):
    """What became of a message of ours."""

    id: WhatsAppId = Field(min_length=1)
    status: str
    biz_opaque_callback_data: str = Field(default="", max_length=512)
    errors: list[Fault] = []


class Profile(BaseModel):
    """What a person is called."""

    name: str = ""


class Known(BaseModel):
    """A person of whom a post tells."""

    wa_id: str = ""
    user_id: str = ""
    profile: Profile = Profile()


class Value(BaseModel):
    """What happened at one number."""

    contacts: list[Known] = []
    messages: list[Message] = []
    statuses: list[Status] = []

    def name_of(self, message: Message) -> str:
        """What the sender of a message is called."""
        ids = {message.sender, message.from_user_id} - {""}
        return next((one.profile.name for one in self.contacts if ids & {one.wa_id, one.user_id}), "")


class Change(BaseModel):
    """One thing that happened."""

    field: str
    value: Value


class Entry(BaseModel):
    """What happened at one account."""

    changes: list[Change] = []


class Post(BaseModel):
    """All that Meta tells at once."""

    object: str = Field(pattern="^whatsapp_business_account$")
    entry: list[Entry]

    def values(self) -> Iterator[Value]:
        """What happened, number by number."""
        return (change.value for entry in self.entry for change in entry.changes if change.field == "messages")


def alone(entry_id: str, metadata: Any, value: dict[str, Any]) -> dict[str, Any]:
    """The post that Meta would have made, had nothing else happened."""
    told = {"messaging_product": "whatsapp", "metadata": metadata, **value}
    changes = [{"value": told, "field": "messages"}]
    return {"object": "whatsapp_business_account", "entry": [{"id": entry_id, "changes": changes}]}


Message.model_rebuild()
