import pytest

from bots.listening import Listener
from bots.source import read
from bots.words import Phrases
from omnidesk.text.folding import words
from tests.bots.starter import BOT, text

LISTENER = Listener(read({BOT: text(BOT)}).words)
OFFERED = ("article:refund", "article:return-item", "none", "person")

ASKING = """
temsilciyle görüşmek istiyorum
insanla konusabilir miyim
gerçek biri
müşteri temsilcisine bağla
MÜŞTERİ TEMSİLCİSİ
temsilci
beni birine bağlar mısınız
bir insanla görüşmek istiyorum
canlı destek
canli destege baglan
yetkili biriyle konuşmak istiyorum
temslciye bağlayın
gerçek bir insan yok mu
müşteri hizmetleri
operatöre bağlan
danışmanla görüşebilir miyim
botla konuşmak istemiyorum
biriyle görüşebilir miyim
gercek kisi ile gorusmek istiyorum
telefonla görüşmek istiyorum
lütfen beni arayın
kimse yok mu
robot değil insan istiyorum
sizinle konuşmak istiyorum
temsilcinizle görüşeyim
birisiyle konuşmam lazım
temsilciyle gorusmek istiyrum
yetkiliye bağlayın
müdürünüzle görüşmek istiyorum
birine aktarın beni
destek ekibine bağlanmak istiyorum
bi insanla yazışmak istiyorum
talk to a human
agent please
can I speak to someone
I want to talk to a person
real person please
representative
human
person
connect me to an agent
speak with a representative
i need a humna
let me talk to somebody
customer service please
transfer me to an operator
live agent
I'd like to speak to an agent
get me a person
can someone call me back
are you a bot? i want a human
speak to your manager
could I chat with someone
talk to support
is anyone there
talk to real people
Bir temsilciyle görüş
Talk to a person
""".strip().splitlines()
NOT_ASKING = """
nisanda verdiğim sipariş nerede
kargom nerede
kişisel verilerimi silin
doğru mudur
inşaat malzemesi satıyor musunuz
bu gerçek bir sorun
ürünlerden biri eksik
birini iptal edin
görüşürüz
görüşmek üzere
birkaç gün oldu
size hangi saatlerde ulaşabilirim
change my personal details
will the courier call me
urgent order
where is my order
when can I reach customer support
""".strip().splitlines()


@pytest.mark.parametrize("said", ASKING)
def test_asking_for_a_person_is_heard(said: str) -> None:
    assert LISTENER.wants_person(words(said))


@pytest.mark.parametrize("said", NOT_ASKING)
def test_other_questions_are_not_taken_for_it(said: str) -> None:
    assert not LISTENER.wants_person(words(said))


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("merhaba", "greeting"),
        ("Selam!", "greeting"),
        ("mrb", "greeting"),
        ("iyi günler, nasılsınız?", "greeting"),
        ("hi there", "greeting"),
        ("helo", "greeting"),
        ("good mornign", "greeting"),
        ("teşekkürler", "thanks"),
        ("çok tesekkur ederim iyi günler", "thanks"),
        ("tamam sağol", "thanks"),
        ("thanks a lot", "thanks"),
        ("ok thank you so much", "thanks"),
        ("görüşürüz", "bye"),
        ("Goodbye", "bye"),
        ("merhaba siparişim nerede", None),
        ("thanks but where is my order", None),
        ("my name", None),
        ("", None),
    ],
)
def test_small_talk_is_told_from_questions(said: str, kind: str | None) -> None:
    assert LISTENER.small_talk(words(said)) == kind


def test_a_greeting_is_taken_off_a_question() -> None:
    assert LISTENER.without_greeting(words("Merhaba, iyi günler! Kargom nerede?")) == ["kargom", "nerede"]
    assert LISTENER.without_greeting(["hello"]) == ["hello"]


@pytest.mark.parametrize(
    ("said", "picked"),
    [
        ("1", "article:refund"),
        ("2", "article:return-item"),
        ("2.", "article:return-item"),
        ("2. seçenek", "article:return-item"),
        ("ikincisi", "article:return-item"),
        ("ikinci olan", "article:return-item"),
        ("İLKİ", "article:refund"),
        ("the second one", "article:return-item"),
        ("first", "article:refund"),
        ("number 2 please", "article:return-item"),
        ("4", "person"),
        ("hiçbiri", "none"),
        ("hayır bunlar değil", "none"),
        ("none of these", "none"),
        ("no", "none"),
        ("9", None),
        ("0", None),
        ("evet", None),
        ("2 gündür bekliyorum", None),
        ("bir", "article:refund"),
        ("bir sorum var", None),
        ("bir şey", None),
        ("I need one", None),
        ("how is this", None),
        ("", None),
    ],
)
def test_a_choice_can_be_typed(said: str, picked: str | None) -> None:
    assert LISTENER.picked(words(said), OFFERED) == picked


def test_yes_picks_the_only_choice() -> None:
    assert LISTENER.picked(["evet"], ("article:refund", "none", "person")) == "article:refund"
    assert LISTENER.picked(["yes"], ("article:refund", "none", "person")) == "article:refund"


def test_nothing_is_picked_when_nothing_is_offered() -> None:
    assert LISTENER.picked(["2"], ()) is None
    assert LISTENER.picked(["hayir"], ("helped", "person")) is None


@pytest.mark.parametrize(
    ("said", "heard"),
    [
        ("temsilci", True),
        ("temsilciniz var mi", True),
        ("temslici", True),
        ("temslciyle", True),
        ("demsilci", False),
        ("temsil", False),
        ("gercek biriyle", True),
        ("gercek", False),
        ("biri gercek", False),
    ],
)
def test_phrases_hear_suffixes_and_one_typo(said: str, heard: bool) -> None:
    assert Phrases(["temsilci", "gerçek biri"], suffixes=True).heard(said.split()) is heard


def test_the_longest_phrase_is_taken_off_first() -> None:
    assert Phrases(["good", "good morning"]).without(["good", "morning", "all", "good"]) == ["all"]
