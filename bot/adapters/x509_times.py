"""Reads the two kinds of time in a certificate, also in the forms that RFC 5280 forbids.

See: https://www.rfc-editor.org/rfc/rfc5280#section-4.1.2.5
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from bot.adapters.der import Element

_UTC_TIME, _GENERALIZED_TIME = 0x17, 0x18
_FORM = re.compile(rb"(\d{10})(\d\d)?(?:[.,]\d{1,9})?(?:Z|([+-])(\d\d)(\d\d))?")
# Two digits of a year mean 1950 to 2049.
_FIRST_YEAR = 50


def read_time(element: Element) -> datetime:
    """The moment, in UTC, to the second; without a zone it is taken as UTC.

    Raises:
        ValueError: it is no time, or none that a calendar has.
    """
    text = element.content
    if element.tag == _UTC_TIME:
        text = (b"19" if int(text[:2]) >= _FIRST_YEAR else b"20") + text
    elif element.tag != _GENERALIZED_TIME:
        raise ValueError("no time")
    century, form = text[:2], _FORM.fullmatch(text[2:])
    if form is None or not century.isdigit():
        raise ValueError("no time")
    digits, seconds, sign, hours, minutes = form.groups()
    month, day, hour, minute = (int(digits[place : place + 2]) for place in (2, 4, 6, 8))
    local = datetime(int(century + digits[:2]), month, day, hour, minute, int(seconds or 0), tzinfo=UTC)
    offset = timedelta(hours=int(hours or 0), minutes=int(minutes or 0))
    try:
        return local + offset if sign == b"-" else local - offset
    except OverflowError:
        raise ValueError("a time outside of the calendar") from None
