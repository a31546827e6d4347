"""What programs are given."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from omnidesk.contract.channel import Failure
from omnidesk.desk.calls import Outcome
from omnidesk.store.models import Author, Category, DeliveryRole, DeliveryState, Direction, Holder, Kind, Priority


class Answer(BaseModel):
    """What the API says."""

    model_config = ConfigDict(frozen=True)


class Case(Answer):
    """A piece of work. `status` is the desk's own name within the `category`; `assignee` an agent's e-mail.

    `merged_into`: the number of the case that took over what was said; null too where it is not for the asker.
    """

    number: int
    id: str
    version: int
    subject: str
    status: str
    category: Category
    holder: Holder
    priority: Priority
    team: str | None
    assignee: str | None
    contact: str
    inbox: str
    channel: str
    labels: list[str]
    fields: dict[str, Any]
    snoozed_until: datetime | None
    created_at: datetime
    updated_at: datetime
    resolved_at: datetime | None
    closed_at: datetime | None
    merged_into: int | None


class CasePage(Answer):
    """Some cases, and the cursor of what follows."""

    items: list[Case]
    next: str | None


class Speaker(Answer):
    """Who spoke or acted; the name is what they were called then."""

    kind: Author
    id: str | None
    name: str


class File(Answer):
    """A file of an interaction. `url` is good for a day; null while we haven't got the bytes from the provider."""

    id: str
    filename: str
    content_type: str
    size: int
    url: str | None


class Delivery(Answer):
    """The sending of an interaction to one address.

    `error` holds the other side's words and `failure` their kind; with state `sent` the message is delayed on its way.
    """

    to: str
    role: DeliveryRole
    channel: str
    state: DeliveryState
    error: str | None
    failure: Failure | None


class Template(Answer):
    """A template, with the words that were filled in."""

    name: str
    language: str
    values: list[str]


class PhoneCall(Answer):
    """A telephone call that an agent wrote down, with when it began; `number` is null where it was withheld."""

    outcome: Outcome
    number: str | None
    seconds: int | None
    began_at: datetime


class OfferedTemplate(Answer):
    """An approved text; its variables stand in it as `{{1}}`, `{{2}}`, …, and `variables` says what each of them is."""

    name: str
    language: str
    text: str
    variables: list[str]


class Templates(Answer):
    """All templates of an inbox."""

    items: list[OfferedTemplate]
    next: None


class Interaction(Answer):
    """One row of the log. `position` counts within the case.

    `event` names what happened, in rows of that kind; `score` is what the contact gave, in answers to a survey;
    `whole` is the text with the history that a mail quotes and its signature, where `text` is without;
    `claims` is how else the sender said they can be reached (email, phone), which nobody has checked.
    `template` is the one that it was, of a provider's approved texts; `call` tells of a call, in rows of that kind, of
    which `text` are the notes and `direction` says who called.
    `doubt` says of mail that nothing proves its sender (`unproven`) or that a check has failed (`forged`);
    `reply_to` is another address at which answers are wanted. `html` is harmless; pictures that lie elsewhere stand
    in `data-remote`, so that they don't tell the sender who reads when.
    """

    id: str
    position: int
    case: int | None
    contact: str
    inbox: str
    channel: str
    direction: Direction
    kind: Kind
    author: Speaker
    text: str
    whole: str | None
    html: str | None
    event: str | None
    score: int | None
    claims: dict[str, str]
    doubt: Literal["unproven", "forged"] | None
    reply_to: str | None
    template: Template | None
    call: PhoneCall | None
    attachments: list[File]
    deliveries: list[Delivery]
    created_at: datetime


class InteractionPage(Answer):
    """Some of a log, oldest first, and the cursor of what follows."""

    items: list[Interaction]
    next: str | None


class Point(Answer):
    """One address of a contact. `consent` ends with a STOP word: nothing automatic is sent there."""

    channel: str
    address: str
    proven: bool
    working: bool
    consent: bool


class Contact(Answer):
    """A person. `merged_into`: who took over all addresses, cases and the log; `organization`: its id.

    `region` is in the desk's own words; `preferred_channel` is the kind of channel on which they like to be reached.
    `hidden_cases`: how many cases of closed teams there are that the one who asks may not see, by team.
    """

    id: str
    version: int
    name: str
    language: str | None
    time_zone: str | None
    region: str
    organization: str | None
    preferred_channel: str | None
    notes: str
    points: list[Point]
    fields: dict[str, Any]
    merged_into: str | None
    hidden_cases: dict[str, int]
    created_at: datetime
    updated_at: datetime


class ContactPage(Answer):
    """Some contacts, and the cursor of what follows."""

    items: list[Contact]
    next: str | None


class Organization(Answer):
    """Whom people belong to. `domains`: whoever is new and writes from an email address there belongs to it."""

    id: str
    version: int
    name: str
    domains: list[str]
    notes: str
    fields: dict[str, Any]
    created_at: datetime
    updated_at: datetime


class OrganizationPage(Answer):
    """Some organizations, and the cursor of what follows."""

    items: list[Organization]
    next: str | None


class Taken(Answer):
    """A message that is kept; what it becomes can be seen on the sender's case."""

    id: str
    external_id: str


class Noted(Answer):
    """How the sending of a message stands."""

    id: str
    state: DeliveryState


class Wrong(Answer):
    """One thing that is wrong with what was sent."""

    field: str
    message: str


class Problem(Answer):
    """What can't be done (RFC 9457); `code` is stable."""

    status: int
    title: str
    detail: str
    code: str
    errors: list[Wrong] = []
