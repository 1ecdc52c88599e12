"""Checks on one element that need two of its members at once."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from bot.slack.block_limits.problem import Problem, under

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.slack.block_limits.rules import Object


def real_date(value: Object, at: str) -> Iterator[Problem]:
    """Yield a problem when `initial_date` is not a day of the calendar written as YYYY-MM-DD."""
    day = value.get("initial_date")
    if isinstance(day, str):
        try:
            right = date.fromisoformat(day).isoformat() == day
        except ValueError:
            right = False
        if not right:
            yield Problem("does not match the expected format", under(at, "initial_date"))


def length_in_bounds(value: Object, at: str) -> Iterator[Problem]:
    """Yield a problem when a text input's lengths or its initial value contradict each other."""
    least, most = _whole(value, "min_length", 0), _whole(value, "max_length", 3000)
    if least > most:
        yield Problem("must not be greater than max_length", under(at, "min_length"))
    initial = value.get("initial_value")
    if isinstance(initial, str) and not least <= len(initial) <= most:
        yield Problem("must be within min_length and max_length", under(at, "initial_value"))


def number_in_bounds(value: Object, at: str) -> Iterator[Problem]:
    """Yield a problem when a number input's bounds or its initial value contradict each other."""
    least, most = _decimal(value, "min_value"), _decimal(value, "max_value")
    initial = _decimal(value, "initial_value")
    if least is not None and most is not None and least > most:
        yield Problem("must not be greater than max_value", under(at, "min_value"))
    if initial is not None and ((least is not None and initial < least) or (most is not None and initial > most)):
        yield Problem("must be within min_value and max_value", under(at, "initial_value"))
    if value.get("is_decimal_allowed") is False:
        for name in ("initial_value", "min_value", "max_value"):
            if "." in str(value.get(name, "")):
                yield Problem("must not be a decimal number", under(at, name))


def not_more_chosen_than_allowed(value: Object, at: str) -> Iterator[Problem]:
    """Yield a problem when more options are chosen at first than may be chosen at all."""
    chosen = value.get("initial_options", ())
    if isinstance(chosen, list | tuple) and len(chosen) > _whole(value, "max_selected_items", len(chosen)):
        yield Problem("must not be more than max_selected_items", under(at, "initial_options"))


def _whole(value: Object, name: str, otherwise: int) -> int:
    number = value.get(name, otherwise)
    return number if isinstance(number, int) else otherwise


def _decimal(value: Object, name: str) -> Decimal | None:
    number = value.get(name)
    return Decimal(number) if isinstance(number, str) else None
