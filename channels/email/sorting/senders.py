"""Who sends: mail servers, other programs, addresses that nobody reads."""

import re

from channels.email.sorting.glance import Glance

_ROBOT = re.compile(
    r"(?:mailer[-_.]?daemon|mail[-_.]?daemon|post[-_.]?master|mdaemon|mail[-_.]?delivery|mail[-_.]?delivery[-_.]subsystem"
    r"|mail-?system|mta|bounces?|microsoftexchange[0-9a-f]{32}|ndr|mail[-_.]?robot)(?:[-_.+=][^@]{0,64}|\d{0,6})@"
)
_NO_REPLY = re.compile(
    r"(?:[a-z0-9._+-]{0,40}[._+-])?(?:no[-_.]?reply|do[-_.]?not[-_.]?reply|nao[-_.]?responda|yanitlama)"
)
_GATEWAY = re.compile(r"[^@]{0,64}(?:smtp|mail[-_.]?(?:service|system|gateway|server)|gateway|antivirus)[^@]{0,64}@")
_ROBOT_NAME = re.compile(
    r"[\"'<]*(?:mail(?: |-)?delivery (?:sub)?-?(?:system|service)|mail delivery|mailer[- ]daemon|mail administrator"
    r"|system administrator|internet mail delivery|mail-?daemon|postmaster[\"' ]*[<@\\\\]|microsoft outlook\b)"
)


def is_server(address: str) -> bool:
    """Whether the address belongs to a mail server."""
    return _ROBOT.match(address) is not None


def is_robot(glance: Glance) -> bool:
    """Whether the sender is a mail server, by address or name."""
    return is_server(glance.sender) or _ROBOT_NAME.match(glance.author) is not None


def is_program(glance: Glance) -> bool:
    """Whether the sender is some program: a filter before a mail server, say."""
    submitted = glance.value("Auto-Submitted").lower().startswith("auto")
    return submitted or glance.null_path or takes_no_reply(glance.sender) or _GATEWAY.match(glance.sender) is not None


def takes_no_reply(address: str) -> bool:
    """Whether the address says that nobody reads what is written to it."""
    return _NO_REPLY.match(address) is not None
