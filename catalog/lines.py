"""Price lines: how the prices of some part numbers' listings went, for charts."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Row, and_, select

from catalog import models as m

_CHUNK = 500
_spans, _details = m.version.c, m.details.c


@dataclass(frozen=True, slots=True)
class LinePoint:
    """A price (None: no price, or not there) from one moment until another (None: it stands)."""

    since: datetime
    until: datetime | None
    price: Decimal | None
    currency: str | None


@dataclass(slots=True)
class Line:
    """The points of one listing, in order of time. `brand` and `mpn` are those that it has in its last state."""

    site: str
    key: str
    brand: str | None
    mpn: str | None
    points: list[LinePoint] = field(default_factory=list)


def price_lines(connection: Connection, mpns: Collection[str], until: datetime) -> list[Line]:
    """A line for each listing that ever had one of the part numbers, up to a moment."""
    moments = {row.id: row.observed_at for row in connection.execute(_runs(until))}
    wanted, found = sorted(set(mpns)), []
    for start in range(0, len(wanted), _CHUNK):
        numbered = select(_details.listing_id).where(_details.mpn.in_(wanted[start : start + _CHUNK]))
        rows = connection.execute(_versions().where(_spans.listing_id.in_(numbered)))
        for _, several in groupby(rows, lambda row: row.listing_id):
            chain = [row for row in several if row.from_run in moments]
            if chain:
                found.append(_line(chain, moments))
    return sorted(found, key=lambda line: (line.site, line.key))


def _runs(until: datetime) -> Any:
    return select(m.run.c.id, m.run.c.observed_at).where(m.run.c.observed_at <= until)


def _versions() -> Any:
    same = and_(_details.listing_id == _spans.listing_id, _details.run_id == _spans.details_run)
    joined = (
        m.version.join(m.listing, m.listing.c.id == _spans.listing_id)
        .join(m.site, m.site.c.id == m.listing.c.site_id)
        .join(m.details, same)
    )
    columns = (_spans.listing_id, _spans.from_run, _spans.to_run, _spans.price, _spans.currency)
    named = (m.site.c.name.label("site"), m.listing.c.key, _details.brand, _details.mpn)
    return select(*columns, *named).select_from(joined).order_by(_spans.listing_id, _spans.from_run)


def _line(chain: list[Row[Any]], moments: dict[int, datetime]) -> Line:
    last = chain[-1]
    line = Line(last.site, last.key, last.brand, last.mpn)
    for place, row in enumerate(chain):
        following = chain[place + 1] if place + 1 < len(chain) else None
        ended = moments.get(row.to_run) if row.to_run is not None else None
        _add(line, LinePoint(moments[row.from_run], ended, row.price, row.currency))
        if ended is not None and (following is None or following.from_run != row.to_run):
            _add(line, LinePoint(ended, moments[following.from_run] if following is not None else None, None, None))
    return line


def _add(line: Line, point: LinePoint) -> None:
    """Joins a point to the one before it where the price is the same: a new title is no new price."""
    held = line.points[-1] if line.points else None
    if held is not None and (held.price, held.currency) == (point.price, point.currency):
        line.points[-1] = LinePoint(held.since, point.until, held.price, held.currency)
    else:
        line.points.append(point)
