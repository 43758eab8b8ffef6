"""Whether scripts draw what a page doesn't show: by an empty place, hardly any text, a script that asks for data."""

import re
from itertools import islice

from restock.terms import Drawing
from spiders.readers.structure import Structure
from spiders.readers.text import Element, text_of

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

_MORE = re.compile(
    r"^\W*(?:(?:показать|загрузить|смотреть|подгрузить|вывести)\s+(?:еще|ещё|больше|следующие|остальные|вс[её]|\+?\s*\d)"
    r"|(?:load|show|view|see)\s+(?:more|next|all|\d)|тағы\s+көрсету)",
    re.IGNORECASE,
)
_NOWHERE = re.compile(r"\s*(?:#|javascript:|$)", re.IGNORECASE)
_ELSEWHERE = frozenset({"zone_filter", "zone_nav", "zone_chat", "zone_similar", "hidden"})


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


def going_on(page: Structure, shown: int, total: int | None) -> Drawing:
    """How likely a list without numbered pages has more goods than it shows, which only its scripts bring: by a "show
    more" that leads to no page, and by the total that the list prints."""
    if _SCRIPT.search(page.source) is None or (total is not None and shown >= total):
        return Drawing.PLAIN
    pressed = any(
        len(run.text) < 60
        and _MORE.match(run.text)
        and _is_pressed(run.element)
        and not page.zones(run.element) & _ELSEWHERE
        for run in page.texts
    )
    if pressed:
        return Drawing.SURELY if total is not None else Drawing.PERHAPS
    return Drawing.PERHAPS if total is not None else Drawing.PLAIN


def _is_pressed(element: Element) -> bool:
    """Whether an element is (or stands in) a button, or a link to nowhere."""
    for node in (element, *islice(element.iterancestors(), 2)):
        if node.tag == "button" or node.get("role") == "button":
            return True
        if node.tag == "a":
            return _NOWHERE.match(node.get("href") or "") is not None
    return False
