"""An alert about an event that the case has already: it says who else noticed, and nothing is decided anew by it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

from bot.domain.audit import Entry
from bot.domain.detection import Detection, RuleAlert

if TYPE_CHECKING:
    from bot.domain.case import Case


@dataclass(frozen=True, slots=True)
class AlertHeard:
    """The first alert about an event that had come without one. ``anchor_id`` tells events of one id apart."""

    KIND: ClassVar[str] = "alert:heard"
    event_id: str
    anchor_id: str | None
    alert: RuleAlert


def is_first_alert(known: Detection, together: Detection) -> bool:
    """Whether what two reports say together has an alert that the known one lacks."""
    return known.alert is None and together.alert is not None


def alert_heard(detection: Detection, alert: RuleAlert) -> AlertHeard:
    """The alert, for the event of a detection."""
    return AlertHeard(detection.event_id, detection.anchor.anchor_id, alert)


def heard(case: Case, entry: Entry, event: AlertHeard) -> Case:
    """The case with the alert beside its event; the card shows it, and what people decide stays as it was."""
    named = (event.event_id, event.anchor_id)
    detections = tuple(
        replace(one, alert=event.alert) if (one.event_id, one.anchor.anchor_id) == named and one.alert is None else one
        for one in case.detections
    )
    return replace(case, detections=detections, display_seq=entry.seq)
