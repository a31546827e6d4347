"""`omnidesk mail …`."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from channels.email.mailboxes import Mailbox
    from channels.email.parse import Mail
    from omnidesk.contract.channel import Attachment
    from omnidesk.contract.command import Host


def commands(host: "Host") -> typer.Typer:
    """The commands around mail."""
    app = typer.Typer(help="Look at mail.", no_args_is_help=True)

    @app.callback()
    def mail() -> None:
        """Look at mail."""

    @app.command("parse")
    def parse(files: list[Path]) -> None:
        """Print what is understood of mails: a line of JSON for each file, in order."""
        for file in files:
            typer.echo(json.dumps(_understood(file)))

    @app.command("reply")
    def reply(
        files: Annotated[
            list[Path] | None, typer.Argument(help="Texts or whole mails; none: the standard input.")
        ] = None,
        as_json: Annotated[bool, typer.Option("--json", help="A line of JSON for each file, in order.")] = False,
    ) -> None:
        """Print what is new in messages, without the history they quote and the signature.

        A file holds the text of a message, or a whole mail if it begins with headers such as Message-ID or
        MIME-Version. What passes a message on is printed in full, as is what would leave nothing.
        """
        for new in map(_new, files) if files else [_new(None)]:
            typer.echo(json.dumps(new) if as_json else new.get("text") or new.get("error", ""))

    return app


def _new(file: Path | None) -> dict[str, str]:
    from channels.email.quoting.mail import reply_in
    from omnidesk.contract.channel import Unparsable

    try:
        return {"text": reply_in(file.read_bytes() if file else sys.stdin.buffer.read()).new}
    except OSError as error:
        return {"error": f"{file}: {error.strerror}"}
    except Unparsable as error:
        return {"error": f"{file or 'standard input'}: {error}"}


def _understood(file: Path) -> dict[str, Any]:
    from channels.email.parse import parse_mail
    from omnidesk.contract.channel import Unparsable

    try:
        return _mail(parse_mail(file.read_bytes()))
    except OSError as error:
        return {"error": f"{file}: {error.strerror}"}
    except Unparsable as error:
        return {"error": f"{file}: {error}"}


def _mail(mail: "Mail") -> dict[str, Any]:
    return {
        "message_id": mail.message_id,
        "in_reply_to": next(iter(mail.in_reply_to), None),
        "references": list(mail.references),
        "from": _mailbox(mail.sender),
        "to": [_mailbox(mailbox) for mailbox in mail.to],
        "cc": [_mailbox(mailbox) for mailbox in mail.cc],
        "subject": mail.subject,
        "date": mail.date and mail.date.isoformat(),
        "text": mail.text,
        "html": mail.html,
        "attachments": [_attachment(attachment) for attachment in mail.attachments],
    }


def _mailbox(mailbox: "Mailbox") -> dict[str, str]:
    return {"name": mailbox.name, "email": mailbox.email}


def _attachment(attachment: "Attachment") -> dict[str, Any]:
    import hashlib

    content = attachment.content or b""
    return {
        "filename": attachment.filename,
        "content_type": attachment.content_type,
        "size": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
        "content_id": attachment.content_id,
        "inline": attachment.inline,
    }
