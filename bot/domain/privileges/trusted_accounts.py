"""Whom else a role's trust policy names: accounts other than its own.

See: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote

_ACCOUNT = re.compile(r"(?:arn:[^:]+:(?:iam|sts)::)?(\d{12})(?::.*)?", re.DOTALL)


def trusted_accounts(policy: object, own_account: str) -> tuple[str, ...]:
    """The account ids that an Allow of a trust policy names, in order; ``*`` means everybody.

    Conditions are not weighed. A policy that can't be read names nobody: its role is undetermined for that reason.
    """
    found = {account for statement in _statements(policy) for account in _named(statement)}
    return tuple(sorted(found - {own_account}))


def _statements(policy: object) -> Iterator[Mapping[str, Any]]:
    if isinstance(policy, str):
        try:
            policy = json.loads(unquote(policy) if policy.lstrip().startswith("%") else policy)
        except (ValueError, RecursionError):
            return
    whole = policy.get("Statement") if isinstance(policy, Mapping) else None
    for one in whole if isinstance(whole, list | tuple) else [whole]:
        if isinstance(one, Mapping) and one.get("Effect") == "Allow":
            yield one


def _named(statement: Mapping[str, Any]) -> Iterator[str]:
    principal = statement.get("Principal")
    named = principal.get("AWS") if isinstance(principal, Mapping) else principal
    for one in named if isinstance(named, list | tuple) else [named]:
        if one == "*":
            yield "*"
        elif isinstance(one, str) and (account := _ACCOUNT.fullmatch(one)):
            yield account[1]
