"""DKIM signatures of mail that comes in: they prove a sender when DNS has their key, and hold up nobody when not."""

import asyncio
from base64 import b64encode
from pathlib import Path
from typing import Any

import dkim
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from channels.email.adapter import EmailChannel
from channels.email.proving.signatures import PublicKeys, signatures, signers
from channels.email.receiving.raw import raw_message
from channels.email.settings import EmailSettings
from omnidesk.contract.channel import Sender
from omnidesk.desk.configuration import InboxEntry
from omnidesk.store.models import ContactPoint, Interaction
from tests.channels.dns_server import Zone, dns_server
from tests.channels.hosted import hosted_desk
from tests.channels.mails import US, mail, said

KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
NAME = "november._domainkey.x.example"
_PUBLIC = KEY.public_key().public_bytes(
    serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
)  # fmt: skip
RECORD = "v=DKIM1; k=rsa; p=" + b64encode(_PUBLIC).decode()
PRIVATE = KEY.private_bytes(
    serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
)  # fmt: skip
HEAD = "Subject: Where is my parcel?\nMessage-ID: <1@x.example>\nDate: Mon, 23 Nov 2026 09:00:00 +0300"


def signed(body: bytes | None = None, *, domain: str = "x.example", **more: Any) -> bytes:
    body = (body or mail(HEAD)).replace(b"\n", b"\r\n")
    header: bytes = dkim.sign(
        body, b"november", domain.encode(), PRIVATE, canonicalize=(b"relaxed", b"relaxed"), **more
    )  # fmt: skip
    return header + body


def channel_of(zone: Zone) -> EmailChannel:
    authentication = {"dkim": True, "resolver": zone.address}
    return EmailChannel(EmailSettings.model_validate({"address": US, "authentication": authentication}))


async def sender_of(body: bytes, zone: Zone) -> Sender:
    channel = channel_of(zone)
    return said(channel, await channel.prepare(raw_message(body, "mia@x.example", (US,), ""))).sender


async def proven(body: bytes, record: str = RECORD) -> bool:
    async with dns_server({NAME: record}) as zone:
        return (await sender_of(body, zone)).proven


async def test_a_signature_of_the_senders_domain_proves_the_sender() -> None:
    assert await proven(signed())
    assert await proven(b"Received: by another way\r\n" + signed())
    assert await proven(signed().replace(b"\r\n", b"\n"))
    assert await proven(signed(mail(HEAD, sender="Mia <mia@shop.x.example>")))


async def test_what_was_changed_on_the_way_proves_nothing() -> None:
    assert not await proven(signed().replace(b"Merhaba", b"Elveda"))
    assert not await proven(signed().replace(b"mia@x", b"bo@x"))
    assert not await proven(b"From: Bo <bo@x.example>\r\n" + signed())
    assert not await proven(signed() + b"more\r\n")


async def test_signatures_that_prove_too_little_are_not_taken() -> None:
    assert not await proven(signed(length=True) + b"more\r\n")
    assert not await proven(signed(length=True))
    assert not await proven(signed(signature_algorithm=b"rsa-sha1"))
    assert not await proven(signed(mail(HEAD, sender="Mia <mia@bank.example>")))


@pytest.mark.parametrize(
    "record",
    [
        RECORD.replace("v=DKIM1;", "v=DKIM1; t=y;"),
        "v=DKIM1; p=",
        "v=DKIM1; k=rsa; p=AAAA",
        "v=DKIM1; k=rsa; p=%%%",
        "nonsense",
        RECORD + "A" * 2_000,
        RECORD.replace("k=rsa", "k=rot13"),
    ],
)
async def test_a_key_that_is_none_proves_nothing(record: str) -> None:
    assert not await proven(signed(), record)


async def test_keys_of_strangers_are_not_asked_for() -> None:
    async with dns_server({"november._domainkey.evil.example": RECORD}) as zone:
        assert not (await sender_of(signed(domain="evil.example"), zone)).proven
        assert not (await sender_of(mail(HEAD), zone)).proven
        assert zone.asked == []


