"""Countries by their two capital letters (ISO 3166)."""

import re
from functools import cache

# What locale data know besides countries: groups, islands without a code of their own, marks for tests.
_NO_COUNTRIES = frozenset({"AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"})


@cache
def is_country(code: str) -> bool:
    if not re.fullmatch("[A-Z]{2}", code) or code in _NO_COUNTRIES:
        return False
    from babel import Locale  # noqa: PLC0415 - loaded only for a code that somebody writes down

    return code in Locale("en").territories
