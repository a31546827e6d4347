"""One turn of a conversation with the FAQ bot."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bots.handoff import summary
from bots.listening import Listener
from bots.matching import Match, Matcher
from bots.memory import Memory
from bots.source import Sayings, Settings
from omnidesk.contract.channel import Button, Form, FormField
from omnidesk.contract.responder import Answer, Article, Decision, Handoff, Saying, Turn, Why
from omnidesk.text.catalogues import language_of
from omnidesk.text.folding import words
from omnidesk.text.language import guess

_CHOICES = 3
_RANKED = 5
_CHARACTERS = 1000  # read of a turn, the newest: nobody asks a chat bot in more
_SENTENCES = 3  # searched in a turn, the newest
_WORDS = 16  # read of a sentence
_BARE_WISH = 5  # words: "agent please" tells the agent nothing, a longer wish holds the question too
_SENTENCE_END = re.compile(r"[.!?…;\n]+")


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What a loaded bot knows; `articles`: id → language → article."""

    settings: Settings
    listener: Listener
    matcher: Matcher
    articles: Mapping[str, Mapping[str, Article]]


class Talk:
    """A turn and what the bot makes of it."""

    def __init__(self, knowledge: Knowledge, turn: Turn) -> None:
        self._knows = knowledge
        self._turn = turn
        self._text = "\n".join(turn.texts)[-_CHARACTERS:]
        self._said = words(self._text)
        memory = Memory.read(turn.state)
        known = language_of(memory.language or turn.language, knowledge.settings.language)
        self._language = guess(self._text) or known
        self._memory = memory.speaking(self._language)

    def answer(self) -> Answer:
        """The one answer to the turn."""
        listener = self._knows.listener
        button = self._turn.button or listener.picked(self._said, self._memory.offered)
        if button == "person" or listener.wants_person(self._said):
            return self._ask_for_person()
        if button == "none":
            return self._miss(Why(step="none"))
        if button == "helped":
            return self._say("answer", self._sayings.thanks, Why(step="helped"))
        article = self._article(button.removeprefix("article:")) if button else None
        if article:
            return self._explain(article, Why(article.id, 1.0, ((article.id, 1.0),), step="picked"))
        return self._chat() or self._understand()

    @property
    def _sayings(self) -> Sayings:
        return self._knows.settings.texts.of(self._language)

    def _ask_for_person(self) -> Answer:
        if len(self._said) > _BARE_WISH:
            self._memory = self._memory.asking(self._text)
        return self._hand_off("asked", Why())

    def _chat(self) -> Answer | None:
        kind = self._knows.listener.small_talk(self._said)
        if not self._said and self._text.strip() and "?" not in self._text:
            kind = "thanks"  # a thumb, a heart
        if kind:
            return self._say("answer", getattr(self._sayings, kind), Why(step=kind))
        if not self._said and self._turn.attachments:
            return self._say("fallback", self._sayings.attachment, Why(step="attachment"))
        return None

    def _understand(self) -> Answer:
        settings = self._knows.settings.thresholds
        self._memory = self._memory.asking(self._text)
        matches = self._best_matches()
        why = _why(matches)
        sure = why.confidence >= settings.answer and matches[0].telling and _lead(matches) >= settings.lead
        if sure and (article := self._article(why.intent)):
            return self._explain(article, why)
        near = [match for match in matches[:_CHOICES] if match.confidence >= settings.clarify]
        return self._clarify(near, why) if near else self._miss(why)

    def _best_matches(self) -> Sequence[Match]:
        """The matches of the sentence that is understood best; a sentence may come in several messages."""
        listener, matcher = self._knows.listener, self._knows.matcher
        sentences = [words(sentence) for sentence in _SENTENCE_END.split(self._text)]
        asked = [sentence for sentence in sentences if sentence and not listener.small_talk(sentence)][-_SENTENCES:]
        if len(self._turn.texts) > 1 and len(self._said) <= _WORDS:
            asked.append(self._said)
        found = [matcher.search(listener.without_greeting(one[:_WORDS])) for one in asked]
        return max(found, key=lambda matches: matches[0].confidence if matches else 0.0, default=[])

    def _explain(self, article: Article, why: Why) -> Answer:
        self._memory = self._memory.answering(article.title)
        return self._say("answer", article.answer, why, Button("helped", self._sayings.button_helped))

    def _clarify(self, near: Sequence[Match], why: Why) -> Answer:
        if self._memory.clarifying:  # asked back once already: the choices did not fit
            self._memory = self._memory.missing()
            if self._lost:
                return self._hand_off("fallback", why)
        articles = [article for match in near if (article := self._article(match.article))]
        choices = [Button(f"article:{article.id}", article.title) for article in articles]
        return self._say("clarify", self._sayings.clarify, why, *choices, Button("none", self._sayings.button_none))

    def _miss(self, why: Why) -> Answer:
        self._memory = self._memory.missing()
        if self._lost:
            return self._hand_off("fallback", why)
        text = self._sayings.attachment if self._turn.attachments else self._sayings.fallback
        return self._say("fallback", text, why)

    @property
    def _lost(self) -> bool:
        return self._memory.misses >= self._knows.settings.misses

    def _hand_off(self, reason: str, why: Why) -> Answer:
        nobody = self._turn.facts.get("online") is False
        text = self._sayings.nobody_online if nobody else self._sayings.handoff
        handoff = Handoff(reason, summary(self._sayings, self._memory.asked, self._memory.answered))
        state = Memory(language=self._language).model_dump(mode="json")
        asks = nobody and self._turn.facts.get("unreachable") is True and bool(self._sayings.ask_email)
        form = Form("reach", (FormField("email", self._sayings.ask_email, "email", required=True),)) if asks else None
        return Answer((Saying(text, form=form),), state, "handoff", self._language, why, handoff)

    def _say(self, decision: Decision, text: str, why: Why, *buttons: Button) -> Answer:
        offered = (*buttons, Button("person", self._sayings.button_person))
        memory = self._memory.offering([button.id for button in offered], clarifying=decision == "clarify")
        return Answer((Saying(text, offered),), memory.model_dump(mode="json"), decision, self._language, why)

    def _article(self, id: str) -> Article | None:
        languages = self._knows.articles.get(id, {})
        return languages.get(self._language) or next(iter(languages.values()), None)


def _why(matches: Sequence[Match]) -> Why:
    if not matches:
        return Why()
    ranking = tuple((match.article, round(match.confidence, 3)) for match in matches[:_RANKED])
    best, confidence = ranking[0]
    return Why(best, confidence, ranking, matches[0].words)


def _lead(matches: Sequence[Match]) -> float:
    return matches[0].confidence - matches[1].confidence if len(matches) > 1 else 1.0
