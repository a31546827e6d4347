"""Pages: templates rendered in the reader's language."""

from collections.abc import Callable, Collection
from datetime import datetime, tzinfo
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from aiohttp import web
from babel import Locale
from babel.numbers import format_decimal
from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup, escape

from omnidesk.desk.directory.names import readable
from omnidesk.desk.setup import naming
from omnidesk.desk.views import ListedCase
from omnidesk.settings import Settings
from omnidesk.text import catalogues
from omnidesk.web import assets, framing, notice_words, times
from omnidesk.web.commands import COMMANDS
from omnidesk.web.formatted import formatted
from omnidesk.web.mentioned import mentioned
from omnidesk.web.words import in_words, said, unread

FOLDER = Path(__file__).parent / "templates"
CATALOGUES = Path(__file__).parent.parent / "locale"
_KILO = 1000
_ROWS = 2000
"""So many drawn rows of lists are kept, the last used ones; each takes a kilobyte or two."""


class RowPlace(NamedTuple):
    """Where a row stands: in which list, and by which time of its case it is sorted."""

    view: str
    query: str
    sorted_by: str
    opened: bool = False
    draft: bool = False
    """Whether its reader is writing on the case."""


class Pages:
    """Renders templates; one environment a language, since an overlay would mix them.

    `threaded`: the channels whose cases are told apart by their subject.
    """

    def __init__(self, settings: Settings, *, threaded: Collection[str] = ()) -> None:
        self.public_url = settings.public_url
        self._settings = {
            "simulates": settings.simulator.enabled,
            "threaded": threaded,
            "undo_send_seconds": settings.desk.undo_send_seconds,
            "idle_minutes": settings.desk.idle_minutes,
        }
        self._environments = {language: _environment(language) for language in catalogues.LANGUAGES}
        self.row = lru_cache(_ROWS)(self._row)
        """A row of a list as HTML; it depends on what is given and nothing else."""

    def render(self, template: str, language: str, **values: Any) -> str:
        """A template in a language. Every template may use `now` (aware) and `zone` (a tzinfo): give both."""
        page = self._environments[catalogues.language_of(language)].get_template(template)
        return page.render(**self._settings, **values)

    def _row(self, case: ListedCase, shown: RowPlace, language: str, zone: tzinfo, now: datetime) -> Markup:
        html = self.render("inbox/row.html", language, case=case, **shown._asdict(), zone=zone, now=now)
        return Markup(html)  # noqa: S704 - the template has escaped what it shows

    def gettext(self, language: str, text: str) -> str:
        """A text of the pages in a language."""
        translated: str = catalogues.load(CATALOGUES)[catalogues.language_of(language)].gettext(text)
        return translated


PAGES = web.AppKey("pages", Pages)


@cache  # templates come with the program: compiled once, whoever renders them
def _environment(language: str) -> Environment:
    catalogue = catalogues.load(CATALOGUES)[language]
    environment = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        auto_reload=False,  # templates come with the program: no look at their files at each use
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.install_gettext_translations(catalogue, newstyle=True)  # type: ignore[attr-defined]
    spoken = times.Times(language, catalogue)
    environment.globals.update(
        language=language, own_name=own_name, static=assets.url, units=times.UNITS, commands=COMMANDS
    )
    environment.filters.update(
        ago=_tag(lambda moment, context: spoken.ago(moment, context["now"], context["zone"]), spoken, "ago"),
        clock_in=pass_context(lambda context, zone: clock_in(context["now"], zone)),
        clock=_tag(lambda moment, context: spoken.clock(moment, context["zone"]), spoken),
        due=_tag(lambda moment, context: spoken.due(moment, context["now"]), spoken, "due"),
        left=_tag(lambda moment, context: spoken.left(moment, context["now"]), spoken, "left"),
        moment=pass_context(lambda context, moment: spoken.exact(moment, context["zone"])),
        day=pass_context(lambda context, moment: spoken.day(moment, context["now"], context["zone"])),
        date=pass_context(
            lambda context, moment: spoken.date(
                moment.astimezone(context["zone"]).date(), context["now"].astimezone(context["zone"]).date()
            )
        ),
        local_input=pass_context(lambda context, moment: times.local_input(moment, context["zone"])),
        length_of_call=times.length,
        day_and_time=pass_context(lambda context, moment: _day_and_time(spoken, context, moment)),
        lasting=spoken.lasting,
        sentence=lambda text: sentence(text, language),
        mentioned=mentioned,
        formatted=formatted,
        language_name=lambda code: language_name(code, language),
        frame_height=framing.height,
        number=lambda value: number(value, language),
        size=lambda count: size(count, language),
        initials=lambda name: initials(name, language),
        readable=readable,
        notice=pass_context(lambda context, told: notice_words.sentence(catalogue.gettext, told, context["now"])),
        named=lambda name: naming.said(name, language),
        unread=lambda text: unread.reason(catalogue.gettext, text),
        said=lambda error: said(language, catalogue.gettext, error),
        word=lambda code, kind: in_words(catalogue, kind, code),
    )
    return environment


