"""Who would notice all of a ladder: what was counted for each of its rungs, in one sentence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.domain.evidence import MadeKey
from bot.domain.other_use import UseCount
from bot.domain.plan import Plan
from bot.domain.usage.words import counted

_MADE_KEYS = "deactivate_made_keys"
_EACH = " Each step says where and until when that was looked up."


@dataclass(frozen=True, slots=True)
class _Counted:
    """Which count a rung has, and how it is said. ``all_of`` counts also what is the trust anchor's own."""

    count: str
    what: str
    where: str
    all_of: bool = False


_RUNGS = {
    "disable_trust_anchor": _Counted("anchor", "session", "through this trust anchor", all_of=True),
    "disable_profile": _Counted("profiles", "other session", "through the profiles"),
    "revoke_role_sessions": _Counted("roles", "other session", "in the roles"),
    "revoke_known_sessions": _Counted("same_name", "other session", "of the same name in the roles"),
    "quarantine_actor": _Counted("actor", "call", "of the caller from other addresses"),
}


def who_notices(plans: Sequence[Plan]) -> str:
    """One sentence for people, from the plans of the rungs that were chosen."""
    keys = [one for plan in plans if plan.action_id == _MADE_KEYS for one in plan.evidence.made_keys]
    counts = [(one, _count_of(plan, one)) for plan in plans if (one := _RUNGS.get(plan.action_id)) is not None]
    if not counts and not keys:
        return "Whoever notices one of its steps: each says it for itself."
    if all(_is_nobody(one, count) for one, count in counts) and all(one.last_used == "" for one in keys):
        return f"Nobody was seen in the last 30 days, so nothing should break.{_EACH}"
    return f"In the last 30 days: {'; '.join((*_words(counts), *_used(keys)))}.{_EACH}"


def _used(keys: Sequence[MadeKey]) -> Iterator[str]:
    """How many of the new access keys were used, as the guide saw it."""
    if keys:
        unknown = sum(one.last_used is None for one in keys)
        not_known = f" (of {unknown} it is not known)" if unknown else ""
        yield f"{sum(bool(one.last_used) for one in keys)} of {counted(len(keys), 'new access key')} used{not_known}"


def _count_of(plan: Plan, one: _Counted) -> UseCount | None:
    found = getattr(plan.evidence.use, one.count)
    return found if isinstance(found, UseCount) and found.looked else None


def _number(one: _Counted, count: UseCount) -> int:
    return count.total if one.all_of else count.others


def _is_nobody(one: _Counted, count: UseCount | None) -> bool:
    """Whether a whole search saw nobody."""
    return count is not None and not count.gap and not _number(one, count)


def _words(counts: Sequence[tuple[_Counted, UseCount | None]]) -> Iterator[str]:
    for one, count in counts:
        if count is None:
            yield f"{one.what}s {one.where} are not counted"
            continue
        number = _number(one, count)
        seen = counted(number, one.what) if number else f"no {one.what} seen" if count.gap else f"no {one.what}"
        yield f"{'at least ' if count.gap and number else ''}{seen} {one.where}"
