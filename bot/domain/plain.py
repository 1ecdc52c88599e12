"""Frozen records to JSON values and back, so that the log keeps typed events as plain data."""

from __future__ import annotations

import dataclasses
import enum
import json
import types
import typing
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, TypeVar

T = TypeVar("T")

_ALREADY_PLAIN = frozenset({str, int, float, bool, types.NoneType})


def to_plain(value: object) -> Any:  # noqa: ANN401 - JSON values are what this returns.
    """Turn a record, enum, datetime, tuple or mapping into JSON values; datetimes become ISO 8601 in UTC."""
    kind: type = type(value)
    if kind in _ALREADY_PLAIN:
        return value
    if kind is tuple:
        return [to_plain(item) for item in typing.cast("tuple[object, ...]", value)]
    if kind is dict:
        return {str(key): to_plain(item) for key, item in typing.cast("dict[object, object]", value).items()}
    names = _field_names(kind)
    if names is not None:
        return {name: to_plain(getattr(value, name)) for name in names}
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, str | int | float):
        return value
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, Mapping):
        return {str(key): to_plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [to_plain(item) for item in value]
    raise TypeError(f"no plain form for {kind.__name__}")


@lru_cache(maxsize=256)
def _field_names(kind: type) -> tuple[str, ...] | None:
    """The fields of a record's class; None for any other class."""
    return tuple(field.name for field in dataclasses.fields(kind)) if dataclasses.is_dataclass(kind) else None


def canonical(value: object) -> str:
    """One text for one value: sorted keys, no spaces, ASCII. Hashes are taken over it.

    Raises:
        TypeError: something in it has no plain form.
        ValueError: it holds NaN or an infinity, for which JSON has no text.
    """
    return json.dumps(value, default=to_plain, sort_keys=True, separators=(",", ":"), allow_nan=False)


def from_plain(kind: type[T], data: Any) -> T:  # noqa: ANN401 - JSON values come in.
    """Build the record ``kind`` from what :func:`to_plain` made of it.

    Fields that the data does not have take their default, so that an older log stays readable.

    Raises:
        TypeError: a field without default is missing.
        ValueError: an enum or a datetime has no such value.
    """
    return typing.cast("T", _decode(kind, data))


@lru_cache(maxsize=256)
def _hints(kind: type) -> Mapping[str, Any]:
    return typing.get_type_hints(kind)


def _decode(kind: Any, data: Any) -> Any:  # noqa: ANN401 - any annotation, any JSON value.
    origin = typing.get_origin(kind)
    if origin in (types.UnionType, typing.Union):
        return _decode_optional(kind, data)
    if origin is tuple:
        return tuple(_decode(typing.get_args(kind)[0], item) for item in data)
    if isinstance(kind, type):
        return _decode_class(kind, data)
    return data


def _decode_optional(kind: Any, data: Any) -> Any:  # noqa: ANN401 - as above.
    if data is None:
        return None
    inner = [option for option in typing.get_args(kind) if option is not type(None)]
    return _decode(inner[0], data)


def _decode_class(kind: type, data: Any) -> Any:  # noqa: ANN401 - as above.
    if issubclass(kind, enum.Enum):
        return kind(data)
    if issubclass(kind, datetime):
        return datetime.fromisoformat(data)
    if dataclasses.is_dataclass(kind):
        hints = _hints(kind)
        return kind(**{name: _decode(hints[name], item) for name, item in data.items() if name in hints})
    return data
