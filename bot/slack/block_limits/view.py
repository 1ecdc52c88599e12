"""Modals and home views.

See: https://docs.slack.dev/reference/views/modal-views
See: https://docs.slack.dev/reference/views/home-tab-views
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from bot.slack.block_limits.composition import plain
from bot.slack.block_limits.layout import IN_HOME, IN_MODAL
from bot.slack.block_limits.problem import Problem
from bot.slack.block_limits.rules import ByType, Flag, Items, Object, Rule, Words, typed
from bot.slack.block_limits.whole import size, together

VIEW_CHARACTERS = 250_000

_NAMES: Mapping[str, Rule] = {
    "private_metadata": Words(3000, least=0),
    "callback_id": Words(255, least=0),
    "external_id": Words(255, least=0),
}


def _submit_for_input(view: Object, at: str) -> Iterator[Problem]:
    blocks = view["blocks"]
    asks = isinstance(blocks, list | tuple) and any(block["type"] == "input" for block in blocks)
    if asks and "submit" not in view:
        yield Problem("missing required field: submit", at)


_VIEW = ByType(
    {
        **typed(
            "modal",
            {
                **_NAMES,
                "title": plain(24),
                "submit": plain(24),
                "close": plain(24),
                "blocks": Items(IN_MODAL, 100),
                "clear_on_close": Flag(),
                "notify_on_close": Flag(),
                "submit_disabled": Flag(),
            },
            needs=("title", "blocks"),
            checks=(_submit_for_input,),
        ),
        **typed("home", {**_NAMES, "blocks": Items(IN_HOME, 100, least=0)}, needs=("blocks",)),
    }
)


def problems(view: object) -> Iterator[Problem]:
    """Yield what Slack would refuse in a view."""
    found = list(_VIEW.check(view, ""))
    if not found and isinstance(view, Mapping):
        found = list(together(view["blocks"], "/blocks"))
        if size(view) > VIEW_CHARACTERS:
            yield Problem(f"must be less than {VIEW_CHARACTERS + 1} characters", "", "view_too_large")
    yield from (replace(problem, error="invalid_arguments") for problem in found)
