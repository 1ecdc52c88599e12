"""Revoking sessions that a role has given: an inline policy of our own that denies everything to the old ones.

A role's credentials can't be taken back. A policy can deny everything to sessions that began before a moment, or to
some of them by their ``aws:userid``; sessions that begin later are let through.

It is an inline policy, because a pre-made managed policy can't do it: the moment would have to stand in it, so a new
version of it would reach every role that has it, of every case. A variable can't stand in for it, because date
conditions take none.

See: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html

See: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_revoke-sessions.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from bot.domain.evidence import Evidence, KnownRole
from bot.domain.identity import Target, case_id_for, parse_anchor_arn
from bot.domain.plain import canonical
from bot.domain.usage.words import counted

# See: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html#policy-vars-infotouse
_USER_ID = re.compile(r"[A-Z0-9]{16,128}:[\w+=,.@-]{2,64}", re.ASCII)
_ROLE_ARN = re.compile(r"arn:[^:]+:iam::(?P<account>\d{1,12}):role/(?P<path>.*/)?[\w+=,.@-]{1,64}", re.ASCII)
# Nobody but AWS may change the roles of these paths.
_AWS_PATHS = ("aws-service-role/", "aws-reserved/")


@dataclass(frozen=True, slots=True)
class Revocation:
    """The policy of one role: ``user_ids`` are the only sessions that it is for; none means all of them."""

    role_arn: str
    policy_name: str
    user_ids: tuple[str, ...] = ()

    @property
    def role_name(self) -> str:
        """The role's name without its path."""
        return self.role_arn.rpartition("/")[2]

    def as_call(self, operation: str) -> str:
        """The call as people see it."""
        only = f" only {', '.join(self.user_ids)}" if self.user_ids else ""
        return f"iam:{operation} RoleName={self.role_name}{only}"


def why_not_revocable(role_arn: str, account: str | None = None) -> str | None:
    """Why nobody can put a policy on this role; None when it can be tried. ``account`` None stands for any."""
    match = _ROLE_ARN.fullmatch(role_arn)
    if match is None:
        return "its ARN can't be read"
    if account is not None and match["account"] != account:
        return "it belongs to another account"
    if (match["path"] or "").startswith(_AWS_PATHS):
        return "only AWS may change it"
    return None


def fit_user_ids(user_ids: Sequence[str]) -> tuple[str, ...]:
    """Those that have the shape of an ``aws:userid``: others could mean something else in a policy."""
    return tuple(one for one in user_ids if _USER_ID.fullmatch(one))


def can_revoke(roles: Sequence[KnownRole], *, only_known: bool = False) -> bool:
    """Whether there is a role to revoke sessions of; ``only_known`` means sessions that are known one by one."""
    fit = [one for one in roles if why_not_revocable(one.arn) is None]
    return any(fit_user_ids(one.user_ids) or not only_known for one in fit)


def revocations(anchor_arn: str, known: Evidence, name: str, *, only_known: bool = False) -> tuple[Revocation, ...]:
    """The policies for the known roles of a trust anchor, called ``name`` and the case's id.

    Raises:
        BadInput: ``anchor_arn`` is not the ARN of a trust anchor.
    """
    anchor = parse_anchor_arn(anchor_arn)
    fit = [one for one in known.roles if why_not_revocable(one.arn, anchor.account) is None]
    made = (Revocation(one.arn, case_policy(anchor, name), fit_user_ids(one.user_ids) * only_known) for one in fit)
    return tuple(one for one in made if one.user_ids or not only_known)


def case_policy(anchor: Target, name: str) -> str:
    """The name of a policy of ours: ``name`` and the case's id, so that no case removes another's."""
    return f"{name}-{case_id_for(anchor.account, anchor.region, str(anchor.anchor_id))}"


def left_out(anchor: Target) -> str:
    """Which known roles a plan does not have, in a sentence that begins with a space; empty when it has all."""
    reasons = [(one.arn, why_not_revocable(one.arn, anchor.account)) for one in anchor.known.roles]
    named = [f"{arn.rpartition('/')[2][:40]} ({why})" for arn, why in reasons if why is not None]
    more = max(0, len(named) - 1) + anchor.known.more_roles
    if not named:
        return f" {counted(more, 'more role')} did not fit into this plan." if more else ""
    return f" Left out: {named[0]}{f' and {more} more' if more else ''}."


def revocations_in(capsules: Sequence[Mapping[str, Any]]) -> tuple[Revocation, ...]:
    """The policies that earlier plans were about, from what these kept."""
    found = [
        Revocation(str(one["role_arn"]), str(one["policy_name"]), tuple(one["user_ids"]))
        for capsule in capsules
        for one in capsule.get("roles", ())
    ]
    last = {(one.role_arn, one.policy_name): one for one in found}
    return tuple(replace(one, user_ids=()) for one in last.values())


def revocation_document(before: datetime, user_ids: Sequence[str]) -> str:
    """The policy, as JSON text: it denies everything to sessions that began before ``before``."""
    condition: dict[str, Any] = {"DateLessThan": {"aws:TokenIssueTime": f"{before.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"}}
    if user_ids:
        condition["StringEquals"] = {"aws:userid": list(user_ids)}
    statement = {
        "Sid": "AnchorwatchRevokesSessions",
        "Effect": "Deny",
        "Action": "*",
        "Resource": "*",
        "Condition": condition,
    }
    return canonical({"Version": "2012-10-17", "Statement": [statement]})


def revoked_before(document: object, user_ids: Sequence[str]) -> datetime | None:
    """The moment in a policy of ours for these sessions; None when it is no such policy."""
    try:
        condition = document["Statement"][0]["Condition"]  # type: ignore[index]
        before = datetime.fromisoformat(condition["DateLessThan"]["aws:TokenIssueTime"])
    except (TypeError, KeyError, IndexError, ValueError):
        return None
    if before.tzinfo is None:
        return None
    return before if canonical(document) == revocation_document(before, user_ids) else None
