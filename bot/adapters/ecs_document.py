"""Looks up fields of an Elastic document, whichever way its keys are written."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

JsonObject = dict[str, Any]


class EcsDocument:
    """An Elastic document with nested objects, dotted keys, or both; a list with one value is that value.

    See: https://www.elastic.co/docs/reference/ecs/ecs-guidelines
    """

    def __init__(self, fields: JsonObject) -> None:
        self._fields = fields
        self._groups = {key.partition(".")[0] for key in fields}

    def get(self, path: str) -> Any:  # noqa: ANN401 - JSON values are what this returns.
        """The value at a dotted path; None when there is none. Of several values the first one counts."""
        # Most paths lead to groups, such as signal, that most documents do not have.
        if path.partition(".")[0] not in self._groups:
            return None
        found = _plainly_at(self._fields, path)
        return _look_up(self._fields, path) if found is None else found

    def values(self, path: str) -> Sequence[Any]:
        """Every value at a dotted path, in order; empty when there is none."""
        found = _look_up(self._fields, path, whole=True)
        return found if isinstance(found, list) else () if found is None else (found,)

    def gather(self, path: str, leaves: Sequence[str]) -> JsonObject:
        """An object with those leaves below ``path`` that the document has; empty when it has none."""
        base = self.get(path)
        gathered: JsonObject = {}
        for leaf in leaves:
            value = self.get(f"{path}.{leaf}") if base is None else _look_up(base, leaf)
            if value is None:
                continue
            *parents, last = leaf.split(".")
            node = gathered
            for parent in parents:
                # A value may stand where an object is expected.
                inner = node.setdefault(parent, {})
                node = inner if isinstance(inner, dict) else {}
            node[last] = value
        return gathered

    def has_group(self, group: str) -> bool:
        """Whether any field of a top-level group, such as ``kibana``, is there."""
        return group in self._groups


def _plainly_at(node: object, path: str) -> object:
    """The value in plainly nested objects, which is what most documents are; None where it takes a closer look."""
    for key in _keys(path):
        if not isinstance(node, dict):
            return None
        node = node.get(key)
    return None if isinstance(node, list) else node


@lru_cache(maxsize=1024)
def _keys(path: str) -> tuple[str, ...]:
    return tuple(path.split("."))


def _look_up(node: object, path: str, *, whole: bool = False) -> object:
    """What stands at a path; of a list the first value, unless the ``whole`` list is wanted at the path's end."""
    if isinstance(node, list) and (path or not whole):
        node = node[0] if node else None
    if not path or not isinstance(node, dict):
        return None if path else node
    for head, rest in splits(path):
        if head in node:
            found = _look_up(node[head], rest, whole=whole)
            if found is not None:
                return found
    return None


@lru_cache(maxsize=1024)
def splits(path: str) -> tuple[tuple[str, str], ...]:
    """Every way to read a dotted path as a key and what follows in it, the shortest key first."""
    keys = path.split(".")
    return tuple((".".join(keys[:end]), ".".join(keys[end:])) for end in range(1, len(keys) + 1))
