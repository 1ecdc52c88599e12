"""What ``anchorwatch reach`` does: reads AWS's answers from a file and writes down who the CA's owner can become."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import fields
from datetime import datetime
from pathlib import Path
from typing import Any

from bot.domain.errors import BadInput
from bot.domain.reach.account_facts import read_anchor, read_profiles, read_roles
from bot.domain.reach.account_reach import Reach, account_reach
from bot.domain.reach.policy_document import has_twins, without_twins
from bot.domain.reach.verdicts import PolicyLine

MAX_FILE_BYTES = 256 * 1024 * 1024
"""An account with 5,000 roles, the most that IAM's quotas allow, has some 30 MB of answers."""

_PARTS = ("trust_anchor", "profiles", "roles")


def read_file(name: str) -> bytes:
    """The bytes of a file, or of standard input for ``-``.

    Raises:
        BadInput: it has more bytes than :data:`MAX_FILE_BYTES`.
        OSError: the file can't be read.
        ValueError: no file can have that name.
    """
    if name == "-":
        data = sys.stdin.buffer.read(MAX_FILE_BYTES + 1)
    else:
        with Path(name).open("rb") as file:
            data = file.read(MAX_FILE_BYTES + 1)
    if len(data) > MAX_FILE_BYTES:
        raise BadInput("too_long", f"has more than {MAX_FILE_BYTES} bytes", "the file")
    return data


def reach_rows(data: bytes, now: datetime) -> Iterator[dict[str, Any]]:
    """One object for each role and enabled profile, and for each role in none, to be written as JSON.

    Raises:
        BadInput: it is no JSON object with the trust anchor, the profiles and the roles; ``at`` names the place.
    """
    facts = _loaded(data)
    anchor = read_anchor(facts["trust_anchor"])
    profiles = read_profiles(facts["profiles"])
    roles = read_roles(facts["roles"])
    return (_as_object(one) for one in account_reach(anchor, profiles, roles, now))


def _loaded(data: bytes) -> dict[str, Any]:
    try:
        facts = json.loads(data, object_pairs_hook=without_twins)
    except json.JSONDecodeError as error:
        raise BadInput("not_json", f"is no JSON: {error.msg}", f"line {error.lineno} column {error.colno}") from error
    except (UnicodeDecodeError, RecursionError, ValueError) as error:
        raise BadInput("not_json", "is no JSON text", "the file") from error
    if not isinstance(facts, dict):
        raise BadInput("not_an_object", "must hold one JSON object", "the file")
    if has_twins(facts):
        raise BadInput("key_twice", "has a key twice", "the file")
    for part in _PARTS:
        if part not in facts:
            raise BadInput("part_missing", "is missing", part)
    return facts


def _as_object(one: Reach) -> dict[str, Any]:
    certificate = one.policy.certificate if one.policy and one.verdict is one.policy.verdict else None
    return {
        "role_arn": one.role_arn,
        "profile_arn": one.profile_arn,
        "verdict": one.verdict.value,
        "reason": one.reason.value,
        "one_profile_away": one.one_profile_away,
        "because": None if one.because is None else _without_empty(one.because),
        "certificate": certificate or None,
        "disabled_profile_arns": list(one.disabled_profile_arns),
    }


def _without_empty(line: PolicyLine) -> dict[str, Any]:
    each = ((one.name, getattr(line, one.name)) for one in fields(line))
    return {name: value for name, value in each if value}
