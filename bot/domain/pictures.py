"""What the log says of a picture in a case's thread."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class PictureAttached:
    """The picture with this digest stands in the thread, or, with ``error``, is not tried again.

    It is written after Slack has it: a crash between both may leave the picture there twice.
    """

    KIND: ClassVar[str] = "picture:attached"
    digest: str
    error: str | None = None
