"""Lines that phones and mail programs put under messages ("Sent from my iPhone"), in many languages.

A writer's own last line may begin the same way ("Sent by mail"), so a line needs a brand, or a device that is "mine".
"""

import re

from omnidesk.text.folding import fold

_LONGEST = 120
_MOST_WORDS = 14

_BRANDS = (
    "iphon|ipad|ipod|ios|macbook|android|samsung|galaxy|huawei|xiaomi|redmi|oppo|oneplus|nokia|xperia|htc|"
    "motorola|lumia|blackberry|windows|outlook|hotmail|yahoo|aol|yandex|яндекс|gmail|proton|mail.ru|gmx|web.de|"
    "telekom mail|k-9|fairemail|thunderbird|bluemail|aqua mail|tutanota|zoho|zimbra|mailbird|airmail|mailbox|"
    "roundcube|айфон|アイフォン|ايفون|ايباد"
)
_BRAND = rf"(?<![a-z])(?:{'|'.join(re.escape(fold(each)) for each in _BRANDS.split('|'))})"
_SENT = (
    r"sent (?:from|via|with|using|by)",
    r"(?:gesendet|geschickt|verschickt|versendet) (?:von|vom|mit|uber|aus)|diese nachricht wurde von",
    r"envoye (?:de|depuis|a partir|avec|par|via)|provenance ?:",
    r"enviado (?:desde|de|con|por|via|mediante|do|da|a partir|pelo|atraves)",
    r"inviato (?:da|dal|dalla|con|tramite|via)",
    r"(?:verstuurd|verzonden) (?:vanaf|vanuit|van|met|via)",
    r"wysla\w+ (?:z|ze|za|przy|przez)",
    r"отправлено (?:с|со|из|через|от)",
    r"надіслано (?:з|із|зі)",
    r"(?:ارسلت|تم الارسال|تم ارسال\w*|مرسلة?|ارسل)(?: هذه الرسالة)? (?:من|بواسطة|عبر)",
    r"skickat (?:från|via|med)|sendt (?:fra|via|med)|lahetetty",
    r"odeslano (?:z|ze|pomoci)|odoslane (?:z|zo)|trimis (?:de|din|cu|prin)|(?:σταλθηκε|εσταλη|αποστολη) απο",
)
_LEAD = rf"\W{{0,3}}(?:{'|'.join(fold(lead) for lead in _SENT)})(?!\w)"
_WITH_BRAND = re.compile(rf"{_LEAD}[^,.!?:]{{0,40}}?{_BRAND}|\W{{0,3}}(?:发自|来自|從|从|發自|寄自).{{0,12}}{_BRAND}")
_MINE = re.compile(
    r"sent from my [^\s,]+(?: [^\s,]+){0,5}|"
    r"\W{0,3}sent (?:from|via) (?:my |a )?(?:mobile|phone|cell|cell ?phone|smartphone|tablet|handheld|mail)"
    r"(?: device| phone)?"
    r"(?:\W{1,3}(?:please |pls |so )?(?:excuse|forgive|sorry).{0,50})?\W{0,3}|"
    r"gesendet von mein\w+ (?:handy|smartphone|telefon|mobil\w+|tablet)\W*|"
    r"von (?:unterwegs|mein\w+ (?:handy|smartphone|telefon|mobil\w+|tablet)) gesendet\W*|"
    r"envoye (?:de|depuis) (?:mon|ma) (?:\w+ )?(?:mobile|telephone|smartphone|tablette|portable)\W*|"
    r"enviado (?:desde|do|de) (?:mi|meu) (?:\w+ )?(?:movil|telefono|celular|telemovel|tablet|smartphone)\W*|"
    r"inviato dal mio (?:cellulare|telefono|smartphone|tablet)\W*|"
    r"(?:verstuurd|verzonden) vanaf mijn (?:mobiel\w*|telefoon|smartphone|tablet)\W*|"
    r"(?:发自|發自|来自|從|从)我的(?:手机|手機)\W*"
)
_TURKISH = (
    r"\S+ ?[iu]m ?dan gonderil\w+|\S+ ?[iu]m ?den gonderil\w+|"
    r"(?:\w+ ){0,3}?(?:telefon|cihaz|tablet|bilgisayar)[iu]m ?dan gonderil\w+|"
    r"(?:bu e-?posta |bu ileti )?BRAND\S*"
    r"(?: (?:BRAND|icin|mobil|mail|posta|cep|akilli|tablet|telefon|uygulama|\d+)\S*){0,4}"
    r"(?:(?<=[dt][ae]n)| tarafindan| ile| kullanilarak) gonderil\w+"
)
_FROM = re.compile(rf"\W{{0,3}}(?:{_TURKISH.replace('BRAND', _BRAND)})\W*")
_GET = (
    "get|download|holen|hol|obtenir|telecharger|telechargez|obtener|obtenga|descargar|scarica|ottieni|obter|"
    "obtenha|baixar|haal|pobierz|скачать|получить|завантажити|الحصول|احصل|hamta|skaffa|hent|fa|hanki|ziskat|"
    "stahnout|obtineti|edinin|alin|indirin|yukleyin|herunterladen|beziehen|downloaden|ophalen|letoltese|ληψη|"
    "获取|取得"
)
_GET_OUTLOOK = re.compile(
    r"(?=.{0,60}\boutlook)(?=.{0,70}\b(?:ios|android\w*|mac)\b)"
    rf"(?=.{{0,70}}(?<!\w)(?:{'|'.join(map(fold, _GET.split('|')))})(?!\w))"
    r"[\w '’ـ]{8,60}?(?:https?://\S*)?\W{0,3}"
)
_LAST = re.compile(
    r"yahoo ?mail ?: ?[^\W\d]+(?:, ?[^\W\d]+){1,2}(?: \w+){0,3}\W{0,2}|"
    rf"(?:von|vom|mit) .{{0,40}}{_BRAND}.{{0,40}} gesendet\W*|"
    rf".{{0,40}}{_BRAND}.{{0,40}}(?:kuldve|から送信|より送信|傳送|传送|{fold('에서 보냄')})\W*"
)


def is_sent_from(folded: str) -> bool:
    """Whether a folded line says what its mail was written with, and nothing else."""
    if not folded or len(folded) > _LONGEST or "?" in folded:
        return False
    if any(pattern.fullmatch(folded) for pattern in (_MINE, _FROM, _LAST)) or _gets_outlook(folded):
        return True
    return bool(_WITH_BRAND.match(folded)) and len(folded.split()) <= _MOST_WORDS


def _gets_outlook(folded: str) -> bool:
    return len(folded.split()) <= 8 and bool(_GET_OUTLOOK.fullmatch(folded))
