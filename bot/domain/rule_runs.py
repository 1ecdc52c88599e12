"""Runs of a detection rule: one that made as many alerts as it may has left the others out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

MOST_ALERTS_A_RUN = 100
"""The most alerts that the published rule makes in one run; who runs it may have set another limit.

See: https://www.elastic.co/docs/solutions/security/detect-and-alert/create-detection-rule
"""


@dataclass(frozen=True, slots=True)
class RunCut:
    """So many alerts of one run came in that the run has left others out. ``rule`` is its name, empty when unknown."""

    KIND: ClassVar[str] = "run:cut"
    run_id: str
    system: str
    rule: str
    alerts: int

    @property
    def event_id(self) -> str:
        """What it is known by in its stream, so that it is told once."""
        return f"run:{self.run_id}"


def is_cut(alerts: int) -> bool:
    """Whether a run that made so many alerts may have left others out."""
    return alerts >= MOST_ALERTS_A_RUN


def cut_sentence(system: str, alerts: int) -> str:
    """What that means, for people."""
    return (
        f"{system} may have left alerts out: {alerts} alerts of one run of the rule came in, and as published it makes "
        f"at most {MOST_ALERTS_A_RUN}."
    )
