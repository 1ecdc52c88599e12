"""Each bound from both sides: the last value that Slack takes, and the first that it refuses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from bot.slack.block_limits import message_problems, view_problems
from tests.slack.block_pieces import (
    CARD,
    CHART,
    CONTAINER,
    DIVIDER,
    FEEDBACK,
    IMAGE,
    LIST,
    METADATA,
    VIDEO,
    actions,
    button,
    cell,
    confirm,
    data_table,
    entry,
    field,
    home,
    line,
    message,
    modal,
    mrkdwn,
    option,
    options,
    plain,
    rich,
    section,
    select,
    table,
    task,
    without,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.slack.block_pieces import Json


@dataclass(frozen=True)
class Bound:
    """One bound: `payload(taken)` is valid, `payload(refused)` has one problem at the pointer."""

    payload: Callable[[int], Json]
    taken: int
    refused: int
    pointer: str


def _most(most: int, pointer: str, block: Callable[[int], Any]) -> Bound:
    return Bound(lambda size: message(block(size)), most, most + 1, f"/blocks/0{pointer}")


def _least(least: int, pointer: str, block: Callable[[int], Any]) -> Bound:
    return Bound(lambda size: message(block(size)), least, least - 1, f"/blocks/0{pointer}")


def _asked(taken: int, refused: int, pointer: str, element: Callable[[int], Json]) -> Bound:
    return Bound(lambda size: modal(field(element=element(size))), taken, refused, f"/blocks/0/element{pointer}")


def _kind(kind: str, **more: Any) -> Json:
    return {"type": kind, "action_id": "a", **more}


def _url(length: int) -> str:
    return "https://example.com/".ljust(length, "x")


def _groups(count: int) -> Json:
    return without(select(), "options") | {"option_groups": [{"label": plain(), "options": options(1)}] * count}


def _group(label: int, count: int) -> Json:
    return without(select(), "options") | {"option_groups": [{"label": plain(label), "options": options(count)}]}


def _series(points: int = 1, count: int = 1, name: int = 1) -> Json:
    data = [{"label": str(one), "value": -1} for one in range(points)]
    rows = [{"name": "x" * name, "data": data}] * count
    axes = {"categories": [str(one) for one in range(points)]}
    return CHART | {"chart": {"type": "line", "series": rows, "axis_config": axes}}


_PRESSED: dict[str, Bound] = {
    "button url": _most(3_000, "/elements/0/url", lambda size: actions(button(url=_url(size)))),
    "workflow button": _most(
        75,
        "/elements/0/text/text",
        lambda size: actions(
            _kind("workflow_button", text=plain(size), workflow={"trigger": {"url": "https://example.com"}})
        ),
    ),
    "confirm text": _most(
        300, "/elements/0/confirm/text/text", lambda size: actions(button(confirm=confirm(text=plain(size))))
    ),
    "groups": _most(100, "/elements/0/option_groups", lambda size: actions(_groups(size))),
    "group label": _most(75, "/elements/0/option_groups/0/label/text", lambda size: actions(_group(size, 1))),
    "group options": _most(100, "/elements/0/option_groups/0/options", lambda size: actions(_group(1, size))),
    "placeholder": _most(150, "/elements/0/placeholder/text", lambda size: actions(select(placeholder=plain(size)))),
    "radio buttons": _most(
        10, "/elements/0/options", lambda size: actions(_kind("radio_buttons", options=options(size)))
    ),
    "checkbox text": _most(
        75,
        "/elements/0/options/0/text/text",
        lambda size: actions(_kind("checkboxes", options=[option() | {"text": mrkdwn(size)}])),
    ),
    "checkbox description": _most(
        75,
        "/elements/0/options/0/description/text",
        lambda size: actions(_kind("checkboxes", options=[option(description=mrkdwn(size))])),
    ),
    "selected items": _least(
        1,
        "/elements/0/max_selected_items",
        lambda size: actions(_kind("multi_users_select", max_selected_items=size)),
    ),
    "query length": _least(
        0, "/elements/0/min_query_length", lambda size: actions(_kind("external_select", min_query_length=size))
    ),
    "icon button": _most(
        75,
        "/elements/0/text/text",
        lambda size: {"type": "context_actions", "elements": [_kind("icon_button", icon="trash", text=plain(size))]},
    ),
    "feedback": _most(
        75,
        "/elements/0/positive_button/text/text",
        lambda size: {
            "type": "context_actions",
            "elements": [FEEDBACK | {"positive_button": {"text": plain(size), "value": "y"}}],
        },
    ),
    "context actions": _most(
        5, "/elements", lambda size: {"type": "context_actions", "elements": [without(FEEDBACK, "action_id")] * size}
    ),
    "unix time, most": _most(
        9_999_999_999,
        "/elements/0/initial_date_time",
        lambda at: actions(_kind("datetimepicker", initial_date_time=at)),
    ),
    "unix time, least": _least(
        1_000_000_000,
        "/elements/0/initial_date_time",
        lambda at: actions(_kind("datetimepicker", initial_date_time=at)),
    ),
}

_SHOWN: dict[str, Bound] = {
    "header level, most": _most(4, "/level", lambda size: {"type": "header", "text": plain(), "level": size}),
    "header level, least": _least(1, "/level", lambda size: {"type": "header", "text": plain(), "level": size}),
    "context text": _most(3_000, "/elements/0/text", lambda size: {"type": "context", "elements": [mrkdwn(size)]}),
    "image title": _most(2_000, "/title/text", lambda size: IMAGE | {"title": plain(size)}),
    "file id": _most(255, "/external_id", lambda size: {"type": "file", "source": "remote", "external_id": "x" * size}),
    "video description": _most(200, "/description/text", lambda size: VIDEO | {"description": plain(size)}),
    "video alt_text": _most(2_000, "/alt_text", lambda size: VIDEO | {"alt_text": "x" * size}),
    "video url": _most(2_000, "/video_url", lambda size: VIDEO | {"video_url": _url(size)}),
    "video provider": _most(50, "/provider_name", lambda size: VIDEO | {"provider_name": "x" * size}),
    "video author": _most(50, "/author_name", lambda size: VIDEO | {"author_name": "x" * size}),
    "card title": _most(150, "/title/text", lambda size: CARD | {"title": mrkdwn(size)}),
    "card subtitle": _most(150, "/subtitle/text", lambda size: CARD | {"subtitle": mrkdwn(size)}),
    "card subtext": _most(200, "/subtext/text", lambda size: CARD | {"subtext": mrkdwn(size)}),
    "card buttons": _most(
        3, "/actions", lambda size: CARD | {"actions": [button(action_id=f"b{one}") for one in range(size)]}
    ),
    "container title": _most(150, "/title/text", lambda size: CONTAINER | {"title": plain(size)}),
    "container subtitle": _most(150, "/subtitle/text", lambda size: CONTAINER | {"subtitle": plain(size)}),
    "list indent": _most(8, "/elements/0/indent", lambda size: rich(LIST | {"indent": size})),
    "list indent, least": _least(0, "/elements/0/indent", lambda size: rich(LIST | {"indent": size})),
    "list border": _most(1, "/elements/0/border", lambda size: rich(LIST | {"border": size})),
    "list offset": _least(0, "/elements/0/offset", lambda size: rich(LIST | {"offset": size})),
    "date of rich text": _least(
        0,
        "/elements/0/elements/0/timestamp",
        lambda at: rich(line({"type": "date", "timestamp": at, "format": "{time}"})),
    ),
    "one piece of text": _least(
        1, "/elements/0/elements/0/text", lambda size: rich(line({"type": "text", "text": "x" * size}))
    ),
}

_TABLED: dict[str, Bound] = {
    "table characters": _most(
        10_000, "/rows", lambda size: {"type": "table", "rows": [[cell("x" * 5_000), cell("x" * (size - 5_000))]]}
    ),
    "column settings": _most(20, "/column_settings", lambda size: table(1, 20) | {"column_settings": [{}] * size}),
    "data table characters": _most(
        20_000,
        "/rows",
        lambda size: data_table() | {"rows": [[cell("x" * 9_999)], [cell("x" * 9_999)], [cell("x" * (size - 19_998))]]},
    ),
    "data table columns": _most(20, "/rows/0", lambda size: data_table() | {"rows": [[cell()] * size, [cell()] * 20]}),
    "data table page": _least(1, "/page_size", lambda size: data_table(page_size=size)),
    "row header column": _most(1, "/row_header_column_index", lambda at: data_table(row_header_column_index=at)),
    "row header column, least": _least(
        0, "/row_header_column_index", lambda at: data_table(row_header_column_index=at)
    ),
    "chart title": _most(50, "/title", lambda size: CHART | {"title": "x" * size}),
    "chart segments": _most(
        12,
        "/chart/segments",
        lambda size: CHART | {"chart": {"type": "pie", "segments": [{"label": "a", "value": 1}] * size}},
    ),
    "segment label": _most(
        20,
        "/chart/segments/0/label",
        lambda size: CHART | {"chart": {"type": "pie", "segments": [{"label": "x" * size, "value": 1}]}},
    ),
    "series": _most(12, "/chart/series", lambda size: _series(count=size)),
    "series name": _most(20, "/chart/series/0/name", lambda size: _series(name=size)),
    "task id": _most(255, "/task_id", lambda size: task(task_id="x" * size)),
    "plan": _most(
        50, "/tasks", lambda size: {"type": "plan", "title": "x", "tasks": [task(one) for one in range(size)]}
    ),
}

_ASKED: dict[str, Bound] = {
    "max_length": _asked(3_000, 3_001, "/max_length", lambda size: entry(max_length=size)),
    "max_length, least": _asked(1, 0, "/max_length", lambda size: entry(max_length=size)),
    "min_length": _asked(3_000, 3_001, "/min_length", lambda size: entry(min_length=size)),
    "min_length, least": _asked(0, -1, "/min_length", lambda size: entry(min_length=size)),
    "initial value": _asked(3_000, 3_001, "/initial_value", lambda size: entry(initial_value="x" * size)),
    "files, least": _asked(1, 0, "/max_files", lambda size: _kind("file_input", max_files=size)),
    "lines": _asked(100, 101, "/max_lines", lambda size: _kind("rich_text_input", max_lines=size)),
    "lines, least": _asked(1, 0, "/min_lines", lambda size: _kind("rich_text_input", min_lines=size)),
}

_WHOLE: dict[str, Bound] = {
    "home blocks": Bound(lambda size: home(*[DIVIDER] * size), 100, 101, "/blocks"),
    "modal blocks": Bound(lambda size: modal(*[DIVIDER] * size), 1, 0, "/blocks"),
    "metadata": Bound(
        # The payload's own braces and the three letters of its member are counted too.
        lambda size: {"text": "x", "metadata": METADATA | {"event_payload": {"key": "x" * (size - 5)}}},
        2_000,
        2_001,
        "/metadata/event_payload",
    ),
    "footer": Bound(lambda size: {"attachments": [{"footer": "x" * size}]}, 300, 301, "/attachments/0/footer"),
    "section fields": Bound(lambda size: message(section(fields=[plain()] * size)), 10, 11, "/blocks/0/fields"),
}

BOUNDS = {**_PRESSED, **_SHOWN, **_TABLED, **_ASKED, **_WHOLE}


@pytest.mark.parametrize("name", BOUNDS)
def test_a_bound_holds_on_both_sides(name: str) -> None:
    """The last value within is taken and the first beyond is refused, at its place and nowhere else."""
    bound = BOUNDS[name]
    taken, refused = bound.payload(bound.taken), bound.payload(bound.refused)
    judge = view_problems if "type" in taken else message_problems
    assert judge(taken) == []
    assert {problem.pointer for problem in judge(refused)} == {bound.pointer}
