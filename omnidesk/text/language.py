"""Which of our languages a short text is in: function words, everyday desk words, letters and endings."""

import re
from functools import lru_cache

from omnidesk.text.folding import words

# Folded. Words that both languages use ("her", "on") stand in neither list.
_TURKISH = """
    acaba acik adres adresimi aksamlar ama ancak artik aslinda ay ayni bana ben bende beni benim bir biraz
    biri bizim bos bu bugun buna bunu burada cok cunku da daha de degil degisim destek diye dun ederim en evet
    eyvallah fakat falan fatura faturam garanti geceler gelmedi gibi gore gun gunaydin gunler hafta hala hangi
    hayir hem hemen henuz hep hepsi hesabim hesabimi hesap hic iade icin ile insan iptal ise iste iyi kac
    kadar kapali kargo kargom kart kartim kendi ki kim kimse lazim lira lutfen magaza merhaba mi misin misiniz
    miyim mrb mu mudur musteri musun musunuz muyum naber nasil nasilsin nasilsiniz ne neden nedir neler nerde
    nerede nereden nereye niye o odeme olan olarak oldu olmadi olur once onu oysa para param parola rica saat
    sadece sagol sagolun sana selam sen seni sey sifre sifremi simdi siparis siparisim siparisimi sizde size
    sizi sizin slm sonra su sunu tabii taksit tamam tane tekrar temsilci tesekkur tesekkurler teslimat tum
    ucret ucreti urun urunu uzere var ve veya ya yani yardim yarin yetkili yil yine yok yoksa zaman
"""
_ENGLISH = """
    a about account address after again agent all also am an and another any anyone are as ask at back be
    because been before being but by bye can cancel cannot cant card closed could day days delivery did didn
    didnt do does doesn doesnt doing don done dont else evening every for from get give go good got had has
    hasn hasnt have haven havent he hello help her here hey hi him his hour hours how human i if im in into
    invoice is isn isnt it its just know let like long look made make many may me might money month more
    morning much must my need never new night no not now of off on one only open operator or order
    orders other our out over package parcel password pay payment person please refund return s she shipping
    should so some someone something soon speak still t take talk tell than thank thanks that the their them
    then there these they thing this those to today tomorrow too track under until up us use very want
    warranty was wasn way we week went were what whats when where wheres which who why will with won wont work
    would wrong year yes yesterday yet you your yours
"""
TURKISH_WORDS = frozenset(_TURKISH.split())
ENGLISH_WORDS = frozenset(_ENGLISH.split())
_TURKISH_LETTERS = re.compile("[şğıŞĞİ]")
_SHARED_LETTERS = re.compile("[çöüÇÖÜ]")  # other languages write them too, English does not
_TURKISH_ENDING = re.compile(
    r"[iu]yor(um|sun|uz|sunuz|lar|du)?$"
    r"|[ae]m[iu]yor|[ae]bil(ir|iyor|se)|..[ae]c[ae][kg]|...m[ae](k|yi|si)$|m[ae]d[iu](m|k|niz|ler)?$|m[iu]s(t?im|s?iniz|ler)?$"
    r"|[iu]m[iu]z|n[iu]z[iu]?$|..l[ae]r(i|im|imi|ini|in|e|a|da|de)?$|...[dt][iu]m$|[iu]yl[ae]$|..[iu]nd[ae]n?$|..[iu]m[iu]$|r[iu]m$"
)  # fmt: skip
_ENGLISH_SPELLING = re.compile(
    r"[qwx]|^th|th$|(ing|tion|ght|ould|[^aeiou]ed|ly|ness|ful|ck|ss)$|ee|oo|ph|sh$|ea[mrdkt]"
)


def guess(text: str) -> str | None:
    """`tr`, `en`, or None when the text says too little; meant for chat sentences, with or without Turkish letters."""
    found = words(" ".join(part for part in text.split() if not _is_address(part)))
    turkish = 2.0 * bool(_TURKISH_LETTERS.search(text)) + 0.5 * bool(_SHARED_LETTERS.search(text))
    turkish += sum(map(_turkish, found))
    english = sum(map(_english, found))
    if abs(turkish - english) < max(0.5, 0.2 * (turkish + english)):
        return None
    return "tr" if turkish > english else "en"


def _is_address(part: str) -> bool:
    return "@" in part or "://" in part or "www." in part


# A few thousand words make up most of what people write, so their weights are kept.
@lru_cache(maxsize=10_000)
def _turkish(word: str) -> float:
    return 1.0 if word in TURKISH_WORDS else 0.6 * bool(_TURKISH_ENDING.search(word))


@lru_cache(maxsize=10_000)
def _english(word: str) -> float:
    return 1.0 if word in ENGLISH_WORDS else 0.6 * bool(_ENGLISH_SPELLING.search(word))
