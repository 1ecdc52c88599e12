"""Everything that Anchorwatch shows in Slack, in one hand for the runner."""

from __future__ import annotations

from collections.abc import Sequence

from bot.domain.alarms import Alarm
from bot.domain.audit import Entry
from bot.domain.case import Case, Notice, Refusal, Request
from bot.domain.glass import Glass
from bot.domain.ownership import OwnersQuestion
from bot.domain.reminders import Unanswered
from bot.domain.search_bar import Progress, SearchBar
from bot.ports import Message
from bot.slack.alarm_message import AlarmMessage
from bot.slack.card import Card
from bot.slack.failed_calls import FailedCallsMessage
from bot.slack.followup_list import FollowupList
from bot.slack.glass_message import GlassMessage
from bot.slack.notes import Notes
from bot.slack.owner_question import OwnerQuestion
from bot.slack.reminder import Reminder
from bot.slack.search_bar import SearchBarMessage


class SlackPresenter:
    """Turns cases into Slack messages.

    Args:
        card: draws cards.
        failed_calls: draws what counts failed attempts.
        notes: writes everything else.
        question: draws the question to the CA's owners.
        reminder: writes reminders of requests.
        search_bar: draws how far a search is.
        followups: draws reminders of what stays open.
        alarms: draws what came back.
        glass: tells of broken glasses.
    """

    def __init__(
        self,
        card: Card,
        failed_calls: FailedCallsMessage,
        notes: Notes,
        question: OwnerQuestion,
        reminder: Reminder,
        search_bar: SearchBarMessage,
        followups: FollowupList,
        alarms: AlarmMessage,
        glass: GlassMessage,
    ) -> None:
        self._card = card
        self._failed_calls = failed_calls
        self._notes = notes
        self._question = question
        self._reminder = reminder
        self._search_bar = search_bar
        self._followups = followups
        self._alarms = alarms
        self._glass = glass

    def card(self, case: Case) -> Message:
        """The case's card; of a stream of failed attempts, the message that counts them."""
        if case.failed_calls is not None:
            return self._failed_calls.draw(case, case.failed_calls)
        return self._card.draw(case)

    def rendered(self, case: Case) -> str:
        """See :meth:`bot.service.signed_yes.Surface.rendered`."""
        return self._card.rendered(case)

    def fits(self, request: Request) -> bool:
        """See :meth:`bot.service.signed_yes.Surface.fits`."""
        return self._card.fits(request)

    def note(self, case: Case, entries: Sequence[Entry]) -> Message:
        """What the thread tells of these entries."""
        return self._notes.note(case, entries)

    def notice(self, case: Case, notice: Notice) -> Message:
        """One line for the operations channel."""
        return self._notes.notice(case, notice)

    def question(self, case: Case, question: OwnersQuestion) -> Message:
        """The question to the CA's owners, as it stands in the thread."""
        return self._question.draw(case, question)

    def reminder(self, case: Case, request: Request, number: int, waiting: Unanswered) -> Message:
        """The reminder of this number of a request, for those who have not answered."""
        return self._reminder.draw(case, request, number, waiting)

    def bar(self, case: Case, bar: SearchBar, progress: Progress | None) -> Message:
        """How far a search is, or what came of it."""
        return self._search_bar.draw(case, bar, progress)

    def followups(self, case: Case, number: int, *, anew: bool) -> Message:
        """The reminder of what stays open, of this number."""
        return self._followups.draw(case, number, anew=anew)

    def alarm(self, case: Case, alarm: Alarm) -> Message:
        """The message about what came back after a containment."""
        return self._alarms.draw(case, alarm)

    def alarm_reminder(self, case: Case, number: int) -> Message:
        """The reminder of this number of what came back and nobody has acknowledged."""
        return self._alarms.remind(case, number)

    def glass(self, case: Case, request: Request, glass: Glass) -> Message:
        """The message about a broken glass, for everybody."""
        return self._glass.glass(case, request, glass)

    def refusal(self, case: Case, refusal: Refusal) -> Message:
        """Why a press did nothing."""
        del case
        return self._notes.refusal(refusal)
