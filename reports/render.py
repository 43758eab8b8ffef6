"""The digest laid out: HTML for mail clients and the same content as plain text."""

from functools import cache
from pathlib import Path

import css_inline
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from reports.data import WeeklyData
from reports.digest import Digest, Shown
from reports.wording import window_text

TEMPLATES = Path(__file__).parent / "templates"
MAX_HTML = 100_000  # bytes; Gmail clips a message at 102 kB, its own wrapping included
_LIMITS = (40, 25, 15, 10, 6, 4, 2, 1)  # entries of weight one in a section, tried in turn until the report fits


def render(digest: Digest, data: WeeklyData) -> tuple[str, str]:
    """The report as HTML, at most MAX_HTML bytes wherever cutting sections can bring it there, and as text."""
    for limit in _LIMITS:
        sections = [section.cut(limit) for section in digest.sections]
        html = _html(digest, data, sections)
        if len(html.encode()) <= MAX_HTML:
            break
    return html, _fill("weekly.txt", digest, data, sections)


def _html(digest: Digest, data: WeeklyData, sections: list[Shown]) -> str:
    return _inliner().inline(_fill("weekly.html", digest, data, sections))


def _fill(template: str, digest: Digest, data: WeeklyData, sections: list[Shown]) -> str:
    window = window_text(data.since, data.until)
    return _environment().get_template(template).render(digest=digest, window=window, sections=sections)


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(enabled_extensions=("html",), default=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@cache
def _inliner() -> css_inline.CSSInliner:
    # Media queries can't be inlined and stay in the head; nothing is ever loaded from elsewhere.
    return css_inline.CSSInliner(keep_at_rules=True, minify_css=True, load_remote_stylesheets=False)
