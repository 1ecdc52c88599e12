"""Revoking sessions that a role has given: an inline policy of our own that denies everything to the old ones.

A role's credentials can't be taken back. A policy can deny everything to sessions that began before a moment, or to
some of them by their ``aws:userid``; sessions that begin later are let through.

It can also deny everything to a source identity, and then to later sessions too: a source identity can't be changed and
goes along when a session enters another role, so a session that leaves a role and comes back under another name still
has it. A moment in that statement would let exactly such a session through, because it began later. Both are statements
of their own, so that either denies. Values are compared whole (``StringEquals``): a certificate's owner chooses them.

See: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_revoke-sessions.html
See: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_control-access_monitor.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bot.domain.evidence import Evidence
from bot.domain.identity import Target, case_id_for, parse_anchor_arn
from bot.domain.plain import canonical
from bot.domain.usage.words import counted

# See: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html#policy-vars-infotouse
_USER_ID = re.compile(r"[A-Z0-9]{16,128}:[\w+=,.@-]{2,64}", re.ASCII)
# See: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
_IDENTITY = re.compile(r"[\w+=,.@-]{2,64}", re.ASCII)
# A path may hold what is a wildcard or a variable in a policy; a policy with such a role would reach others.
_ROLE_ARN = re.compile(r"arn:[^:]+:iam::(?P<account>\d{1,12}):role/(?P<path>[^*?$]*/)?[\w+=,.@-]{1,64}", re.ASCII)
_BEGAN = "aws:TokenIssueTime"
NO_MOMENT = datetime.min.replace(tzinfo=UTC)
# Nobody but AWS may change the roles of these paths.
_AWS_PATHS = ("aws-service-role/", "aws-reserved/")


@dataclass(frozen=True, slots=True)
class Revocation:
    """The policy of one role: ``user_ids`` and ``identities`` are all that it is for; neither means every session.

    ``managed_arn`` is the managed policy that it is written into; empty means an inline policy of the role.
    ``attached_by_us`` says, of one that is to be lifted, that this case attached the managed policy to the role.
    """

    role_arn: str
    policy_name: str
    user_ids: tuple[str, ...] = ()
    identities: tuple[str, ...] = ()
    managed_arn: str = ""
    attached_by_us: bool = False

    @property
    def role_name(self) -> str:
        """The role's name without its path."""
        return self.role_arn.rpartition("/")[2]

    @property
    def whom(self) -> str:
        """Whom it is for, beginning with a space; empty when it is for every session."""
        only = f" only {', '.join(self.user_ids)}" if self.user_ids else ""
        identities = f" source identity {', '.join(self.identities)}" if self.identities else ""
        return f"{only}{identities}"

    def as_call(self, operation: str) -> str:
        """The call on the role as people see it."""
        return f"iam:{operation} RoleName={self.role_name}{self.whom}"


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


def fit_identities(identities: Sequence[str]) -> tuple[str, ...]:
    """Those that AWS takes as a source identity; such text means nothing but itself in a policy."""
    return tuple(one for one in identities if _IDENTITY.fullmatch(one))


def can_revoke(known: Evidence, *, only_known: bool = False) -> bool:
    """Whether there is a role to revoke sessions of; ``only_known`` means sessions that are known one by one."""
    fit = [one for one in known.roles if why_not_revocable(one.arn) is None]
    named = bool(fit_identities(known.identities))
    return any(named or fit_user_ids(one.user_ids) or not only_known for one in fit)


def revocations(
    anchor_arn: str | None, known: Evidence, name: str, *, only_known: bool = False
) -> tuple[Revocation, ...]:
    """The policies for the known roles of a trust anchor, called ``name`` and the case's id; none without an anchor.

    Raises:
        BadInput: ``anchor_arn`` is not the ARN of a trust anchor.
    """
    if anchor_arn is None:
        return ()
    anchor = parse_anchor_arn(anchor_arn)
    fit = [one for one in known.roles if why_not_revocable(one.arn, anchor.account) is None]
    policy, identities = case_policy(anchor, name), fit_identities(known.identities)
    managed_arn = managed_policy_arn(anchor, known.managed_policy)
    if not only_known:
        return tuple(Revocation(one.arn, policy, managed_arn=managed_arn) for one in fit)
    made = (Revocation(one.arn, policy, fit_user_ids(one.user_ids), identities, managed_arn) for one in fit)
    return tuple(one for one in made if one.user_ids or one.identities)


