"""Makes text that an attacker may have written harmless before Slack shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


def escape(text: str) -> str:
    """Escape the three characters that start something in mrkdwn."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def shown(text: str, limit: int) -> str:
    """Make text safe and honest inside mrkdwn, at most `limit` code points."""
    raise NotImplementedError


def code(text: str, limit: int) -> str:
    """Make a mrkdwn code span that text cannot leave, at most `limit` code points."""
    raise NotImplementedError


def defang(text: str) -> str:
    """Break URLs, host names and addresses so that no client links them."""
    raise NotImplementedError


def plain(text: str, limit: int) -> str:
    """Make text safe and honest inside a plain_text object, at most `limit` code points."""
    raise NotImplementedError


def date(moment: datetime, fallback: str | None = None) -> str:
    """Show a moment in each reader's own time zone."""
    raise NotImplementedError


def mention_user(user_id: str) -> str:
    """Mention one user by id."""
    raise NotImplementedError


def mention_group(group_id: str) -> str:
    """Mention one user group by id."""
    raise NotImplementedError
