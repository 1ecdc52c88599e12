"""What happens to our messages in Slack: reserved, sent, dropped, shown, lost."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from bot.domain.pictures import PictureAttached


class PostKind(StrEnum):
    """What a message of ours in Slack is."""

    CARD = "card"
    NOTE = "note"
    NOTICE = "notice"
    QUESTION = "question"
    REMINDER = "reminder"
    BAR = "bar"
    FOLLOWUPS = "followups"
    ALARM = "alarm"
    ALARM_REMINDER = "alarm_reminder"
    SUSPECTS = "suspects"
    INCIDENT = "incident"
    GLASS = "glass"


KEPT_BY_THEIR_OWN = (
    PostKind.BAR,
    PostKind.FOLLOWUPS,
    PostKind.ALARM,
    PostKind.ALARM_REMINDER,
    PostKind.SUSPECTS,
    PostKind.INCIDENT,
    PostKind.GLASS,
)
"""Messages whose own modules fold where they stand."""


@dataclass(frozen=True, slots=True)
class PostReserved:
    """``owner`` (a process) is about to post; who finds it later must look in Slack before posting again.

    ``through`` is the entry up to which a note tells the story, that a notice, a question or an alarm is about, or that
    began the search of a bar; 0 for the card. Of a reminder it is its number, and ``subject`` the request; of reminders
    of open points and of alarms the number alone. Of a broken glass it is its entry, and ``subject`` the request.
    ``ambiguous`` says that an earlier life of the store may have posted already.
    """

    KIND: ClassVar[str] = "post:reserved"
    post: PostKind
    through: int
    owner: str
    ambiguous: bool = False
    subject: str = ""


@dataclass(frozen=True, slots=True)
class PostSent:
    """The message stands in Slack. ``shown_seq`` is the entry up to which a card shows the case.

    ``plain`` says that Slack refused the blocks and that plain text went out instead. ``found`` says that it was
    found by its metadata and not posted again.
    """

    KIND: ClassVar[str] = "post:sent"
    post: PostKind
    through: int
    channel: str
    ts: str
    shown_seq: int = 0
    plain: bool = False
    found: bool = False
    subject: str = ""


@dataclass(frozen=True, slots=True)
class PostDropped:
    """Slack refuses this message for good, so it is not tried again."""

    KIND: ClassVar[str] = "post:dropped"
    post: PostKind
    through: int
    error: str
    subject: str = ""


@dataclass(frozen=True, slots=True)
class CardShown:
    """The card (or the message about failed attempts) shows the case up to ``shown_seq``.

    ``rendered`` is the SHA-256 of its blocks that people decide on, so that a yes to them is known again.
    """

    KIND: ClassVar[str] = "card:shown"
    shown_seq: int
    plain: bool = False
    rendered: str = ""


@dataclass(frozen=True, slots=True)
class CardLost:
    """The card at ``ts`` is not there any more: somebody deleted it, so it is posted again."""

    KIND: ClassVar[str] = "card:lost"
    ts: str


PostEvent = PostReserved | PostSent | PostDropped | CardShown | CardLost | PictureAttached
