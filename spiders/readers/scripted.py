"""Whether scripts draw what a page doesn't show: by an empty place, hardly any text, a script that asks for data."""

import re

from restock.terms import Drawing
from spiders.readers.structure import Structure
from spiders.readers.text import text_of

_LITTLE_TEXT = 300
_SCRIPT = re.compile(
    r"<script\b(?![^>]*\btype\s*=\s*[\"']?(?:application/(?:ld\+)?json|text/(?:template|x-)|speculationrules))",
    re.IGNORECASE,
)
_WORKS = re.compile(
    r"\bfetch\s*\(|XMLHttpRequest|\baxios\b|\$\.(?:get|post|ajax|getJSON)\b|\.innerHTML\b|insertAdjacentHTML|appendChild"
    r"|<script\b[^>]*\btype\s*=\s*[\"']?module|__NUXT__|__NEXT_DATA__|customElements\.define",
)
_ROOTS = frozenset({"app", "root", "__next", "__nuxt", "main-app", "react-root", "vue-app", "application", "svelte"})
_PLACES = ("div", "main", "section", "ul", "ol", "tbody", "article")
_WAITING = re.compile(
    r"^\W*(?:загрузка|загружаем|загружается|идёт загрузка|идет загрузка|подождите|loading|please wait|жүктелуде)\b",
    re.IGNORECASE,
)


def drawing_of(page: Structure) -> Drawing:
    """How likely a page without goods gets them from its scripts."""
    if _SCRIPT.search(page.source) is None:
        return Drawing.PLAIN
    empty = [node for node in page.body.iter(*_PLACES) if len(node) == 0 and not (node.text or "").strip()]
    if any((node.get("id") or "").casefold() in _ROOTS for node in empty) or len(text_of(page.body)) < _LITTLE_TEXT:
        return Drawing.SURELY
    waiting = any(len(run.text) < 80 and _WAITING.match(run.text) for run in page.texts)
    named = any(node.get("id") or node.get("class") for node in empty)
    return Drawing.PERHAPS if waiting or named or _WORKS.search(page.source) else Drawing.PLAIN
