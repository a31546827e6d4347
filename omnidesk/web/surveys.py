"""The public page of a survey: plain HTML, no script, in the contact's language."""

from aiohttp import web
from pydantic import BaseModel, Field

from omnidesk.desk import surveys
from omnidesk.desk.surveys import SurveyPage
from omnidesk.errors import Conflict
from omnidesk.keys import DATABASE, KEYS
from omnidesk.web.requests import page, read


class Answer(BaseModel):
    """What the page sends."""

    score: int
    comment: str = Field(default="", max_length=5000)


async def show(request: web.Request) -> web.StreamResponse:
    """The question. A score in the link is only chosen, not recorded: link scanners open links too."""
    survey = await _open(request)
    score = request.query.get("score", "")
    chosen = int(score) if score.isdecimal() and len(score) <= 2 and int(score) in survey.scale else survey.score
    return _page(request, survey, chosen=chosen)


async def answer(request: web.Request) -> web.StreamResponse:
    """Record the answer and say thank you."""
    form, token = await read(request, Answer), request.match_info["token"]
    try:
        async with request.app[DATABASE].transaction() as tx:
            await surveys.answer(tx, request.app[KEYS], token, form.score, form.comment)
    except Conflict:
        return _page(request, await _open(request), status=409)
    return _page(request, await _open(request), thanks=True)


async def _open(request: web.Request) -> SurveyPage:
    database = request.app[DATABASE]
    async with database.session() as session:
        return await surveys.open_page(session, request.app[KEYS], request.match_info["token"], database.now())


def _page(
    request: web.Request, survey: SurveyPage, *, status: int = 200, chosen: int | None = None, thanks: bool = False
) -> web.Response:
    return page(
        request, "surveys/page.html", status=status, language=survey.language,
        survey=survey, chosen=chosen, thanks=thanks,
    )  # fmt: skip
