"""Why a case is closed, in the words that Elastic Security has for closing an alert.

See: https://www.elastic.co/docs/solutions/security/detect-and-alert/manage-detection-alerts
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class CloseReason(StrEnum):
    """The values are those that Elastic stores with an alert (``kibana.alert.workflow_reason``)."""

    FALSE_POSITIVE = "false_positive"
    BENIGN_POSITIVE = "benign_positive"
    TRUE_POSITIVE = "true_positive"
    DUPLICATE = "duplicate"

    @property
    def words(self) -> str:
        """As people read it."""
        return self.value.replace("_", " ").capitalize()

    @property
    def meaning(self) -> str:
        """What it says of a case, in at most 75 characters."""
        return _MEANINGS[self]


_MEANINGS = {
    CloseReason.FALSE_POSITIVE: "It rang for something that is not what the rule looks for.",
    CloseReason.BENIGN_POSITIVE: "An external CA, and that is in order: ours, or a test.",
    CloseReason.TRUE_POSITIVE: "Somebody did what they may not. The incident is dealt with.",
    CloseReason.DUPLICATE: "Another case is about the same; name it below.",
}


def close_reason_of(text: str) -> CloseReason:
    """The reason that an entry names; one that this version does not know is shown as the first."""
    try:
        return CloseReason(text)
    except ValueError:
        return CloseReason.FALSE_POSITIVE


@dataclass(frozen=True, slots=True)
class Closed:
    """Who closed a case, as what, why in their words, and when."""

    user_id: str
    as_what: CloseReason
    reason: str
    at: datetime
