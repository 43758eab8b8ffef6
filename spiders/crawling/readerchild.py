"""The reading process of a crawl: `python -m spiders.crawling.readerchild PARENT` takes captures and gives readings."""

import os
import pickle
import sys

from restock.capture import PageCapture, PageReading
from restock.site import Site
from spiders import lifeline
from spiders.crawling.frames import frame, read_frame
from spiders.reading import read_page


def main(parent: int) -> None:
    lifeline.bind(parent)
    with os.fdopen(os.dup(0), "rb") as asked, os.fdopen(os.dup(1), "wb") as answers:
        os.dup2(2, 1)  # whatever prints must not stand between the answers
        site: Site = pickle.loads(read_frame(asked) or b"")  # noqa: S301  this project's own process sent it
        while packed := read_frame(asked):
            capture: PageCapture = pickle.loads(packed)  # noqa: S301  as above
            answers.write(frame(pickle.dumps(read(capture, site))))
            answers.flush()


def read(capture: PageCapture, site: Site) -> PageReading | str:
    """The reading of a page, or how a reader stumbled over it: one page must not end the crawl."""
    try:
        return read_page(capture, site)
    except Exception as error:  # noqa: BLE001  whatever it is, it is this page's
        return f"reading failed: {type(error).__name__}: {error}"


if __name__ == "__main__":
    main(int(sys.argv[1]))
