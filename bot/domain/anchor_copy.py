"""Making a deleted trust anchor again from what AWS said of it, and finding one that is the same but for its ARN."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from bot.domain.action_aws import ActionAws
from bot.domain.anchor_kept import copied_tags
from bot.domain.anchor_state import anchor_state
from bot.domain.errors import AwsError
from bot.domain.plain import canonical

_SAME = ("name", "source type", "certificates", "ACM PCA")
_SOURCE_DATA = ("x509CertificateData", "acmPcaArn")
# See: https://docs.aws.amazon.com/rolesanywhere/latest/APIReference/API_NotificationSetting.html
_SETTING = ("enabled", "event", "threshold", "channel")
# What was off or not there is AWS's own default.
_AS_IT_WAS = ("crlDpRevocationEnabled", "aliasName")
_MOST_NAMED = 20
_MAY_LET_IN = "rolesanywhere"
COPY_STATE = ("one with this name and CA", "trust policies for IAM Roles Anywhere")
"""What only AWS knows of the place that a copy would come into."""


def copy_state(capsule: Mapping[str, Any]) -> dict[str, str]:
    """What of a trust anchor a copy has in common with it, in the words of plans."""
    state = anchor_state(capsule)
    return {what: state[what] for what in (*_SAME, "enabled") if what in state}


def can_copy(capsule: Mapping[str, Any]) -> bool:
    """Whether enough is kept of a trust anchor to make it again."""
    data = (capsule.get("source") or {}).get("sourceData") or {}
    return bool(capsule.get("name")) and any(data.get(one) for one in _SOURCE_DATA)


def copy_request(capsule: Mapping[str, Any]) -> dict[str, Any]:
    """The members of CreateTrustAnchor's request.

    See: https://docs.aws.amazon.com/rolesanywhere/latest/APIReference/API_CreateTrustAnchor.html
    """
    source = capsule["source"]
    data = {one: source["sourceData"][one] for one in _SOURCE_DATA if source["sourceData"].get(one)}
    settings = [
        {one: kept[one] for one in _SETTING if one in kept} for kept in capsule.get("notificationSettings") or ()
    ]
    request = {
        "name": capsule["name"],
        "source": {"sourceType": source["sourceType"], "sourceData": data},
        "enabled": capsule.get("enabled") is True,
    }
    optional = {
        "notificationSettings": settings,
        "tags": copied_tags(capsule),
        **{one: capsule.get(one) for one in _AS_IT_WAS},
    }
    return {**request, **{name: value for name, value in optional.items() if value}}


async def check_account(account: str, aws: ActionAws) -> None:
    """Make sure whose credentials these are, before something is made with them.

    Raises:
        AwsError: they are another account's, or AWS can't tell.
    """
    operation = "sts:GetCallerIdentity"
    answer = await aws.call("sts", "GetCallerIdentity")
    if answer.get("Account") != account:
        raise AwsError("WrongTarget", "these are the credentials of another account", operation)


async def find_copy(capsule: Mapping[str, Any], aws: ActionAws) -> Mapping[str, Any] | None:
    """The trust anchor of this name and CA that is there now, whatever its ARN; None when there is none.

    Raises:
        AwsError: they can't be listed.
    """
    wanted = {what: text for what, text in copy_state(capsule).items() if what in _SAME}
    async for page in aws.pages("rolesanywhere", "ListTrustAnchors"):
        for one in page.get("trustAnchors", ()):
            state = anchor_state(one)
            if all(state.get(what) == text for what, text in wanted.items()):
                return dict(one)
    return None


async def copy_surroundings(capsule: Mapping[str, Any], aws: ActionAws) -> dict[str, str]:
    """What a copy would come into: whether one is there, and by their SHA-256 the trust policies that may let it in.

    Raises:
        AwsError: they can't be listed.
    """
    there = await find_copy(capsule, aws)
    open_to_it: dict[str, str] = {}
    async for page in aws.pages("iam", "ListRoles"):
        for role in page.get("Roles", ()):
            policy = canonical(role.get("AssumeRolePolicyDocument") or {})
            if _MAY_LET_IN in policy.lower():
                open_to_it[str(role.get("Arn"))] = policy
    digest = hashlib.sha256(canonical(open_to_it).encode()).hexdigest()
    return {
        COPY_STATE[0]: "none" if there is None else str(there.get("trustAnchorArn")),
        COPY_STATE[1]: f"{len(open_to_it)} roles, SHA-256 {digest}",
    }


async def roles_naming(arn: str, aws: ActionAws) -> tuple[str, ...]:
    """The names of the roles whose trust policy names ``arn``, at most 20 of them.

    Raises:
        AwsError: they can't be listed.
    """
    named: list[str] = []
    async for page in aws.pages("iam", "ListRoles"):
        listed = ((role, canonical(role.get("AssumeRolePolicyDocument") or {})) for role in page.get("Roles", ()))
        named.extend(str(role.get("RoleName")) for role, policy in listed if arn in policy)
    return tuple(named[:_MOST_NAMED])
