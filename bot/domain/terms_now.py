"""Whether the rules ask for more now than when a request was made: then nobody agreed to it as the house wants it."""

from __future__ import annotations

from bot.domain.terms import Terms


def asks_more(kept: Terms, now: Terms) -> str | None:
    """What the terms of now want that those of a request (``kept``) did not, in words; None for nothing.

    Rules that ask for less change nothing: a request keeps the terms that it was made under.
    """
    if now.needed > kept.needed:
        return f"{now.needed} yes and not {kept.needed}"
    if kept.own_yes_counts and not now.own_yes_counts:
        return "other people's yes only"
    if now.one_time_code and not kept.one_time_code:
        return "one-time codes"
    if now.reason_required and not kept.reason_required:
        return "a reason"
    if (now.approvers, now.shares, now.silent) != (kept.approvers, kept.shares, kept.silent):
        return "the yes of other people"
    return None


def glass_asks_more(kept: Terms, now: Terms) -> str | None:
    """As :func:`asks_more`, of a request that somebody let run alone: how many yes others give counts for nothing."""
    if now.break_glass != kept.break_glass:
        return "other people's yes: the people who may break the glass were changed"
    return "one-time codes" if now.one_time_code and not kept.one_time_code else None
