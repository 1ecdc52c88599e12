"""What ``anchorwatch iam`` prints: the policies and trust policies of both roles, made from the actions and the steps.

See: https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementrolesanywhere.html
See: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_control-access_monitor.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.domain.iam_actions import ON_POLICY, READS, WITH_POLICY
from bot.domain.managed_denials import premade_document
from bot.domain.plan import Risk
from bot.domain.response_action import ResponseAction
from bot.domain.search_run import SEARCHES
from bot.service.guide.steps import STEPS
from bot.trail_policy import TrailPlace, trail_policy

OBSERVES = "rolesanywhere:GetTrustAnchor"
READ, ACT, ATHENA = "read", "act", "athena"
FORMATS = ("json", "cloudformation", "terraform")

# What a call can be held to, by its IAM action; everything else has no resource, or is a read that goes anywhere.
_RESOURCES = (
    (
        re.compile(r"rolesanywhere:(TagResource|(Get|Enable|Disable|Delete)TrustAnchor)"),
        "rolesanywhere:*",
        "trust-anchor/*",
    ),
    (re.compile(r"rolesanywhere:(Enable|Disable)Profile"), "rolesanywhere:*", "profile/*"),
    (re.compile(r"rolesanywhere:(Enable|Delete)Crl"), "rolesanywhere:*", "crl/*"),
    (re.compile(r"iam:(Put|Delete|Attach|Detach)RolePolicy"), "iam:", "role/*"),
    (re.compile(r"iam:UpdateAccessKey"), "iam:", "user/*"),
)
_HUMANS = ("U*", "W*")
_ABOUT_POLICY = "Denies nobody anything until Anchorwatch writes a revocation into it. Let nothing else change it."

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Place:
    """Where the roles are and who may assume them.

    ``principal`` is the ARN of the role that Anchorwatch runs as; ``external_id`` None means that none is asked for.
    People are named by their Slack user id or by an e-mail address of one of ``email_domains``. ``trail`` is for the
    role that queries Athena; None where that is not asked for. ``revoke_policy`` is the name, perhaps with a path, of
    the managed policy that sessions are revoked with; empty means inline policies.
    """

    account: str
    principal: str
    read_role: str
    act_role: str
    external_id: str | None = None
    partition: str = "aws"
    email_domains: tuple[str, ...] = ()
    athena_role: str = "anchorwatch-athena"
    trail: TrailPlace | None = None
    revoke_policy: str = ""

    @property
    def revoke_policy_arn(self) -> str:
        """The ARN of the managed policy."""
        return f"arn:{self.partition}:iam::{self.account}:policy/{self.revoke_policy}"

    def name_of(self, role: str) -> str:
        """The name of the ``read``, the ``act`` or the ``athena`` role."""
        return {READ: self.read_role, ACT: self.act_role, ATHENA: self.athena_role}[role]


def read_users(actions: Iterable[ResponseAction]) -> dict[str, list[str]]:
    """Every IAM action of the read role, with what needs it, in Markdown."""
    users: dict[str, list[str]] = {
        OBSERVES: ["each new card (not when `ANCHORWATCH_OBSERVE` is off)"],
        SEARCHES: ["the receipt of each containment (not when `ANCHORWATCH_RECEIPT_AFTER_SECONDS` is off)"],
    }
    for action in actions:
        for permission in action.of_aws:
            if permission.partition(":")[2].startswith(READS):
                users.setdefault(permission, []).append(f"`{action.id}`")
    for step in STEPS:
        for permission in step.permissions:
            users.setdefault(permission, []).append(f"the guide's `{step.id}`")
    return users


def act_users(actions: Iterable[ResponseAction]) -> dict[str, list[str]]:
    """Every IAM action of the act role, with what needs it, in Markdown."""
    users: dict[str, list[str]] = {}
    for action in actions:
        for permission in action.of_aws if action.risk is not Risk.READ else ():
            users.setdefault(permission, []).append(f"`{action.id}`")
    return users


def permissions_policy(role: str, actions: Sequence[ResponseAction], place: Place) -> Json:
    """The permissions of a role, each change held to its kind of resource in the account.

    The act role may never change Anchorwatch's own two roles.
    """
    if role == ATHENA and place.trail is not None:
        return trail_policy(place.account, place.partition, place.trail)
    wanted = sorted(read_users(actions) if role == READ else act_users(actions))
    by_resource: dict[tuple[str, bool], list[str]] = {}
    for permission in wanted:
        held = WITH_POLICY.fullmatch(permission) is not None
        by_resource.setdefault((_resource(permission, place), held), []).append(permission)
    only = {"Condition": {"ArnEquals": {"iam:PolicyARN": place.revoke_policy_arn}}}
    statements: list[Json] = [
        {"Effect": "Allow", "Action": allowed, "Resource": resource, **(only if held else {})}
        for (resource, held), allowed in by_resource.items()
    ]
    changes = [one for one in wanted if one.startswith("iam:") and not one.partition(":")[2].startswith(READS)]
    if role == ACT and changes:
        own = [f"arn:{place.partition}:iam::{place.account}:role/{name}" for name in (place.read_role, place.act_role)]
        statements.append({"Effect": "Deny", "Action": changes, "Resource": own})
    return {"Version": "2012-10-17", "Statement": statements}


def _resource(permission: str, place: Place) -> str:
    if ON_POLICY.fullmatch(permission):
        return place.revoke_policy_arn
    for pattern, service, kind in _RESOURCES:
        if pattern.fullmatch(permission):
            return f"arn:{place.partition}:{service}:{place.account}:{kind}"
    return "*"


def trust_policy(role: str, place: Place) -> Json:
    """Who may assume a role; sessions of the act role must name a person and a case."""
    external = {"StringEquals": {"sts:ExternalId": place.external_id}} if place.external_id else {}
    person = {"sts:SourceIdentity": [*_HUMANS, *(f"*@{domain}" for domain in place.email_domains)]}
    case = {"aws:RequestTag/case": "AW-*"}
    asked: Mapping[str, Json] = {"sts:AssumeRole": external}
    if role == ACT:
        asked = {
            "sts:AssumeRole": {**external, "StringLike": {**person, **case}},
            "sts:SetSourceIdentity": {"StringLike": person},
            "sts:TagSession": {"StringLike": case},
        }
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"AWS": place.principal},
                "Action": action,
                **({"Condition": condition} if condition else {}),
            }
            for action, condition in asked.items()
        ],
    }


def printed(form: str, roles: Sequence[str], actions: Sequence[ResponseAction], place: Place) -> str:
    """The text for one of :data:`FORMATS`; ``roles`` are of ``read``, ``act`` and ``athena``."""
    documents = {role: (trust_policy(role, place), permissions_policy(role, actions, place)) for role in roles}
    make = {"json": _as_json, "cloudformation": _as_cloudformation, "terraform": _as_terraform}[form]
    made = make(documents, place)
    if ACT in roles and place.revoke_policy:
        _add_policy(made, form, place)
    return json.dumps(made, indent=2) + "\n"


def _add_policy(made: Json, form: str, place: Place) -> None:
    """Add the managed policy as it must be before the first revocation."""
    path, _, name = place.revoke_policy.rpartition("/")
    path, document = f"/{path}/" if path else "/", premade_document()
    if form == "json":
        made["revoke_policy"] = {"policy_name": name, "path": path, "policy": document}
    elif form == "cloudformation":
        named = {"ManagedPolicyName": name, "Path": path, "Description": _ABOUT_POLICY, "PolicyDocument": document}
        made["Resources"]["AnchorwatchRevokePolicy"] = {"Type": "AWS::IAM::ManagedPolicy", "Properties": named}
    else:
        made["resource"]["aws_iam_policy"] = {
            "anchorwatch_revoke": {
                "name": name,
                "path": path,
                "description": _ABOUT_POLICY,
                "policy": _literal(document),
                # Otherwise the next apply would lift every revocation.
                "lifecycle": {"ignore_changes": ["policy"]},
            }
        }


def _as_json(documents: Mapping[str, tuple[Json, Json]], place: Place) -> Json:
    return {
        role: {"role_name": place.name_of(role), "trust_policy": trust, "permissions_policy": permissions}
        for role, (trust, permissions) in documents.items()
    }


def _as_cloudformation(documents: Mapping[str, tuple[Json, Json]], place: Place) -> Json:
    resources = {
        f"Anchorwatch{role.capitalize()}Role": {
            "Type": "AWS::IAM::Role",
            "Properties": {
                "RoleName": place.name_of(role),
                "MaxSessionDuration": 3600,
                "AssumeRolePolicyDocument": trust,
                "Policies": [{"PolicyName": "anchorwatch", "PolicyDocument": permissions}],
            },
        }
        for role, (trust, permissions) in documents.items()
    }
    about = "The roles that Anchorwatch assumes in this account."
    return {"AWSTemplateFormatVersion": "2010-09-09", "Description": about, "Resources": resources}


def _as_terraform(documents: Mapping[str, tuple[Json, Json]], place: Place) -> Json:
    """Terraform's JSON syntax, for a file that ends in ``.tf.json``.

    See: https://developer.hashicorp.com/terraform/language/syntax/json
    """
    roles, policies = {}, {}
    for role, (trust, permissions) in documents.items():
        name = f"anchorwatch_{role}"
        roles[name] = {
            "name": place.name_of(role),
            "max_session_duration": 3600,
            "assume_role_policy": _literal(trust),
        }
        policies[name] = {
            "name": "anchorwatch",
            "role": f"${{aws_iam_role.{name}.id}}",
            "policy": _literal(permissions),
        }
    return {"resource": {"aws_iam_role": roles, "aws_iam_role_policy": policies}}


def _literal(document: Json) -> str:
    """A policy as text in which Terraform finds no template of its own."""
    return json.dumps(document, separators=(",", ":")).replace("${", "$${").replace("%{", "%%{")
