"""Runs a query over the records in the event history, with DuckDB as the engine."""

import gzip
import json
import re
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .statement import Statement, parse, partitions_query
from .table import Table, engine_type

FUNCTIONS = frozenset(
    {
        "abs",
        "arbitrary",
        "avg",
        "coalesce",
        "concat",
        "count",
        "count_star",
        "date_diff",
        "element_at",
        "from_iso8601_timestamp",
        "json_extract_scalar",
        "length",
        "lower",
        "max",
        "min",
        "nullif",
        "regexp_like",
        "replace",
        "round",
        "row_number",
        "split_part",
        "starts_with",
        "strpos",
        "substr",
        "sum",
        "trim",
        "upper",
    }
)
"""The functions that mean the same in Athena and here, those of :data:`_MACROS` included."""

# Athena's functions that the engine calls or treats otherwise: Athena answers NULL to JSON that is none or no scalar.
_MACROS = (
    """CREATE MACRO json_extract_scalar(text, path) AS CASE WHEN json_valid(text)
    AND json_type(text, path) NOT IN ('OBJECT', 'ARRAY') THEN json_extract_string(text, path) END""",
    "CREATE MACRO from_iso8601_timestamp(text) AS CAST(text AS TIMESTAMP)",
    "CREATE MACRO element_at(list, position) AS list_extract(list, position)",
    "CREATE MACRO regexp_like(text, pattern) AS regexp_matches(text, pattern)",
)
_TYPES = {"VARCHAR": "varchar", "BOOLEAN": "boolean", "INTEGER": "integer", "BIGINT": "bigint", "DOUBLE": "double"}
_WIDE_INTEGERS = {"HUGEINT": "bigint"}


class QueryFailed(Exception):
    """The query ends as FAILED; the text is Athena's StateChangeReason."""


@dataclass(frozen=True)
class Answer:
    """What a query answered.

    Attributes:
        columns: (name, Athena's type) of each column.
        rows: Values as text, None for NULL.
        scanned_bytes: Size of the compressed files in the partitions that the conditions leave.
    """

    columns: tuple[tuple[str, str], ...] = ()
    rows: tuple[tuple[str | None, ...], ...] = ()
    scanned_bytes: int = 0


def run(query: str, database: str, tables: Mapping[str, Table], records: Iterable[dict[str, Any]]) -> Answer:
    """Run one SELECT.

    Args:
        query: Its text, parameters filled in.
        database: Where a table without a database is looked for.
        tables: By `database.table`.
        records: Every CloudTrail record that has been delivered.

    Raises:
        QueryFailed: Athena would say FAILED too, or the query leaves the subset that is translated here.
    """
    import duckdb  # noqa: PLC0415 - The story needs none of it and starts sooner.

    connection = duckdb.connect(":memory:")
    try:
        for macro in _MACROS:
            connection.execute(macro)
        statement = parse(connection, query)
        _check(statement)
        held = list(records)
        scanned = sum(
            _load(connection, statement, tables[name], selects, held)
            for name, selects in _read_tables(statement, database, tables).items()
        )
        connection.execute(f"CREATE SCHEMA IF NOT EXISTS {_quoted(database)}")
        connection.execute(f"USE {_quoted(database)}")
        return _answer(connection, query, scanned)
    except duckdb.Error as refused:
        raise QueryFailed(f"SYNTAX_ERROR: {str(refused).splitlines()[0]}") from refused
    finally:
        connection.close()


def _check(statement: Statement) -> None:
    if statement.error:
        raise QueryFailed(f"SYNTAX_ERROR: {statement.error}")
    unknown = sorted(statement.functions() - FUNCTIONS)
    if unknown:
        raise QueryFailed(f"FUNCTION_NOT_FOUND: {', '.join(unknown)} is not among the functions translated here")


