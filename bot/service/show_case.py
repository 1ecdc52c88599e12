"""Show a case in Slack: the card, its updates, the thread's story, and private answers."""

from __future__ import annotations

import structlog

from bot.domain import events as ev
from bot.domain.case import Case
from bot.domain.effects import Effect
from bot.domain.errors import SlackError, SlackRateLimited, SlackUnclear
from bot.domain.fold import told_in_thread
from bot.domain.post_events import CardLost, CardShown, PostKind
from bot.ports import Messenger, Presenter
from bot.service.case_book import CaseBook
from bot.service.post_once import Post, PostOnce
from bot.service.redraw import Redrawn, redraw

_log = structlog.get_logger()

CARD_EVENT_TYPE = "anchorwatch_card"
ATTEMPTS_EVENT_TYPE = "anchorwatch_attempts"
NOTE_EVENT_TYPE = "anchorwatch_note"
NOTICE_EVENT_TYPE = "anchorwatch_notice"


class ShowCase:
    """Brings Slack to where the log is.

    Args:
        book: the cases.
        messenger: Slack.
        presenter: turns cases into messages.
    """

    def __init__(
        self,
        book: CaseBook,
        messenger: Messenger,
        presenter: Presenter,
    ) -> None:
        self._book = book
        self._messenger = messenger
        self._presenter = presenter
        self._post_once = PostOnce(book, messenger)

    async def post_card(self, case: Case, effect: Effect) -> None:
        """Post the card once. After a doubt it is looked for first. Raises as :class:`PostOnce`."""
        post = Post(
            kind=PostKind.CARD,
            through=0,
            message=self._presenter.card(case),
            event_type=card_event_type(case),
            key=case.case_id,
            since=case.opened_at,
            reserved=case.card.reserved,
            shown_seq=case.display_seq,
        )
        await self._post_once(case, post, look_first=effect.look_first)

    async def update_card(self, case: Case) -> None:
        """Make the card show the case as it is.

        Raises:
            SlackError: the card still shows an earlier state.
        """
        case = await self._book.load(case.case_id)
        message = self._presenter.card(case)
        redrawn = await redraw(self._messenger, message, case.card.channel, case.card.ts, case.case_id)
        if redrawn is Redrawn.GONE:
            lost = CardLost(case.card.ts or "")
            await self._book.decide(case.case_id, lambda now: [ev.draft(lost)] if now.card.ts == lost.ts else [])
            return
        if case.card.shown_seq < case.display_seq:
            shown = CardShown(case.display_seq, plain=redrawn is Redrawn.PLAIN, rendered=message.rendered)
            await self._book.decide(case.case_id, lambda now: [ev.draft(shown)] if _behind(now, shown) else [])

    async def post_note(self, case: Case, effect: Effect) -> None:
        """Tell in the thread what has happened since the last note."""
        through, reserved = case.note_reserved or (case.note_seq, None)
        entries = await self._book.entries(case, case.noted_seq, through)
        told = [entry for entry in entries if (event := ev.event_of(entry)) and told_in_thread(case, event)]
        post = Post(
            kind=PostKind.NOTE,
            through=through,
            message=self._presenter.note(case, told),
            event_type=NOTE_EVENT_TYPE,
            key=note_key(case, through),
            since=case.note_due_since,
            reserved=reserved,
        )
        await self._post_once(case, post, look_first=effect.look_first)

    async def post_notice(self, case: Case, effect: Effect) -> None:
        """Tell the operations channel of a message that was put aside."""
        notice = next((one for one in case.notices if str(one.seq) == effect.subject), None)
        if notice is None:
            return
        post = Post(
            kind=PostKind.NOTICE,
            through=notice.seq,
            message=self._presenter.notice(case, notice),
            event_type=NOTICE_EVENT_TYPE,
            key=f"{case.case_id}:{notice.seq}",
            since=case.opened_at,
            reserved=notice.reserved,
        )
        await self._post_once(case, post, look_first=effect.look_first)

    async def tell(self, case: Case, effect: Effect) -> None:
        """Tell a person in private why their press did nothing."""
        refusal = next((one for one in case.refusals if str(one.seq) == effect.subject), None)
        if refusal is None:
            return
        error = None
        try:
            await self._messenger.tell(self._presenter.refusal(case, refusal).rich)
        except (SlackRateLimited, SlackUnclear):
            raise
        except SlackError as refused:
            error = refused.code
            _log.warning("refusal_not_told", case=case.case_id, error=error)
        told = ev.RefusalTold(refusal.seq, error)
        await self._book.decide(case.case_id, lambda now: [ev.draft(told)] if _still_to_tell(now, told) else [])


def card_event_type(case: Case) -> str:
    """The kind in the metadata of a case's card, or of the message about failed attempts."""
    return CARD_EVENT_TYPE if case.failed_calls is None else ATTEMPTS_EVENT_TYPE


def note_key(case: Case, through: int) -> str:
    """The key in a note's metadata: case and the entry up to which it tells the story."""
    return f"{case.case_id}:{through}"


def _behind(case: Case, shown: CardShown) -> bool:
    return case.card.shown_seq < shown.shown_seq


def _still_to_tell(case: Case, told: ev.RefusalTold) -> bool:
    return any(one.seq == told.seq for one in case.refusals)
