"""Mail is signed as its domain, and the signature holds for who has the public key."""

from base64 import b64encode

import dkim
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from pydantic import ValidationError

from channels.email.settings import DkimSettings, EmailSettings
from omnidesk.contract.channel import File
from tests.channels.test_email_sender import Sink, reply, sending

PEM = serialization.Encoding.PEM
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


def pem(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey = KEY) -> str:
    private = serialization.PrivateFormat.PKCS8
    return key.private_bytes(PEM, private, serialization.NoEncryption()).decode()


def settings(**changed: str) -> dict[str, str]:
    return {"domain": "desk.example", "selector": "november", "key": pem(), **changed}


def record(name: bytes, timeout: int = 5) -> bytes:
    """The DNS of the domain."""
    assert name == b"november._domainkey.desk.example."
    public = KEY.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )  # fmt: skip
    return b"v=DKIM1; k=rsa; p=" + b64encode(public)


async def sent(**changed: object) -> bytes:
    """A mail with every kind of header, as the server got it."""

    async def read() -> bytes:
        return b"%PDF" * 50_000

    sink = Sink()
    async with sending(sink, {"dkim": settings(), "signature": {"en": "Support"}}) as channel:
        files = (File("sipariş.pdf", "application/pdf", 200_000, "", read),)
        await channel.send(
            reply(
                subject="Re: Siparişim nerede kaldı? " * 5,
                from_name="Müşteri Hizmetleri " * 5,
                text="Merhaba\n.\n..dots\n \n\n\nson  ",
                token="c7.abc2",
                references=("1@x.example", "2@x.example"),
                files=files,
                **changed,
            )
        )
    return sink.mails[0].original_content or b""


@pytest.mark.parametrize("to", ["mia@x.example", "müşteri@x.example"])
async def test_what_the_server_got_is_signed(to: str) -> None:
    content = await sent(to=to, automatic=True, stop_word="stop")
    assert dkim.verify(content, dnsfunc=record)
    signature = content.partition(b"\r\nFrom:")[0].lower()
    for header in (b"from", b"to", b"subject", b"date", b"message-id", b"reply-to", b"references", b"list-unsubscribe"):
        assert header in signature.partition(b" h=")[2].partition(b";")[0]


@pytest.mark.parametrize(
    ("old", "new"),
    [(b"Subject: ", b"Subject: Not "), (b"Merhaba", b"Elveda"), (b"From: ", b"From: Eve <e@x>\r\nFrom: ")],
)
async def test_what_was_changed_on_the_way_is_not(old: bytes, new: bytes) -> None:
    content = await sent()
    assert old in content
    assert not dkim.verify(content.replace(old, new, 1), dnsfunc=record)


async def test_nothing_is_signed_unless_asked_for() -> None:
    sink = Sink()
    async with sending(sink) as channel:
        await channel.send(reply())
    assert "DKIM-Signature" not in sink.mail()


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"key": "secret"}, "no private key"),
        ({"key": pem(ec.generate_private_key(ec.SECP256R1()))}, "an RSA key"),
        ({"domain": "other.example"}, r"dkim\.domain must be desk\.example"),
        ({"domain": "a b"}, "domain"),
        ({"selector": "x;y"}, "selector"),
    ],
)
def test_a_key_that_could_not_sign_is_refused_and_not_shown(wrong: dict[str, str], why: str) -> None:
    with pytest.raises(ValidationError, match=why) as caught:
        EmailSettings.model_validate({"address": "support@desk.example", "dkim": settings(**wrong)})
    assert "PRIVATE KEY" not in str(caught.value)


def test_a_domain_above_may_sign() -> None:
    inbox = EmailSettings.model_validate({"address": "support@mail.desk.example", "dkim": settings()})
    assert inbox.dkim == DkimSettings.model_validate(settings())
