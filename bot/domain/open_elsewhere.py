"""What a card's actions leave open: other trust anchors of the same CA, and accounts that sessions went on into."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bot.domain.answer import Answer
from bot.domain.identity import ACCOUNT_ID

SAME_CA, MOVED = "same_ca", "lateral_movement"
"""The questions whose answers know of it."""

_CAME_TOGETHER = frozenset({"ca_spread", "same_ca_elsewhere"})
_MOST_NAMED = 3


def open_elsewhere(answers: Mapping[str, Answer]) -> str:
    """What else has to be looked at, in a sentence or two; empty where nothing is known to be open elsewhere."""
    return " ".join((*_other_anchors(answers.get(SAME_CA)), *_other_accounts(answers.get(MOVED))))


def _other_anchors(answer: Answer | None) -> Iterator[str]:
    """A CA that came into several places at once is open in each of them."""
    if answer is None or not any(one.code in _CAME_TOGETHER for one in answer.signs):
        return
    anchors = answer.facts.get("anchors")
    others = len(anchors) - 1 if isinstance(anchors, list | tuple) else 0
    if others > 0:
        what = "the other trust anchor" if others == 1 else f"the {others} other trust anchors"
        yield f"This card's actions do not reach {what} of this CA: the guide names {'it' if others == 1 else 'them'}."


def _other_accounts(answer: Answer | None) -> Iterator[str]:
    found = answer.facts.get("other_accounts") if answer is not None else None
    accounts = [str(one) for one in found if ACCOUNT_ID.fullmatch(str(one))] if isinstance(found, list | tuple) else []
    if accounts:
        more = f" and {len(accounts) - _MOST_NAMED} more" if len(accounts) > _MOST_NAMED else ""
        named = ", ".join(accounts[:_MOST_NAMED])
        yield f"Sessions went on into account{'' if len(accounts) == 1 else 's'} {named}{more}: act there too."
