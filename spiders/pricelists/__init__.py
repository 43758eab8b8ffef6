"""Price lists: a stored file → raw listings, row by row, whatever its kind."""

from spiders.pricelists.arriving import arriving_rows
from spiders.pricelists.encodings import checked_encoding
from spiders.pricelists.lists import (
    MAPPED_FIELDS,
    ColumnMap,
    ColumnUse,
    ListError,
    Origin,
    PriceList,
    Tally,
    checked_map,
)
from spiders.pricelists.opening import looks_like_list, media_type, open_list

__all__ = [
    "MAPPED_FIELDS",
    "ColumnMap",
    "ColumnUse",
    "ListError",
    "Origin",
    "PriceList",
    "Tally",
    "arriving_rows",
    "checked_encoding",
    "checked_map",
    "looks_like_list",
    "media_type",
    "open_list",
]
