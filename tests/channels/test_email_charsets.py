"""Bytes become the letters their writer saw, whatever charset they name, wrongly name, or keep to themselves."""

import pytest

from channels.email.parse import parse_mail

TURKISH = "Şifremi unuttum, çağrı merkeziniz yanıt vermiyor. İyi günler, Ayşe Işık"
WESTERN = "Où est ma commande ? Já paguei ontem, grüße"
RUSSIAN = "Здравствуйте, где мой заказ? Он должен был прийти вчера."
UKRAINIAN = "Доброго дня, коли приїде моє замовлення?"
GREEK = "Καλησπέρα, πού είναι η παραγγελία μου;"
ARABIC = "مرحبا، أين طلبي؟ لم يصل حتى الآن"
HEBREW = "שלום, איפה ההזמנה שלי? היא לא הגיעה"
CHINESE = "您好,我的订单在哪里?我已经付款了,谢谢。"
TAIWANESE = "您好,我的訂單在哪裡?我已經付款了,謝謝。"
JAPANESE = "こんにちは、注文した商品がまだ届いていません。"
KOREAN = "안녕하세요, 제 주문이 아직 도착하지 않았습니다."
POLISH = "Dzień dobry, gdzie jest moja przesyłka? Żółta paczka, dziękuję"

DECLARED = [
    ("iso-8859-9", "iso8859-9", TURKISH),
    ("windows-1254", "cp1254", TURKISH),
    ("cp-1254", "cp1254", TURKISH),
    ("win-1254", "cp1254", TURKISH),
    ("x-cp1254", "cp1254", TURKISH),
    ("windows1254", "cp1254", TURKISH),
    ("iso-8859-1", "cp1254", TURKISH),
    ("windows-1252", "cp1254", TURKISH),
    ("us-ascii", "cp1254", TURKISH),
    ("utf-8", "cp1254", TURKISH),
    ("iso-8859-1", "utf-8", TURKISH),
    ("iso-8859-9", "utf-8", TURKISH),
    ("gb2312", "utf-8", TURKISH),
    ("iso-8859-1", "cp1252", "“quoted” – 5 €"),
    ("iso-8859-1", "cp1251", RUSSIAN),
    ("iso-8859-1", "cp1253", GREEK),
    ("windows-1252", "cp1256", ARABIC),
    ("iso-8859-1", "latin-1", "GRÖSSE FÜR ÄRZTE? ÇA VA, DÉJÀ VU À NOËL"),
    ("iso-8859-1", "latin-1", WESTERN),
    ("iso-8859-1", "latin-1", "Það er ekki komið, ég bíð enn"),
    ("iso-8859-15", "iso8859-15", "5 € œuvre"),
    ("utf-8", "utf-8-sig", TURKISH),
    ("utf8", "utf-8", TURKISH),
    ("utf8mb4", "utf-8", TURKISH),
    ("'utf-8'", "utf-8", TURKISH),
    ('"utf-8;"', "utf-8", RUSSIAN),
    ("utf-7", "utf-7", TURKISH),
    ("unicode-1-1-utf-7", "utf-7", TURKISH),
    ("utf-16", "utf-16", TURKISH),
    ("utf-16", "utf-16-le", TURKISH),
    ("utf-16", "utf-16-be", TURKISH),
    ("utf-16be", "utf-16-be", TURKISH),
    ("utf-16", "utf-8", TURKISH),
    ("koi8-r", "koi8-r", RUSSIAN),
    ("koi8-u", "koi8-u", UKRAINIAN),
    ("windows-1251", "cp1251", RUSSIAN),
    ("iso-8859-5", "iso8859-5", RUSSIAN),
    ("cp866", "cp866", RUSSIAN),
    ("x-mac-cyrillic", "mac_cyrillic", RUSSIAN),
    ("windows-1250", "cp1250", POLISH),
    ("iso-8859-2", "iso8859-2", POLISH),
    ("windows-1253", "cp1253", GREEK),
    ("iso-8859-7", "iso8859-7", GREEK),
    ("windows-1255", "cp1255", HEBREW),
    ("iso-8859-8-i", "iso8859-8", HEBREW),
    ("windows-1256", "cp1256", ARABIC),
    ("iso-8859-6", "iso8859-6", ARABIC),
    ("windows-874", "cp874", "สวัสดีครับ"),
    ("tis-620", "cp874", "สวัสดีครับ"),
    ("gb2312", "gb2312", CHINESE),
    ("gb2312", "gbk", TAIWANESE),
    ("gbk", "gbk", CHINESE),
    ("x-gbk", "gbk", CHINESE),
    ("gb18030", "gb18030", CHINESE + "🎉"),
    ("gb2312", "utf-8", CHINESE),
    ("hz-gb-2312", "hz", "您好"),
    ("big5", "big5", TAIWANESE),
    ("big5", "cp950", "5€"),
    ("big5-hkscs", "big5hkscs", "我哋喺香港,嘅"),
    ("iso-2022-jp", "iso2022_jp", JAPANESE),
    ("iso-2022-jp", "utf-8", JAPANESE),
    ("shift_jis", "cp932", "①" + JAPANESE),
    ("x-sjis", "cp932", JAPANESE),
    ("windows-31j", "cp932", JAPANESE),
    ("euc-jp", "euc_jp", JAPANESE),
    ("euc-kr", "cp949", KOREAN),
    ("ks_c_5601-1987", "cp949", KOREAN),
    ("iso-2022-kr", "iso2022_kr", KOREAN),
    ("x-mac-roman", "mac_roman", "café"),
    ("macintosh", "mac_roman", "café"),
    ("x-mac-turkish", "mac_turkish", TURKISH),
    ("ansi_x3.4-1968", "ascii", "plain"),
]
UNDECLARED = [
    ("utf-8", TURKISH),
    ("utf-8", CHINESE),
    ("utf-8-sig", TURKISH),
    ("utf-16", TURKISH),
    ("cp1254", TURKISH),
    ("cp1254", "Ünlü"),
    ("cp1254", "ŞİFREMİ DEĞİŞTİRİN"),
    ("cp1254", WESTERN),
    ("iso8859-9", TURKISH),
    ("iso2022_jp", JAPANESE),
    ("cp932", JAPANESE),
    ("euc_jp", JAPANESE),
    ("gb18030", CHINESE),
    ("big5", TAIWANESE),
    ("cp949", KOREAN),
    ("cp1251", RUSSIAN),
    ("koi8-r", RUSSIAN),
    ("cp1253", GREEK),
    ("cp1256", ARABIC),
    ("cp1255", HEBREW),
]


