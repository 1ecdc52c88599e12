"""The ready texts: each is whole in its language and holds the case's own ARNs; nothing that an attacker wrote acts."""

from __future__ import annotations

import json
import shlex
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

from bot.domain.hardening import Hardening, hardening_texts, permissions_policy
from bot.domain.identity import Target
from tests.domain.test_quoting import HOSTILE, read_hcl
from tests.records import ANCHOR_ARN, ANCHOR_ID

TARGET = Target("123456789012", "eu-central-1", ANCHOR_ARN, ANCHOR_ID)
GOOD = "arn:aws:rolesanywhere:eu-central-1:123456789012:trust-anchor/good"
OWNER = "arn:aws:iam::*:role/pki-*"
MOST_CHARACTERS = 2_900


def texts(
    target: Target = TARGET, name: str | None = "harbour-ci", owners: tuple[str, ...] = (), good: tuple[str, ...] = ()
) -> dict[str, Hardening]:
    """The ready texts by id."""
    return {one.id: one for one in hardening_texts(target, name, owners, good)}


def words_of(command: str) -> list[str]:
    """The words that a shell makes of a command over several lines."""
    return shlex.split(command.replace("\\\n", ""))


def statement(text: str) -> Any:
    """The one statement of a policy document."""
    document = json.loads(text)
    assert document["Version"] == "2012-10-17"
    (only,) = document["Statement"]
    return only


def test_the_organization_policy_names_who_may() -> None:
    """Everybody else is refused what gives a trust anchor a CA; disabling and deleting stay possible."""
    found = statement(texts(owners=(OWNER,))["scp"].text)
    assert found["Effect"] == "Deny"
    assert found["Condition"] == {"ArnNotLike": {"aws:PrincipalArn": [OWNER]}}
    assert {one.partition(":")[2] for one in found["Action"]} == {
        "CreateTrustAnchor",
        "UpdateTrustAnchor",
        "EnableTrustAnchor",
    }


def test_the_trust_policy_is_pinned_to_the_good_anchors() -> None:
    """The case's own trust anchor is not among them."""
    found = statement(texts(good=(GOOD,))["trust_policy"].text)
    assert found["Condition"] == {"ArnEquals": {"aws:SourceArn": [GOOD]}}
    assert found["Action"] == ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"]
    assert ANCHOR_ID not in texts()["trust_policy"].text


def test_what_is_not_known_is_left_to_people() -> None:
    """Without owners and good anchors the texts say what to put there."""
    found = texts()
    assert "REPLACE-ROLE-OF-YOUR-PKI-TEAM" in found["scp"].text
    assert "arn:aws:rolesanywhere:eu-central-1:123456789012:trust-anchor/REPLACE" in found["trust_policy"].text


def test_the_event_pattern_has_the_three_calls() -> None:
    """An update and an enabled sleeper ring too."""
    pattern = json.loads(texts()["event_pattern"].text)
    assert set(pattern["detail"]["eventName"]) == {"CreateTrustAnchor", "UpdateTrustAnchor", "EnableTrustAnchor"}


def test_the_config_rule_is_a_template() -> None:
    """CloudFormation reads it, and the rule of Guard is inside, whole."""
    (rule,) = yaml.safe_load(texts()["config_rule"].text)["Resources"].values()
    details = rule["Properties"]["Source"]["CustomPolicyDetails"]
    assert rule["Type"] == "AWS::Config::ConfigRule"
    assert details["PolicyText"].count("{") == details["PolicyText"].count("}") == 1
    assert 'resourceType == "AWS::RolesAnywhere::TrustAnchor"' in details["PolicyText"]


def test_the_command_names_this_trust_anchor() -> None:
    """A shell reads the words that the AWS CLI wants, and the source is JSON."""
    words = words_of(texts()["private_ca_cli"].text)
    options = dict(zip(words[3::2], words[4::2], strict=True))
    assert words[:3] == ["aws", "rolesanywhere", "update-trust-anchor"]
    assert (options["--trust-anchor-id"], options["--region"]) == (ANCHOR_ID, "eu-central-1")
    assert json.loads(options["--source"])["sourceType"] == "AWS_ACM_PCA"


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_of_an_attackers_acts(text: str) -> None:
    """With a hostile text in every place the JSON, the YAML, the command and the strings of HCL are still whole."""
    found = texts(Target(text, text, text, text), text, (text,), (text,))
    assert statement(found["scp"].text)["Condition"]["ArnNotLike"]["aws:PrincipalArn"] == [text]
    (pinned,) = statement(found["trust_policy"].text)["Condition"]["ArnEquals"]["aws:SourceArn"]
    assert pinned.endswith("REPLACE-ID-OF-A-GOOD-ANCHOR")
    assert len(words_of(found["private_ca_cli"].text)) == 9
    lines = found["private_ca_terraform"].text.splitlines()
    assert len(lines) == 16
    (name,) = [line.partition("= ")[2] for line in lines if line.startswith("  name")]
    assert read_hcl(name) in (text, "REPLACE-NAME")
    assert all(one.text.isascii() for one in found.values())


def test_every_text_fits_one_block_of_slack() -> None:
    """Even with ten long ARNs."""
    owners = ("arn:aws:iam::123456789012:role/" + "r" * 64,) * 40
    good = (f"{ANCHOR_ARN.rpartition('/')[0]}/{'g' * 64}",) * 40
    assert max(len(one.text) for one in texts(owners=owners, good=good).values()) < MOST_CHARACTERS


def test_the_missing_permissions_are_one_statement() -> None:
    """What the read role lacks can be pasted as a policy."""
    assert statement(permissions_policy(["iam:GetRole", "ec2:DescribeRegions"]))["Action"] == [
        "iam:GetRole",
        "ec2:DescribeRegions",
    ]


@pytest.mark.parametrize(
    ("owner", "written"),
    [
        ("arn:aws:sts::*:assumed-role/platform-*", "arn:aws:iam::*:role/platform-*"),
        ("arn:aws:sts::123456789012:assumed-role/pki/maria@example.com", "arn:aws:iam::123456789012:role/pki"),
        (
            "arn:aws:sts::*:assumed-role/AWSReservedSSO_Pki_*/*",
            "arn:aws:iam::*:role/aws-reserved/sso.amazonaws.com/*AWSReservedSSO_Pki_*",
        ),
        ("arn:aws:iam::123456789012:user/pki", "arn:aws:iam::123456789012:user/pki"),
    ],
)
def test_sessions_are_named_as_policies_see_them(owner: str, written: str) -> None:
    """aws:PrincipalArn of a session is its role: a session's own ARN there would lock its people out."""
    found = statement(texts(owners=(owner,))["scp"].text)
    assert found["Condition"] == {"ArnNotLike": {"aws:PrincipalArn": [written]}}
