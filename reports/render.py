"""The digest laid out for mail: HTML for mail clients, and the same content as plain text."""

import textwrap
from functools import cache
from pathlib import Path

import css_inline
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from reports.data import WeeklyData
from reports.digest import Digest, cut
from reports.entries import Day
from reports.safety import shown
from reports.sourcing import Sources
from reports.speech import NBSP
from reports.wording import moment_text

TEMPLATES = Path(__file__).parent / "templates"
MAX_HTML = 100_000  # bytes; Gmail clips a message at 102 kB, its own wrapping included
WIDTH = 78  # columns of the text; only addresses are longer
# Entries of weight one in a section, and lines for each further weight, tried in turn until the report fits: more is
# gained by naming all goods than by telling everything of some.
_LIMITS = (
    *((entries, 150) for entries in (40, 25, 15, 10, 6, 4, 3, 2)),
    *((entries, lines) for lines in (130, 110, 90, 70, 50, 30, 15) for entries in (2, 1)),
    (1, 0),
)


def render(digest: Digest, data: WeeklyData) -> tuple[str, str]:
    """The report as HTML, at most MAX_HTML bytes wherever cutting sections can bring it there, and as text."""
    for limit, lines in _LIMITS:
        sections = [cut(section, limit, digest.words, lines) for section in digest.sections]
        # A no-break space is two bytes; as an entity it would be six, and there are thousands.
        html = _inliner().inline(fill("weekly.html", digest, data, sections=sections)).replace("&nbsp;", NBSP)
        if len(html.encode()) <= MAX_HTML:
            break
    return html, fill("weekly.txt", digest, data, sections=sections)


def fill(template: str, digest: Digest, data: WeeklyData, **values: object) -> str:
    """A template with the digest's own head; `values` are what else it needs."""
    words = digest.words
    exact = words.say("page.exact", since=moment_text(data.since), until=moment_text(data.until))
    names = ", ".join(shown(name, 80) for name in data.audience.lists)
    head = {
        "digest": digest,
        "words": words,
        "sources": Sources(),
        "window": words.window(data.since, data.until),
        "exact": exact,
        "lists": words.say("page.lists", names=names) if names else None,
    }
    return _environment().get_template(template).render(**head, **values)


def _wrap(text: str, indent: int = 0, first: int = 0) -> str:
    """The text in lines of at most WIDTH columns; what has no blank in it stays whole."""
    return textwrap.fill(
        text,
        WIDTH,
        initial_indent=" " * first,
        subsequent_indent=" " * indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _day_text(day: Day) -> str:
    return f"{day.label} {day.symbol}".replace(" ", "\N{NO-BREAK SPACE}")


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(enabled_extensions=("html",), default=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["wrap"] = _wrap
    environment.filters["indented"] = lambda text: _wrap(text, 4, 2)
    environment.filters["day_text"] = _day_text
    return environment


@cache
def _inliner() -> css_inline.CSSInliner:
    # Media queries can't be inlined and stay in the head; nothing is ever loaded from elsewhere.
    return css_inline.CSSInliner(keep_at_rules=True, minify_css=True, load_remote_stylesheets=False)
