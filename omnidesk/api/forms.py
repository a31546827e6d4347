"""What programs send: the bodies and queries that operations take."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from omnidesk.api.operations import PATTERNS, Page, Slug
from omnidesk.contract.message import Incoming, Moment, Text, Word
from omnidesk.store.models import Category, Priority

Label = Annotated[Word, Field(max_length=50)]
Id = Annotated[str, Field(pattern=f"^(?:{PATTERNS['id']})$", examples=["1874203905"])]
_LONGEST = 50_000
_FURTHEST = 2**53 - 1
"""Further whole numbers are not the same to every reader of JSON."""


def _whole(value: Any) -> Any:
    """To JSON 5.0 is a whole number like 5."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


Count = Annotated[int, Field(ge=0, lt=2**31), BeforeValidator(_whole)]
"""A version or a position."""
Value = (
    Annotated[Text, Field(max_length=2000)]
    | bool
    | Annotated[int, Field(ge=-_FURTHEST, le=_FURTHEST)]
    | Annotated[float, Field(ge=-_FURTHEST, le=_FURTHEST, allow_inf_nan=False)]
    | None
)
Fields = Annotated[
    dict[Label, Value],
    Field(
        max_length=100,
        description="Those that change; null removes one.",
        examples=[{"a": 1}],
        json_schema_extra={"additionalProperties": False},
    ),
]
Spoken = Annotated[str, Field(max_length=_LONGEST, pattern=r"^[^\x00]*[^\x00\x1c-\x1f\s][^\x00]*$")]
"""A text that is more than white space."""
Email = Annotated[Word, Field(max_length=320, description="The address an agent signs in with.")]


Address = Annotated[Word, Field(max_length=320, examples=["max@example.com"])]


StatusName = Annotated[
    str,
    Field(
        pattern=f"^(?:{'|'.join(Category)}|{PATTERNS['slug']})$",
        description="A category, or the slug of one of the desk's own statuses.",
        examples=["open"],
    ),
]


class CaseQuery(Page):
    """Which cases; the newest first, or with `updated_since` the one first that was changed longest ago."""

    status: StatusName | None = None
    team: Slug | None = None
    assignee: Email | None = None
    inbox: Slug | None = None
    contact: Id | None = None
    label: Label | None = None
    updated_since: Moment | None = None


class NewCase(Incoming):
    """A case in the words of the contact, who reached us in another way."""

    contact: Id
    inbox: Slug
    subject: Text = Field(default="", max_length=500)
    body: Spoken = Field(description="What the contact said.")


class CaseChange(Incoming):
    """What to change of a case; what is not named, or null, stays. `version`: the one that was read."""

    version: Count
    status: StatusName | None = None
    priority: Priority | None = None
    team: Slug | None = None
    assignee: Email | None = Field(default=None, description="null = nobody.")
    labels: list[Label] | None = Field(default=None, max_length=50, description="All that the case shall have.")
    fields: Fields | None = None


class FilledTemplate(Incoming):
    """A template of the reply's inbox, by its name and the provider's code of its language, with all its words."""

    name: Word = Field(max_length=512, examples=["order_update"])
    language: Word = Field(max_length=20, examples=["tr"])
    values: list[Annotated[Spoken, Field(max_length=1024)]] = Field(default_factory=list, max_length=100)


class NewInteraction(Incoming):
    """Something to say on a case: a `body`, or a reply's `template` where the person wrote too long ago for a free one.

    `last_seen`: the highest position that was read; what came later stops a reply.
    """

    kind: Literal["reply", "note"]
    body: Spoken | None = Field(default=None, description="The text; null only with a template.")
    template: FilledTemplate | None = None
    inbox: Slug | None = Field(default=None, description="By which inbox a reply goes; null = the one of the case.")
    cc: list[Address] = Field(default_factory=list, max_length=20, description="Who gets a copy of a reply by email.")
    bcc: list[Address] = Field(default_factory=list, max_length=20, description="The same, and nobody else knows.")
    last_seen: Count | None = None


class ContactQuery(Page):
    """Which contacts: those whose names and addresses have words that begin like those of `q`, the newest first."""

    q: Text = Field(default="", max_length=200)
    organization: Id | None = Field(default=None, description="The id of the organization they belong to.")


class NewPoint(Incoming):
    """An address on a channel."""

    channel: Annotated[str, Field(pattern="^[a-z][a-z0-9_]{1,30}$", examples=["email"])]
    address: Word = Field(examples=["mia@example.com"])


Language = Annotated[str, Field(pattern="^[a-z]{2,3}$", examples=["tr"])]
TimeZone = Annotated[Word, Field(max_length=64, examples=["Europe/Istanbul"])]
Channel = Annotated[
    str,
    Field(
        pattern="^[a-z][a-z0-9_]{1,30}$",
        description="A kind of channel on which the contact has an address.",
        examples=["email"],
    ),
]
Notes = Annotated[Text, Field(max_length=10_000)]
Domains = Annotated[
    list[Annotated[Word, Field(max_length=253, examples=["example.com"])]],
    Field(max_length=50, description="All that it shall have; none that gives mailboxes to anybody."),
]


class NewContact(Incoming):
    """A person and the addresses that they are known by, which are claims."""

    name: Text = Field(default="", max_length=200)
    language: Language | None = None
    time_zone: TimeZone | None = None
    region: Text = Field(default="", max_length=100)
    organization: Id | None = Field(default=None, description="Not named = the one that owns the domain of an address.")
    preferred_channel: Channel | None = None
    notes: Notes = ""
    points: list[NewPoint] = Field(default_factory=list, max_length=20)
    fields: Fields = Field(default_factory=dict)


class ContactChange(Incoming):
    """What to change of a contact; what is not named stays. `version`: the one that was read."""

    version: Count
    name: Text | None = Field(default=None, max_length=200)
    language: Language | None = None
    time_zone: TimeZone | None = None
    region: Text | None = Field(default=None, max_length=100)
    organization: Id | None = None
    preferred_channel: Channel | None = None
    notes: Notes | None = None
    fields: Fields | None = None


class OrganizationQuery(Page):
    """Which organizations: those whose names and domains have words that begin like those of `q`, the newest first."""

    q: Text = Field(default="", max_length=200)


class NewOrganization(Incoming):
    """An organization, whom people belong to."""

    name: Word = Field(max_length=200, examples=["Acme"])
    domains: Domains = Field(default_factory=list)
    notes: Notes = ""
    fields: Fields = Field(default_factory=dict)


class OrganizationChange(Incoming):
    """What to change of an organization; what is not named, or null, stays. `version`: the one that was read."""

    version: Count
    name: Word | None = Field(default=None, max_length=200)
    domains: Domains | None = None
    notes: Notes | None = None
    fields: Fields | None = None


class Merge(Incoming):
    """Whose addresses, cases and log the contact takes over."""

    source: Id = Field(alias="from")


class NewReceipt(Incoming):
    """What became of a message of ours. `id`: the interaction."""

    id: Id
    state: Literal["delivered", "read", "failed"]
    error: Text = Field(default="", max_length=500)
