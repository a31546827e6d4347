"""The tables, one noun a file."""

from omnidesk.store.models._row import Row
from omnidesk.store.models.agents import Agent, AgentSession, ApiToken, Membership, Presence, Role, SignInLink, Team
from omnidesk.store.models.audit import AuditEntry
from omnidesk.store.models.bots import BotState, BotVersion, FaqEntry
from omnidesk.store.models.bulk import BulkItem, BulkJob, BulkState, ItemState
from omnidesk.store.models.calendars import Calendar
from omnidesk.store.models.cases import Case, CaseLabel, Category, Counter, Holder, Participant, Priority, Read, Shelf
from omnidesk.store.models.configuration import Applied
from omnidesk.store.models.contacts import Contact, ContactLink, ContactLinkCase, ContactPoint, ContactWord
from omnidesk.store.models.deliveries import Delivery, DeliveryPart, DeliveryRole, DeliveryState, EarlyReceipt
from omnidesk.store.models.drafts import Draft, PlannedReply, PlannedState
from omnidesk.store.models.idempotency import IdempotencyKey
from omnidesk.store.models.inboxes import Inbox
from omnidesk.store.models.interactions import (
    Attachment,
    AttachmentState,
    Author,
    Direction,
    Interaction,
    Kind,
    MessageReference,
)
from omnidesk.store.models.leases import Lease
from omnidesk.store.models.loops import FOREVER, Loop, LoopReason
from omnidesk.store.models.macros import Macro, MacroKind
from omnidesk.store.models.memories import Memory
from omnidesk.store.models.mentions import Mention
from omnidesk.store.models.merges import CaseMerge, CaseMergeRow
from omnidesk.store.models.notices import Notice, NoticeChoice, NoticeKind, PushSubscription, Secret
from omnidesk.store.models.nouns import noun_of
from omnidesk.store.models.organizations import Organization, OrganizationDomain, OrganizationWord
from omnidesk.store.models.raw_messages import ExternalId, LaneClaim, RawMessage, RawState
from omnidesk.store.models.search import NameTrigram, SearchText, SearchWaiting
from omnidesk.store.models.setup import (
    CaseFieldValue,
    ContactFieldValue,
    Disposition,
    FieldDefinition,
    FieldKind,
    FieldSubject,
    Label,
    Status,
)
from omnidesk.store.models.simulated import SimulatedMessage
from omnidesk.store.models.sla import Metric, SlaClock, SlaPolicy, SlaSegment, SlaTimer, TimerState
from omnidesk.store.models.surveys import Invitation, InvitationState, Survey
from omnidesk.store.models.tasks import CaseLink, LinkKind, Task
from omnidesk.store.models.views import ListSort, SavedView
from omnidesk.store.models.windows import LastWord

__all__ = [
    "FOREVER", "Agent", "AgentSession", "ApiToken", "Applied", "Attachment", "AttachmentState", "AuditEntry",
    "Author", "BotState", "BotVersion", "BulkItem", "BulkJob", "BulkState", "Calendar", "Case", "CaseFieldValue",
    "CaseLabel", "CaseLink", "CaseMerge", "CaseMergeRow", "Category", "Contact", "ContactFieldValue", "ContactLink",
    "ContactLinkCase", "ContactPoint", "ContactWord", "Counter", "Delivery", "DeliveryPart", "DeliveryRole",
    "DeliveryState", "Direction", "Disposition", "Draft", "EarlyReceipt", "ExternalId", "FaqEntry", "FieldDefinition",
    "FieldKind", "FieldSubject", "Holder", "IdempotencyKey", "Inbox", "Interaction", "Invitation", "InvitationState",
    "ItemState", "Kind", "Label", "LaneClaim", "LastWord", "Lease", "LinkKind", "ListSort", "Loop", "LoopReason",
    "Macro", "MacroKind", "Membership", "Memory", "Mention", "MessageReference", "Metric", "NameTrigram", "Notice",
    "NoticeChoice", "NoticeKind", "Organization", "OrganizationDomain", "OrganizationWord", "Participant",
    "PlannedReply", "PlannedState", "Presence", "Priority", "PushSubscription", "RawMessage", "RawState", "Read",
    "Role", "Row", "SavedView", "SearchText", "SearchWaiting", "Secret", "Shelf", "SignInLink", "SimulatedMessage",
    "SlaClock", "SlaPolicy", "SlaSegment", "SlaTimer", "Status", "Survey", "Task", "Team", "TimerState", "noun_of",
]  # fmt: skip
