"""The search in a log of many messages, ten a case: rare words, common ones, beginnings, phrases, operators, names."""

import time
from datetime import UTC

from omnidesk.desk.search.searching import search
from omnidesk.text import questions
from tests.bench import copying, village
from tests.bench.figures import Figure, milliseconds
from tests.office import Office

_REPEATED = 15
_ASKED = {
    "a rare word": "{rare}x",
    "a word in every second message": "kargo",
    "a beginning": "sipar",
    "two common words": "kargo iade",
    "a phrase": '"kargo iade"',
    "a word but not another": "kargo -iade",
    "a common word, of one state and inbox": "kargo is:open in:desk",
    "a common word, with a label": "kargo label:vip",
    "a common word, not said lately": "kargo before:1d",
    "a common word that one person said": 'kargo from:"mia {name}x"',
    "a rare word, with a label": "{rare}x label:vip",
    "no word, one agent's with a label": "assignee:bo label:delivery",
    "a name with a slip": "mia {name}y",
    "nothing": "{rare}q",
}


async def measure(desk: Office, where: str) -> list[Figure]:
    """Searches of an agent who may see all teams but one."""
    return [Figure(f"{where}: {what}", milliseconds(await _ask(desk, question))) for what, question in _ASKED.items()]


async def _ask(desk: Office, question: str) -> list[float]:
    viewer = await desk.viewer("Ada")
    times = []
    for number in range(_REPEATED):
        variant = f"q{number * 7 % copying.VARIANTS}"
        words = {"rare": f"w{number * 13 % village.RARE}{variant}", "name": f"w{number % village.CASES}{variant}"}
        asked = questions.read(question.format(**words))
        started = time.perf_counter()
        async with desk.database.session() as session:
            await search(session, viewer, asked, desk.database.now(), UTC)
        times.append(time.perf_counter() - started)
    return times
