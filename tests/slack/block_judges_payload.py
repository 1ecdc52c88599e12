"""What both judges need to walk a raw payload."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from types import ModuleType

Json = Mapping[str, Any]

# Besides its own errors a library stumbles (and so refuses) when a value is of a wrong type.
STUMBLES = (TypeError, ValueError, AttributeError, KeyError)

# Stands for what a library has no notion of, so that it cannot judge it.
OUTSIDE = object()


def items(value: object, name: str) -> list[Any]:
    """Return the items of an array member; none when there is no such array."""
    members = value.get(name) if isinstance(value, Mapping) else None
    return list(members) if isinstance(members, list | tuple) else []


def kind_of(value: object) -> str | None:
    """Return the `type` of an object, if it says one."""
    kind = value.get("type") if isinstance(value, Mapping) else None
    return kind if isinstance(kind, str) else None


def classes(library: ModuleType, table: str) -> Mapping[str, Any]:
    """Return a library's classes by name, from a table of `name=Class` entries."""
    named = (entry.split("=") for entry in table.split())
    return {name: getattr(library, cls) for name, cls in named}
