"""JSON-LD: the nodes of a page's script blocks, mended where shops write them wrong."""

import html
import re
from collections.abc import Iterable, Iterator
from typing import Any

import orjson

Node = dict[str, Any]

MAX_NODES = 20_000
MAX_NESTING = 400
# A string or a comment that is never closed runs to the end: each character is looked at once.
_QUOTED = r'"(?:[^"\\]|\\(?:.|\Z))*(?:"|\Z)'
_COMMENT = re.compile(rf"({_QUOTED})|/\*.*?(?:\*/|\Z)|//[^\n]*", re.DOTALL)
_CDATA = re.compile(r"^\s*(?://)?\s*(?:<!\[CDATA\[|<!--)|(?://)?\s*(?:\]\]>|-->)\s*$")
_TRAILING_COMMA = re.compile(rf"({_QUOTED})|,(?=\s*[}}\]])", re.DOTALL)
_STRING = re.compile(_QUOTED, re.DOTALL)
_CONTROL = re.compile(r"[\x00-\x1f]")
_BAD_ESCAPE = re.compile(r'\\(?!["\\/bfnrt]|u[0-9a-fA-F]{4})')


def read_blocks(blocks: Iterable[str]) -> tuple[list[Node], int]:
    """The top-level nodes of all blocks (graphs and lists opened), and how many blocks could not be read at all."""
    nodes: list[Node] = []
    broken = 0
    for block in blocks:
        value = parse(block)
        broken += value is None
        nodes += _opened(value)
    return nodes, broken


def parse(text: str) -> Any:
    """The JSON value of a block, mended if need be; None where it can't be."""
    if _too_deep(text):
        return None
    for mend in (_as_is, _mended, _unescaped):
        try:
            return orjson.loads(mend(text))
        except (orjson.JSONDecodeError, UnicodeEncodeError):
            continue
    return None


def _too_deep(text: str) -> bool:
    depth = deepest = 0
    for mark in re.finditer(r"[\[{]|[\]}]", text):
        depth += 1 if mark[0] in "[{" else -1
        deepest = max(deepest, depth)
    return deepest > MAX_NESTING


def _as_is(text: str) -> str:
    return text


def _mended(text: str) -> str:
    """Without comments, trailing commas, CDATA marks, raw line ends in strings and unknown escapes."""
    bare = _CDATA.sub("", text.strip())
    bare = _COMMENT.sub(lambda found: found[1] or " ", bare)
    bare = _STRING.sub(lambda found: _CONTROL.sub(" ", _BAD_ESCAPE.sub(r"\\\\", found[0])), bare)
    bare = _TRAILING_COMMA.sub(lambda found: found[1] or "", bare)
    return bare.strip().rstrip(";")


def _unescaped(text: str) -> str:
    """As `_mended`, where the whole block was escaped as if it were text (&quot;)."""
    return _mended(html.unescape(text)) if "&quot;" in text or "&#34;" in text else ""


def _opened(value: Any) -> Iterator[Node]:
    """Dictionaries on the way through lists and @graph."""
    pending = [value]
    for _ in range(MAX_NODES):
        if not pending:
            return
        current = pending.pop(0)
        if isinstance(current, list):
            pending[:0] = current
        elif isinstance(current, dict):
            graph = current.get("@graph")
            if graph is not None:
                pending.insert(0, graph)
            if "@type" in current:
                yield current


def types_of(node: Any) -> frozenset[str]:
    """A node's types without their vocabulary: {"Product"}."""
    if not isinstance(node, dict):
        return frozenset()
    found = node.get("@type")
    return frozenset(
        name.rsplit("/", 1)[-1].rsplit(":", 1)[-1]
        for name in (found if isinstance(found, list) else [found])
        if isinstance(name, str)
    )
