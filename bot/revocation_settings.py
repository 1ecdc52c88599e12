"""The setting of how sessions are revoked."""

from __future__ import annotations

from bot import setting_values as read
from bot.setting_values import Setting

REVOKE_POLICY = "ANCHORWATCH_REVOKE_POLICY"
POLICY_NAME = r"([\w+=,.@-]{1,100}/){0,5}[\w+=,.@-]{1,128}"
"""A managed policy's name, perhaps with its path before it, without the slash at its beginning.

See: https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreatePolicy.html
"""

REVOCATION_SETTINGS = (
    Setting(
        REVOKE_POLICY,
        "Name (path/name) of the managed policy that every account has and that sessions are revoked with, as "
        "`anchorwatch iam --revoke-policy` prints it; empty means an inline policy on each role.",
        read.matching(POLICY_NAME, "a policy's name, such as security/anchorwatch-revoke"),
    ),
)
"""Every such setting."""
