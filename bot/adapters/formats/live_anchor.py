"""The trust anchor as AWS shows it when it is asked, in the same words as one that stands in an event."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.adapters.formats.anchor import read_anchor
from bot.adapters.formats.voices import Hearing, Voice
from bot.domain.detection import Anchor, Where
from bot.domain.plain import to_plain


def live_anchor(detail: Mapping[str, Any]) -> tuple[Anchor, Mapping[str, str]]:
    """The trust anchor in ``detail`` (a TrustAnchorDetail), and for each value that it has, that it is of a live call.

    See: https://docs.aws.amazon.com/rolesanywhere/latest/APIReference/API_TrustAnchorDetail.html
    """
    hearing = Hearing()
    anchor, _ = read_anchor([Voice(Where.LIVE_CALL, to_plain(detail))], hearing)
    return anchor, hearing.sources
