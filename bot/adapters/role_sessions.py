"""What a session of one of our roles is called, what it may do, and whom it names in CloudTrail."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from bot.adapters.aws_clients import RoleSession
from bot.domain.iam_actions import ON_POLICY, READS, WITH_POLICY
from bot.domain.identity import Target
from bot.ports import Acting

# Session names and source identities share this alphabet and these bounds.
# See: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
_NOT_IN_SESSION_NAMES = re.compile(r"[^\w+=,.@-]", re.ASCII)
_MAX_SESSION_NAME = 64
_MIN_SESSION_NAME = 2
# See: https://docs.aws.amazon.com/STS/latest/APIReference/API_Tag.html
_NOT_IN_TAGS = re.compile(r"[^\w .:/=+@-]", re.ASCII)
_MAX_TAG_VALUE = 256
# The only actions among ours that IAM can hold to one trust anchor.
# See: https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementrolesanywhere.html
_ON_ONE_ANCHOR = re.compile(r"rolesanywhere:(Get|Enable|Disable|Delete)TrustAnchor")
# What is created with tags has no ARN yet.
_ON_ANY_ANCHOR = re.compile(r"rolesanywhere:TagResource")
# See: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
_MAX_SESSION_POLICY = 2_048

_Part = tuple[list[str], str | list[str] | None, dict[str, object]]


def role_session(
    target: Target, name: str, session_name: str, *, policy: str | None = None, acting: Acting | None = None
) -> RoleSession | None:
    """The session of the role ``name`` in the target's account, or of the role with this ARN; None without a name.

    ``policy`` is its session policy as JSON text. With ``acting`` CloudTrail names that person as the source identity
    of every call, and the session has tags for the case, the request and everybody's yes.
    """
    if not name:
        return None
    partition = target.anchor_arn.split(":")[1] if target.anchor_arn else "aws"
    arn = name if name.startswith("arn:") else f"arn:{partition}:iam::{target.account}:role/{name}"
    if acting is None:
        return RoleSession(arn, session_name_of(session_name), policy)
    tags = {
        "case": acting.case_id,
        "request": acting.request_id,
        "requester": acting.requester,
        "approver": " ".join(acting.approvers) or "nobody",
    }
    fitted = tuple((key, _NOT_IN_TAGS.sub("-", value)[:_MAX_TAG_VALUE]) for key, value in tags.items())
    person = session_name_of(acting.source_identity or acting.requester)
    return RoleSession(arn, session_name_of(session_name), policy, person, fitted)


def session_policy(target: Target, permissions: Sequence[str], touches: Sequence[str] = ()) -> str:
    """A session policy, as JSON text, that allows ``permissions``: changes on the target or on ``touches`` only.

    Managed policies among ``touches`` are the only ones that may get a new version, be attached or be detached. Where
    the ARNs of the others do not fit into a session policy, what they begin with stands for them.
    """
    managed = sorted(one for one in touches if ":policy/" in one)
    others = sorted(set(touches) - set(managed))
    on_anchor = sorted(one for one in permissions if target.anchor_arn and _ON_ONE_ANCHOR.fullmatch(one))
    on_any = sorted(one for one in permissions if target.anchor_arn and _ON_ANY_ANCHOR.fullmatch(one))
    rest = sorted(set(permissions) - {*on_anchor, *on_any})
    changes = [one for one in rest if touches and not one.partition(":")[2].startswith(READS)]
    on_policies = [one for one in changes if ON_POLICY.fullmatch(one)]
    with_policies = [one for one in changes if WITH_POLICY.fullmatch(one)]
    on_others = [one for one in changes if one not in (*on_policies, *with_policies)]
    anywhere = [one for one in rest if one not in changes]
    only_these: dict[str, object] = {"Condition": {"ArnEquals": {"iam:PolicyARN": managed}}}
    for resources in (others, _beginning(others)):
        wanted: tuple[_Part, ...] = (
            (on_anchor, target.anchor_arn, {}),
            (on_any, f"{str(target.anchor_arn).rpartition('/')[0]}/*", {}),
            (on_policies, managed, {}),
            (with_policies, resources if managed else None, only_these),
            (on_others, resources, {}),
            (anywhere, "*", {}),
        )
        statements = [
            {"Effect": "Allow", "Action": actions, "Resource": resource, **condition}
            for actions, resource, condition in wanted
            if actions and resource
        ]
        policy = json.dumps({"Version": "2012-10-17", "Statement": statements}, separators=(",", ":"))
        if len(policy) <= _MAX_SESSION_POLICY:
            break
    return policy


def _beginning(texts: Sequence[str]) -> str:
    """What all of the texts begin with, and a star."""
    first, last = min(texts, default=""), max(texts, default="")
    same = next((place for place, pair in enumerate(zip(first, last, strict=False)) if pair[0] != pair[1]), len(first))
    return f"{first[:same]}*"


def session_name_of(text: str) -> str:
    """``text`` as STS takes it for a session's name: 2 to 64 characters, others replaced by a dash."""
    fitted = _NOT_IN_SESSION_NAMES.sub("-", text)[:_MAX_SESSION_NAME]
    return fitted if len(fitted) >= _MIN_SESSION_NAME else f"anchorwatch{fitted}"
