"""What each rung of the ladder needs before it can do something: evidence, and for a way back what it takes back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from bot.adapters.cloudtrail_search import LookupSearch
from bot.domain.action import ActionAws, Evidence, KnownProfile, KnownRole, MadeKey, Plan, ResponseAction
from bot.domain.crl_facts import CrlFacts
from bot.domain.detection import Actor
from bot.domain.identity import Target
from bot.domain.revocation_list import text_sha256
from bot.ports import AwsAccounts
from bot.service.aws_with_search import AwsWithSearch
from tests.fakes.fake_aws import NOW, FakeAws
from tests.fakes.fake_search import unheard
from tests.revocation_lists import revocation_list

TAKES_BACK = {
    "enable_profile": "disable_profile",
    "reactivate_made_keys": "deactivate_made_keys",
    "lift_session_revocation": "revoke_role_sessions",
    "remove_crl": "import_crl",
    "remove_from_inventory": "add_to_inventory",
    "release_actor": "quarantine_actor",
    "restore_trust_anchor": "delete_trust_anchor",
}
ROLE_ID = "AROAEXAMPLE000000001"
SERIAL = "0a1b"
MADE_KEY = MadeKey("AKIAEXAMPLE000000002", "backup-svc", "the caller (mallory)", "2026-11-22T02:05:00Z", "made-1")
"""An access key that the attack left behind."""
CRL = revocation_list(SERIAL, "ff")
"""A list that the stand-in can read."""
_LONG_AGO = NOW - timedelta(days=365)
_TODAY = NOW.date()


def user_actor(account: str, name: str = "mallory", key_id: str = "AKIAEXAMPLE000000001") -> Actor:
    """An IAM user with a long-lived key."""
    return Actor(arn=f"arn:aws:iam::{account}:user/{name}", kind="IAMUser", name=name, access_key_id=key_id)


def session_actor(role_arn: str) -> Actor:
    """A session of a role."""
    account, name = role_arn.split(":")[4], role_arn.rpartition("/")[2]
    return Actor(
        arn=f"arn:aws:sts::{account}:assumed-role/{name}/evil",
        kind="AssumedRole",
        session_issuer_arn=role_arn,
        access_key_id="ASIAEXAMPLE000000009",
        principal_id=f"{ROLE_ID}:evil",
    )


def entered(today: date) -> dict[str, str]:
    """What a person wrote into the forms of the actions that have one."""
    return {
        "owner": "platform team",
        "accounts": "111122223333, 444455556666",
        "regions": "eu-west-1",
        "ends": f"{today + timedelta(days=30)}",
        "ticket": "CHG123456",
        "crl": CRL,
        "serials": "0A:1B",
    }


def evidence(
    profile_arn: str, role_arn: str, actor: Actor, today: date = _TODAY, made_key: MadeKey = MADE_KEY
) -> Evidence:
    """One profile, one role that was entered once, who made the call, and a CA that somebody answers for."""
    role = KnownRole(role_arn, open=True, sessions=1, user_ids=(f"{ROLE_ID}:{SERIAL}",), until=None)
    return Evidence(
        profiles=(KnownProfile(profile_arn, "deploy"),),
        roles=(role,),
        actor=actor,
        ca_keys=("a" * 64,),
        ca_name="CN=Vendor PKI",
        ca_is_ours=True,
        crl=CrlFacts(("a1b", "ff"), signed_by_ca=True, issued_at=_LONG_AGO, next_update=None, sha256=text_sha256(CRL)),
        entered=entered(today),
        made_keys=(made_key,),
    )


async def ready(
    action: ResponseAction, actions: Mapping[str, ResponseAction], accounts: AwsAccounts, target: Target
) -> Target:
    """The target with something for the action to do: what it takes back is done first."""
    if action.id not in TAKES_BACK:
        return target
    other = actions[TAKES_BACK[action.id]]
    capsule = await done(other, accounts, target)
    return replace(target, known=replace(target.known, ran={other.id: (capsule,)}))


async def done(action: ResponseAction, accounts: AwsAccounts, target: Target) -> Mapping[str, Any]:
    """Do an action and return what AWS said right before it."""
    actor = accounts.actor(target, action.permissions, session_name="before")
    plan = await action.plan(target, actor)
    await action.apply(plan, searching(actor, accounts, target, action))
    return plan.capsule


async def add_list(accounts: AwsAccounts, target: Target, *, name: str = "revoked", enabled: bool = True) -> None:
    """Give the trust anchor a revocation list."""
    actor = accounts.actor(target, ("rolesanywhere:ImportCrl",), session_name="before")
    members = {"name": name, "crlData": CRL.encode(), "enabled": enabled, "trustAnchorArn": target.anchor_arn}
    await actor.call("rolesanywhere", "ImportCrl", **members)


def searching(aws: ActionAws, accounts: AwsAccounts, target: Target, action: ResponseAction) -> AwsWithSearch:
    """AWS for an action that runs, with LookupEvents."""
    return AwsWithSearch(aws, target, action.permissions, LookupSearch(accounts), unheard())


async def planned(action: ResponseAction, aws: FakeAws, target: Target) -> Plan:
    """The plan from live AWS."""
    return await action.plan(target, aws.reader(target, action.permissions))


async def applied(action: ResponseAction, aws: FakeAws, target: Target) -> Plan:
    """The plan that was carried out."""
    plan = await planned(action, aws, target)
    await action.apply(plan, aws.actor(target, action.permissions, session_name="test"))
    return plan
