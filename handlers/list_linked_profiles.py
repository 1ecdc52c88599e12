"""List the profiles and roles that a trust anchor can reach; it only reads.

AWS keeps no link between a profile and a trust anchor: any trust anchor of the account and Region works with any
profile there, and each role's trust policy decides. So the link is read out of those policies.

See: https://docs.aws.amazon.com/rolesanywhere/latest/userguide/trust-model.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bot.domain.action import (
    ActionAws,
    AwsError,
    AwsNotFound,
    Plan,
    PolicyReading,
    Report,
    ResponseAction,
    Risk,
    Target,
    Verdict,
    capsule_if_readable,
    read_trust_policy,
)

# More roles than this take minutes to read; the report says that it stopped.
_MAX_ROLES = 500
_ROLES_BETWEEN_PROGRESS = 10
_ORDER = (True, None, False)

Profile = Mapping[str, Any]


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
        calls=("rolesanywhere:ListProfiles", "iam:GetRole of each role in an enabled profile"),
        state={},
        stops="Nothing: it only reads.",
        does_not_stop="Everything goes on as before.",
        who_would_notice="Nobody but those who read CloudTrail: it names the calls.",
        way_back="There is nothing to take back.",
        capsule=await capsule_if_readable(target.anchor_arn, aws),
    )


async def apply(plan: Plan, aws: ActionAws) -> Report:
    """Read all profiles of the Region and the trust policy of each role in an enabled one."""
    profiles = await _profiles(plan, aws)
    enabled = [profile for profile in profiles if profile.get("enabled")]
    roles = list(dict.fromkeys(role for profile in enabled for role in profile.get("roleArns", ())))
    await aws.progress(f"{len(enabled)} enabled profiles found, reading {len(roles)} roles.")
    found = await _readings(roles[:_MAX_ROLES], plan.target_arn, aws)
    return Report(
        summary=_summary(plan, profiles, enabled, roles, found),
        lines=tuple(_lines(enabled, found)),
        not_checked=tuple(_not_checked(plan, roles, found)),
    )


async def verify(plan: Plan, aws: ActionAws) -> Verdict:
    """Nothing to look for: it changed nothing."""
    del plan, aws
    return Verdict(done=True, sentence="It only read; AWS is as it was.")


async def _profiles(plan: Plan, aws: ActionAws) -> list[Profile]:
    base = plan.target_arn.partition(":trust-anchor/")[0]
    profiles: list[Profile] = []
    async for page in aws.pages("rolesanywhere", "ListProfiles"):
        profiles += page.get("profiles", ())
        await aws.progress(f"{len(profiles)} profiles read.")
    if not all(str(profile.get("profileArn")).startswith(f"{base}:profile/") for profile in profiles):
        raise AwsError("WrongTarget", "AWS answered for another account or Region", "rolesanywhere:ListProfiles")
    return profiles


async def _readings(roles: Sequence[str], anchor_arn: str, aws: ActionAws) -> dict[str, PolicyReading | str]:
    """For each role what its trust policy says, or why it can't be read."""
    found: dict[str, PolicyReading | str] = {}
    for role in roles:
        found[role] = await _reading(role, anchor_arn, aws)
        if len(found) % _ROLES_BETWEEN_PROGRESS == 0:
            await aws.progress(f"{len(found)} of {len(roles)} roles read.")
    return found


async def _reading(role: str, anchor_arn: str, aws: ActionAws) -> PolicyReading | str:
    if role.split(":")[4:5] != anchor_arn.split(":")[4:5]:
        return "belongs to another account, so it was not read"
    try:
        answer = await aws.call("iam", "GetRole", RoleName=_name(role))
    except AwsNotFound:
        return "does not exist"
    except AwsError as error:
        return f"can't be read ({error.code})"
    return read_trust_policy((answer.get("Role") or {}).get("AssumeRolePolicyDocument"), anchor_arn)


def _name(role_arn: str) -> str:
    return role_arn.rpartition("/")[2]


def _summary(
    plan: Plan,
    profiles: Sequence[Profile],
    enabled: Sequence[Profile],
    roles: Sequence[str],
    found: Mapping[str, PolicyReading | str],
) -> str:
    readings = [one for one in found.values() if isinstance(one, PolicyReading)]
    let_in = sum(reading.lets_in is True for reading in readings)
    unclear = sum(reading.lets_in is None for reading in readings)
    region = plan.target_arn.split(":")[3]
    off = len(profiles) - len(enabled)
    return (
        f"{len(enabled)} enabled and {off} disabled profiles in {region}; {len(roles)} roles in the enabled ones. "
        f"{let_in} let this trust anchor in, {unclear} could not be evaluated, "
        f"{len(roles) - len(readings)} could not be read.{_switch(plan)}"
    )


def _switch(plan: Plan) -> str:
    if plan.capsule.get("enabled") is False:
        return " The trust anchor is disabled, so it gives no new sessions now."
    return "" if plan.capsule else " The trust anchor itself could not be read."


def _lines(enabled: Sequence[Profile], found: Mapping[str, PolicyReading | str]) -> Iterator[str]:
    pairs = [(profile, role) for profile in enabled for role in profile.get("roleArns", ()) if role in found]
    for profile, role in sorted(pairs, key=lambda pair: _rank(found[pair[1]])):
        said = found[role]
        sentence = said.sentence if isinstance(said, PolicyReading) else said
        yield f"Profile {profile.get('name')}, role {_name(role)}: {sentence}"
    for profile in enabled:
        if not profile.get("roleArns"):
            yield f"Profile {profile.get('name')}: lists no role"


def _rank(said: PolicyReading | str) -> int:
    return _ORDER.index(said.lets_in) if isinstance(said, PolicyReading) else _ORDER.index(None)


def _not_checked(plan: Plan, roles: Sequence[str], found: Mapping[str, PolicyReading | str]) -> Iterator[str]:
    yield "Roles that trust Roles Anywhere but stand in no enabled profile: one changed profile reaches them."
    yield f"Profiles of other Regions than {plan.target_arn.split(':')[3]}."
    yield "Trust policy conditions other than source ARN, source account and certificate fields."
    yield "What the roles may do, and what session policies or organisation policies take away again."
    unread = [_name(role) for role, said in found.items() if isinstance(said, str)]
    if unread:
        yield f"Roles that could not be read: {', '.join(unread)}."
    if len(roles) > len(found):
        yield f"{len(roles) - len(found)} roles: the reading stopped after {len(found)}."
    if not plan.capsule:
        yield "Whether this is the right account: AWS did not show the trust anchor. It may also be deleted."


ACTION = ResponseAction(
    id="list_linked_profiles",
    title="List Linked Profiles",
    risk=Risk.READ,
    permissions=("rolesanywhere:GetTrustAnchor", "rolesanywhere:ListProfiles", "iam:GetRole"),
    idempotent=True,
    plan=plan,
    apply=apply,
    verify=verify,
    undo=None,
    no_undo_because="It only reads, so there is nothing to take back.",
)
