"""Remind people of what stays open in a case: one message in its thread, redrawn as they end its points."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from bot.domain import events as ev
from bot.domain.audit import Draft
from bot.domain.case import Case
from bot.domain.effects import Effect
from bot.domain.followups import FollowupsShown
from bot.domain.post_events import PostKind
from bot.ports import Message, Messenger
from bot.service.case_book import CaseBook
from bot.service.post_once import Post, PostOnce
from bot.service.redraw import redraw

FOLLOWUPS_EVENT_TYPE = "anchorwatch_followups"


class FollowupPresenter(Protocol):
    """Draws reminders of what stays open."""

    def followups(self, case: Case, number: int, *, anew: bool) -> Message:
        """The reminder of this number, from 1; ``anew`` when it is posted, so that people see it."""
        ...


class ShowFollowups:
    """Brings the reminder to where the log is.

    Args:
        book: the cases.
        messenger: Slack.
        presenter: draws it.
    """

    def __init__(self, book: CaseBook, messenger: Messenger, presenter: FollowupPresenter) -> None:
        self._book = book
        self._messenger = messenger
        self._presenter = presenter
        self._post_once = PostOnce(book, messenger)

    async def post(self, case: Case, effect: Effect) -> None:
        """Post the reminder that is due, once. Raises as :class:`PostOnce`."""
        case = await self._book.load(case.case_id)
        known = case.followups
        number, reserved = known.reserved or (known.number + 1, None)
        if not known.open or str(known.number + 1) != effect.subject:
            return
        post = Post(
            kind=PostKind.FOLLOWUPS,
            through=number,
            message=self._presenter.followups(case, number, anew=True),
            event_type=FOLLOWUPS_EVENT_TYPE,
            key=followups_key(case, number),
            since=case.opened_at,
            reserved=reserved,
            shown_seq=known.changed_seq,
        )
        await self._post_once(case, post, look_first=effect.look_first)

    async def update(self, case: Case) -> None:
        """Make the newest reminder show what is still open; one that somebody deleted needs no update.

        Raises:
            SlackError: it still shows an earlier state.
        """
        case = await self._book.load(case.case_id)
        known = case.followups
        message = self._presenter.followups(case, known.number, anew=False)
        await redraw(self._messenger, message, known.channel, known.ts, case.case_id)
        shown = FollowupsShown(known.changed_seq)

        def rule(now: Case) -> Sequence[Draft]:
            return [ev.draft(shown)] if now.followups.shown_seq < shown.shown_seq else []

        await self._book.decide(case.case_id, rule)


def followups_key(case: Case, number: int) -> str:
    """The key in a reminder's metadata: case and number."""
    return f"{case.case_id}:{number}"
