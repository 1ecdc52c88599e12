"""Write the closing note of a case, or correct it: a press, decided on the case as it is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.domain.approval import ApprovalPolicy, Reason, may_start, refused
from bot.domain.audit import Draft
from bot.domain.case import Case
from bot.domain.closing_note import MOST_CAUSE_CHARACTERS, MOST_POINTS, ClosingNoteWritten
from bot.domain.closing_points import done_of, note_is_due, open_points, point_key, points_in
from bot.domain.events import draft
from bot.domain.followups import FollowupEnded, FollowupOpened
from bot.service.press import Answer, Press, PressRule

OPEN_POINTS = "points"
"""The field of the form with what stays open, one point a line."""
_TAKEN_OUT = "taken out of the closing note"


def may_write_closing_note(policy: ApprovalPolicy) -> PressRule:
    """The rule for opening the form."""

    def rule(case: Case, press: Press, now: datetime) -> Answer:
        del now
        decision = may_start(policy, None, press.person)
        if not decision.allowed:
            return decision
        if not note_is_due(case):
            return refused(
                Reason.NOT_IN_THIS_STATE, "A closing note can be written once the case is contained or closed."
            )
        return []

    return rule


def write_closing_note(policy: ApprovalPolicy) -> PressRule:
    """The rule for sending the form: the note, and a reminder of each point until somebody ends it."""
    may = may_write_closing_note(policy)

    def rule(case: Case, press: Press, now: datetime) -> Answer:
        answer = may(case, press, now)
        if answer:
            return answer
        cause, points = press.reason.strip(), points_in(press.entered.get(OPEN_POINTS, ""))
        if not cause:
            return refused(Reason.REASON_MISSING, "Say in a sentence how it came to this.")
        if len(points) > MOST_POINTS:
            return refused(Reason.NOT_IN_THIS_STATE, f"At most {MOST_POINTS} points can stay open. Put some together.")
        written = ClosingNoteWritten(cause[:MOST_CAUSE_CHARACTERS], done_of(case), points)
        return [draft(written, press.by), *_changes(case, press, points)]

    return rule


def _changes(case: Case, press: Press, points: Sequence[str]) -> list[Draft]:
    """Points that are new are opened, those that were taken out are ended, and all others go on as they are."""
    before = open_points(case)
    opened = [FollowupOpened(point_key(one), one, at_once=True) for one in points if one not in before]
    ended = [FollowupEnded(point_key(one), _TAKEN_OUT) for one in before if one not in points]
    return [*(draft(one, press.by) for one in opened), *(draft(one, press.by) for one in ended)]
