"""Slack in memory: messages that stand there once posted, troubles on demand, and who is who."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.domain.alarms import Alarm
from bot.domain.approval import Person
from bot.domain.audit import Entry
from bot.domain.case import Case, Notice, Refusal, Request
from bot.domain.errors import SlackError, SlackRateLimited, SlackUnclear
from bot.domain.glass import Glass
from bot.domain.ownership import OwnersQuestion
from bot.domain.people import People
from bot.domain.reminders import Unanswered
from bot.domain.search_bar import Progress, SearchBar
from bot.ports import Message, Picture, Posted
from bot.service.remind import REMINDER_EVENT_TYPE, reminder_key
from bot.service.show_bar import BAR_EVENT_TYPE, bar_key
from bot.service.show_case import NOTE_EVENT_TYPE, NOTICE_EVENT_TYPE, card_event_type, note_key
from bot.service.show_followups import FOLLOWUPS_EVENT_TYPE, followups_key
from bot.service.show_question import QUESTION_EVENT_TYPE, question_key
from bot.service.tell_glass import GLASS_EVENT_TYPE, glass_post_key
from bot.service.watch_containment import (
    ALARM_EVENT_TYPE,
    ALARM_REMINDER_EVENT_TYPE,
    alarm_key,
    alarm_reminder_key,
)

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
CHANNEL = "C0ALERTS"


@dataclass
class ManualClock:
    """A clock that stands still until it is moved."""

    time: datetime = NOON

    def now(self) -> datetime:
        """The time."""
        return self.time

    def advance(self, by: timedelta) -> None:
        """Let time pass."""
        self.time += by


@dataclass
class FakeMessenger:
    """A ``Messenger``.

    Attributes:
        troubles: what happens to the next posts, one each: ``lost`` (it stands there, but no answer came), ``unsent``
            (no answer, and it does not), ``limited``, or the error that Slack answers with.
        step: called right before and right after anything that changes Slack; may end the process's life.
        messages: what stands in Slack, in order.
        told: private notes.
        pictures: those attached, with the thread.
    """

    troubles: deque[str] = field(default_factory=deque)
    step: Callable[[], None] = lambda: None
    messages: list[dict[str, Any]] = field(default_factory=list)
    told: list[dict[str, Any]] = field(default_factory=list)
    posts_tried: int = 0
    pictures: list[tuple[str, Picture]] = field(default_factory=list)

    async def post(self, message: Mapping[str, Any]) -> Posted:
        """See :meth:`bot.ports.Messenger.post`."""
        self.posts_tried += 1
        trouble = self.troubles.popleft() if self.troubles else ""
        self.step()
        if trouble not in ("", "lost"):
            raise _error(trouble)
        posted = Posted(str(message["channel"]), f"1763812800.{len(self.messages) + 1:06d}")
        self.messages.append({**message, "ts": posted.ts})
        self.step()
        if trouble == "lost":
            raise SlackUnclear("TimeoutError", "chat.postMessage")
        return posted

    async def update(self, message: Mapping[str, Any]) -> None:
        """See :meth:`bot.ports.Messenger.update`."""
        self.step()
        for number, one in enumerate(self.messages):
            if one["ts"] == message["ts"]:
                self.messages[number] = dict(message)
                return
        raise SlackError("message_not_found", "chat.update")

    async def tell(self, message: Mapping[str, Any]) -> None:
        """See :meth:`bot.ports.Messenger.tell`."""
        self.step()
        self.told.append(dict(message))

    async def attach(self, channel: str, thread_ts: str, picture: Picture) -> None:
        """See :meth:`bot.ports.Messenger.attach`."""
        del channel
        trouble = self.troubles.popleft() if self.troubles else ""
        self.step()
        if trouble not in ("", "lost"):
            raise _error(trouble)
        self.pictures.append((thread_ts, picture))
        self.step()
        if trouble == "lost":
            raise SlackUnclear("TimeoutError", "files.completeUploadExternal")

    async def look_for(
        self, channel: str, event_type: str, key: str, since: datetime, thread_ts: str | None
    ) -> Posted | None:
        """See :meth:`bot.ports.Messenger.look_for`."""
        del since, thread_ts
        found = self.standing(event_type, key)
        return Posted(channel, str(found[0]["ts"])) if found else None

    def standing(self, event_type: str, key: str = "") -> list[dict[str, Any]]:
        """The messages of one kind whose key begins with ``key``."""
        return [
            one
            for one in self.messages
            if one["metadata"]["event_type"] == event_type and one["metadata"]["event_payload"]["key"].startswith(key)
        ]


def _error(trouble: str) -> SlackError:
    if trouble == "unsent":
        return SlackUnclear("ClientConnectionError", "chat.postMessage")
    return (
        SlackRateLimited("chat.postMessage", 1.0) if trouble == "limited" else SlackError(trouble, "chat.postMessage")
    )


@dataclass
class FakeDirectory:
    """A ``Directory``: who is not in it is nobody.

    Attributes:
        people: everybody, as Slack would tell now.
        asked: how often Slack was asked.
    """

    people: dict[str, Person] = field(default_factory=dict)
    asked: int = 0

    def person(self, user_id: str) -> Person:
        """See :meth:`bot.ports.Directory.person`."""
        return self.people.get(user_id, Person(user_id))

    def everybody(self) -> tuple[Person, ...]:
        """See :meth:`bot.service.ask_suspects.Everybody.everybody`."""
        return tuple(self.people.values())

    async def fresh(self, user_id: str) -> Person:
        """See :meth:`bot.ports.Directory.fresh`."""
        self.asked += 1
        return self.person(user_id)

    def lost(self, people: People) -> frozenset[str]:
        """See :meth:`bot.ports.Directory.lost`."""
        return frozenset().union(*(one.lost_groups for one in self.people.values())) & frozenset(people.groups)

    def members(self, people: People | None) -> frozenset[str]:
        """See :meth:`bot.ports.Directory.members`."""
        here = [one for one in self.people.values() if one.active]
        return frozenset(one.user_id for one in here if (one.approver if people is None else people.holds(one)))


class PlainPresenter:
    """A ``Presenter`` that says little, with the metadata of the real one."""

    def card(self, case: Case) -> Message:
        """The case's card."""
        said = str(case.failed_calls.count) if case.failed_calls else case.state.value
        return _message(card_event_type(case), case.case_id, said)

    def note(self, case: Case, entries: Sequence[Entry]) -> Message:
        """What the thread tells."""
        through = case.note_reserved[0] if case.note_reserved else case.note_seq
        return _message(NOTE_EVENT_TYPE, note_key(case, through), " ".join(entry.kind for entry in entries))

    def notice(self, case: Case, notice: Notice) -> Message:
        """One line."""
        return _message(NOTICE_EVENT_TYPE, f"{case.case_id}:{notice.seq}", notice.event.KIND)

    def question(self, case: Case, question: OwnersQuestion) -> Message:
        """The question to the CA's owners."""
        said = question.said
        text = "open" if said is None else f"ours: {said.ours}"
        return _message(QUESTION_EVENT_TYPE, question_key(case, question), text)

    def reminder(self, case: Case, request: Request, number: int, waiting: Unanswered) -> Message:
        """Who has not answered."""
        text = f"{number}: {' '.join(waiting.pinged)} +{waiting.more} silent {waiting.silent} lost {waiting.lost}"
        return _message(REMINDER_EVENT_TYPE, reminder_key(case, request, number), text)

    def bar(self, case: Case, bar: SearchBar, progress: Progress | None) -> Message:
        """How far a search is."""
        said = "over" if bar.ended_at else progress.sentence if progress else "begun"
        return _message(BAR_EVENT_TYPE, bar_key(case, bar), said)

    def followups(self, case: Case, number: int, *, anew: bool) -> Message:
        """What stays open."""
        left = " ".join(one.key for one in case.followups.open)
        return _message(FOLLOWUPS_EVENT_TYPE, followups_key(case, number), f"{'new' if anew else 'changed'}: {left}")

    def alarm(self, case: Case, alarm: Alarm) -> Message:
        """What came back."""
        said = f"{alarm.sentence} {alarm.acknowledged_by}" if alarm.acknowledged_by else alarm.sentence
        return _message(ALARM_EVENT_TYPE, alarm_key(case, alarm), said)

    def alarm_reminder(self, case: Case, number: int) -> Message:
        """What nobody has acknowledged."""
        said = f"{number}: {' '.join(one.sentence for one in case.aftermath.waiting)}"
        return _message(ALARM_REMINDER_EVENT_TYPE, alarm_reminder_key(case, number), said)

    def glass(self, case: Case, request: Request, glass: Glass) -> Message:
        """Who broke the glass."""
        text = f"{glass.user_id} {request.action_id}: {glass.reason}"
        return _message(GLASS_EVENT_TYPE, glass_post_key(case, request), text)

    def refusal(self, case: Case, refusal: Refusal) -> Message:
        """Why a press did nothing."""
        del case
        return _message("refusal", refusal.user_id, refusal.sentence)


def _message(event_type: str, key: str, text: str) -> Message:
    metadata = {"event_type": event_type, "event_payload": {"key": key}}
    rich = {"channel": CHANNEL, "text": text, "blocks": [{"type": "divider"}], "metadata": metadata}
    return Message(rich, lambda: {name: value for name, value in rich.items() if name != "blocks"})
