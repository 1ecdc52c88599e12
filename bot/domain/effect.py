"""What an effect is: something to do for a case, and who asks for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.domain.case import Reservation
from bot.domain.mornings import Mornings


class EffectKind(StrEnum):
    """Something to do in Slack, in AWS or in the log."""

    POST_CARD = "post_card"
    UPDATE_CARD = "update_card"
    POST_NOTE = "post_note"
    POST_NOTICE = "post_notice"
    POST_QUESTION = "post_question"
    UPDATE_QUESTION = "update_question"
    POST_REMINDER = "post_reminder"
    TELL = "tell"
    RUN = "run"
    READ_PLAN = "read_plan"
    EXPIRE = "expire"
    OBSERVE = "observe"
    INVESTIGATE = "investigate"
    ATTACH_PICTURE = "attach_picture"
    ATTACH_CERTIFICATES = "attach_certificates"
    POST_BAR = "post_bar"
    UPDATE_BAR = "update_bar"
    CHECK_INVENTORY = "check_inventory"
    FIND_RECEIPT = "find_receipt"
    POST_FOLLOWUPS = "post_followups"
    UPDATE_FOLLOWUPS = "update_followups"
    WATCH = "watch"
    WATCH_LISTS = "watch_lists"
    POST_ALARM = "post_alarm"
    UPDATE_ALARM = "update_alarm"
    POST_ALARM_REMINDER = "post_alarm_reminder"
    FIND_SUSPECTS = "find_suspects"
    POST_SUSPECTS = "post_suspects"
    UPDATE_SUSPECTS = "update_suspects"
    AUDIT_ROLES = "audit_roles"
    POST_GLASS = "post_glass"
    SEND_TRAINING = "send_training"
    TAKE_INCIDENT_STEP = "take_incident_step"
    POST_BRIEF = "post_brief"


@dataclass(frozen=True, slots=True)
class Effect:
    """One thing to do at ``at`` or later.

    ``lane`` names what must not happen at the same time: effects of one lane run one after the other. ``subject`` is
    the request or the entry that it is about. ``look_first`` says that it may have happened already.
    """

    kind: EffectKind
    lane: str
    at: datetime
    subject: str = ""
    look_first: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """Who asks: the process that would do the work, and how sure it can be about others.

    ``exclusive`` says that no other process can be alive. ``post_grace`` must be longer than a post can take to show
    in Slack after our client gave up on it. ``observes`` says whether trust anchors are read from AWS by themselves,
    ``investigates`` whether the guide's questions are asked by themselves. ``receipts_after`` says how long after the
    end of a run CloudTrail is asked for its events, each time; empty means never. ``mornings`` says when people begin
    to work. ``asks_suspects`` says whether who has the caller's name is asked by itself whether it was them.
    """

    owner: str
    exclusive: bool
    post_grace: timedelta = timedelta(seconds=10)
    note_delay: timedelta = timedelta(seconds=1)
    observes: bool = True
    investigates: bool = False
    receipts_after: tuple[timedelta, ...] = ()
    mornings: Mornings = Mornings()
    asks_suspects: bool = False


def post_effect(
    kind: EffectKind, lane: str, subject: str, reserved: Reservation | None, me: Standing, at: datetime
) -> Effect:
    """A post that is due at ``at``; after a doubt, or another process's try, it is looked for first."""
    if reserved is None:
        return Effect(kind, lane, at, subject)
    if reserved.owner == me.owner and not reserved.ambiguous:
        return Effect(kind, lane, reserved.at, subject)
    return Effect(kind, lane, reserved.at + me.post_grace, subject, look_first=True)
