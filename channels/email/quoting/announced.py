"""Writers who say that their answers stand inside what they quote ("my answers in red below")."""

import re

from omnidesk.text.folding import fold

_ANSWERS = (
    "answer|answers|answered|comment|comments|commented|reply|replies|replied|response|responses|yanıtım|"
    "yanıtlarım|yanıtlarımı|yanıtladım|cevabım|cevaplarım|cevaplarımı|cevapladım|notlarım|yorumlarım|antwort|"
    "antworten|kommentare|anmerkungen|réponse|réponses|commentaires|respuesta|respuestas|comentarios|risposta|"
    "risposte|commenti|resposta|respostas|comentários|antwoord|antwoorden|opmerkingen|odpowiedź|odpowiedzi|"
    "ответ|ответы|комментарии|إجابات|ردودي|ردي"
)
_PLACES = (
    "inline|in line|in-line|below|in red|in blue|in green|in bold|aşağıda|aşağıdadır|aşağıya|kırmızı|mavi|"
    "yeşil|renkli|arasına|satır aralarına|aralarda|unten|in rot|in blau|ci-dessous|en rouge|en bleu|abajo|"
    "en rojo|en azul|sotto|in rosso|abaixo|em vermelho|em azul|hieronder|in het rood|poniżej|na czerwono|ниже|"
    "красным|أدناه|بالأحمر"
)


def _any_of(words: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{'|'.join(re.escape(fold(word)) for word in words.split('|'))})(?!\w)")


_ANSWER, _PLACE = _any_of(_ANSWERS), _any_of(_PLACES)
_FIRST = 2_000
"""Nobody announces it later."""


def announces_answers_inside(new: str) -> bool:
    """Whether the text says that more of it stands in the history."""
    folded = fold(new[:_FIRST])
    return bool(_ANSWER.search(folded) and _PLACE.search(folded))