def _read_tables(statement: Statement, database: str, tables: Mapping[str, Table]) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    own = {str(entry["key"]).lower() for entry in _common_tables(statement.tree)}
    for name, select in statement.scans():
        full = name if "." in name else f"{database}.{name}"
        if name in own:
            continue
        if full not in tables:
            raise QueryFailed(f"TABLE_NOT_FOUND: Table 'awsdatacatalog.{full}' does not exist")
        found.setdefault(full, []).append(select)
    return found


def _common_tables(tree: dict[str, Any]) -> list[dict[str, Any]]:
    text = json.dumps(tree)
    names = re.findall(r'"cte_map": \{"map": \[(.*?)\]\}', text)
    return [{"key": key} for one in names for key in re.findall(r'"key": "([^"]+)"', one)]


def _load(
    connection: Any,  # noqa: ANN401 - The engine is loaded late.
    statement: Statement,
    table: Table,
    selects: list[dict[str, Any]],
    records: list[dict[str, Any]],
) -> int:
    placed = [(partition, record) for record in records if (partition := table.partition_of(record)) is not None]
    columns = {name: engine_type(kind) for name, kind in {**table.columns, **table.partitions}.items()}
    rows = ({**table.row(record), **partition} for partition, record in placed)
    connection.execute(f"CREATE SCHEMA IF NOT EXISTS {_quoted(table.name.partition('.')[0])}")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.json"
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))
        listed = ", ".join(f"'{name}': '{kind}'" for name, kind in columns.items())
        connection.execute(
            f"CREATE TABLE {_quoted(table.name)} AS SELECT * FROM read_json('{path}', columns={{{listed}}}, "  # noqa: S608 - Ours.
            "format='newline_delimited', maximum_object_size=67108864)"
        )
    return sum(_scanned(connection, statement, table, select, placed) for select in selects)


def _scanned(
    connection: Any,  # noqa: ANN401 - As above.
    statement: Statement,
    table: Table,
    select: dict[str, Any],
    placed: list[tuple[dict[str, str], dict[str, Any]]],
) -> int:
    names = list(table.partitions)
    conditions = statement.partition_conditions(select, set(names))
    for name in names:
        if table.projection(name) == "injected" and not any(statement.fixes(one, name) for one in conditions):
            raise QueryFailed(
                f"CONSTRAINT_VIOLATION: For the injected projected partition column {name}, the WHERE clause must "
                "contain only static equality conditions, and at least one such condition must be present."
            )
    if not names:
        return _compressed(record for _, record in placed)
    query = partitions_query(connection, _quoted(table.name), conditions)
    listed = ", ".join(names)
    left = set(connection.execute(f"SELECT DISTINCT {listed} FROM ({query})").fetchall())  # noqa: S608 - Parsed above.
    return _compressed(record for partition, record in placed if tuple(partition[name] for name in names) in left)


def _quoted(name: str) -> str:
    return ".".join('"' + part.replace('"', "") + '"' for part in name.split("."))


def _compressed(records: Iterable[dict[str, Any]]) -> int:
    text = "\n".join(json.dumps(record) for record in records)
    return len(gzip.compress(text.encode(), mtime=0)) if text else 0


def _answer(connection: Any, query: str, scanned: int) -> Answer:  # noqa: ANN401 - As above.
    trimmed = query.strip().rstrip(";")
    described = connection.execute(f"DESCRIBE {trimmed}").fetchall()
    columns = tuple(
        (_athena_name(str(name), number), _athena_type(str(kind))) for number, (name, kind, *_) in enumerate(described)
    )
    rows = connection.execute(f"SELECT CAST(COLUMNS(*) AS VARCHAR) FROM ({trimmed})").fetchall()  # noqa: S608 - The query.
    return Answer(columns, tuple(tuple(row) for row in rows), scanned)


def _athena_name(name: str, number: int) -> str:
    # A column that has no name of its own is numbered.
    return name.lower() if re.fullmatch(r"\w+", name) else f"_col{number}"


def _athena_type(kind: str) -> str:
    return {**_TYPES, **_WIDE_INTEGERS}.get(kind, kind.lower())
