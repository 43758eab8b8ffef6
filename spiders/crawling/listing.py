"""A price list that came in place of a page: its rows, what its reader says of it, and how it broke off if it did."""

from collections.abc import Iterator
from typing import BinaryIO

from scrapy.http import Response

from restock.errors import RestockError
from restock.listing import Evidence, RawListing
from restock.site import Site
from spiders.evidence import plain_file
from spiders.pricelists import Origin, open_list

_PIECE = 200  # rows between which others have their turn


class ListRows:
    """The rows of a list that was stored. `count`, `notes` and `fault` are whole when the last piece was taken."""

    def __init__(self, file: BinaryIO, response: Response, site: Site) -> None:
        self.count = 0
        self.notes: list[str] = []
        self.fault: str | None = None
        self._file = file
        self._site = site
        self._coding = (response.headers.get("Content-Encoding") or b"").decode("latin-1")
        self._cut = _cut(response)
        self._stamps = _stamps(response)

    def pieces(self, evidence: Evidence) -> Iterator[list[RawListing]]:
        piece: list[RawListing] = []
        try:
            site = self._site
            with plain_file(self._file, self._coding) as plain, open_list(plain, site.columns, site.encoding) as found:
                for row in found.rows(Origin(self._site.name, evidence)):
                    piece.append(row)
                    self.count += 1
                    if len(piece) >= _PIECE:
                        yield piece
                        piece = []
                self.notes = [*self._stamps, *found.tally.remarks]
                self.fault = self._cut or found.tally.loss
        except RestockError as error:
            self.fault = self._cut or str(error)
        if piece:
            yield piece


def _cut(response: Response) -> str | None:
    """Why a list did not come to its end, where it didn't."""
    if "dataloss" in response.flags:
        return "the list broke off: the connection ended early"
    cut = response.meta.get("cut")
    return f"the list was cut off ({cut})" if cut else None


def _stamps(response: Response) -> list[str]:
    """What the server says of the file's age."""
    said = ((name, (response.headers.get(name) or b"").decode("latin-1")) for name in ("Last-Modified", "ETag"))
    told = ", ".join(f"{name} {value}" for name, value in said if value)
    return [f"price list: {told}"] if told else []