async def test_one_mail_asks_for_few_keys_and_many_mails_ask_once() -> None:
    body = mail(HEAD)
    for number in range(20):
        tags = f"v=1; a=rsa-sha256; d=x.example; s=s{number}; h=from; bh=AA==; b=AAAA"
        body = f"DKIM-Signature: {tags}\r\n".encode() + body
    async with dns_server({NAME: RECORD}) as zone:
        channel = channel_of(zone)
        await channel.prepare(raw_message(body, "mia@x.example", (), ""))
        assert len(zone.asked) == 5
        zone.asked.clear()
        one = raw_message(signed(), "mia@x.example", (), "")
        prepared = await asyncio.gather(*(channel.prepare(one) for _ in range(50)))
        assert all(said(channel, raw).sender.proven for raw in prepared)
        assert zone.asked == [NAME]


async def test_where_dns_is_silent_nobody_waits_twice() -> None:
    keys_of = "a._domainkey.x.example", "b._domainkey.x.example"
    async with dns_server({NAME: RECORD}) as zone:
        zone.silent = True
        keys = PublicKeys(zone.address, patience=0.2, rest=60)
        assert await keys.of(keys_of) == {}
        asked = len(zone.asked)
        zone.silent = False
        assert await keys.of([NAME]) == {}
        assert len(zone.asked) == asked
        keys = PublicKeys(zone.address, patience=0.2, rest=0)
        assert await keys.of([NAME]) == {NAME: RECORD}


async def test_no_dns_server_at_all_is_no_failure() -> None:
    async with dns_server() as zone:
        gone = zone.address
    assert not (await sender_of(signed(), Zone(address=gone))).proven


@pytest.mark.parametrize(
    "head",
    [
        "DKIM-Signature: v=1",
        "DKIM-Signature:",
        "DKIM-Signature: ;;;=;d",
        "DKIM-Signature: v=1; a=rsa-sha256; d=x.example; s=../../etc; h=from; bh=AA==; b=AAAA",
        "DKIM-Signature: v=1; a=rsa-sha256; d=x.example; s=" + "a." * 300 + "a; h=from; bh=AA==; b=AAAA",
        "DKIM-Signature: v=1; a=rsa-sha256; d=\xff.x.example; s=one; h=from; bh=AA==; b=AAAA",
        "no header at all",
    ],
)
def test_what_is_no_signature_is_none(head: str) -> None:
    assert signatures(mail(f"{head}\nDKIM-Signature: x"), "x.example") == ()


def test_a_mail_with_much_white_space_is_given_up_at_once() -> None:
    body = signed() + b"a" + b" " * 5_000_000 + b"b"
    assert signers(body, "x.example", {NAME: RECORD}) == ()


@pytest.mark.parametrize("text", ["Where is it?", "Where is it?\n" * 30_000])
async def test_a_signed_mail_becomes_a_proven_address_and_a_forged_one_does_not(
    store_url: str, tmp_path: Path, text: str
) -> None:
    async with dns_server({NAME: RECORD}) as zone:
        settings = {"address": US, "authentication": {"dkim": True, "resolver": zone.address}}
        entry = {"slug": "post", "channel": "email", "name": "Post", "team": "support", "settings": settings}
        inbox = InboxEntry.model_validate(entry)
        async with hosted_desk(store_url, tmp_path, inbox, public_url="http://desk.example") as (office, _):
            await office.reception("post").receive(raw_message(signed(mail(HEAD, text)), "mia@x.example", (US,), ""))
            await office.work()
            zone.silent = True
            forged = mail("Subject: Re: Where is my parcel?\nIn-Reply-To: <1@x.example>\nMessage-ID: <2@evil.example>")
            await office.reception("post").receive(raw_message(forged, "x@evil.example", (US,), ""))
            await office.work()
            messages = [row for row in await office.all(Interaction) if row.kind == "message"]
            (point,) = await office.all(ContactPoint)
    assert [row.payload.get("doubt") for row in messages] == [None, "unproven"]
    assert messages[0].case_id == messages[1].case_id
    assert (point.address, point.proven) == ("mia@x.example", True)
