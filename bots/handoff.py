"""Passing a case to people: what the agent is told."""

from collections.abc import Sequence

from bots.source import Sayings


def summary(texts: Sayings, asked: Sequence[str], answered: Sequence[str]) -> str:
    """What was asked and what the bot answered, in two lines."""
    if not asked:
        return texts.summary_nothing
    questions = " / ".join(asked)
    lines = [texts.summary_asked.replace("{questions}", questions)]
    titles = " / ".join(answered)
    lines.append(texts.summary_answered.replace("{titles}", titles) if answered else texts.summary_unanswered)
    return "\n".join(lines)
