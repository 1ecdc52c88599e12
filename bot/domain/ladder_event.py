"""What can happen to a ladder beside what happens to its rungs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class LadderStopped:
    """Somebody wants no further rung to begin; the one that runs comes to its end."""

    KIND: ClassVar[str] = "ladder:stopped"
    request_id: str
