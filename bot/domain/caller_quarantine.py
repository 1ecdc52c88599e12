"""What can be taken from the caller of an event: a user's access key, or the one session of a role."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.domain.action_aws import ActionAws, if_known
from bot.domain.detection import Actor
from bot.domain.errors import AwsError, AwsNotFound
from bot.domain.evidence import Evidence
from bot.domain.identity import Target, parse_anchor_arn
from bot.domain.plan import Plan, PlanWords
from bot.domain.session_revocation import Revocation, case_policy, fit_user_ids, managed_policy_arn, why_not_revocable

_LONG_LIVED = "AKIA"
_LIST = "iam:ListAccessKeys"
_STATUS = "access key status"


@dataclass(frozen=True, slots=True)
class UserKey:
    """A long-lived access key of an IAM user."""

    user_name: str
    user_arn: str
    key_id: str

    def as_call(self, status: str) -> str:
        """The call as people see it."""
        return f"iam:UpdateAccessKey UserName={self.user_name} AccessKeyId={self.key_id} Status={status}"

    async def set(self, status: str, aws: ActionAws) -> None:
        """Make it ``Active`` or ``Inactive``. Raises as ActionAws."""
        await aws.call("iam", "UpdateAccessKey", UserName=self.user_name, AccessKeyId=self.key_id, Status=status)

    async def status(self, aws: ActionAws) -> str:
        """``Active`` or ``Inactive`` as AWS has it now.

        Raises:
            AwsNotFound: the user has no such key (any more), or these are the credentials of another account.
            AwsError: it can't be read.
        """
        async for page in aws.pages("iam", "ListAccessKeys", UserName=self.user_name):
            for one in page.get("AccessKeyMetadata", ()):
                if one.get("AccessKeyId") == self.key_id:
                    return str(one.get("Status"))
        raise AwsNotFound("NoSuchKey", "the user has no such access key", _LIST)


def user_key(actor: Actor) -> UserKey | None:
    """The key that made the call, when it is one that lives until somebody ends it; None for sessions and root."""
    if actor.kind != "IAMUser" or not actor.name or not actor.arn or ":user/" not in actor.arn:
        return None
    key_id = actor.access_key_id or ""
    return UserKey(actor.name, actor.arn, key_id) if key_id.startswith(_LONG_LIVED) else None


def role_session(known: Evidence, anchor_arn: str, name: str) -> Revocation | None:
    """The policy, called ``name`` and the case's id, that ends the role session which made the call.

    None when no session of a role made it, or when nobody may put a policy on the role.
    """
    anchor, actor = parse_anchor_arn(anchor_arn), known.actor
    role = actor.session_issuer_arn or ""
    user_ids = fit_user_ids((actor.principal_id or "",))
    if actor.kind != "AssumedRole" or not user_ids or why_not_revocable(role, anchor.account) is not None:
        return None
    managed_arn = managed_policy_arn(anchor, known.managed_policy)
    return Revocation(role, case_policy(anchor, name), user_ids, managed_arn=managed_arn)


def can_quarantine(actor: Actor) -> bool:
    """Whether there is something to take from the caller."""
    session = actor.kind == "AssumedRole" and bool(fit_user_ids((actor.principal_id or "",)))
    return user_key(actor) is not None or (session and why_not_revocable(actor.session_issuer_arn or "") is None)


async def key_capsule(key: UserKey, aws: ActionAws) -> dict[str, Any]:
    """The key and its status now, as JSON values. Raises as :meth:`UserKey.status`."""
    named = {"user_name": key.user_name, "user_arn": key.user_arn, "key_id": key.key_id}
    return {"key": {**named, "status": await key.status(aws)}}


async def key_plan(action_id: str, target: Target, key: UserKey, status: str, words: PlanWords, aws: ActionAws) -> Plan:
    """The plan that gives a key this status.

    Raises:
        AwsError: the key can't be read.
    """
    capsule = await if_known(key_capsule(key, aws))
    live = {_STATUS: str(capsule["key"]["status"])} if capsule is not None else {}
    return Plan(
        action_id=action_id,
        target_arn=str(target.anchor_arn),
        calls=(key.as_call(status),),
        state={"access key": key.key_id, **live},
        stops=words.stops,
        does_not_stop=words.does_not_stop,
        who_would_notice=words.who_would_notice,
        way_back=words.way_back,
        capsule=capsule or {},
        evidence=target.known,
        touches=(key.user_arn,),
        unknown=() if live else (_STATUS,),
    )


def keys_in(capsules: Sequence[Mapping[str, Any]]) -> tuple[UserKey, ...]:
    """The keys that earlier plans found active."""
    found = [one["key"] for one in capsules if one.get("key", {}).get("status") == "Active"]
    made = [UserKey(str(one["user_name"]), str(one["user_arn"]), str(one["key_id"])) for one in found]
    return tuple(dict.fromkeys(made))


async def judged_key(key: UserKey, wanted: str, aws: ActionAws) -> tuple[bool | None, str]:
    """Whether the key has the wanted status, and a sentence about it; None when AWS can't tell."""
    try:
        status = await key.status(aws)
    except AwsError as error:
        return None, f"AWS could not be read back ({error.code})."
    return status == wanted, f"AWS shows the access key as {status.lower()}."
