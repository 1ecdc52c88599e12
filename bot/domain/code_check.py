"""One-time codes at the click (RFC 6238): a stolen Slack session does not have them.

See: https://www.rfc-editor.org/rfc/rfc6238
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from bot.domain.approval import Decision, Reason, refused

STEP_SECONDS = 30
"""How long a code is the newest one."""
SKEW_STEPS = 1
"""By how many steps a phone's clock may be early or late."""
MOST_WRONG = 5
WRONG_WINDOW = timedelta(minutes=10)
"""After so many wrong codes of one person in this time no code of theirs is looked at until it is over.

Three of a million codes are right at any moment, so who guesses without a pause, 720 times a day, needs 460 days on
average.
"""


class CodeCheck(StrEnum):
    """What a code that somebody gave is worth."""

    RIGHT = "right"
    WRONG = "wrong"
    USED = "used"
    LOCKED = "locked"
    NOT_ENROLLED = "not_enrolled"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class CodeUse:
    """What is remembered of a person's codes: the step of the last one that was right, and the wrong ones since.

    A step is the number of :data:`STEP_SECONDS` since 1970, -1 before the first. ``wrong_since`` is the first wrong
    code of the window that ``wrong`` counts; None when there is none.
    """

    last_step: int = -1
    wrong: int = 0
    wrong_since: datetime | None = None


NEVER_USED = CodeUse()
"""Of somebody who has given no code yet."""


def judge_code(use: CodeUse, step: int | None, now: datetime) -> tuple[CodeCheck, CodeUse]:
    """What a code is worth, and what to remember of it.

    ``step`` is the one that it is the code of; None when it is the code of no step that may count now. Each step
    counts once, and none before it afterwards: who looked over somebody's shoulder comes too late.
    """
    if use.wrong_since is not None and now - use.wrong_since >= WRONG_WINDOW:
        use = replace(use, wrong=0, wrong_since=None)
    if use.wrong >= MOST_WRONG:
        return CodeCheck.LOCKED, use
    if step is not None and step > use.last_step:
        return CodeCheck.RIGHT, CodeUse(last_step=step)
    check = CodeCheck.WRONG if step is None else CodeCheck.USED
    return check, replace(use, wrong=use.wrong + 1, wrong_since=use.wrong_since or now)


def code_refusal(check: CodeCheck | None) -> Decision | None:
    """The no that a code asks for, None for a right one; ``check`` None means that no code was given."""
    if check is CodeCheck.RIGHT:
        return None
    return refused(Reason.CODE_MISSING if check is None else Reason.CODE_REFUSED, _SENTENCES[check])


_MINUTES = int(WRONG_WINDOW.total_seconds() / 60)
_SENTENCES = {
    None: "This needs a one-time code from your authenticator app.",
    CodeCheck.WRONG: "That code is not right. Nothing was done. Take the one that your app shows now.",
    CodeCheck.USED: "That code was used already. Nothing was done. Wait for the next one.",
    CodeCheck.LOCKED: f"Too many wrong codes. Nothing was done. Try again in {_MINUTES} minutes, or let someone else.",
    CodeCheck.NOT_ENROLLED: "You have no one-time code yet. Nothing was done. Whoever runs Anchorwatch can give you "
    "one with `anchorwatch codes add`.",
    CodeCheck.UNREADABLE: "Anchorwatch can't read its file of codes, so no code can be checked. Nothing was done.",
}


class CodeUses(Protocol):
    """Remembers the use of codes where every process that shares the case log sees it."""

    async def judge(self, user_id: str, step: int | None, now: datetime) -> CodeCheck:
        """Apply :func:`judge_code` to what is remembered of a person, and remember the outcome before returning.

        Raises:
            StoreUnavailable: it could not be remembered, so the code does not count.
        """


class Codes(Protocol):
    """Checks one-time codes."""

    async def check(self, user_id: str, code: str, now: datetime) -> CodeCheck:
        """What a code that this person gave is worth; a right one is used up by it.

        Raises:
            StoreUnavailable: its use could not be remembered, so it does not count.
        """
