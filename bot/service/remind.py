"""Remind those who have not answered a request: one message in the thread, which never rings with silent approvers."""

from __future__ import annotations

from bot.domain.case import Case, Request
from bot.domain.effects import Effect
from bot.domain.people import NOBODY, People
from bot.domain.post_events import PostKind
from bot.domain.reminders import Unanswered, lists_that_help, reminder_number, unanswered
from bot.domain.suspect import part_of_voting, suspected
from bot.domain.terms import Terms
from bot.ports import Clock, Directory, Messenger, Presenter
from bot.service.case_book import CaseBook
from bot.service.post_once import Post, PostOnce

REMINDER_EVENT_TYPE = "anchorwatch_reminder"


class Remind:
    """Posts reminders.

    Args:
        book: the cases.
        messenger: Slack.
        presenter: turns cases into messages.
        directory: who is in which list.
        clock: which reminder is due.
    """

    def __init__(
        self, book: CaseBook, messenger: Messenger, presenter: Presenter, directory: Directory, clock: Clock
    ) -> None:
        self._book = book
        self._presenter = presenter
        self._directory = directory
        self._clock = clock
        self._post_once = PostOnce(book, messenger)

    async def __call__(self, case: Case, effect: Effect) -> None:
        """Post the reminder that is due, once; of several that were missed only the last. Raises as `PostOnce`."""
        case = await self._book.load(case.case_id)
        request = case.requests[effect.subject]
        number, reserved = request.reminder_reserved or (reminder_number(request, self._clock.now()), None)
        if number == 0 or request.is_settled:
            return
        post = Post(
            kind=PostKind.REMINDER,
            through=number,
            message=self._presenter.reminder(case, request, number, self._unanswered(case, request, number)),
            event_type=REMINDER_EVENT_TYPE,
            key=reminder_key(case, request, number),
            since=request.at,
            reserved=reserved,
            subject=request.request_id,
        )
        await self._post_once(case, post, look_first=effect.look_first)

    def _unanswered(self, case: Case, request: Request, number: int) -> Unanswered:
        helping = lists_that_help(request)
        may = self._directory.members(helping.named)
        if helping.approvers is None:
            may |= self._directory.members(None)
        part = part_of_voting(request.action_id, request.risk)
        may = frozenset(one for one in may if not suspected(case, self._directory.person(one)).is_barred(part))
        silent = self._directory.members(request.terms.silent)
        lost = self._directory.lost(helping.named)
        return unanswered(request, number, may, silent, _names(helping, lost))


def _names(terms: Terms, lost: frozenset[str]) -> frozenset[str]:
    """What the rules call the lists that Slack can't tell."""
    lists: list[People] = [terms.approvers or NOBODY, *(share.people for share in terms.shares), terms.silent]
    return frozenset(one.name for one in lists if one.name and lost.intersection(one.groups))


def reminder_key(case: Case, request: Request, number: int) -> str:
    """The key in a reminder's metadata: case, request and which of its reminders it is."""
    return f"{case.case_id}:{request.request_id}:{number}"
