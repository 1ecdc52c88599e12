"""Looks up fields of an Elastic document, whichever way its keys are written."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bot.adapters.formats.form import JsonObject


class EcsDocument:
    """An Elastic document with nested objects, dotted keys, or both; a list with one value is that value.

    See: https://www.elastic.co/docs/reference/ecs/ecs-guidelines
    """

    def __init__(self, fields: JsonObject) -> None:
        self._fields = fields

    def get(self, path: str) -> Any:  # noqa: ANN401 - JSON values are what this returns.
        """The value at a dotted path; None when there is none. Of several values the first one counts."""
        return _look_up(self._fields, path.split("."))

    def gather(self, path: str, leaves: Sequence[str]) -> JsonObject:
        """An object with those leaves below ``path`` that the document has; empty when it has none."""
        gathered: JsonObject = {}
        for leaf in leaves:
            value = self.get(f"{path}.{leaf}")
            if value is None:
                continue
            *parents, last = leaf.split(".")
            node = gathered
            for parent in parents:
                node = node.setdefault(parent, {})
            node[last] = value
        return gathered

    def has_group(self, group: str) -> bool:
        """Whether any field of a top-level group, such as ``kibana``, is there."""
        return any(key == group or key.startswith(f"{group}.") for key in self._fields)


def _look_up(node: object, keys: Sequence[str]) -> object:
    node = _single(node)
    if not keys:
        return node
    if not isinstance(node, dict):
        return None
    for end in range(len(keys), 0, -1):
        key = ".".join(keys[:end])
        if key in node:
            found = _look_up(node[key], keys[end:])
            if found is not None:
                return found
    return None


def _single(node: object) -> object:
    return (node[0] if node else None) if isinstance(node, list) else node
