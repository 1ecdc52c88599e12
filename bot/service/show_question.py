"""Show the question to the CA's owners in the case's thread: posted once, and redrawn when it is answered."""

from __future__ import annotations

from collections.abc import Sequence

from bot.domain import events as ev
from bot.domain.audit import Draft
from bot.domain.case import Case
from bot.domain.effects import Effect
from bot.domain.ownership import OwnersQuestion, QuestionShown
from bot.domain.post_events import PostKind
from bot.ports import Messenger, Presenter
from bot.service.case_book import CaseBook
from bot.service.post_once import Post, PostOnce
from bot.service.redraw import redraw

QUESTION_EVENT_TYPE = "anchorwatch_question"


class ShowQuestion:
    """Brings the question's message to where the log is.

    Args:
        book: the cases.
        messenger: Slack.
        presenter: turns cases into messages.
    """

    def __init__(self, book: CaseBook, messenger: Messenger, presenter: Presenter) -> None:
        self._book = book
        self._messenger = messenger
        self._presenter = presenter
        self._post_once = PostOnce(book, messenger)

    async def post(self, case: Case, effect: Effect) -> None:
        """Post the question once. Raises as :class:`PostOnce`."""
        question = case.ownership.question
        if question is None or str(question.seq) != effect.subject:
            return
        post = Post(
            kind=PostKind.QUESTION,
            through=question.seq,
            message=self._presenter.question(case, question),
            event_type=QUESTION_EVENT_TYPE,
            key=question_key(case, question),
            since=question.at,
            reserved=question.reserved,
            shown_seq=question.changed_seq,
        )
        await self._post_once(case, post, look_first=effect.look_first)

    async def update(self, case: Case) -> None:
        """Make the message show the question as it is; one that somebody deleted needs no update.

        Raises:
            SlackError: it still shows an earlier state.
        """
        question = case.ownership.question
        if question is None or question.ts is None:
            return
        message = self._presenter.question(case, question)
        await redraw(self._messenger, message, question.channel, question.ts, case.case_id)
        shown = QuestionShown(question.seq, question.changed_seq)

        def rule(now: Case) -> Sequence[Draft]:
            newest = now.ownership.question
            behind = newest is not None and newest.seq == shown.question_seq and newest.shown_seq < shown.shown_seq
            return [ev.draft(shown)] if behind else []

        await self._book.decide(case.case_id, rule)


def question_key(case: Case, question: OwnersQuestion) -> str:
    """The key in the message's metadata: case and the entry that asked."""
    return f"{case.case_id}:{question.seq}"
