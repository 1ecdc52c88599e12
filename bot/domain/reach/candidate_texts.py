"""The texts that are tried for one key: those that the conditions on it tell apart."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from bot.domain.reach.conditions import Condition
from bot.domain.reach.freedom import DOUBTFUL, Freedom, World
from bot.domain.reach.operators import Family, as_date, as_number
from bot.domain.reach.patterns import Pattern, Step
from bot.domain.reach.policy_text import PolicyText, Variable
from bot.domain.reach.request_keys import ANY_SERIAL_TEXT, SERIAL_TEXT, Missing
from bot.domain.reach.texts import Bounds, Wanted, bounds_of, distinct_texts, fits

PATTERNED = frozenset({Family.STRING, Family.ARN, Family.BOOL})


@dataclass(frozen=True, slots=True)
class Candidates:
    """Texts to try, and the conditions that may have an answer which none of them shows."""

    texts: tuple[str, ...]
    loose: frozenset[Condition]


def candidates_for(key: str, conditions: Sequence[Condition], bounds: Bounds, freedom: Freedom) -> Candidates:
    """The texts for one key, out of the conditions on it."""
    own = [one for one in conditions if one.key == key and one.operator is not None]
    wanted = [wanted_of(one, freedom) for one in own if one.operator and one.operator.family in PATTERNED]
    found = distinct_texts(wanted, bounds)
    measured = [one for one in own if one.operator and one.operator.family in (Family.NUMERIC, Family.DATE)]
    texts = dict.fromkeys((*found.texts, *(text for one in measured for text in texts_around(one, bounds))))
    loose = set(own) if not found.complete else set()
    if len({one.operator.family for one in own if one.operator and not one.asks_presence}) > 1:
        loose |= set(measured)
    return Candidates(tuple(texts), frozenset(loose | set(depending_on_others(own, freedom))))


def wanted_of(condition: Condition, freedom: Freedom, before: str = "") -> Wanted:
    """The patterns of a condition that no chosen value changes."""
    request = freedom.request({})
    patterns = (one.against(condition.operator, request) for one in condition.values if condition.operator)
    return Wanted(tuple(one for one in patterns if isinstance(one, Pattern)), before)


def depending_on_others(conditions: Iterable[Condition], freedom: Freedom) -> Iterator[Condition]:
    """The conditions that compare one chosen value with another."""
    for condition in conditions:
        if any(key != condition.key and freedom.is_free(key) for one in condition.values for key in one.keys):
            yield condition


def texts_around(condition: Condition, bounds: Bounds) -> Iterator[str]:
    """Numbers at and beside those that a condition compares with."""
    for value in condition.values:
        number = as_number(value.text)
        if number is None and condition.operator and condition.operator.family is Family.DATE:
            moment = as_date(value.text)
            number = Decimal(int(moment.timestamp())) if moment else None
        if number is not None:
            numbers = (number - 1, number, number + 1, number + Decimal("0.5"))
            yield from (text for text in map(_written, numbers) if all(map(bounds.alphabet.allows, text)))


def _written(number: Decimal) -> str:
    return format(number.normalize(), "f")


def filled_texts(value: PolicyText, key: str, texts: Iterable[str]) -> Iterator[str]:
    """What a value becomes with each of the texts for a key in it; wildcards become the shortest that they match."""
    for text in texts:
        parts = [
            (text if piece.key == key else "x") if isinstance(piece, Variable) else _shortest(piece)
            for piece in value.pieces
        ]
        yield "".join(parts)


def cut_texts(value: PolicyText, texts: Iterable[str]) -> Iterator[str]:
    """What the only variable of a value would have to be for it to become each of the texts."""
    places = [place for place, piece in enumerate(value.pieces) if isinstance(piece, Variable)]
    if len(places) != 1:
        return
    before, after = (
        "".join(_shortest(piece) for piece in pieces if not isinstance(piece, Variable))
        for pieces in (value.pieces[: places[0]], value.pieces[places[0] + 1 :])
    )
    for text in texts:
        if text.startswith(before) and text.endswith(after) and len(text) > len(before) + len(after):
            yield text[len(before) : len(text) - len(after)]


def _shortest(steps: Sequence[Step]) -> str:
    return "".join("" if step.repeats else step.character or "x" for step in steps)


def serial_texts(wanted: Sequence[Wanted]) -> Iterator[tuple[str, World]]:
    """Serial numbers as the service writes them, each with what marks the ones that it may write otherwise."""
    for text in distinct_texts(wanted, bounds_of(SERIAL_TEXT)).texts:
        yield text, {}
    for text in distinct_texts(wanted, bounds_of(ANY_SERIAL_TEXT)).texts:
        if not fits(text, bounds_of(SERIAL_TEXT)):
            yield text, {DOUBTFUL: Missing.UNKNOWN}
