"""Tell everybody that somebody broke the glass: one message in the case's thread, shown in the channel."""

from __future__ import annotations

from typing import Protocol

from bot.domain.case import Case, Request
from bot.domain.effects import Effect
from bot.domain.glass import Glass
from bot.domain.post_events import PostKind
from bot.ports import Message, Messenger
from bot.service.case_book import CaseBook
from bot.service.post_once import Post, PostOnce

GLASS_EVENT_TYPE = "anchorwatch_glass"


class GlassPresenter(Protocol):
    """Draws the message."""

    def glass(self, case: Case, request: Request, glass: Glass) -> Message:
        """Who broke the glass of which request and why, for everybody."""
        ...


class TellGlass:
    """Posts it once.

    Args:
        book: the cases.
        messenger: Slack.
        presenter: draws the message.
    """

    def __init__(self, book: CaseBook, messenger: Messenger, presenter: GlassPresenter) -> None:
        self._book = book
        self._presenter = presenter
        self._post_once = PostOnce(book, messenger)

    async def __call__(self, case: Case, effect: Effect) -> None:
        """Post it, unless it stands there already. Raises as :class:`PostOnce`."""
        case = await self._book.load(case.case_id)
        request = case.requests[effect.subject]
        glass = request.glass
        if glass is None or glass.told:
            return
        post = Post(
            kind=PostKind.GLASS,
            through=glass.seq,
            message=self._presenter.glass(case, request, glass),
            event_type=GLASS_EVENT_TYPE,
            key=glass_post_key(case, request),
            since=glass.at,
            reserved=glass.reserved,
            subject=request.request_id,
        )
        await self._post_once(case, post, look_first=effect.look_first)


def glass_post_key(case: Case, request: Request) -> str:
    """The key in the message's metadata: case and request."""
    return f"{case.case_id}:{request.request_id}"
