"""The search in a log of many messages, ten a case: rare words, common ones, beginnings, phrases, operators, names."""

import random
import time
from collections.abc import Sequence
from datetime import UTC

from sqlalchemy import text
from sqlmodel import select

from omnidesk.desk.search import indexing
from omnidesk.desk.search.searching import search
from omnidesk.store.models import Author, Case, Contact, ContactWord, Direction, Interaction, Kind, SearchText
from omnidesk.text import questions
from omnidesk.text.folding import words
from tests.bench.figures import Figure, milliseconds
from tests.bench.ground import Stores, office
from tests.bench.pages import fill
from tests.office import Office

_EACH = 10
_REPEATED = 15
_PART = 2_000
_COMMON = ("kargo", "sipariş", "iade", "fatura", "adres", "lamba", "teslim", "ödeme", "merhaba", "teşekkürler")
_VOCABULARY = 30_000
_ASKED = {
    "a rare word": "w{rare}x",
    "a word in every second message": "kargo",
    "a beginning": "sipar",
    "two common words": "kargo iade",
    "a phrase": '"kargo iade"',
    "a common word with operators": "kargo is:open in:desk",
    "a name with a slip": "mia w{rare}y",
    "nothing": "w{rare}q",
}


async def measure(stores: Stores, sizes: Sequence[int]) -> list[Figure]:
    """Searches in logs of so many cases, on both databases."""
    figures = []
    for kind in ("sqlite", "postgresql"):
        for cases in sizes:
            async with office(await stores.make(kind), work=False) as desk:
                await fill(desk, cases)
                await _speak(desk)
                figures += [
                    Figure(f"{kind}, {cases * _EACH:,} messages: {what}", milliseconds(await _ask(desk, question)))
                    for what, question in _ASKED.items()
                ]
    return figures


async def _speak(desk: Office) -> None:
    """Ten messages a case, findable; made without the worker, which would take its time."""
    chance = random.Random(7)
    rare = [f"w{number}x" for number in range(_VOCABULARY)]
    async with desk.database.session() as session:
        cases = list(await session.exec(select(Case)))
    for first in range(0, len(cases), _PART // _EACH):
        async with desk.database.transaction(durable=False) as tx:
            for case in cases[first : first + _PART // _EACH]:
                case_words = [*words(case.contact_name), chance.choice(rare)]
                for word in case_words:
                    tx.add_row(ContactWord, {"word": word, "contact_id": case.contact_id, "point_id": 0})
                for position in range(1, _EACH + 1):
                    said = " ".join(chance.choices(_COMMON, k=8) + chance.choices(rare, k=12))
                    row_id = tx.new_id()
                    tx.add_row(Interaction, {
                        "id": row_id, "case_id": case.id, "position": position, "contact_id": case.contact_id,
                        "contact_point_id": case.contact_point_id, "inbox_id": case.inbox_id, "channel": "fake",
                        "direction": Direction.INBOUND, "kind": Kind.MESSAGE, "author_kind": Author.CONTACT,
                        "text": said, "payload": {}, "created_at": tx.now,
                    })  # fmt: skip
                    tx.add_row(SearchText, {"id": row_id, "said": " ".join(words(said))})
    async with desk.database.transaction(durable=False) as tx:
        people = list(await tx.session.exec(select(Contact.id).limit(_PART)))
        for contact_id in people:
            indexing.wait(tx, contact_id)
    while await indexing.Indexing(desk.database).run():
        pass
    if not desk.database.is_sqlite:
        async with desk.database.transaction() as tx:
            await tx.session.exec(text("ANALYZE"))  # type: ignore[call-overload]


async def _ask(desk: Office, question: str) -> list[float]:
    viewer = await desk.viewer("Ada")
    times = []
    for number in range(_REPEATED):
        asked = questions.read(question.replace("{rare}", str(number * 1_999)))
        started = time.perf_counter()
        async with desk.database.session() as session:
            await search(session, viewer, asked, desk.database.now(), UTC)
        times.append(time.perf_counter() - started)
    return times
