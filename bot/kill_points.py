"""Points at which a test can kill the process, to prove that nothing is lost or done twice; off by default.

``ANCHORWATCH_KILL_AT`` names one point. Nobody but a test sets it: the process then ends by SIGKILL when it gets there,
as it would by a power cut, without any clean-up.
"""

from __future__ import annotations

import os
import signal
from enum import StrEnum


class KillPoint(StrEnum):
    """Where the process can be killed, named for what stands right before or behind it."""

    BEFORE_APPEND = "before_append"
    AFTER_APPEND = "after_append"
    AFTER_DEAD_LETTER = "after_dead_letter"
    AFTER_DELETE_MESSAGE = "after_delete_message"
    AFTER_CLICK_APPEND_BEFORE_ACK = "after_click_append_before_ack"
    BEFORE_POST = "before_post"
    AFTER_POST = "after_post"
    BEFORE_AWS_CALL = "before_aws_call"
    AFTER_AWS_CALL = "after_aws_call"
    AFTER_RECEIPT_SEARCH = "after_receipt_search"


_armed: set[KillPoint] = set()


def arm(point: KillPoint | None) -> None:
    """Let the process die at ``point``; None lets it live."""
    _armed.clear()
    if point is not None:
        _armed.add(point)


def reached(point: KillPoint) -> None:
    """Die here if this is the point; else do nothing."""
    if point in _armed:
        os.kill(os.getpid(), signal.SIGKILL)
