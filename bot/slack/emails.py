"""Whose e-mail address may name them in CloudTrail: of the configured domains, and verified by Slack."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def email_of(user: Mapping[str, Any], domains: frozenset[str]) -> str | None:
    """The address in Slack's user object, in small letters; None where it may not name the person.

    Slack tells addresses to apps with the scope users:read.email only. One that nobody has confirmed could be anyone's.

    See: https://docs.slack.dev/reference/objects/user-object

    Args:
        user: of users.info, of a full member of our own workspace.
        domains: in small letters; those whose addresses may be used.
    """
    profile = user.get("profile")
    email = profile.get("email") if isinstance(profile, Mapping) else None
    if not isinstance(email, str) or user.get("is_email_confirmed") is not True:
        return None
    if not email.isascii():
        # Some letters become others when they are made small, such as the Kelvin sign a k.
        return None
    name, _, domain = email.lower().rpartition("@")
    return email.lower() if name and domain in domains else None
