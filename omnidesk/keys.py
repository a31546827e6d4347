"""Typed keys of what the application carries."""

from aiohttp import web

from omnidesk.desk.fetching import Fetcher
from omnidesk.desk.inboxes import Inboxes
from omnidesk.desk.incoming.receiving import Receiver
from omnidesk.desk.notices.mailer import Mailer
from omnidesk.desk.notices.pushing import Pusher
from omnidesk.desk.outgoing.letters import Letters
from omnidesk.events import Bus
from omnidesk.settings import Settings
from omnidesk.store.blobs import Blobs
from omnidesk.store.db import Database
from omnidesk.store.keys import Keys
from omnidesk.store.leases import Leases

SETTINGS = web.AppKey("settings", Settings)
DATABASE = web.AppKey("database", Database)
BLOBS = web.AppKey("blobs", Blobs)
KEYS = web.AppKey("keys", Keys)
BUS = web.AppKey("bus", Bus)
INBOXES = web.AppKey("inboxes", Inboxes)
LETTERS = web.AppKey("letters", Letters)
LEASES = web.AppKey("leases", Leases)
RECEIVER = web.AppKey("receiver", Receiver)
FETCHER = web.AppKey("fetcher", Fetcher)
MAILER = web.AppKey("mailer", Mailer)
PUSHER = web.AppKey("pusher", Pusher)
