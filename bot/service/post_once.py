"""Post a message to Slack once: reserved in the log before, and looked for by its metadata after a doubt."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

import structlog

from bot.domain import events as ev
from bot.domain.audit import Draft
from bot.domain.case import Case, Reservation
from bot.domain.errors import SlackError, SlackRateLimited, SlackUnclear
from bot.domain.post_events import PostKind, PostReserved, PostSent
from bot.kill_points import KillPoint, reached
from bot.ports import Message, Messenger, Posted
from bot.service.case_book import CaseBook

_log = structlog.get_logger()

T = TypeVar("T")

# Slack refuses these for what the message is, not for how things stand: the plain text may still go through.
_BAD_BLOCKS = frozenset({"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "metadata_too_large"})


@dataclass(frozen=True, slots=True)
class Post:
    """One message that must stand in Slack once.

    ``event_type`` and ``key`` are its metadata. ``since`` is the earliest time at which it can have been posted, None
    when it can't have been. ``reserved`` is what the log says of it; ``shown_seq`` is for cards, ``subject``
    (a request) for reminders.
    """

    kind: PostKind
    through: int
    message: Message
    event_type: str
    key: str
    since: datetime | None
    reserved: Reservation | None
    shown_seq: int = 0
    subject: str = ""


class PostOnce:
    """Posts messages once.

    Args:
        book: the cases.
        messenger: Slack.
    """

    def __init__(self, book: CaseBook, messenger: Messenger) -> None:
        self._book = book
        self._messenger = messenger
        # Slack has these, but the log could not be written since: without them this process would post again.
        self._unlogged: dict[tuple[str, str], PostSent] = {}
        self._doubtful: set[tuple[str, str]] = set()

    async def __call__(self, case: Case, post: Post, *, look_first: bool) -> None:
        """Post it, or find it; when this returns, the log has where it stands.

        Raises:
            SlackError: not posted (or, for SlackUnclear, perhaps posted): the next look goes on from the log.
            StoreUnavailable: the log can't be written; it is not posted twice for that.
        """
        key = (post.event_type, post.key)
        if key in self._doubtful:
            await self._admit_doubt(case, post)
            return
        sent = self._unlogged.get(key)
        if sent is None and look_first:
            sent = await self._find(case, post)
        if sent is None:
            case = await self._reserve(case, post)
            sent = await self._send(case, post)
        self._unlogged[key] = sent
        await self._write_down(case, sent)
        del self._unlogged[key]

    async def _find(self, case: Case, post: Post) -> PostSent | None:
        if post.since is None:
            return None
        rich = post.message.rich
        place = (str(rich["channel"]), post.event_type, post.key, post.since, rich.get("thread_ts"))
        try:
            found = await self._messenger.look_for(*place)
        except (SlackRateLimited, SlackUnclear):
            raise
        except SlackError as error:
            # A permission is missing, say: an alert that stands there twice is better than none.
            _log.error("post_not_looked_for", case=case.case_id, error=error.code)
            return None
        _log.info("post_looked_for", case=case.case_id, found=found is not None)
        return None if found is None else _sent(post, found, found=True)

    async def _reserve(self, case: Case, post: Post) -> Case:
        owner = self._book.standing.owner
        if post.reserved is not None and post.reserved.owner == owner and not post.reserved.ambiguous:
            return case
        return await self._book.record(
            case, [ev.draft(PostReserved(post.kind, post.through, owner, subject=post.subject))]
        )

    async def _send(self, case: Case, post: Post) -> PostSent:
        reached(KillPoint.BEFORE_POST)
        try:
            posted, plain = await send_or_plain(self._messenger.post, post.message, case.case_id)
        except SlackUnclear:
            self._doubtful.add((post.event_type, post.key))
            await self._admit_doubt(case, post)
            raise
        reached(KillPoint.AFTER_POST)
        return _sent(post, posted, plain=plain)

    async def _admit_doubt(self, case: Case, post: Post) -> None:
        """Write that it may stand there, so that it is looked for after the grace."""
        doubt = PostReserved(post.kind, post.through, self._book.standing.owner, ambiguous=True, subject=post.subject)
        await self._book.decide(case.case_id, lambda _: [ev.draft(doubt)])
        self._doubtful.discard((post.event_type, post.key))

    async def _write_down(self, case: Case, sent: PostSent) -> None:
        def rule(now: Case) -> Sequence[Draft]:
            return [] if sent.post is PostKind.CARD and now.card.ts else [ev.draft(sent)]

        await self._book.decide(case.case_id, rule)


async def send_or_plain(
    send: Callable[[Mapping[str, Any]], Awaitable[T]], message: Message, case_id: str
) -> tuple[T, bool]:
    """Send a message, and its plain text when Slack refuses its blocks; True says that it is the plain text.

    Raises:
        SlackError: as ``send``.
    """
    try:
        return await send(message.rich), False
    except SlackError as error:
        if error.code not in _BAD_BLOCKS:
            raise
        _log.error("blocks_refused", case=case_id, error=error.code, details=error.details)
    return await send(message.plain()), True


def _sent(post: Post, posted: Posted, *, plain: bool = False, found: bool = False) -> PostSent:
    # What an earlier life posted shows an earlier state, so a found card is drawn anew.
    shown_seq = 0 if found else post.shown_seq
    return PostSent(post.kind, post.through, posted.channel, posted.ts, shown_seq, plain, found, post.subject)
