"""Bread crumbs: the section that a page stands in."""

from urllib.parse import urlsplit

from spiders.readers import goods, words
from spiders.readers.page import Page
from spiders.readers.structure import Structure
from spiders.readers.text import Element, squeeze, text_of

MAX_CRUMBS = 12
# Crumbs that say no more than "all goods"; the front page itself is known by its address.
# fmt: off
_ALL_GOODS = frozenset({
    "главная", "главная страница", "home", "homepage", "магазин", "shop", "каталог", "catalog", "catalogue",
    "каталог товаров", "все товары", "products", "продукция", "start", "startseite", "accueil", "басты бет", "anasayfa",
    "ana sayfa", "интернет-магазин", "»", "/", "|", ">", "→",
})
# fmt: on


def category_of(page: Structure, title: str | None) -> str | None:
    """The sections from below the front page down to the page, without the product itself; " / " between them."""
    claimed = goods.breadcrumbs(page.blocks) or goods.breadcrumbs(page.items)
    named = [name for name, address in claimed if not _is_front(page, address)]
    names = [squeeze(name) for name in named] or visible_crumbs(page, with_last=title is None)
    if names and title and _is_title(names[-1], title):
        names = names[:-1]
    kept = [name for name in names if name.casefold() not in _ALL_GOODS][-MAX_CRUMBS:]
    return " / ".join(dict.fromkeys(kept)) or None


def _is_title(crumb: str, title: str) -> bool:
    short, full = crumb.casefold().rstrip(".… "), title.casefold()
    return full == short or (len(short) > 8 and full.startswith(short)) or short.startswith(full)


def visible_crumbs(page: Page, *, with_last: bool) -> list[str]:
    """The crumbs in order; the last one, where it is no link, is the page itself."""
    container = _container(page)
    if container is None:
        return []
    leaves: list[str] = []
    linked = True
    for node in container.iter("a", "span", "li", "div", "b", "strong", "td"):
        if len(node) == 0 or (node.tag in {"a", "span"} and not any(child.tag in {"a", "span"} for child in node)):
            text = text_of(node)
            if _is_front(page, node.get("href")) or (node.tag == "li" and _is_front(page, _only_link(node))):
                continue
            if text and any(char.isalnum() for char in text):
                leaves.append(text)
                linked = node.tag == "a" or any(around.tag == "a" for around in node.iterancestors("a", "nav"))
        elif node.tag == "li" and not any(child.tag in {"a", "span", "b", "strong"} for child in node):
            leaves.append(text_of(node))
            linked = False
    last = squeeze((container[-1].tail if len(container) else "") or "").strip("/>»→- ")
    names = [*dict.fromkeys(leaves), *([last] if last else [])]
    return names if with_last or (linked and not last) else names[:-1]


def _only_link(node: Element) -> str | None:
    return next((link.get("href") for link in node.iter("a")), None)


def _is_front(page: Page, address: str | None) -> bool:
    """Whether a crumb leads to the front page, whatever it is called."""
    url = page.absolute(address) if address else None
    if url is None:
        return False
    parts = urlsplit(url)
    return parts.path in {"", "/"} and not parts.query


def _container(page: Page) -> Element | None:
    for node in page.body.iter("nav", "ol", "ul", "div", "p", "section", "table"):
        names = " ".join(
            filter(None, (node.get("class"), node.get("id"), node.get("itemtype"), node.get("aria-label")))
        )
        if names and ("crumbs_class" in words.kinds_of(names) or "breadcrumb" in names.lower()):
            return node
    return None
