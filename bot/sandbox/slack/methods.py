"""One Web API call as its handler sees it, and what each method needs."""

import base64
import binascii
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from bot.sandbox.slack.rate_limits import Tier
from bot.sandbox.slack.records import Json, SlackRefusal
from bot.sandbox.slack.store import Workspace
from bot.sandbox.slack.triggers import Triggers


@dataclass(frozen=True, slots=True)
class Call:
    """One call whose token and scopes have been checked.

    Attributes:
        arguments: Query, form and JSON body in one mapping.
        origin: The look-alike's own address without a path, such as `http://127.0.0.1:4000`.
    """

    method: str
    arguments: Json
    workspace: Workspace
    triggers: Triggers
    origin: str

    def text(self, name: str) -> str | None:
        """Return an argument as text, or None when it is missing or empty."""
        value = self.arguments.get(name)
        return str(value) if value not in (None, "") else None

    def need(self, name: str) -> str:
        """Return an argument as text.

        Raises:
            SlackRefusal: It is missing.
        """
        value = self.text(name)
        if value is None:
            raise invalid_arguments(f"missing required field: {name}")
        return value

    def flag(self, name: str) -> bool:
        """Tell whether an argument is true, in any of the spellings that Slack takes."""
        return str(self.arguments.get(name)).lower() in {"true", "1"}

    def structure(self, name: str) -> Any:  # noqa: ANN401 - any JSON value.
        """Return an argument that may come as JSON text; text that is no JSON is returned as it is."""
        value = self.arguments.get(name)
        if isinstance(value, str) and value:
            try:
                return json.loads(value)
            except json.JSONDecodeError:
                return value
        return value if value != "" else None

    def page(self, items: list[Json], *, limit: int, at_most: int) -> tuple[list[Json], str]:
        """Cut one page out of a listing by the arguments `limit` and `cursor`.

        Args:
            items: The whole listing.
            limit: The size of a page when the caller names none.
            at_most: The largest size.

        Raises:
            SlackRefusal: The cursor or the limit is not one of ours.
        """
        try:
            size = int(self.text("limit") or limit)
            start = int(base64.b64decode(self.text("cursor") or "MA==", validate=True))
        except (ValueError, binascii.Error) as error:
            raise SlackRefusal("invalid_cursor" if self.text("cursor") else "invalid_limit") from error
        if size < 1:
            raise SlackRefusal("invalid_limit")
        end = start + min(size, at_most)
        cursor = base64.b64encode(str(end).encode()).decode() if end < len(items) else ""
        return items[start:end], cursor


@dataclass(frozen=True, slots=True)
class Method:
    """One Web API method.

    Attributes:
        handle: Does the call and returns the answer without `ok`.
        tier: How often it may be called.
        scopes: Any one of these lets the token call it; empty means no scope is needed.
        token: The kind of token it takes.
    """

    handle: Callable[[Call], Json]
    tier: Tier
    scopes: tuple[str, ...] = field(default=())
    token: Literal["xoxb", "xapp"] = "xoxb"


def invalid_arguments(*problems: str) -> SlackRefusal:
    """Make the answer to arguments that do not fit, in the shape of Slack's."""
    return SlackRefusal(
        "invalid_arguments", response_metadata={"messages": [f"[ERROR] {problem}" for problem in problems]}
    )
