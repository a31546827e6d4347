"""Lines that phones and mail programs put under messages ("Sent from my iPhone"), in many languages."""

import re

from omnidesk.text.folding import fold

_LONGEST = 120

_PRODUCTS = (
    "iphon|ipad|ipod|ios|mac|macbook|apple|android|samsung|galaxy|huawei|honor|xiaomi|redmi|poco|oppo|vivo|"
    "realme|oneplus|nokia|pixel|mailbox|cell|xperia|htc|lg|motorola|moto|lumia|blackberry|windows|outlook|"
    "hotmail|yahoo|aol|yandex|gmail|proton|protonmail|mail.ru|gmx|web.de|k-9|fairemail|thunderbird|spark|"
    "bluemail|blue mail|aqua mail|tuta|tutanota|zoho|zimbra|mailbird|airmail|newton|nine|boxer|posta|mail|"
    "courrier|correo|poczta|почта|почты|surface|superhuman|front|roundcube|telefon|cihaz|mobil|mobile|"
    "mobiltelefon|smartphone|handy|handset|phone|tablet|telephone|portable|movil|telefono|celular|telemovel|"
    "cellulare|dispositivo|mobiel|telefoon|telefonu|смартфон|телефон|айфон|устройств|هاتف|جهاز|ايفون|ايباد|gsm|"
    "手机|アプリ|puhelin|puhelime"
)
_PRODUCT = rf"(?<![a-z])(?:{'|'.join(re.escape(fold(each)) for each in _PRODUCTS.split('|'))})"
_LEADS = (
    r"(?:sent|written|composed|typed|get|download)(?: (?:from|via|with|using|by|on))?",
    r"(?:this (?:e-?mail|message) was )?sent (?:from|via|with|using)",
    r"von (?:meine\w*|unterwegs)|(?:gesendet|geschickt|verschickt|versendet) (?:von|vom|mit|uber|aus)|holen sie sich|"
    r"diese nachricht wurde von",
    r"(?:envoye|expedie)e? (?:de|depuis|a partir|avec|par|via)|telecharg\w+|obtenir|provenance ?:",
    r"enviado (?:desde|de|con|por|via|mediante|do|da|a partir|pelo|atraves)|obt\w+|descargar|baixar|transferir",
    r"inviato (?:da|dal|dalla|con|tramite|via)|scarica|ottieni",
    r"(?:verstuurd|verzonden) (?:vanaf|vanuit|van|met|via)|download|haal",
    r"wysla\w+ (?:z|ze|za|przy|przez)|pobierz",
    r"отправлено (?:с|со|из|через|от)|получить|скачать|надіслано (?:з|із)|надiслано (?:з|iз)",
    r"(?:ارسلت|تم الارسال|مرسلة?|ارسل|اُرسلت|تم ارسال\w*)(?: هذه الرسالة)? (?:من|بواسطة|عبر)|الحصول على|احصل على",
    r"skickat (?:fran|via|med)|sendt (?:fra|via|med)|hamta|hent|fa outlook|skaff|lahetetty|hanki",
    r"odeslano (?:z|ze|pomoci)|odoslane (?:z|zo)|ziskat|stahnout|trimis (?:de|din|cu|prin)|obtineti",
    r"(?:σταλθηκε|εσταλη|αποστολη) απο|ληψη",
    r"发自|来自|從我的|从我的|發自|发送自|寄自|傳送自|获取",
)
_LED = re.compile(rf"\W{{0,3}}(?:{'|'.join(fold(lead) for lead in _LEADS)})(?!\w)[^,.!?]{{0,40}}?{_PRODUCT}|"
                  rf"\W{{0,3}}(?:发自|来自|從我的|从我的|發自|发送自|寄自|傳送自).{{0,20}}{_PRODUCT}")  # fmt: skip
_MY = re.compile(r"sent from my [^\s,]+(?: [^\s,]+){0,5}")
_TAILS = re.compile(
    r"(?:\S+ ){0,6}?\S*(?:[iu]m ?d[ae]n|posta\S* ?(?:d[ae]n|ile)|mail\S* ?(?:d[ae]n|ile)|outlook\S* ?(?:d[ae]n|ile)|"
    r"uygulamasi\S*(?: ile)?|postadan)"
    r"(?: \w+){0,3} gonderil\w+|"
    r"(?:android|ios|windows|mac) icin outlook\S*(?: \w+)? (?:edinin|alin|indirin|yukleyin|ile gonderildi)|"
    r".{0,60}\bgesendet|.{0,40}rol kuldve|.{0,40}(?:から送信|より送信|" + fold("에서 보냄") + r")|"
    r"outlook (?:fur|voor|pro|para|per|pour|for|dla|til) \S+ \S*(?:beziehen|herunterladen|downloaden|ophalen|laden)"
)
_TAIL = re.compile(rf"(?=.{{0,80}}{_PRODUCT})(?:{_TAILS.pattern})\W*")


def is_sent_from(folded: str) -> bool:
    """Whether a folded line says what its mail was written with, and nothing else."""
    if not folded or len(folded) > _LONGEST or folded.endswith("?"):
        return False
    if _MY.fullmatch(folded) or _TAIL.fullmatch(folded):
        return True
    led = _LED.match(folded)
    return bool(led and len(folded.split()) <= 14)
