import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnidesk.text.folding import fold
from omnidesk.text.language import ENGLISH_WORDS, TURKISH_WORDS, guess

TURKISH = """
şifremi unuttum
sifremi unuttum giris yapamiyorum
siparişim nerede
siparisim nerede kaldi
kargom hala gelmedi
merhaba
selam
Merhaba, bir sorum var
iyi günler
tesekkurler
çok teşekkür ederim
tamam sağol
iade etmek istiyorum
para iadem ne zaman yapılır
param yatmadi
bir temsilciyle görüşmek istiyorum
insanla konusabilir miyim
gerçek biri yok mu
adresimi degistirmek istiyorum
faturami bulamiyorum
kaç taksit yapıyorsunuz
kapida odeme var mi
garanti suresi ne kadar
pazar gunu acik misiniz
çalışma saatleriniz nedir
hava nasıl
ürün kırık geldi
yanlis urun gondermissiniz
hesabımı silin
neden cevap vermiyorsunuz
hayır
evet
kargo
nasıl yapacağım
iptal edebilir miyim
yarına yetişir mi
ne zaman gelecek
SİPARİŞİMİ İPTAL ETMEK İSTİYORUM
""".strip().splitlines()
ENGLISH = """
where is my order
wheres my pakage
I forgot my password
cant log in
how do I get a refund
hello
hi there
good morning
thanks a lot
thank you
talk to a human
agent please
I want to speak to a person
what are your opening hours
are you open on sunday
my card was declined
can I pay by credit card
the item arrived damaged
you sent me the wrong one
change my address
track my parcel
how long does shipping take
I need an invoice
cancel it
is it under warranty
what's the weather like
can I pay with bitcoin on mars
it does not work
yes
order
still waiting
why is nobody answering
how much does it cost
WHERE IS MY ORDER
""".strip().splitlines()
UNSURE = ["", "  ", "42", "?", "👍", "ok", "12345-TR", "ada@example.com", "Ada", "asdf"]


@pytest.mark.parametrize("text", TURKISH)
def test_turkish_is_recognised_with_and_without_its_letters(text: str) -> None:
    assert guess(text) == "tr"
    assert guess(fold(text)) == "tr"


@pytest.mark.parametrize("text", ENGLISH)
def test_english_is_recognised(text: str) -> None:
    assert guess(text) == "en"


@pytest.mark.parametrize("text", UNSURE)
def test_a_text_that_says_too_little_has_no_language(text: str) -> None:
    assert guess(text) is None


def test_a_word_of_both_languages_stands_in_neither_list() -> None:
    assert not TURKISH_WORDS & ENGLISH_WORDS


def test_the_lists_are_folded() -> None:
    assert {fold(word) for word in TURKISH_WORDS | ENGLISH_WORDS} == TURKISH_WORDS | ENGLISH_WORDS


@given(st.text())
def test_any_text_gets_an_answer(text: str) -> None:
    assert guess(text) in {"tr", "en", None}
