"""What a SELECT is made of, read from the local engine's own parse tree: functions, tables, partition conditions."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bot.sandbox.aws.control_client import JsonValue

_PARSED = "SELECT json_serialize_sql(?)"
_WRITTEN = "SELECT json_deserialize_sql(?)"


@dataclass(frozen=True)
class Statement:
    """One parsed SELECT.

    Attributes:
        tree: The parse tree.
        error: Why it can't be parsed; empty when it can.
    """

    tree: dict[str, Any]
    error: str = ""

    def functions(self) -> set[str]:
        """The names of all functions, operators left out."""
        names = (str(node["function_name"]) for node in _nodes(self.tree) if node.get("class") == "FUNCTION")
        return {name.lower() for name in names if name.replace("_", "a").isalnum()}

    def scans(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Each table that is read, as `database.table` or `table`, with the SELECT that reads it."""
        for node in _nodes(self.tree):
            if node.get("type") == "SELECT_NODE":
                for source in _sources(node.get("from_table") or {}):
                    parts = (source.get("schema_name"), source["table_name"])
                    yield ".".join(part for part in parts if part).lower(), node

    def partition_conditions(self, select: dict[str, Any], columns: set[str]) -> list[dict[str, Any]]:
        """Those conditions, all of which must hold, that look at nothing but partition columns."""
        where = select.get("where_clause")
        if not where:
            return []
        parts = where["children"] if where.get("type") == "CONJUNCTION_AND" else [where]
        return [part for part in parts if _columns_of(part) and _columns_of(part) <= columns and not _has_query(part)]

    def fixes(self, condition: dict[str, Any], column: str) -> bool:
        """Whether a condition is an equality, or an IN list, on one column."""
        is_equality = condition.get("type") in ("COMPARE_EQUAL", "COMPARE_IN")
        return is_equality and _columns_of(condition) == {column}


def parse(connection: Any, query: str) -> Statement:  # noqa: ANN401 - The engine is loaded late.
    """Parse a query."""
    tree = json.loads(connection.execute(_PARSED, [query]).fetchone()[0])
    if tree.get("error"):
        return Statement({}, str(tree.get("error_message", "cannot be parsed")))
    return Statement(tree)


def partitions_query(connection: Any, table: str, conditions: list[dict[str, Any]]) -> str:  # noqa: ANN401 - As above.
    """The query for the partitions that conditions leave, as text."""
    tree = parse(connection, f"SELECT * FROM {table} WHERE true AND true").tree  # noqa: S608 - Names of ours.
    where = tree["statements"][0]["node"]["where_clause"]
    where["children"] = [*where["children"], *(_unqualified(condition) for condition in conditions)]
    return str(connection.execute(_WRITTEN, [json.dumps(tree)]).fetchone()[0])


def _nodes(value: JsonValue) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from _nodes(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _nodes(inner)


def _sources(table: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if table.get("type") == "BASE_TABLE":
        yield table
    elif table.get("type") == "JOIN":
        yield from _sources(table["left"])
        yield from _sources(table["right"])


def _columns_of(condition: dict[str, Any]) -> set[str]:
    references = (node["column_names"] for node in _nodes(condition) if node.get("class") == "COLUMN_REF")
    return {str(names[-1]).lower() for names in references}


def _has_query(condition: dict[str, Any]) -> bool:
    return any(node.get("class") == "SUBQUERY" for node in _nodes(condition))


def _unqualified(condition: dict[str, Any]) -> dict[str, Any]:
    for node in _nodes(condition):
        if node.get("class") == "COLUMN_REF":
            node["column_names"] = node["column_names"][-1:]
    return condition
