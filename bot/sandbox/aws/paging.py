"""Pages with opaque tokens, for the services whose token is bound to nothing."""

import base64
import binascii
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


class ForeignToken(Exception):
    """The token was not made here."""


def page_of(items: Sequence[T], size: int, token: str | None) -> tuple[list[T], str | None]:
    """One page and the token of the next, None on the last.

    Args:
        items: All of them, in the order of the pages.
        size: How many a page holds, at least 1.
        token: Of the page before; None or empty for the first.

    Raises:
        ForeignToken: The token was not made here.
    """
    start = _offset(token) if token else 0
    rest = start + size < len(items)
    following = base64.b64encode(str(start + size).encode()).decode() if rest else None
    return list(items[start : start + size]), following


def _offset(token: str) -> int:
    try:
        return int(base64.b64decode(token, validate=True))
    except (binascii.Error, ValueError) as foreign:
        raise ForeignToken from foreign
