"""A crawl's child process with the rules at hand: it keeps a picture of each drawn page whose goods are restricted.

`python -m scheduler.crawl_child JOBFILE PARENT`"""

from dataclasses import replace

from pipelines.normalise import Normaliser
from pipelines.rules import load_rules
from restock import clock
from restock.listing import RawListing
from spiders.crawling.child import run
from spiders.crawling.job import CrawlJob


class Restricted:
    """Tells restricted goods. The rules are loaded when the first drawn page asks for them."""

    def __init__(self, job: CrawlJob) -> None:
        self._job = job
        self._normaliser: Normaliser | None = None

    def __call__(self, raw: RawListing) -> bool:
        site = self._job.site
        if self._normaliser is None:
            self._normaliser = Normaliser(load_rules(self._job.home), market=site.market, currency=site.currency)
        found = self._normaliser.normalise(replace(raw, site=site.name), on=clock.now().date())
        return found.listing.restricted


if __name__ == "__main__":
    run(Restricted)
