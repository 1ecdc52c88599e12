"""What all actions that revoke sessions, or lift that, have in common: plan, change, and reading back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.domain.action_aws import ActionAws, if_known
from bot.domain.errors import NOT_SENT, AwsError
from bot.domain.identity import Target
from bot.domain.managed_policy import check_managed, check_size, put_calls, take_calls
from bot.domain.plan import Plan, PlanWords, Report, Verdict
from bot.domain.role_policies import (
    judged_lifted,
    judged_put,
    policy_state,
    put_revocations,
    read_standing,
    role_capsule,
    take_revocations,
)
from bot.domain.session_revocation import Revocation

MANAGED_CALLS = (
    "iam:GetRole",
    "iam:ListAttachedRolePolicies",
    "iam:GetAccountSummary",
    "iam:GetPolicy",
    "iam:GetPolicyVersion",
    "iam:ListPolicyVersions",
    "iam:CreatePolicyVersion",
    "iam:DeletePolicyVersion",
)
"""What writing into the managed policy calls, whether it puts statements in or takes them out."""


async def revocation_plan(
    action_id: str, target: Target, wanted: Sequence[Revocation], words: PlanWords, aws: ActionAws
) -> Plan:
    """The plan that puts these policies on their roles, or into the managed policy that they name.

    Raises:
        AwsError: there is nothing to put, a role or policy can't be read, AWS answered for another account, or the
            managed policy can't take it.
    """
    if not _managed(wanted):
        calls = tuple(one.as_call("PutRolePolicy") for one in wanted)
        return await _plan(action_id, target, wanted, calls, words, aws)
    check_size(wanted, aws.now())
    name = wanted[0].managed_arn.rpartition("/")[2]
    words = replace(words, who_would_notice=f"{words.who_would_notice} Other roles that have {name} notice nothing.")
    plan = await _plan(action_id, target, wanted, put_calls(wanted), words, aws)
    if plan.capsule:
        check_managed(wanted, plan.capsule)
    return plan


async def lifting_plan(
    action_id: str, target: Target, wanted: Sequence[Revocation], words: PlanWords, aws: ActionAws
) -> Plan:
    """The plan that removes these policies, or these parts of a managed one.

    Raises:
        AwsError: there is nothing to remove, it can't be read, AWS answered for another account, or a managed policy is
            not configured any more.
    """
    calls = [f"{one.as_call('DeleteRolePolicy')} PolicyName={one.policy_name}" for one in wanted if not one.managed_arn]
    for arn in _managed(wanted):
        if not target.known.managed_policy:
            why = f"this case revoked with {arn.rpartition('/')[2]}: set ANCHORWATCH_REVOKE_POLICY to it again"
            raise AwsError(NOT_SENT, why, "iam:CreatePolicyVersion")
        calls += take_calls([one for one in wanted if one.managed_arn == arn])
    return await _plan(action_id, target, wanted, tuple(calls), words, aws)


def _managed(wanted: Sequence[Revocation]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.managed_arn for one in wanted if one.managed_arn))


async def _plan(
    action_id: str,
    target: Target,
    wanted: Sequence[Revocation],
    calls: tuple[str, ...],
    words: PlanWords,
    aws: ActionAws,
) -> Plan:
    if target.anchor_arn is None or not wanted:
        raise AwsError("NothingKnown", "nothing is known that this could act on", "iam:PutRolePolicy")
    capsule = await if_known(role_capsule(wanted, aws))
    state, unknown = policy_state(wanted, capsule)
    return Plan(
        action_id=action_id,
        target_arn=target.anchor_arn,
        calls=calls,
        state=state,
        stops=words.stops,
        does_not_stop=words.does_not_stop,
        who_would_notice=words.who_would_notice,
        way_back=words.way_back,
        capsule=capsule or {},
        evidence=target.known,
        touches=(*dict.fromkeys(one.role_arn for one in wanted), *_managed(wanted)),
        unknown=unknown,
    )


async def revoke(wanted: Sequence[Revocation], aws: ActionAws) -> Report:
    """Put the policy on each role, all with the same moment.

    Raises:
        AwsUnclear: at least one call got no answer; the others were made.
        AwsError: no call worked; this is why the first did not.
    """
    done = await put_revocations(wanted, aws)
    return Report(done.sentence, lines=tuple(done.failed))


async def lift(wanted: Sequence[Revocation], aws: ActionAws) -> Report:
    """Remove each; one that is gone already is no mistake. Raises as :func:`revoke`."""
    done = await take_revocations(wanted, aws)
    return Report(done.sentence, lines=tuple(done.failed))


async def revoked(plan: Plan, wanted: Sequence[Revocation], aws: ActionAws) -> Verdict:
    """Read the policies back; done when each role denies everything to sessions that began before the plan."""
    try:
        now = await read_standing(wanted, aws)
    except AwsError as error:
        return _unreadable(error)
    return Verdict(*judged_put(plan.capsule, now))


async def lifted(wanted: Sequence[Revocation], aws: ActionAws) -> Verdict:
    """Look for the policies; done when no role has one any more."""
    try:
        now = await read_standing(wanted, aws)
    except AwsError as error:
        return _unreadable(error)
    return Verdict(*judged_lifted(now))


def _unreadable(error: AwsError) -> Verdict:
    if error.code == NOT_SENT:
        return Verdict(done=None, sentence=f"This can't be read back: {error}.")
    return Verdict(done=None, sentence=f"AWS could not be read back ({error.code}).")
