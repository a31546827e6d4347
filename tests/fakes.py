"""The two contracts, each fulfilled by the shortest thing that can."""

import asyncio
import json
from collections.abc import Sequence
from datetime import timedelta

from omnidesk.contract.channel import (
    Addressee,
    Attachment,
    Away,
    Button,
    Capabilities,
    Channel,
    ChannelError,
    Failure,
    Form,
    FormField,
    Inbound,
    Outbound,
    Proof,
    RawMessage,
    Receipt,
    Sender,
    Unparsable,
)
from omnidesk.contract.responder import Answer, Article, Bot, Decision, Handoff, Problem, Saying, Source, Turn, Why


class ProgramStopped(BaseException):
    """Ends what runs as a crash would: nothing that was begun is ended."""


class FakeChannel(Channel):
    """Talks JSON to a list: what was sent stands in `sent`; `refuse` makes the next sendings fail.

    While `slow` is set to an event, sendings wait for it. Some texts are not harmless to read, see `harm`.
    """

    name = "fake"
    capabilities = Capabilities(join="person", buttons=5, survey="buttons", attachments=1_000_000, receipts=True)

    def __init__(self, settings: object, http: object = None) -> None:
        super().__init__(settings)
        self.sent: list[Outbound] = []
        self.refuse: list[ChannelError] = []
        self.slow: asyncio.Event | None = None

    def parse(self, raw: RawMessage) -> Sequence[Inbound | Receipt]:
        """A message, or a receipt when there is a state."""
        try:
            said = json.loads(raw.body)
            if "state" in said:
                return [
                    Receipt(
                        said["id"],
                        said["state"],
                        said.get("error", ""),
                        failure=Failure(said["failure"]) if "failure" in said else None,
                        key=said.get("key", ""),
                        address=said.get("address", ""),
                    )
                ]
            harm(said["text"])
            sender = Sender(
                said["from"],
                said.get("name", ""),
                proven=said.get("proven", False),
                language=said.get("language"),
                doubt=said.get("doubt", ""),
            )
            return [
                Inbound(
                    sender,
                    said["text"],
                    subject=said.get("subject", ""),
                    automatic=said.get("automatic", False),
                    token=said.get("token"),
                    message_id=said.get("message_id"),
                    references=tuple(said.get("references", ())),
                    button=said.get("button"),
                    whole=said.get("whole"),
                    copied=tuple(Addressee(**one) for one in said.get("copied", ())),
                    html=said.get("html"),
                    reply_to=said.get("reply_to"),
                    edits=said.get("edits"),
                    album=said.get("album"),
                    quoted=said.get("quoted", ""),
                    proofs=tuple(Proof(kind, address) for kind, address in said.get("proofs", {}).items()),
                    claims=said.get("claims", {}),
                    form=said.get("form"),
                    answers=said.get("answers", {}),
                    labels=said.get("labels", {}),
                    attachments=tuple(
                        Attachment(name, "text/plain", content.encode())
                        for name, content in said.get("files", {}).items()
                    )
                    + tuple(
                        Attachment(name, "image/png", reference=reference)
                        for name, reference in said.get("media", {}).items()
                    ),
                )
            ]
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise Unparsable(f"not what the fake channel says: {error!r}") from error

    async def deep_link(self, token: str) -> str | None:
        """A link that carries the token."""
        return f"https://fake.example/{self.name}?{token}"

    async def send(self, outbound: Outbound) -> str:
        """Keep it, or refuse."""
        if self.slow is not None:
            await self.slow.wait()
        if self.refuse:
            raise self.refuse.pop(0)
        self.sent.append(outbound)
        return f"fake-{outbound.key}"


def harm(text: str) -> None:
    """What the texts do that must not be read in the program itself."""
    if text == "stop the program":
        raise ProgramStopped
    if text == "break the parser":
        raise RuntimeError("broken on purpose")
    if text == "take all memory":
        bytearray(1 << 40)
    while text == "take all time":
        pass


class FakeMail(FakeChannel):
    """The fake as a channel that joins by thread, like mail."""

    name = "fakemail"
    capabilities = Capabilities(
        kind="email",
        join="thread",
        html=True,
        survey="link",
        copies=True,
        attachments=1_000_000,
        automatic_per_hour=3,
        keeps_trying=timedelta(days=5),
    )

    async def send(self, outbound: Outbound) -> str:
        """All copies of a message have one id."""
        await super().send(outbound)
        return f"fake-{outbound.message_key}"


class FakeSms(FakeChannel):
    """The fake as a channel without buttons, which knows consent words and keeps its media (`kept`) itself."""

    name = "fakesms"
    capabilities = Capabilities(
        kind="phone", survey="number", max_length=1600, stop_words=("stop", "ret"), start_words=("start",)
    )

    def __init__(self, settings: object, http: object = None) -> None:
        super().__init__(settings)
        self.kept: dict[str, bytes | ChannelError] = {}

    async def fetch(self, reference: str) -> bytes:
        """What is kept; a refusal where one is kept instead."""
        found = self.kept.get(reference, ChannelError("no such medium", permanent=True))
        if isinstance(found, ChannelError):
            raise found
        return found


class FakeChat(FakeChannel):
    """The fake as a chat whose other side is there only while a page is open."""

    name = "fakechat"
    capabilities = Capabilities(
        join="person", buttons=5, forms=True, survey="buttons", attachments=1_000_000, receipts=True
    )  # fmt: skip

    @property
    def away(self) -> Away:
        """Two minutes, by the first of the mail inboxes."""
        return Away(timedelta(minutes=2), "mail")


class FakeResponder:
    """Repeats what was said; `person` hands off, `break` breaks.

    `choose` offers buttons, `ask` a form; what is pressed or filled in is repeated too.
    """

    def check(self, source: Source) -> Sequence[Problem]:
        """Nothing is wrong."""
        return ()

    def train(self, source: Source, articles: Sequence[Article]) -> bytes:
        """Nothing to learn."""
        return b""

    def load(self, source: Source, model: bytes, articles: Sequence[Article]) -> Bot:
        """Ready at once."""
        return FakeBot()


class FakeBot:
    """See FakeResponder."""

    async def respond(self, turn: Turn) -> Answer:
        """Repeat the texts and count the turns."""
        said = turn.button or " ".join(turn.texts)
        if said == "break":
            raise RuntimeError("broken on purpose")
        turns = turn.state.get("turns", 0) + 1
        handoff = Handoff("asked", f"said: {said}") if said == "person" else None
        decision: Decision = "handoff" if handoff else "answer"
        if said == "ask":
            asked = Form("reach", (FormField("email", "Email", "email", required=True), FormField("note", "Note")))
            return Answer((Saying("Where?", form=asked),), {"turns": turns}, "flow", "en")
        if turn.answers:
            said = f"got {dict(turn.answers)}"
        buttons = (Button("red", "Red"), Button("blue", "Açık mavi")) if said == "choose" else ()
        return Answer(
            (Saying(f"{turns}: {said}", buttons),), {"turns": turns}, decision, "en", Why("echo", 1.0), handoff
        )
