"""Whether Slack's user object is of a full member of our own workspace.

See: https://docs.slack.dev/reference/objects/user-object
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_GONE = ("deleted", "is_bot", "is_restricted", "is_ultra_restricted", "is_stranger")


def is_full_member(user: Mapping[str, Any], home: frozenset[str]) -> bool:
    """Whether somebody is here, no guest, no bot and of our own workspace.

    ``home`` are our workspace (T…) and organization (E…); empty means any. In an Enterprise organization a person's
    own workspace may be another one than ours, and people of other workspaces are in shared channels.
    """
    enterprise = user.get("enterprise_user")
    theirs = {user.get("team_id"), enterprise.get("enterprise_id") if isinstance(enterprise, Mapping) else None}
    foreign = bool(home and user.get("team_id")) and not theirs & home
    return not foreign and not any(user.get(flag) for flag in _GONE)
