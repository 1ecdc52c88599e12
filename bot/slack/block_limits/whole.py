"""Limits that only show when all blocks of a message or view are seen together.

Everything here expects blocks that their own rules have found right, so it may rely on their shape.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from bot.slack.block_limits.layout import MARKDOWN_CHARACTERS
from bot.slack.block_limits.problem import Problem, under
from bot.slack.block_limits.rules import Object

# Slack states no number. Posts were refused from about 13,200 characters on, containers of the blocks
# included; tables have limits of their own that are higher than this one, so they are left out of the sum.
# See: https://github.com/slackapi/bolt-js/issues/2509
BLOCKS_CHARACTERS = 13_200
_COUNTED_ALONE = frozenset({"table", "data_table", "data_visualization"})

# A member, a comma and a pair of quotes or brackets each take a character or two; a number takes a few.
_NUMBER_SIZE = 8

Placed = tuple[Object, str]


def together(blocks: Sequence[object], at: str) -> Iterator[Problem]:
    """Yield what is wrong with the blocks of one surface as a whole, wherever they are nested."""
    placed = list(_all_blocks(blocks, at))
    yield from _unique((block, where) for block, where in placed if "block_id" in block)
    for block, where in placed:
        yield from _unique_actions(block, where)
    yield from _counts(placed, at)
    yield from _one_focus(placed)


def size(value: object) -> int:
    """Return about how many characters the JSON of a value takes, blind to escapes."""
    if isinstance(value, str):
        return len(value) + 2
    if isinstance(value, Mapping):
        return 1 + sum(size(name) + size(member) + 2 for name, member in value.items())
    if isinstance(value, list | tuple):
        return 1 + sum(size(item) + 1 for item in value)
    return _NUMBER_SIZE


def too_long(blocks: Sequence[object], at: str) -> Iterator[Problem]:
    """Yield a problem when a message's blocks are more than Slack takes in one message."""
    counted = [block for block in blocks if isinstance(block, Mapping) and block["type"] not in _COUNTED_ALONE]
    if size(counted) > BLOCKS_CHARACTERS:
        yield Problem(f"must be less than {BLOCKS_CHARACTERS + 1} characters", at, "msg_blocks_too_long")


def _all_blocks(blocks: object, at: str) -> Iterator[Placed]:
    for index, block in enumerate(blocks if isinstance(blocks, list | tuple) else ()):
        where = under(at, index)
        yield block, where
        if block["type"] == "container":
            yield from _all_blocks(block["child_blocks"], f"{where}/child_blocks")
        elif block["type"] == "carousel":
            yield from _all_blocks(block["elements"], f"{where}/elements")


def _unique(placed: Iterator[Placed], member: str = "block_id") -> Iterator[Problem]:
    seen = set[object]()
    for value, where in placed:
        if value[member] in seen:
            yield Problem(f"{member} must be unique", under(where, member))
        seen.add(value[member])


def _elements(block: Object, at: str) -> Iterator[Placed]:
    for name in ("accessory", "element"):
        element = block.get(name)
        if isinstance(element, Mapping):
            yield element, under(at, name)
    for name in ("elements", "actions"):
        members = block.get(name)
        for index, element in enumerate(members if isinstance(members, list | tuple) else ()):
            if isinstance(element, Mapping):
                yield element, f"{at}/{name}/{index}"


def _unique_actions(block: Object, at: str) -> Iterator[Problem]:
    held = ((element, where) for element, where in _elements(block, at) if "action_id" in element)
    yield from _unique(held, "action_id")


def _counts(placed: list[Placed], at: str) -> Iterator[Problem]:
    kinds = Counter(block["type"] for block, _ in placed)
    if kinds["table"] > 1:
        yield Problem("only one table allowed", at)
    if kinds["data_visualization"] > 2:  # noqa: PLR2004
        yield Problem("no more than 2 data_visualization blocks allowed", at)
    markdown = sum(len(str(block["text"])) for block, _ in placed if block["type"] == "markdown")
    if markdown > MARKDOWN_CHARACTERS:
        yield Problem(f"markdown must be less than {MARKDOWN_CHARACTERS + 1} characters", at)


def _one_focus(placed: list[Placed]) -> Iterator[Problem]:
    focused = [
        where for block, at in placed for element, where in _elements(block, at) if element.get("focus_on_load") is True
    ]
    for where in focused[1:]:
        yield Problem("only one element can have focus_on_load", under(where, "focus_on_load"))
