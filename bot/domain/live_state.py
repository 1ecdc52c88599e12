"""An event that does not show what its trust anchor trusts, together with what AWS shows when it is asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta

from bot.domain.detection import Anchor, Detection, Where
from bot.domain.reports import with_report

_SAME_CALL = timedelta(seconds=5)
"""Within this time after the event, a change of the trust anchor is the event's own: CloudTrail gives whole seconds."""


def with_live(detection: Detection, live: Anchor, sources: Mapping[str, str]) -> Detection:
    """What the event and AWS say together. What AWS shows counts, and where the event says otherwise is said.

    ``sources`` are those of ``live``, by the names that :class:`bot.domain.detection.Detection` gives.
    """
    differing = tuple(_differences(detection.anchor, live))
    return with_report(detection, replace(detection, anchor=live, sources=sources, contradictions=differing))


def is_live(detection: Detection) -> bool:
    """Whether AWS, and not the event, said what the trust anchor trusts."""
    return detection.sources.get("source_type") == Where.LIVE_CALL


def changed_since(detection: Detection) -> bool:
    """Whether the trust anchor that AWS shows may be another than the one that the event left behind."""
    changed_at = detection.anchor.updated_at
    if changed_at is None or detection.sources.get("updated_at") != Where.LIVE_CALL:
        return True
    return changed_at > detection.happened_at + _SAME_CALL


def _differences(said: Anchor, live: Anchor) -> Iterator[str]:
    if None not in (said.enabled, live.enabled) and said.enabled != live.enabled:
        words = {True: "yes", False: "no", None: ""}
        event, now = words[said.enabled], words[live.enabled]
        yield f"whether it is enabled: the event says {event}; AWS says {now} when it is asked"
    if None not in (said.name, live.name) and said.name != live.name:
        yield "the trust anchor's name: the event and AWS differ"
