"""What the log says of the file with the CA's certificates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class CaFileAttached:
    """The file with this digest stands in the thread, or, with ``error``, is not tried again.

    It is written after Slack has it: a crash between both may leave the file there twice.
    """

    KIND: ClassVar[str] = "certificates:attached"
    digest: str
    error: str | None = None
