"""The starter desk's bot: answers from a list of questions, asks back when unsure, and fetches a person when asked."""

from collections.abc import Sequence

from bots import source as sources
from bots.listening import Listener
from bots.matching import Matcher
from bots.source import Settings
from bots.talk import Knowledge, Talk
from omnidesk.contract.responder import Answer, Article, Problem, Source, Turn


class FaqResponder:
    """A kind of bot whose source is one YAML file and whose answers are the published articles."""

    def check(self, source: Source) -> Sequence[Problem]:
        """What is wrong in the source; files of questions (`faq:`) are checked with it."""
        return sources.check(source)

    def train(self, source: Source, articles: Sequence[Article]) -> bytes:
        """Nothing: the questions are indexed as they are loaded. Raises ValueError for a bad source."""
        sources.read(source)
        return b""

    def load(self, source: Source, model: bytes, articles: Sequence[Article]) -> "FaqBot":
        """A bot that answers from these articles. Raises ValueError for a bad source."""
        return FaqBot(sources.read(source), articles)


class FaqBot:
    """A loaded version of the bot."""

    def __init__(self, settings: Settings, articles: Sequence[Article]) -> None:
        listener = Listener(settings.words)
        by_id: dict[str, dict[str, Article]] = {}
        for article in articles:
            by_id.setdefault(article.id, {})[article.language] = article
        self._knowledge = Knowledge(settings, listener, Matcher(articles, listener.filler), by_id)

    async def respond(self, turn: Turn) -> Answer:
        """Answer one turn."""
        return Talk(self._knowledge, turn).answer()
