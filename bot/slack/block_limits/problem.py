"""One thing that Slack would refuse, and where in the payload it stands."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """One refusal.

    Attributes:
        message: What is wrong, worded as Slack words it.
        pointer: JSON pointer into the checked payload, for example `/blocks/0/text/text`; empty for the
            payload itself. Slack's own answers about a view put `/view` in front of it.
        error: The `error` code that Slack answers with, for example `invalid_blocks`.

    See: https://www.rfc-editor.org/rfc/rfc6901
    """

    message: str
    pointer: str
    error: str = "invalid_blocks"


def under(pointer: str, key: object) -> str:
    """Return the JSON pointer of a member or an item below `pointer`."""
    name = str(key)
    if "~" in name or "/" in name:
        name = name.replace("~", "~0").replace("/", "~1")
    return f"{pointer}/{name}"
