"""What AWS shows of an attack, read with boto3 and without any code of the product's; and its own inventory."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from botocore.exceptions import ClientError

from bot.adapters.sqlite_log import SqliteLog
from bot.domain.identity import INVENTORY_ID
from bot.sandbox.aws.attack import Attack
from bot.sandbox.aws.clients import ROOT, Credentials, connect
from bot.sandbox.world import World
from tests.journeys.conftest import Alert

LEFT_BEHIND = "backup-svc"
"""The user that the attacker's session makes."""

Look = Callable[[Alert], Awaitable[object]]


def _client(alert: Alert, service: str) -> Any:
    """AWS as root of the account sees it."""
    return connect(
        service, alert.world.aws.endpoint_url, credentials=ROOT, account_id=alert.attack.account_id, attempts=1
    )


async def the_anchor(alert: Alert) -> object:
    """Whether the trust anchor is enabled."""
    get = _client(alert, "rolesanywhere").get_trust_anchor
    found = await asyncio.to_thread(get, trustAnchorId=alert.attack.trust_anchor_id)
    return bool(found["trustAnchor"]["enabled"])


async def open_profiles(alert: Alert) -> object:
    """The names of the profiles that are enabled."""
    found = await asyncio.to_thread(_client(alert, "rolesanywhere").list_profiles)
    return {one["name"] for one in found["profiles"] if one["enabled"]}


async def the_session(alert: Alert) -> object:
    """Whether the attacker's session may still do something."""
    key = Credentials(**alert.attack.sessions[0]["credentials"])
    iam = connect("iam", alert.world.aws.endpoint_url, credentials=key, attempts=1)
    try:
        await asyncio.to_thread(iam.list_roles)
    except ClientError as refused:
        if refused.response["Error"]["Code"] == "AccessDenied":
            return False
        raise
    return True


async def the_key(alert: Alert) -> object:
    """The state of the caller's access key."""
    keys = await asyncio.to_thread(_client(alert, "iam").list_access_keys, UserName="build-bot")
    return {one["AccessKeyId"]: one["Status"] for one in keys["AccessKeyMetadata"]}[alert.attack.access_key_id]


def make_key(world: World, attack: Attack) -> None:
    """Let the attacker's session make a user of its own, with an access key."""
    key = Credentials(**attack.sessions[0]["credentials"])
    iam = connect("iam", world.aws.endpoint_url, credentials=key, attempts=1)
    iam.create_user(UserName=LEFT_BEHIND)
    iam.create_access_key(UserName=LEFT_BEHIND)


async def the_made_key(alert: Alert) -> object:
    """The state of the access key that the attacker's session made."""
    keys = await asyncio.to_thread(_client(alert, "iam").list_access_keys, UserName=LEFT_BEHIND)
    return [one["Status"] for one in keys["AccessKeyMetadata"]]


def make_policy(alert: Alert, name: str, document: str) -> str:
    """Make a managed policy as root, and return its ARN."""
    return str(_client(alert, "iam").create_policy(PolicyName=name, PolicyDocument=document)["Policy"]["Arn"])


async def the_policy(alert: Alert, *, arn: str) -> object:
    """What stands in a managed policy, and how many have it."""
    iam = _client(alert, "iam")
    policy = (await asyncio.to_thread(iam.get_policy, PolicyArn=arn))["Policy"]
    get = iam.get_policy_version
    found = await asyncio.to_thread(get, PolicyArn=arn, VersionId=policy["DefaultVersionId"])
    return found["PolicyVersion"]["Document"], policy["AttachmentCount"]


async def lists_of_revoked(alert: Alert) -> object:
    """The CRLs of the trust anchor, and whether each is enabled."""
    found = await asyncio.to_thread(_client(alert, "rolesanywhere").list_crls)
    return [one["enabled"] for one in found["crls"] if one["trustAnchorArn"] == alert.attack.trust_anchor_arn]


async def the_inventory(alert: Alert) -> object:
    """Who answers for the CA, as far as the bot's own inventory says; it is no service of AWS."""
    log = SqliteLog.open(alert.world.folder / "cases.db", read_only=True)
    try:
        steps = [(one.kind, one.data) for one in await log.read(INVENTORY_ID)]
    finally:
        await log.close()
    added = {data["entry_id"]: data["owner"] for kind, data in steps if kind == "inventory:approved"}
    gone = {data["entry_id"] for kind, data in steps if kind == "inventory:removed"}
    return [owner for entry, owner in added.items() if entry not in gone]


async def anchors_of_the_ca(alert: Alert) -> object:
    """The names of the trust anchors with the attacker's CA that are enabled."""
    found = await asyncio.to_thread(_client(alert, "rolesanywhere").list_trust_anchors)
    pem = alert.attack.ca.pem.strip()
    return [
        one["name"]
        for one in found["trustAnchors"]
        if one["enabled"] and str(one["source"]["sourceData"].get("x509CertificateData", "")).strip() == pem
    ]


async def all_of_it(alert: Alert) -> object:
    """Everything that Contain All shuts."""
    return tuple([await look(alert) for look in (the_anchor, open_profiles, the_session, the_key, the_made_key)])
