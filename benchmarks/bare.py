"""What a crawl is measured by: Scrapy as it comes, parsel, and dicts that nobody stores."""

import json
from collections.abc import AsyncIterator, Iterator
from typing import Any

import scrapy
from scrapy.crawler import CrawlerProcess
from scrapy.http import Response

CONCURRENCY = 8


class BareSpider(scrapy.Spider):
    """Reads the big shop by selectors written for it, as anybody would."""

    name = "bare"

    async def start(self) -> AsyncIterator[Any]:
        yield scrapy.Request(self.settings["BARE_START"])

    def parse(self, response: Response, **_: Any) -> Iterator[Any]:
        """The front page, and the pages of the index."""
        for href in response.css("ul a::attr(href)").getall():
            callback = {"product": self.product, "catalog": self.cards}.get(href.split("/")[1], self.parse)
            yield response.follow(href, callback)

    def product(self, response: Response) -> Iterator[Any]:
        found: dict[str, Any] = {}
        for block in response.css('script[type="application/ld+json"]::text').getall():
            for node in json.loads(block).get("@graph", ()):
                if node["@type"] == "Product":
                    found = node
        yield {
            "url": response.url,
            "title": response.css("h1::text").get(),
            "sku": found["sku"],
            "brand": found["brand"]["name"],
            "mpn": found["mpn"],
            "price": response.css(".product__price::text").get(),
            "regular_price": response.css(".product__old::text").get(),
            "currency": found["offers"].get("priceCurrency"),
            "availability": response.css(".product__stock::text").get(),
            "condition": found["offers"]["itemCondition"],
            "category": response.css(".crumbs a::text").getall()[-1],
            "description": response.css(".product__text p::text").get(),
            "details": dict(
                zip(
                    response.css(".product__specs th::text").getall(),
                    response.css(".product__specs td::text").getall(),
                    strict=True,
                )
            ),
        }

    def cards(self, response: Response) -> Iterator[Any]:
        category = response.css("h1::text").get()
        for card in response.css("article.card"):
            yield {
                "url": response.urljoin(card.css(".card__title::attr(href)").get() or ""),
                "title": card.css(".card__title::text").get(),
                "price": card.css(".card__price::text").get(),
                "regular_price": card.css(".card__old::text").get(),
                "availability": card.css(".card__stock::text").get(),
                "category": category,
            }
        yield from response.follow_all(css=".pager__next", callback=self.cards)


def crawl(url: str) -> None:
    process = CrawlerProcess(
        {
            "BARE_START": url,
            "CONCURRENT_REQUESTS_PER_DOMAIN": CONCURRENCY,
            "DOWNLOAD_DELAY": 0,
            "LOG_LEVEL": "WARNING",
            "REMOTE_CONTROL_ENABLED": False,
            "TELNETCONSOLE_ENABLED": False,
        }
    )
    process.crawl(BareSpider)
    process.start()
