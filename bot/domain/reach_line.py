"""Who the CA can become, in one line, from the facts of the guide's answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.domain.answer import Answer

QUESTION = "reachable_roles"
"""The question whose answer has the facts."""

_MOST_REASONS = 3


def reach_line(answers: Mapping[str, Answer]) -> str | None:
    """One sentence for the card, such as ``4 roles, 1 administrator``; None while nothing was found out."""
    answer = answers.get(QUESTION)
    if answer is None or "usable" not in answer.facts:
        return None
    return sentence_of(answer.facts)


def sentence_of(facts: Mapping[str, object]) -> str:
    """One sentence from an answer's facts."""
    parts = [_open(facts)]
    if undetermined := _number(facts, "undetermined"):
        parts.append(f"{undetermined} could not be evaluated")
    if shut := _shut(facts):
        parts.append(shut)
    if away := _number(facts, "one_profile_away"):
        parts.append(f"{away} {'is' if away == 1 else 'are'} one CreateProfile away")
    return "; ".join(parts) + "."


def _open(facts: Mapping[str, object]) -> str:
    usable = _number(facts, "usable")
    if not usable:
        return "The CA's owner can become no role now"
    administrators = len(_list(facts, "administrators"))
    by_iam = len(_list(facts, "escalating"))
    roles = f"The CA's owner can become {usable} role{'s' if usable > 1 else ''}"
    named = f", {administrators} administrator{'s' if administrators > 1 else ''}" if administrators else ""
    return f"{roles}{named}{_by_themselves(usable, by_iam)}"


def _by_themselves(usable: int, number: int) -> str:
    """How many roles can make administrators of themselves."""
    if not number:
        return ""
    who = "which" if usable == number == 1 else str(number)
    return f", {who} can make {'itself an administrator' if number == 1 else 'themselves administrators'}"


def _shut(facts: Mapping[str, object]) -> str:
    reasons = [(str(name), number) for name, number in _pairs(facts.get("shut"))]
    more = sum(number for _, number in reasons[_MOST_REASONS:])
    words = [f"{number} {'is' if number == 1 else 'are'} shut by {name}" for name, number in reasons[:_MOST_REASONS]]
    return ", ".join([*words, *([f"{more} otherwise"] if more else [])])


def _pairs(value: object) -> list[tuple[object, int]]:
    return [(name, int(number)) for name, number in value] if isinstance(value, list | tuple) else []


def _number(facts: Mapping[str, object], name: str) -> int:
    value = facts.get(name)
    return value if isinstance(value, int) else 0


def _list(facts: Mapping[str, object], name: str) -> Sequence[object]:
    value = facts.get(name)
    return value if isinstance(value, list | tuple) else ()
