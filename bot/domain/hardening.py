"""Ready texts that keep it from happening again: for people to read, adapt and apply; Anchorwatch applies none.

They hold the case's own account, Region and ARNs. What is not known is a word that begins with ``REPLACE``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.domain.identity import ACCOUNT_ID, Target
from bot.domain.quoting import hcl_string, shell_word, yaml_string

_REGION = re.compile(r"[a-z]{2}(-[a-z]+){1,3}-[0-9]{1,2}")
_ANCHOR_ID = re.compile(r"[A-Za-z0-9-]{1,64}")
_ANCHOR_ARN = re.compile(r"arn:aws[a-z-]*:rolesanywhere:[a-z0-9-]+:[0-9]{12}:trust-anchor/[A-Za-z0-9-]{1,64}")
# The characters that AWS allows; another name was never given.
# See: https://docs.aws.amazon.com/rolesanywhere/latest/APIReference/API_CreateTrustAnchor.html
_NAME = re.compile(r"[ a-zA-Z0-9_-]{1,255}")
_SESSION = re.compile(r"arn:(?P<partition>aws[a-z-]*):sts::(?P<account>[^:/]*):assumed-role/(?P<role>[^/]+)(?:/.*)?")
# See: https://docs.aws.amazon.com/singlesignon/latest/userguide/referencingpermissionsets.html
_OF_IDENTITY_CENTER = "AWSReservedSSO_"
_MOST_NAMES = 10
_CALLS = ("CreateTrustAnchor", "UpdateTrustAnchor", "EnableTrustAnchor")


@dataclass(frozen=True, slots=True)
class Hardening:
    """One ready text: what it is for, what to know before it is used, and the text itself in ``language``."""

    id: str
    title: str
    note: str
    language: str
    text: str


@dataclass(frozen=True, slots=True)
class Place:
    """The trust anchor's place, each part checked or replaced by a word that says what to put there."""

    partition: str
    account: str
    region: str
    anchor_id: str
    name: str

    def arn(self, service: str, resource: str, *, region: bool = True) -> str:
        """An ARN in this account."""
        return f"arn:{self.partition}:{service}:{self.region if region else ''}:{self.account}:{resource}"


def hardening_texts(
    target: Target, name: str | None, owners: Sequence[str], good_anchors: Sequence[str]
) -> tuple[Hardening, ...]:
    """All ready texts for a case.

    Args:
        target: the trust anchor; what is missing or of no known shape is left for people to fill in.
        name: the trust anchor's name, as whoever made it wrote it; None when it is not known.
        owners: ARN patterns of those who may create trust anchors; empty when nobody has said.
        good_anchors: ARNs of trust anchors that roles may go on to trust; empty when none is known.
    """
    place = _place(target, name)
    return (
        _organization_policy(place, owners),
        _trust_policy(place, good_anchors),
        _event_pattern(),
        _config_rule(),
        _to_private_ca(place),
        _to_private_ca_in_terraform(place),
    )


def _place(target: Target, name: str | None) -> Place:
    arn = (target.anchor_arn or "").split(":")
    partition = arn[1] if len(arn) > 1 and re.fullmatch(r"aws[a-z-]{0,20}", arn[1]) else "aws"
    return Place(
        partition,
        target.account if ACCOUNT_ID.fullmatch(target.account) else "REPLACE-ACCOUNT-ID",
        target.region if _REGION.fullmatch(target.region) else "REPLACE-REGION",
        target.anchor_id if _ANCHOR_ID.fullmatch(target.anchor_id or "") and target.anchor_id else "REPLACE-ANCHOR-ID",
        name if name and _NAME.fullmatch(name) else "REPLACE-NAME",
    )


def _organization_policy(place: Place, owners: Sequence[str]) -> Hardening:
    patterns = list(dict.fromkeys(_principal(one) for one in owners))
    allowed = patterns[:_MOST_NAMES] or [place.arn("iam", "role/REPLACE-ROLE-OF-YOUR-PKI-TEAM", region=False)]
    statement = {
        "Sid": "OnlyThePkiTeamChangesTrustAnchors",
        "Effect": "Deny",
        "Action": [f"rolesanywhere:{call}" for call in _CALLS],
        "Resource": "*",
        "Condition": {"ArnNotLike": {"aws:PrincipalArn": allowed}},
    }
    note = (
        "An organization policy (SCP). Attach it to a test account first. It does not bind the management account. "
        "Anchorwatch's act role must be named too, if it shall enable trust anchors. "
        "A role that has a path needs it here."
    )
    return Hardening("scp", "Let only named people change trust anchors", note, "json", _policy(statement))


def _principal(pattern: str) -> str:
    """What a policy calls this principal: of a session it sees the role, whose ARN has another form.

    See: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
    """
    session = _SESSION.fullmatch(pattern)
    if session is None:
        return pattern
    role = session["role"]
    path = "aws-reserved/sso.amazonaws.com/*" if role.startswith(_OF_IDENTITY_CENTER) else ""
    return f"arn:{session['partition']}:iam::{session['account']}:role/{path}{role}"


