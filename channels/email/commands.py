"""`omnidesk mail …`: looking at mail, and bringing it in."""

import json
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from channels.email.mime.mailboxes import Mailbox
    from channels.email.parse import Mail
    from channels.email.sorting.kinds import Kind
    from channels.email.sorting.reports import Recipient
    from omnidesk.contract.channel import Attachment
    from omnidesk.contract.command import Host


def commands(host: "Host") -> typer.Typer:
    """The commands around mail."""
    app = typer.Typer(help="Look at mail, and bring it in.", no_args_is_help=True)

    @app.callback()
    def mail() -> None:
        """Look at mail, and bring it in."""

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

    @app.command("classify")
    def classify(files: list[Path]) -> None:
        """Tell people's mails from bounces, automatic answers, complaints and lists: a line of JSON for each file."""
        for file in files:
            typer.echo(json.dumps(_classified(file)))

    @app.command("import")
    def import_(
        path: Annotated[Path, typer.Argument(help="A mail, an mbox, or a folder of them (a Maildir, say).")],
        inbox: Annotated[str, typer.Option(help="The inbox that gets them.")],
        as_json: Annotated[bool, typer.Option("--json", help="Say how many they were as JSON.")] = False,
    ) -> None:
        """Bring mails in from files, as if they came now; those that are here already are left alone.

        They are kept when this ends, also before its time; a running Omnidesk takes them up, otherwise the next
        `omnidesk serve`. What is left out is named on standard error, and makes it end with 1.
        """
        from channels.email.receiving.importing import run

        counted = run(host, path, inbox)
        typer.echo(json.dumps(asdict(counted)) if as_json else counted.said)
        if counted.left_out:
            raise typer.Exit(1)

    return app


def _new(file: Path | None) -> dict[str, Any]:
    from channels.email.quoting.mail import reply_in

    return _answer(file, lambda body: {"text": reply_in(body).new})


def _understood(file: Path) -> dict[str, Any]:
    from channels.email.parse import parse_mail

    return _answer(file, lambda body: _mail(parse_mail(body)))


def _classified(file: Path) -> dict[str, Any]:
    from channels.email.mime.structure import read
    from channels.email.sorting.kinds import classify

    return _answer(file, lambda body: _kind(classify(read(body))))


def _answer(file: Path | None, understand: Callable[[bytes], dict[str, Any]]) -> dict[str, Any]:
    """What is understood of a file (None: the standard input), or why nothing is."""
    from omnidesk.contract.channel import Unparsable

    try:
        return understand(file.read_bytes() if file else sys.stdin.buffer.read())
    except OSError as error:
        return {"error": f"{file}: {error.strerror}"}
    except Unparsable as error:
        return {"error": f"{file or 'standard input'}: {error}"}


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


def _kind(kind: "Kind") -> dict[str, Any]:
    return {
        "kind": kind.kind,
        "suppress_auto_reply": kind.suppress_auto_reply,
        "recipients": [_recipient(recipient) for recipient in kind.recipients],
    }


def _recipient(recipient: "Recipient") -> dict[str, Any]:
    return {
        "email": recipient.email, "status": recipient.status, "permanent": recipient.permanent,
        "reason": recipient.reason,
    }  # fmt: skip


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