def _tag(
    say: Callable[[datetime, Context], str], said: times.Times, kept: str = ""
) -> Callable[[Context, datetime], Markup]:
    """A filter that says a time in a <time> element, exact on hover; times.js keeps it true as `kept` names."""
    said_kept = f' data-kept="{kept}"' if kept else ""

    @pass_context
    def tag(context: Context, moment: datetime) -> Markup:
        exact, text = escape(said.exact(moment, context["zone"])), escape(say(moment, context))
        html = f'<time datetime="{moment.isoformat()}" title="{exact}"{said_kept}>{text}</time>'
        return Markup(html)  # noqa: S704 - escaped above; Markup.format takes four times as long

    return tag


def language_name(code: str, language: str) -> str:
    """A language by its own name where it is one of the desk's, else by its name in the reader's."""
    own = {"en": "English", "tr": "Türkçe"}.get(code)
    return own or sentence(Locale(language).languages.get(code, code), language)


def clock_in(now: datetime, zone: str) -> Markup:
    """The time of day in a time zone; times.js keeps it true."""
    text = format(now.astimezone(times.zone_of(zone)), "%H:%M")
    return Markup('<time data-clock="{}">{}</time>').format(zone, text)


def _day_and_time(said: times.Times, context: Context, moment: datetime | str) -> str:
    """A date and a time of day, also of one that an event wrote down."""
    at = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    day = said.date(at.astimezone(context["zone"]).date(), context["now"].astimezone(context["zone"]).date())
    return f"{day} {said.clock(at, context['zone'])}"


def size(count: int, language: str) -> str:
    """A number of bytes: `214 KB`."""
    value, unit = float(count), "B"
    for larger in ("KB", "MB", "GB"):
        if value < _KILO:
            break
        value, unit = value / _KILO, larger
    return f"{format_decimal(round(value, 1) if value < 10 else round(value), locale=language)} {unit}"


def initials(name: str, language: str) -> str:
    """The letters that stand for a person: the first ones of the first and the last word; `?` for nobody."""
    words = [word for word in name.replace("@", " ").split() if word[0].isalnum()]
    letters = "".join(word[0] for word in (words[:1] + words[1:][-1:]))
    return (letters.replace("i", "İ") if language == "tr" else letters).upper() or "?"


def own_name(texts: tuple[tuple[str, str], ...], language: str) -> str:
    """A text in a language; in whichever there is, where there is none in it."""
    return dict(texts).get(language) or texts[0][1]


def number(value: Any, language: str) -> str:
    """A number as people of a language write it, to be typed over; a text as it is."""
    if isinstance(value, str):
        return value
    return str(format_decimal(value, "0.######", locale=language))


def sentence(text: str, language: str) -> str:
    """The text with a capital at its beginning."""
    return (text[:1].replace("i", "İ") if language == "tr" else text[:1]).upper() + text[1:]
