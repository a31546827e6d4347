"""Mails of people that look a little like those of programs: not one of them may be taken for one."""

import pytest

from channels.email.kinds import classify
from channels.email.structure import read
from tests.channels.mails import mail

PEOPLE = [
    # who writes about absences
    ("Subject: Re: Out of office plan", "Could you send me the plan for the out of office days?"),
    ("Subject: Out of office plan", "Here is our plan for out of office coverage."),
    ("Subject: Out of office message not working", "My out of office message is not sent. Can you help?"),
    ("Subject: Automatic reply does not stop", "I am back, but people still get my automatic reply."),
    ("Subject: Automatic replies", "How do I turn automatic replies on?"),
    ("Subject: Auto-reply settings", "Where are they?"),
    ("Subject: Re: Automatic reply: Garanti", "Now I see you were away. Then let us talk next week."),
    ("Subject: Fwd: Automatic reply: Garanti", "Look what I got.\n\n> I am out of the office."),
    ("Subject: RE: Out of Office AutoReply: Garanti", "Fine, I'll wait."),
    ("Subject: Re: Garanti", "I am out of the office until Monday. Please deliver it on Tuesday."),
    ("Subject: On vacation - can you deliver later?", "I am on vacation until Monday. Can you deliver on Tuesday?"),
    ("Subject: Vacation days", "Why does the portal show 3 days of vacation left?"),
    ("Subject: Otomatik yanıt nasıl kapatılır", "Merhaba, otomatik yanıtı kapatamıyorum."),
    ("Subject: Otomatik yanıt sorunu", "Ofis dışındayım yanıtı gitmiyor, yardım eder misiniz?"),
    ("Subject: Ynt: Otomatik yanıt: Garanti", "Tamam, dönünce görüşelim."),
    ("Subject: İlt: Otomatik yanıt: Garanti", "Bilginize."),
    ("Subject: İzin talebi", "Gelecek hafta izinliyim, kargoyu sonra gönderir misiniz?"),
    ("Subject: Yıllık izin bakiyem yanlış", "Portalda yıllık izin bakiyem yanlış görünüyor, düzeltir misiniz?"),
    ("Subject: Kargo", "Bu hafta izindeyim, evde yokum. Kargoyu pazartesi getirin lütfen."),
    ("Subject: Abwesenheitsnotiz einrichten", "Wie richte ich eine Abwesenheitsnotiz ein?"),
    ("Subject: AW: Automatische Antwort: Garantie", "Alles klar, bis Montag."),
    ("Subject: Urlaub", "Wie trage ich meinen Urlaub ein? Ich bin ab Montag im Urlaub."),
    ("Subject: Réponse automatique ne marche pas", "Ma réponse automatique ne part plus."),
    ("Subject: TR : Réponse automatique : Garantie", "Pour information."),
    ("Subject: Respuesta automática no funciona", "¿Me pueden ayudar?"),
    ("Subject: Risposta automatica non parte", "Potete aiutarmi?"),
    ("Subject: Férias", "Como registo as minhas férias?"),
    ("Subject: Automatisch antwoord instellen", "Hoe stel ik dat in?"),
    ("Subject: Автоответ не работает", "Помогите, пожалуйста."),
    ("Subject: Urlop", "Jak wpisać urlop? Jestem na urlopie od poniedziałku."),
    # who writes about mails that came back
    (
        "Subject: Fwd: Undelivered Mail Returned to Sender",
        "I get this when I write to you.\n\n<ada@x.example>: 550 5.1.1",
    ),
    ("Subject: Re: Mail delivery failed: returning message to sender", "I fixed my address, please try again."),
    ("Subject: Message not delivered", "I sent you a mail last week and it was not delivered to your team."),
    ("Subject: Delivery failed", "The courier says delivery failed. Nobody rang. Please send it again."),
    ("Subject: Delivery problem with order 4711", "My parcel could not be delivered. What now?"),
    ("Subject: Delivery delayed", "My order has been delayed again."),
    ("Subject: Teslim edilemedi", "Kargo teslim edilemedi yazıyor, oysa evdeydim. Tekrar gönderir misiniz?"),
    ("Subject: Teslimat gecikti", "Siparişim gecikti, ne zaman gelecek?"),
    ("Subject: Gönderilemedi hatası", "Formu gönderince 'gönderilemedi' yazıyor."),
    ("Subject: Zustellung", "Das Paket wurde nicht zugestellt."),
    ("Subject: Error delivering to ada@x.example", "We see '550 User unknown' in our log; is her address still right?"),
    ("Subject: Mailbox full", "My mailbox is full. Can you give me more space?"),
    ("Subject: User unknown", "When I sign in it says: user unknown."),
    ("Subject: Re: Failure notice", "Thanks, it works."),
    ("Subject: Доставка", "Когда будет доставка?"),
    ("Subject: 550 5.7.1 error", "My mails to you come back with 550 5.7.1. Please look at it."),
    # who is polite in the words of acknowledgements
    ("Subject: Thank you for your message", "It helped. Now the printer prints."),
    ("Subject: Thanks for contacting me", "I can talk on Tuesday."),
    ("Subject: Re: We have received your request", "Thank you. Is there any news?"),
    ("Subject: Ynt: Talebiniz alınmıştır", "Teşekkürler, en kısa sürede dönüş yapar mısınız?"),
    ("Subject: Talebim hakkında", "Talep numaram 4711. En kısa sürede dönüş rica ederim."),
    ("Subject: AW: Eingangsbestätigung", "Gibt es schon etwas Neues?"),
    ("Subject: Garanti", "I got this from you:\n\n> This is an automated response.\n\nWhat does it mean?"),
    ("Subject: Garanti", "Merhaba,\n\nKimden: Destek\nBu otomatik bir yanıttır."),
    ("Subject: Garanti", "Hello,\n\nthe page says: this is an automated message. Is that right?"),
    # whose programs add headers
    ("Auto-Submitted: no", "Merhaba"),
    ("X-Auto-Response-Suppress: DR, RN, NRN", "Merhaba"),
    ("X-Auto-Response-Suppress: DR, OOF, AutoReply", "Merhaba"),
    ("X-Auto-Response-Suppress: All", "Merhaba"),
    ("X-Autoreply: no", "Merhaba"),
    ("Thread-Topic: Automatic reply\nThread-Index: AdFuZ6X=\nX-MS-Has-Attach:\nSubject: Re: Garanti", "Merhaba"),
    ("X-MS-Exchange-Inbox-Rules-Loop: mia@x.example", "Merhaba"),
    ("X-Loop: mia@x.example", "Merhaba"),
    ("Precedence: normal", "Merhaba"),
    ("Precedence: first-class\nImportance: high", "Merhaba"),
    ("Return-Path: <mia@x.example>\nErrors-To: mia@x.example", "Merhaba"),
    ("Disposition-Notification-To: mia@x.example\nReturn-Receipt-To: mia@x.example", "Merhaba"),
    ("List-Unsubscribe: <mailto:off@x.example>\nSubject: Angebot", "Merhaba"),
    ("X-Mailer: Microsoft Outlook 16.0\nContent-Language: tr", "Merhaba"),
    ("Subject: Accepted: Toplantı", "Mia kabul etti"),
    ("Subject:", ""),
    # whose addresses look like those of programs
    ("From: Max Taylor <mtaylor@x.example>\nSubject: Undeliverable goods", "Two boxes could not be delivered."),
    ("From: Andrew <ndrew@x.example>", "Merhaba"),
    ("From: Mail Boxes Ltd <info@mailboxes.example>\nSubject: Returned mail boxes", "We return 4 boxes."),
    ("From: Post Master <postmaster@x.example>\nSubject: DNS of your domain", "Hello, your DNS entry is wrong."),
    ("From: Bounce Castle Ltd <bouncecastle@x.example>\nSubject: Delivery", "When will it be delivered?"),
    ("From: shop <noreply@shop.example>\nReply-To: mia@x.example\nSubject: Kontaktformular", "Hello, is it in stock?"),
]


