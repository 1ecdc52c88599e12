"""List the profiles of a trust anchor's Region and the roles that its CA's owner can become; it only reads.

AWS keeps no link between a profile and a trust anchor: any trust anchor of the account and Region works with any
profile there, and each role's trust policy decides. So the link is read out of those policies. Roles in no profile are
read too: whoever may make a profile may put them into one.

See: https://docs.aws.amazon.com/rolesanywhere/latest/userguide/trust-model.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.domain.action import (
    ActionAws,
    AwsError,
    AwsNotFound,
    Plan,
    ReachCount,
    Report,
    ResponseAction,
    Risk,
    Target,
    Verdict,
    account_of,
    capsule_if_readable,
    check_profiles,
    evaluate_reach,
    reach_lines,
    reach_sentence,
)

# More roles than this take minutes to read one by one; the report says that it stopped.
_MAX_ROLES = 500
_ROLES_BETWEEN_PROGRESS = 10
# See: https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListRoles.html
_ROLES_OF_A_PAGE = 1000

Profile = Mapping[str, Any]


@dataclass(slots=True)
class _Roles:
    """``refused`` is why not all roles of the account could be listed; empty when they were."""

    read: list[Mapping[str, Any]] = field(default_factory=list)
    unread: dict[str, str] = field(default_factory=dict)
    refused: str = ""


async def plan(target: Target, aws: ActionAws) -> Plan:
    """Read the trust anchor, as far as it can be read, and say what will be looked at.

    Raises:
        AwsError: no report names the trust anchor.
    """
    if target.anchor_arn is None:
        raise AwsError("NoTarget", "no report names the trust anchor", "rolesanywhere:GetTrustAnchor")
    return Plan(
        action_id=ACTION.id,
        target_arn=target.anchor_arn,
        calls=("rolesanywhere:ListProfiles", "iam:ListRoles, or iam:GetRole of each role in a profile"),
        state={},
        stops="Nothing: it only reads.",
        does_not_stop="Everything goes on as before.",
        who_would_notice="Nobody but those who read CloudTrail: it names the calls.",
        way_back="There is nothing to take back.",
        capsule=await capsule_if_readable(target.anchor_arn, aws),
    )


async def apply(plan: Plan, aws: ActionAws) -> Report:
    """Read all profiles of the Region and the trust policies of the account's roles."""
    profiles = await _profiles(plan, aws)
    roles = await _roles(plan, profiles, aws)
    count = evaluate_reach(plan.target_arn, profiles, roles.read, roles.unread, aws.now(), enabled=True)
    return Report(
        summary=_summary(plan, profiles, count),
        lines=(*_if_enabled(plan, count), *reach_lines(count, profiles), *_empty(profiles)),
        not_checked=tuple(_not_checked(plan, roles)),
    )


async def verify(plan: Plan, aws: ActionAws) -> Verdict:
    """Nothing to look for: it changed nothing."""
    del plan, aws
    return Verdict(done=True, sentence="It only read; AWS is as it was.")


async def _profiles(plan: Plan, aws: ActionAws) -> list[Profile]:
    profiles: list[Profile] = []
    async for page in aws.pages("rolesanywhere", "ListProfiles"):
        profiles += page.get("profiles", ())
        await aws.progress(f"{len(profiles)} profiles read.")
    check_profiles(profiles, plan.target_arn)
    return profiles


async def _roles(plan: Plan, profiles: Sequence[Profile], aws: ActionAws) -> _Roles:
    found = _Roles()
    try:
        async for page in aws.pages("iam", "ListRoles", MaxItems=_ROLES_OF_A_PAGE):
            found.read += page.get("Roles", ())
            await aws.progress(f"{len(found.read)} roles read.")
    except AwsError as error:
        found.read.clear()
        found.refused = error.code
        named = dict.fromkeys(arn for profile in profiles for arn in profile.get("roleArns", ()))
        own = [arn for arn in named if account_of(arn) == account_of(plan.target_arn)]
        await _one_by_one(own, found, aws)
    return found


async def _one_by_one(arns: Sequence[str], found: _Roles, aws: ActionAws) -> None:
    for number, arn in enumerate(arns):
        if number >= _MAX_ROLES:
            found.unread[arn] = f"was not read: the reading stopped after {_MAX_ROLES} roles"
            continue
        try:
            found.read.append((await aws.call("iam", "GetRole", RoleName=_name(arn))).get("Role") or {})
        except AwsNotFound:
            continue
        except AwsError as error:
            found.unread[arn] = f"was not read: {error.code}"
        if number % _ROLES_BETWEEN_PROGRESS == 0:
            await aws.progress(f"{number} of {len(arns)} roles read.")


def _name(role_arn: str) -> str:
    return role_arn.rpartition("/")[2]


def _summary(plan: Plan, profiles: Sequence[Profile], count: ReachCount) -> str:
    enabled = sum(bool(profile.get("enabled")) for profile in profiles)
    region = plan.target_arn.split(":")[3]
    return f"{enabled} enabled and {len(profiles) - enabled} disabled profiles in {region}. {_reach(plan, count)}"


def _is_disabled(plan: Plan) -> bool:
    return plan.capsule.get("enabled") is False


def _reach(plan: Plan, count: ReachCount) -> str:
    sentence = reach_sentence(count)
    if _is_disabled(plan):
        would = sentence[0].lower() + sentence[1:]
        return f"The trust anchor is disabled, so it gives no new sessions now. If it were enabled: {would}"
    return sentence if plan.capsule else f"{sentence} The trust anchor itself could not be read."


def _if_enabled(plan: Plan, count: ReachCount) -> Iterator[str]:
    if _is_disabled(plan) and count.lines:
        yield "Each role as it would be if the trust anchor were enabled:"


def _empty(profiles: Sequence[Profile]) -> Iterator[str]:
    for profile in profiles:
        if profile.get("enabled") and not profile.get("roleArns"):
            yield f"Profile {profile.get('name')}: lists no role"


def _not_checked(plan: Plan, roles: _Roles) -> Iterator[str]:
    if roles.refused:
        yield f"Roles in no profile, which one new profile may reach: they could not be listed ({roles.refused})."
    yield f"Profiles of other Regions than {plan.target_arn.split(':')[3]}."
    yield "What the roles may do: the guide's answers in this thread say it."
    yield "Organisation policies, which may take away again what a trust policy gives."
    if roles.unread:
        yield f"Roles that could not be read: {', '.join(_name(arn) for arn in roles.unread)}."
    if not plan.capsule:
        yield "Whether this is the right account: AWS did not show the trust anchor. It may also be deleted."


ACTION = ResponseAction(
    id="list_linked_profiles",
    title="List Linked Profiles",
    risk=Risk.READ,
    permissions=("rolesanywhere:GetTrustAnchor", "rolesanywhere:ListProfiles", "iam:ListRoles", "iam:GetRole"),
    idempotent=True,
    plan=plan,
    apply=apply,
    verify=verify,
    undo=None,
    no_undo_because="It only reads, so there is nothing to take back.",
)