def _trust_policy(place: Place, good_anchors: Sequence[str]) -> Hardening:
    known = [one for one in good_anchors if _ANCHOR_ARN.fullmatch(one)]
    good = known[:_MOST_NAMES] or [place.arn("rolesanywhere", "trust-anchor/REPLACE-ID-OF-A-GOOD-ANCHOR")]
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "rolesanywhere.amazonaws.com"},
        "Action": ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"],
        "Condition": {"ArnEquals": {"aws:SourceArn": good}},
    }
    note = (
        "For the trust policy of each role that workloads outside AWS use: put it in the place of the statement that "
        "trusts rolesanywhere.amazonaws.com. Check each ARN: a trust anchor that is missing here stops working for it."
    )
    return Hardening("trust_policy", "Pin roles to the trust anchors that are yours", note, "json", _policy(statement))


def _event_pattern() -> Hardening:
    pattern = {
        "source": ["aws.rolesanywhere"],
        "detail-type": ["AWS API Call via CloudTrail"],
        "detail": {"eventSource": ["rolesanywhere.amazonaws.com"], "eventName": list(_CALLS)},
    }
    note = (
        "An event pattern for EventBridge, in each Region: an update can swap the CA, and an anchor that sleeps can be "
        "enabled later. It needs a trail of CloudTrail that logs management events. config/aws/detections.yaml sends "
        "the same three to Anchorwatch."
    )
    return Hardening("event_pattern", "Hear of every such change", note, "json", _json(pattern))


# Config's record of a trust anchor: we have not seen one, so both ways in which Config spells members are tried.
_GUARD = """\
rule trust_anchor_uses_private_ca when resourceType == "AWS::RolesAnywhere::TrustAnchor" {
    configuration.Source.SourceType == "AWS_ACM_PCA" or
    configuration.source.sourceType == "AWS_ACM_PCA"
}
"""


def _config_rule() -> Hardening:
    guard = "".join(f"            {line}\n" for line in _GUARD.splitlines())
    text = f"""\
Resources:
  TrustAnchorsUsePrivateCa:
    Type: AWS::Config::ConfigRule
    Properties:
      ConfigRuleName: trust-anchors-use-private-ca
      Description: {yaml_string("Trust anchors of IAM Roles Anywhere must use AWS Private CA.")}
      Scope:
        ComplianceResourceTypes: [{yaml_string("AWS::RolesAnywhere::TrustAnchor")}]
      Source:
        Owner: CUSTOM_POLICY
        SourceDetails:
          - EventSource: aws.config
            MessageType: ConfigurationItemChangeNotification
          - EventSource: aws.config
            MessageType: OversizedConfigurationItemChangeNotification
        CustomPolicyDetails:
          PolicyRuntime: guard-2.x.x
          PolicyText: |
{guard}"""
    note = (
        "A CloudFormation template with a custom rule of AWS Config. The recorder must record "
        "AWS::RolesAnywhere::TrustAnchor. Try it on one known trust anchor before you rely on it."
    )
    return Hardening("config_rule", "Find external CAs with AWS Config", note, "yaml", text)


def _to_private_ca(place: Place) -> Hardening:
    source = {"sourceType": "AWS_ACM_PCA", "sourceData": {"acmPcaArn": _private_ca(place)}}
    text = " \\\n  ".join(
        (
            "aws rolesanywhere update-trust-anchor",
            f"--trust-anchor-id {shell_word(place.anchor_id)}",
            f"--region {shell_word(place.region)}",
            f"--source {shell_word(json.dumps(source, separators=(',', ':')))}",
        )
    )
    note = "For a trust anchor that you want to keep: certificates of the old CA stop working with it at once."
    return Hardening("private_ca_cli", "Move this trust anchor to AWS Private CA: command line", note, "shell", text)


def _to_private_ca_in_terraform(place: Place) -> Hardening:
    text = f"""\
import {{
  to = aws_rolesanywhere_trust_anchor.this
  id = {hcl_string(place.anchor_id)}
}}

resource "aws_rolesanywhere_trust_anchor" "this" {{
  name    = {hcl_string(place.name)}
  enabled = true

  source {{
    source_type = "AWS_ACM_PCA"
    source_data {{
      acm_pca_arn = {hcl_string(_private_ca(place))}
    }}
  }}
}}
"""
    note = "The same for Terraform. Read the plan before you apply it; the provider must work in this Region."
    return Hardening("private_ca_terraform", "Move this trust anchor to AWS Private CA: Terraform", note, "hcl", text)


def _private_ca(place: Place) -> str:
    return place.arn("acm-pca", "certificate-authority/REPLACE-ID-OF-YOUR-PRIVATE-CA")


def permissions_policy(actions: Sequence[str]) -> str:
    """A policy document that allows IAM actions, for whoever adds what AWS refused."""
    return _policy({"Effect": "Allow", "Action": list(actions), "Resource": "*"})


def _policy(statement: Mapping[str, Any]) -> str:
    return _json({"Version": "2012-10-17", "Statement": [statement]})


def _json(document: Mapping[str, Any]) -> str:
    return json.dumps(document, indent=2)
