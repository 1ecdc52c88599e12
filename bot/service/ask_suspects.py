"""Ask whoever has the caller's name whether it was them, and take their answer, which decides nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from bot.domain import events as ev
from bot.domain.approval import Reason, refused
from bot.domain.audit import Draft
from bot.domain.case import Case
from bot.domain.effects import Effect
from bot.domain.people import Person
from bot.domain.post_events import PostKind
from bot.domain.suspect import match_of
from bot.domain.suspicion import Named, SuspectAnswered, SuspectsLooked, SuspectsShown
from bot.ports import Message, Messenger
from bot.service.case_book import CaseBook
from bot.service.post_once import Post, PostOnce
from bot.service.press import Answer, Press, PressRule
from bot.service.redraw import redraw

SUSPECTS_EVENT_TYPE = "anchorwatch_suspects"


class Everybody(Protocol):
    """Knows everybody who may press anything."""

    def everybody(self) -> tuple[Person, ...]:
        """Each of them as last known, without those who left."""
        ...


class SuspectPresenter(Protocol):
    """Draws the question."""

    def draw(self, case: Case) -> Message:
        """The question as it is now: with buttons until everybody has answered."""
        ...


class AskSuspects:
    """Finds the suspects, and brings the question's message to where the log is.

    Args:
        book: the cases.
        messenger: Slack.
        presenter: draws the question.
        directory: who may press.
    """

    def __init__(self, book: CaseBook, messenger: Messenger, presenter: SuspectPresenter, directory: Everybody) -> None:
        self._book = book
        self._messenger = messenger
        self._presenter = presenter
        self._directory = directory
        self._post_once = PostOnce(book, messenger)

    async def find(self, case: Case) -> None:
        """Compare everybody with the callers of the case as it is, and write down who has their name."""

        def rule(now: Case) -> Sequence[Draft]:
            if now.suspicion.through >= now.detection_seq:
                return []
            return [ev.draft(SuspectsLooked(now.detection_seq, _named(now, self._directory.everybody())))]

        await self._book.decide(case.case_id, rule)

    async def post(self, case: Case, effect: Effect) -> None:
        """Post the question once. Raises as :class:`bot.service.post_once.PostOnce`."""
        case = await self._book.load(case.case_id)
        known = case.suspicion
        if str(known.asked_seq) != effect.subject or known.ts is not None:
            return
        post = Post(
            kind=PostKind.SUSPECTS,
            through=known.asked_seq,
            message=self._presenter.draw(case),
            event_type=SUSPECTS_EVENT_TYPE,
            key=suspects_key(case),
            since=case.opened_at,
            reserved=known.reserved,
            shown_seq=known.changed_seq,
        )
        await self._post_once(case, post, look_first=effect.look_first)

    async def update(self, case: Case) -> None:
        """Make the message show what was said; one that somebody deleted needs no update.

        Raises:
            SlackError: it still shows an earlier state.
        """
        case = await self._book.load(case.case_id)
        known = case.suspicion
        await redraw(self._messenger, self._presenter.draw(case), known.channel, known.ts, case.case_id)
        shown = SuspectsShown(known.changed_seq)

        def rule(now: Case) -> Sequence[Draft]:
            return [ev.draft(shown)] if now.suspicion.shown_seq < shown.shown_seq else []

        await self._book.decide(case.case_id, rule)


def answer_suspect(*, was_me: bool) -> PressRule:
    """The rule for a press of It Was Me or It Was Not Me: of those who are asked, each once, and nobody else."""

    def rule(case: Case, press: Press, now: datetime) -> Answer:
        del now
        asked = case.suspicion.of(press.person.user_id)
        if asked is None or not press.person.active:
            return refused(Reason.NOT_ASKED, "Only who is asked here can answer this. Nothing was done.")
        if asked.was_me is not None:
            return refused(Reason.SETTLED, "You have answered this already. Say in the thread what has changed.")
        return [ev.draft(SuspectAnswered(was_me), press.by)]

    return rule


def suspects_key(case: Case) -> str:
    """The key in the message's metadata: case and the entry that began the question."""
    return f"{case.case_id}:{case.suspicion.asked_seq}"


def _named(case: Case, people: Sequence[Person]) -> tuple[Named, ...]:
    """Who has a caller's name, the surest first."""
    actors = [one.actor for one in case.detections]
    found = [(one.user_id, match) for one in people if one.active and (match := match_of(actors, one)) is not None]
    found.sort(key=lambda one: (not one[1].sure, one[0]))
    return tuple(Named(user_id, match.by, match.sure) for user_id, match in found)
