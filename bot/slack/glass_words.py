"""What people read of a broken glass, in the thread, on the card and where it says who let something run."""

from __future__ import annotations

from collections.abc import Callable

from bot.domain.case import Case, Request
from bot.domain.glass import Glass, GlassReview, GlassReviewed
from bot.slack.text import date, marked, mention_user, shown

_REASON = 600
_SHORT = 300

Title = Callable[[str], str]
"""What people call an action, by its id."""


def agreed_words(request: Request) -> str:
    """Who let it run, behind who asked for it: “, approved by …” or “, who broke the glass”; empty for nobody."""
    glass = request.glass
    voters = ", ".join(mention_user(vote.user_id) for vote in request.votes)
    approved = f", approved by {voters}" if voters else ""
    if glass is None:
        return approved
    if glass.user_id == request.by and not approved:
        return ", who broke the glass"
    return f"{approved}, glass broken by {mention_user(glass.user_id)}"


def glass_lines(case: Case, title: Title) -> list[str]:
    """What the card says of broken glasses: those that nobody has reviewed, and the newest."""
    broken = [one for one in case.requests.values() if one.glass is not None and not one.ladder]
    kept = [one for one in broken if (one.glass and one.glass.review is None) or one is broken[-1]]
    return [_line(one, one.glass, title(one.action_id)) for one in kept if one.glass is not None]


def review_note(event: GlassReviewed, who: str, title: str) -> str:
    """The thread's line about a review."""
    return f"{who} reviewed the broken glass of *{title}*: {_judged(was_right=event.was_right)} {_said(event.words)}"


def glass_words(request: Request, glass: Glass, title: str) -> str:
    """Who broke it, when and why, in a line."""
    return (
        f"{mention_user(glass.user_id)} *broke the glass* for *{title}* ({request.request_id}), {date(glass.at)}. "
        f"Reason: {_said(glass.reason)}"
    )


def review_words(review: GlassReview) -> str:
    """Who reviewed it and what they said, in a line."""
    judged = _judged(was_right=review.was_right)
    return f"Reviewed by {mention_user(review.user_id)}, {date(review.at)}: {judged} {_said(review.words, _SHORT)}"


def _line(request: Request, glass: Glass, title: str) -> str:
    after = "Nobody has reviewed it yet." if glass.review is None else review_words(glass.review)
    sign = ":rotating_light: " if glass.review is None else ""
    return (
        f"{sign}*Glass broken* by {mention_user(glass.user_id)} for {title} ({request.request_id}), "
        f"{date(glass.at)}: {_said(glass.reason, _SHORT)}\n{after}"
    )


def _judged(*, was_right: bool) -> str:
    return "it was *right*." if was_right else "it was *not right*."


def _said(text: str, limit: int = _REASON) -> str:
    return marked(shown(text, limit), text)