@pytest.mark.parametrize(("head", "text"), PEOPLE)
def test_a_person_is_a_person(head: str, text: str) -> None:
    assert classify(read(mail(head, text))).kind == "normal"


@pytest.mark.parametrize(
    ("head", "suppress", "automatic"),
    [
        ("Subject: Garanti", False, False),
        ("X-Auto-Response-Suppress: DR, RN, NRN", False, False),
        ("X-Auto-Response-Suppress: DR, OOF, AutoReply", True, False),
        ("X-Auto-Response-Suppress: All", True, False),
        ("X-Loop: destek@omnidesk.example", True, False),
        ("From: postmaster@x.example", True, False),
        ("From: noreply@x.example", True, True),
        ("From: no-reply+4711@x.example", True, True),
        ("From: orders-donotreply@x.example", True, True),
        ("From: noreply@x.example\nReply-To: mia@x.example", True, False),
        ("From: Noreen <noreen@x.example>", False, False),
        ("List-Unsubscribe: <mailto:off@x.example>", True, True),
        ("Feedback-ID: 1:x:y", True, True),
    ],
)
def test_some_normal_mails_are_not_answered_automatically(head: str, suppress: bool, automatic: bool) -> None:
    kind = classify(read(mail(head)))
    assert (kind.kind, kind.suppress_auto_reply, kind.automatic) == ("normal", suppress, automatic)
