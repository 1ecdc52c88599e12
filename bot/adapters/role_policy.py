"""Whether a call to IAM wrote a trust policy that lets Roles Anywhere in.

See: https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateAssumeRolePolicy.html
See: https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping

from bot.domain.trust_policy import lets_service_in

_FIELDS = {"UpdateAssumeRolePolicy": "policyDocument", "CreateRole": "assumeRolePolicyDocument"}
# A role's name may hold an equals sign and no brace, so that no name looks like this.
_IN_MAP_TEXT = re.compile(r"(?:policyDocument|assumeRolePolicyDocument)=\s*(?=\{)")
# The longest trust policy that IAM takes, after a quota increase, has 4,096 characters; escaped it may have more.
_MOST_CHARACTERS = 64 * 1024


def writes_policy(event_name: str) -> bool:
    """Whether the operation, of IAM, writes a role's trust policy."""
    return event_name in _FIELDS


def lets_service_in_by_call(event_name: str, requests: Iterable[object]) -> bool | None:
    """Whether the trust policy that a call wrote lets Roles Anywhere in.

    ``requests`` are the copies of the call's parameters, surest first: objects, or texts that Java printed. None for
    calls that write no trust policy, and where no copy shows a policy that can be read.
    """
    if not writes_policy(event_name):
        return None
    opinions = (_opinion(_policy(request, _FIELDS[event_name])) for request in requests)
    return next((opinion for opinion in opinions if opinion is not None), None)


def _policy(request: object, field: str) -> object:
    if isinstance(request, Mapping):
        return request.get(field)
    return _from_map_text(request) if isinstance(request, str) else None


def _opinion(policy: object) -> bool | None:
    if policy is None or (isinstance(policy, str) and len(policy) > _MOST_CHARACTERS):
        return None
    try:
        return lets_service_in(policy)
    except RecursionError:
        return None


def _from_map_text(text: str) -> object:
    found = _IN_MAP_TEXT.search(text)
    if found is None:
        return None
    try:
        return json.JSONDecoder().raw_decode(text[found.end() : found.end() + _MOST_CHARACTERS])[0]
    except (ValueError, RecursionError):
        return None
