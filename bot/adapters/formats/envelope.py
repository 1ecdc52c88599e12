"""Bodies that somebody's template wrote around events: Kibana's connectors, transformers, other queues' records.

See: https://www.elastic.co/docs/explore-analyze/alerts-cases/alerts/rule-action-variables
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice

from bot.adapters.formats.form import Ignored, Inner, JsonObject, Part, place
from bot.adapters.formats.json_text import read_json
from bot.adapters.formats.kept import value_at
from bot.domain.errors import BadInput

_MOST_STEPS = 3
_MOST_VALUES = 1_000
_ALERTS = ("alerts", "context.alerts", "alerts.new.data", "alerts.ongoing.data", "alerts.all.data", "alert.alerts")
Known = Callable[[JsonObject], bool]


def alerts_in(message: JsonObject, at: str) -> tuple[Part, ...]:
    """The alerts where Kibana's variables put them; whatever stands there must be understood. Empty: none."""
    for path in _ALERTS:
        value = value_at(message, path)
        if isinstance(value, str) and value.strip():
            return (Inner(value, place(at, path)),)
        if isinstance(value, list):
            return (Inner(value, place(at, path)),) if value else (Ignored("a body whose list of alerts is empty"),)
    return ()


def events_in(message: JsonObject, at: str, known: Known) -> tuple[Part, ...]:
    """Whatever in a body of unknown shape is an event of a known form; what stands beside it does not matter.

    Raises:
        BadInput: ``too_many`` values to look at.
    """
    found: list[Part] = []
    level: list[tuple[object, str]] = [(message, at)]
    seen = 0
    for _ in range(_MOST_STEPS):
        values = (pair for value, where in level for pair in _values(value, where))
        inside = list(islice(values, _MOST_VALUES + 1))
        seen += len(inside)
        if seen > _MOST_VALUES:
            raise BadInput("too_many", f"a body of unknown shape with more than {_MOST_VALUES} values", at or "body")
        level = []
        for value, where in inside:
            plain = _opened(value, where)
            if _holds_event(plain, known):
                found.append(Inner(plain, where))
            else:
                level.append((plain, where))
    return tuple(found)


def _values(value: object, at: str) -> Iterator[tuple[object, str]]:
    if isinstance(value, dict):
        yield from ((item, place(at, key)) for key, item in value.items())
    elif isinstance(value, list):
        yield from ((item, f"{at}[{number}]") for number, item in enumerate(value))


def _opened(value: object, at: str) -> object:
    """The JSON in a text; any other value as it is."""
    if not isinstance(value, str) or value.lstrip()[:1] not in ("{", "["):
        return value
    try:
        return read_json(value, at)
    except BadInput:
        return value


def _holds_event(value: object, known: Known) -> bool:
    if isinstance(value, list):
        # Long lists of numbers and texts are passed over at once.
        return dict in set(map(type, value)) and any(isinstance(one, dict) and known(one) for one in value)
    return isinstance(value, dict) and known(value)
