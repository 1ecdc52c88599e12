"""Show a case in Slack: the card, its updates, the thread's story, and private answers."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any
from weakref import WeakValueDictionary

import structlog

from bot.domain import events as ev
from bot.domain.audit import Draft
from bot.domain.case import Case
from bot.domain.effects import Effect
from bot.domain.errors import SlackError, SlackRateLimited, SlackUnclear
from bot.domain.fold import told_in_thread
from bot.ports import Message, Messenger, Posted, Presenter
from bot.service.case_book import CaseBook

_log = structlog.get_logger()

CARD_EVENT_TYPE = "anchorwatch_card"
NOTE_EVENT_TYPE = "anchorwatch_note"
NOTICE_EVENT_TYPE = "anchorwatch_notice"

# Slack refuses these for what the message is, not for how things stand: the plain text may still go through.
_BAD_BLOCKS = frozenset({"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "metadata_too_large"})


class ShowCase:
    """Brings Slack to where the log is.

    Args:
        book: the cases.
        messenger: Slack.
        presenter: turns cases into messages.
    """

    def __init__(self, book: CaseBook, messenger: Messenger, presenter: Presenter) -> None:
        self._book = book
        self._messenger = messenger
        self._presenter = presenter
        # An update of the progress and an update of the state must not overtake each other.
        self._drawing: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def post_card(self, case: Case, effect: Effect) -> None:
        """Post the card once. After a doubt it is looked for first.

        Raises:
            SlackError: not posted (or, for SlackUnclear, perhaps posted): the next look goes on from the log.
        """
        message = self._presenter.card(case, None)
        if effect.look_first:
            found = await self._find(case, message, CARD_EVENT_TYPE, case.case_id, case.opened_at)
            if found is not None:
                await self._sent(case, ev.PostKind.CARD, 0, found, found_again=True)
                return
            case = await self._reserve(case, ev.PostKind.CARD, 0)
        posted, plain = await self._post(case, message, ev.PostKind.CARD, 0)
        await self._sent(case, ev.PostKind.CARD, 0, posted, shown_seq=case.display_seq, plain=plain)

    async def update_card(self, case: Case, progress: str | None) -> None:
        """Make the card show the case as it is.

        Raises:
            SlackError: the card still shows an earlier state.
        """
        async with self._drawing.setdefault(case.case_id, asyncio.Lock()):
            await self._update_card(await self._book.load(case.case_id), progress)

    async def _update_card(self, case: Case, progress: str | None) -> None:
        place = {"channel": case.card.channel, "ts": case.card.ts}
        message = self._presenter.card(case, progress)
        plain = await self._with_fallback(
            lambda dress: self._messenger.update({**dress, **place}), message, case.case_id
        )
        if case.card.shown_seq < case.display_seq:
            shown = ev.CardShown(case.display_seq, plain=plain[1])
            await self._book.decide(case.case_id, lambda now: [ev.draft(shown)] if _behind(now, shown) else [])

    async def post_note(self, case: Case, effect: Effect) -> None:
        """Tell in the thread what has happened since the last note."""
        through = case.note_reserved[0] if case.note_reserved else case.note_seq
        entries = await self._book.entries(case, case.noted_seq, through)
        told = [entry for entry in entries if (event := ev.event_of(entry)) and told_in_thread(case, event)]
        message = self._presenter.note(case, told)
        if effect.look_first:
            key = note_key(case, through)
            found = await self._find(case, message, NOTE_EVENT_TYPE, key, case.note_due_since)
            if found is not None:
                await self._sent(case, ev.PostKind.NOTE, through, found, found_again=True)
                return
        case = await self._reserve(case, ev.PostKind.NOTE, through)
        posted, plain = await self._post(case, message, ev.PostKind.NOTE, through)
        await self._sent(case, ev.PostKind.NOTE, through, posted, plain=plain)

    async def post_notice(self, case: Case, effect: Effect) -> None:
        """Tell the operations channel of a message that was put aside."""
        notice = next((one for one in case.notices if str(one.seq) == effect.subject), None)
        if notice is None:
            return
        message = self._presenter.notice(case, notice)
        if effect.look_first:
            key = f"{case.case_id}:{notice.seq}"
            found = await self._find(case, message, NOTICE_EVENT_TYPE, key, case.opened_at)
            if found is not None:
                await self._sent(case, ev.PostKind.NOTICE, notice.seq, found, found_again=True)
                return
        case = await self._reserve(case, ev.PostKind.NOTICE, notice.seq)
        posted, plain = await self._post(case, message, ev.PostKind.NOTICE, notice.seq)
        await self._sent(case, ev.PostKind.NOTICE, notice.seq, posted, plain=plain)

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

    async def _find(
        self, case: Case, message: Message, event_type: str, key: str, since: datetime | None
    ) -> Posted | None:
        channel = str(message.rich["channel"])
        if since is None:
            return None
        found = await self._messenger.look_for(channel, event_type, key, since, message.rich.get("thread_ts"))
        _log.info("post_looked_for", case=case.case_id, found=found is not None)
        return found

    async def _reserve(self, case: Case, post: ev.PostKind, through: int) -> Case:
        reserved = ev.PostReserved(post, through, self._book.standing.owner)
        return await self._book.record(case, [ev.draft(reserved)])

    async def _post(self, case: Case, message: Message, post: ev.PostKind, through: int) -> tuple[Posted, bool]:
        try:
            return await self._with_fallback(self._messenger.post, message, case.case_id)
        except SlackUnclear:
            doubt = ev.PostReserved(post, through, self._book.standing.owner, ambiguous=True)
            await self._book.decide(case.case_id, lambda _: [ev.draft(doubt)])
            raise

    async def _with_fallback(
        self, send: Callable[[Mapping[str, Any]], Awaitable[Any]], message: Message, case_id: str
    ) -> tuple[Any, bool]:
        try:
            return await send(message.rich), False
        except SlackError as error:
            if error.code not in _BAD_BLOCKS:
                raise
            _log.error("blocks_refused", case=case_id, error=error.code, details=error.details)
        return await send(message.plain()), True

    async def _sent(
        self,
        case: Case,
        post: ev.PostKind,
        through: int,
        posted: Posted,
        *,
        shown_seq: int = 0,
        plain: bool = False,
        found_again: bool = False,
    ) -> None:
        sent = ev.PostSent(post, through, posted.channel, posted.ts, shown_seq, plain, found_again)

        def rule(now: Case) -> Sequence[Draft]:
            return [] if post is ev.PostKind.CARD and now.card.ts else [ev.draft(sent)]

        await self._book.decide(case.case_id, rule)


def note_key(case: Case, through: int) -> str:
    """The key in a note's metadata: case and the entry up to which it tells the story."""
    return f"{case.case_id}:{through}"


def _behind(case: Case, shown: ev.CardShown) -> bool:
    return case.card.shown_seq < shown.shown_seq


def _still_to_tell(case: Case, told: ev.RefusalTold) -> bool:
    return any(one.seq == told.seq for one in case.refusals)
