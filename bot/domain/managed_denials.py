"""The document of a managed policy that was made before, and into which revocations are written.

Date conditions take no variables, so the moment must stand in the policy, and each revocation is a new version of it.
Everybody who has the policy has all of it: so each statement is for roles that it names (``aws:PrincipalArn`` is the
role's ARN in all of its sessions), with a moment of its own, under a ``Sid`` that names the case. What one case writes
denies nothing to the roles of another, and is removed by its ``Sid`` alone.

Nothing else may stand in it: a policy that holds anything that Anchorwatch did not write is neither attached to a role
nor written over.

See: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-principalarn
See: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from bot.domain.errors import NOT_SENT, AwsError
from bot.domain.plain import canonical
from bot.domain.session_revocation import NO_MOMENT, Revocation, conditions, denial, moment_of, revocation_document

MOST_CHARACTERS = 6_144
"""As many a managed policy may have, without white space."""

Statement = Mapping[str, Any]

_SID = re.compile(r"Anchorwatch[A-Za-z]+AW[0-9A-Z]{10}(Identities)?", re.ASCII)
_KEYS = {
    "ArnEquals": {"aws:PrincipalArn"},
    "DateLessThan": {"aws:TokenIssueTime"},
    "StringEquals": {"aws:userid", "aws:SourceIdentity"},
}
# A policy must have a statement, and nobody has a session from before 1970.
_NOBODY = denial("AnchorwatchNobody", {"DateLessThan": {"aws:TokenIssueTime": "1970-01-01T00:00:00Z"}})
_CREATE = "iam:CreatePolicyVersion"


def premade_document() -> dict[str, Any]:
    """The policy as it is made before: it denies nobody anything."""
    return {"Version": "2012-10-17", "Statement": [dict(_NOBODY)]}


def denials(group: Sequence[Revocation], before: datetime) -> list[Statement]:
    """The statements of revocations that have one policy name: at most one with a moment and one for identities."""
    sid = _sid(group[0].policy_name)
    found: list[Statement] = []
    timed = [one for one in group if one.user_ids or not one.identities]
    if timed:
        user_ids = list(dict.fromkeys(name for one in timed for name in one.user_ids))
        found.append(denial(sid, {**_of_roles(timed), **conditions(before, user_ids)}))
    named = [one for one in group if one.identities]
    if named:
        identities = list(dict.fromkeys(name for one in named for name in one.identities))
        equal = {"StringEquals": {"aws:SourceIdentity": identities}}
        found.append(denial(f"{sid}Identities", {**_of_roles(named), **equal}))
    return found


def _of_roles(group: Sequence[Revocation]) -> dict[str, Any]:
    return {"ArnEquals": {"aws:PrincipalArn": [one.role_arn for one in group]}}


def _sid(policy_name: str) -> str:
    """A ``Sid`` has letters and digits only."""
    return re.sub(r"[^A-Za-z0-9]", "", policy_name)


def check_ours(document: Mapping[str, Any], arn: str) -> None:
    """Let a policy pass that holds nothing but what Anchorwatch writes.

    Raises:
        AwsError: it holds something else, and would do more to a role than a plan says.
    """
    statements = document.get("Statement")
    if not isinstance(statements, list) or not all(_is_ours(one) for one in statements):
        why = f"{arn.rpartition('/')[2]} holds something that Anchorwatch did not write, so nothing is done with it"
        raise AwsError(NOT_SENT, why, _CREATE)


def _is_ours(statement: object) -> bool:
    if not isinstance(statement, Mapping) or canonical(statement) == canonical(_NOBODY):
        return isinstance(statement, Mapping)
    sid, condition = statement.get("Sid"), statement.get("Condition")
    if not isinstance(sid, str) or not _SID.fullmatch(sid) or not isinstance(condition, Mapping):
        return False
    known = all(isinstance(keys, Mapping) and set(keys) <= _KEYS.get(one, set()) for one, keys in condition.items())
    return known and len(condition) > 1 and bool(roles_of(statement)) and statement == denial(sid, condition)


def roles_of(statement: Statement) -> tuple[str, ...]:
    """The ARNs of the roles that a statement of ours is for."""
    named = statement.get("Condition", {}).get("ArnEquals", {}).get("aws:PrincipalArn", [])
    return tuple(named) if isinstance(named, list) else (str(named),)


def own(document: Mapping[str, Any], policy_name: str) -> list[Statement]:
    """The statements that stand for one policy name."""
    sid = _sid(policy_name)
    return [one for one in document["Statement"] if one.get("Sid") in (sid, f"{sid}Identities")]


def composed(document: Mapping[str, Any], names: Sequence[str], new: Sequence[Statement]) -> str:
    """The document, as JSON text, with ``new`` in the place of what stood for these policy names.

    Raises:
        AwsError: it is larger than AWS takes.
    """
    gone = [one for name in names for one in own(document, name)]
    others = [one for one in document["Statement"] if one not in gone and canonical(one) != canonical(_NOBODY)]
    text = canonical({"Version": "2012-10-17", "Statement": [_NOBODY, *others, *new]})
    if len(text) > MOST_CHARACTERS:
        why = f"with this the policy has {len(text)} characters, and AWS takes {MOST_CHARACTERS}"
        raise AwsError(NOT_SENT, f"{why}. Revoke Role Sessions needs the fewest", _CREATE)
    return text


def others_sha256(document: Mapping[str, Any], case: str) -> str:
    """SHA-256 (hex) of what stands in the policy for other cases than this one, such as ``AW-0123456789``."""
    others = [one for one in document["Statement"] if _sid(case) not in str(one.get("Sid"))]
    return hashlib.sha256(canonical(others).encode()).hexdigest()


def on_role(one: Revocation, group: Sequence[Revocation], document: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """What the policy denies to a role's sessions under one name, as an inline policy would say it; None: nothing.

    ``group`` are all revocations of that name. Statements that are not exactly theirs stay as they are.
    """
    found = own(document, one.policy_name)
    if not any(one.role_arn in roles_of(statement) for statement in found):
        return None
    moment = next((at for at in map(moment_of, found) if at is not None), None)
    if canonical(found) != canonical(denials(group, moment or NO_MOMENT)):
        return {"Statement": found}
    inline: Mapping[str, Any] = json.loads(revocation_document(moment or NO_MOMENT, one.user_ids, one.identities))
    return inline