@pytest.mark.parametrize(("declared", "used", "text"), DECLARED)
def test_what_a_charset_is_called_or_miscalled_is_read(declared: str, used: str, text: str) -> None:
    body = b"Content-Type: text/plain; charset=" + declared.encode() + b"\n\n" + text.encode(used)
    assert parse_mail(body).text == text


@pytest.mark.parametrize("declared", ["", "; charset=unknown-8bit", "; charset=x-unknown", "; charset=utf-8"])
@pytest.mark.parametrize(("used", "text"), UNDECLARED)
def test_a_charset_that_is_not_named_is_found(used: str, text: str, declared: str) -> None:
    body = b"Content-Type: text/plain" + declared.encode() + b"\n\n" + text.encode(used)
    assert parse_mail(body).text == text


@pytest.mark.parametrize(
    ("head", "used"),
    [
        (b'<meta charset="windows-1251">', "cp1251"),
        (b'<meta http-equiv="Content-Type" content="text/html; charset=iso-8859-5">', "iso8859-5"),
        (b'<?xml version="1.0" encoding="koi8-r"?>', "koi8-r"),
    ],
)
def test_html_names_its_own_charset_where_the_mail_does_not(head: bytes, used: str) -> None:
    assert parse_mail(b"Content-Type: text/html\n\n" + head + RUSSIAN.encode(used)).text == RUSSIAN


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("=?iso-8859-1?Q?Ay=FEe_I=FE=FDk?=", "Ayşe Işık"),
        ("=?us-ascii?Q?=DE=FEifre?=", "Şşifre"),
        ("=?utf-7?Q?+AV8-ifre?=", "şifre"),
        ("=?iso-2022-jp?B?GyRCNEE7ehsoQg==?=", "漢字"),
        ("\x1b$B4A;z\x1b(B", "漢字"),
    ],
)
def test_a_header_is_read_in_its_charset(value: str, text: str) -> None:
    assert parse_mail(f"Subject: {value}\n\nhi".encode()).subject == text


@pytest.mark.parametrize(("charset", "text"), [("gb2312", "邮件传输失败"), ("iso-8859-9", "Şifremi yanlış girdim")])
def test_a_subject_that_nobody_encoded_has_the_charset_of_the_text(charset: str, text: str) -> None:
    mail = f"From: mia@x.example\nSubject: {text}\nContent-Type: text/plain; charset={charset}\n\n{text}"
    assert parse_mail(mail.encode(charset)).subject == text
