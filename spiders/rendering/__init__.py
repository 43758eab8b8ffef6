"""Pages drawn by a real browser that has no network of its own: whoever asks for a page answers its requests."""

from spiders.rendering.browser import Browser, BrowserError
from spiders.rendering.network import Answer, Asked, Network
from spiders.rendering.sheet import Sheet, open_sheet

__all__ = ["Answer", "Asked", "Browser", "BrowserError", "Network", "Sheet", "open_sheet"]
