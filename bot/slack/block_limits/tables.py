"""Slack's table, data table, chart and task blocks, with their limits.

See: https://docs.slack.dev/reference/block-kit/blocks/table-block
See: https://docs.slack.dev/reference/block-kit/blocks/data-table-block
See: https://docs.slack.dev/reference/block-kit/blocks/plan-block
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from bot.slack.block_limits.composition import BLOCK_ID, URL
from bot.slack.block_limits.problem import Problem, under
from bot.slack.block_limits.rich_text import RICH_TEXT
from bot.slack.block_limits.rules import (
    ByType,
    Flag,
    Items,
    Number,
    OneOf,
    Record,
    Rule,
    Words,
    record,
    typed,
)

if TYPE_CHECKING:
    from bot.slack.block_limits.rules import Check, Object

TABLE_CHARACTERS = 10_000
DATA_TABLE_CHARACTERS = 20_000
# The block's page says 100 rows below the header, another of Slack's guides 200; the smaller number is safe.
DATA_TABLE_ROWS = 101

_RAW_TEXT = typed("raw_text", {"text": Words(TABLE_CHARACTERS), "emoji": Flag()}, needs=("text",))
_RAW_NUMBER = typed("raw_number", {"value": Number(decimal=True), "text": Words(255)}, needs=("value", "text"))
_CELL = ByType({**_RAW_TEXT, **RICH_TEXT.records})
_DATA_CELL = ByType({**_CELL.records, **_RAW_NUMBER})


def characters(value: object) -> int:
    """Count the code points of every `text` below a value that its own rule has already judged."""
    if isinstance(value, Mapping):
        return sum(
            len(member) if name == "text" and isinstance(member, str) else characters(member)
            for name, member in value.items()
        )
    return sum(map(characters, value)) if isinstance(value, list | tuple) else 0


def _at_most(most: int) -> Check:
    def check(value: Object, at: str) -> Iterator[Problem]:
        if characters(value["rows"]) > most:
            yield Problem(f"must be less than {most + 1} characters", under(at, "rows"))

    return check


def _rows(value: Object) -> list[list[object]]:
    rows = value["rows"]
    return [list(row) for row in rows if isinstance(row, list | tuple)] if isinstance(rows, list | tuple) else []


def _even_rows(value: Object, at: str) -> Iterator[Problem]:
    rows = _rows(value)
    for index, row in enumerate(rows):
        if len(row) != len(rows[0]):
            yield Problem("must have as many cells as the first row", f"{at}/rows/{index}")
    column = value.get("row_header_column_index", 0)
    if isinstance(column, int) and column >= len(rows[0]):
        yield Problem("must be the index of a column", under(at, "row_header_column_index"))


def _plain_header(value: Object, at: str) -> Iterator[Problem]:
    for index, cell in enumerate(_rows(value)[0]):
        if isinstance(cell, Mapping) and cell["type"] == "rich_text":
            yield Problem("unsupported type: rich_text", f"{at}/rows/0/{index}/type")


_COLUMN = record({"align": OneOf(("left", "center", "right")), "is_wrapped": Flag()})
_ID: Mapping[str, Rule] = {"block_id": BLOCK_ID}

TABLES: dict[str, Record] = {
    **typed(
        "table",
        {**_ID, "rows": Items(Items(_CELL, 20), 100), "column_settings": Items(_COLUMN, 20)},
        needs=("rows",),
        checks=(_at_most(TABLE_CHARACTERS),),
    ),
    **typed(
        "data_table",
        {
            **_ID,
            "caption": Words(),
            "rows": Items(Items(_DATA_CELL, 20), DATA_TABLE_ROWS, least=2),
            "page_size": Number(1, 100),
            "row_header_column_index": Number(0),
        },
        needs=("caption", "rows"),
        checks=(_even_rows, _plain_header, _at_most(DATA_TABLE_CHARACTERS)),
    ),
}

_NAME = Words(20)
_SEGMENT = record({"label": _NAME, "value": Number(0, decimal=True)}, needs=("label", "value"))
_POINT = record({"label": _NAME, "value": Number(decimal=True)}, needs=("label", "value"))
_SERIES = record({"name": _NAME, "data": Items(_POINT, 20)}, needs=("name", "data"))
_AXES = record({"categories": Items(_NAME, 20), "x_label": Words(50), "y_label": Words(50)}, needs=("categories",))
_CHART = ByType(
    {
        **typed("pie", {"segments": Items(_SEGMENT, 12)}, needs=("segments",)),
        **{
            kind: one
            for shape in ("bar", "area", "line")
            for kind, one in typed(
                shape, {"series": Items(_SERIES, 12), "axis_config": _AXES}, needs=("series", "axis_config")
            ).items()
        },
    }
)
CHARTS = typed("data_visualization", {**_ID, "title": Words(50), "chart": _CHART}, needs=("title", "chart"))


def _different_task_ids(value: Object, at: str) -> Iterator[Problem]:
    tasks, seen = value.get("tasks", ()), set[object]()
    for index, task in enumerate(tasks if isinstance(tasks, list | tuple) else ()):
        task_id = task["task_id"]
        if task_id in seen:
            yield Problem("must be unique", f"{at}/tasks/{index}/task_id")
        seen.add(task_id)


def _task(*states: str) -> dict[str, Record]:
    source = ByType(typed("url", {"url": URL, "text": Words()}, needs=("url", "text")))
    return typed(
        "task_card",
        {
            **_ID,
            "task_id": Words(255),
            "title": Words(),
            "status": OneOf(states),
            "details": RICH_TEXT,
            "output": RICH_TEXT,
            "sources": Items(source),
        },
        needs=("task_id", "title", "status"),
    )


_SETTLED = ("in_progress", "complete", "error")
TASKS: dict[str, Record] = {
    **_task(*_SETTLED),
    **typed(
        "plan",
        {**_ID, "title": Words(), "tasks": Items(ByType(_task("pending", *_SETTLED)), 50)},
        needs=("title",),
        checks=(_different_task_ids,),
    ),
}