def managed_policy_arn(anchor: Target, name: str) -> str:
    """The ARN of the managed policy with this name, which may have a path before it; empty without a name."""
    partition = str(anchor.anchor_arn).split(":")[1]
    return f"arn:{partition}:iam::{anchor.account}:policy/{name}" if name else ""


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


def known_stops(wanted: Sequence[Revocation]) -> str:
    """What the policies for known sessions stop, in a sentence or two."""
    names, entered = sum(len(one.user_ids) for one in wanted), sum(bool(one.user_ids) for one in wanted)
    count = len({name for one in wanted for name in one.identities})
    identities = "1 source identity" if count == 1 else f"{count} source identities"
    timed = (
        f"Everything that {counted(names, 'known session name')} of {counted(entered, 'role')} may do, in sessions "
        "that began before the call or up to 30 seconds after it."
    )
    always = (
        f"Everything that {identities} may do in {counted(len(wanted), 'role')}, which only this trust anchor was seen "
        "to give: under any session name, in later sessions too, also after a way through other roles."
    )
    return " ".join([*([timed] if names else []), *([always] if count else [])])


def identities_left_out(known: Evidence) -> str:
    """Which sessions and identities a plan for known ones does not have; begins with a space, empty when it has all."""
    more = sum(one.more_user_ids for one in known.roles)
    names = [f"{counted(more, 'session name')} (too many for a policy)"] if more else []
    named = [*names, *([known.other_identities] if known.other_identities else [])]
    return f" Not by name: {', '.join(named)}." if named else ""


def revocations_in(capsules: Sequence[Mapping[str, Any]], known: Evidence) -> tuple[Revocation, ...]:
    """The policies that earlier plans were about, from what these kept."""
    attached = {
        (str(one["role_arn"]), str(one["managed_arn"]))
        for ran in known.ran.values()
        for capsule in ran
        for one in capsule.get("roles", ())
        if one.get("attached") is False or one.get("attached_by_us")
    }
    found = []
    for one in (role for capsule in capsules for role in capsule.get("roles", ())):
        role_arn, managed_arn = str(one["role_arn"]), str(one.get("managed_arn", ""))
        ours = (role_arn, managed_arn) in attached
        found.append(Revocation(role_arn, str(one["policy_name"]), managed_arn=managed_arn, attached_by_us=ours))
    return tuple(dict.fromkeys(found))


def revocation_document(before: datetime, user_ids: Sequence[str] = (), identities: Sequence[str] = ()) -> str:
    """The policy, as JSON text: it denies everything to sessions that began before ``before``.

    With ``user_ids`` only to these. ``identities`` are denied whenever their sessions begin; with them alone the moment
    does not stand in it.
    """
    statements = []
    if user_ids or not identities:
        statements.append(denial("AnchorwatchRevokesSessions", conditions(before, user_ids)))
    if identities:
        named = {"StringEquals": {"aws:SourceIdentity": list(identities)}}
        statements.append(denial("AnchorwatchDeniesIdentities", named))
    return canonical({"Version": "2012-10-17", "Statement": statements})


def conditions(before: datetime, user_ids: Sequence[str]) -> dict[str, Any]:
    """What fits sessions that began before ``before``; with ``user_ids`` only these."""
    condition: dict[str, Any] = {"DateLessThan": {_BEGAN: f"{before.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"}}
    if user_ids:
        condition["StringEquals"] = {"aws:userid": list(user_ids)}
    return condition


def denial(sid: str, condition: Mapping[str, Any]) -> dict[str, Any]:
    """A statement that denies everything where ``condition`` holds."""
    return {"Sid": sid, "Effect": "Deny", "Action": "*", "Resource": "*", "Condition": condition}


def is_revoked(document: object, one: Revocation, since: datetime | None) -> bool:
    """Whether a policy is ours for this revocation, and its moment, where it has one, is later than ``since``."""
    before = _moment(document)
    has_moment = bool(one.user_ids or not one.identities)
    if has_moment != (before is not None):
        return False
    wanted = revocation_document(before or NO_MOMENT, one.user_ids, one.identities)
    return canonical(document) == wanted and (before is None or since is None or before > since)


def _moment(document: object) -> datetime | None:
    try:
        return moment_of(document["Statement"][0])  # type: ignore[index]
    except (TypeError, KeyError, IndexError):
        return None


def moment_of(statement: Mapping[str, Any]) -> datetime | None:
    """The moment before which sessions are denied; None when a statement has none that can be read."""
    try:
        before = datetime.fromisoformat(statement["Condition"]["DateLessThan"][_BEGAN])
    except (TypeError, KeyError, ValueError):
        return None
    return before if before.tzinfo is not None else None
