"""Session policies are enforced, so that a wrong list of permissions fails in a test."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from bot.sandbox.aws.clients import Credentials


@pytest.fixture
def anchors(anywhere: Any, pca_source: dict[str, Any]) -> list[dict[str, str]]:
    """Two anchors."""
    return [
        anywhere.create_trust_anchor(name=name, source=pca_source, enabled=True)["trustAnchor"]
        for name in ("one", "two")
    ]


def _session(once: Any, endpoint: str, actions: list[str], resource: str, name: str = "act") -> Credentials:
    trust = '{"Version": "2012-10-17", "Statement": []}'
    role = once("iam", endpoint).create_role(RoleName=name, AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    statement = {"Effect": "Allow", "Action": actions, "Resource": resource}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    made = once("sts", endpoint).assume_role(RoleArn=role, RoleSessionName="one", Policy=policy)["Credentials"]
    return Credentials(made["AccessKeyId"], made["SecretAccessKey"], made["SessionToken"])


def test_session_policy_limits_action_and_resource(
    once: Any, endpoint: str, control: Any, anchors: list[dict[str, str]]
) -> None:
    """Only the named action on the named anchor passes; the same on another anchor, and another action, do not."""
    session = _session(once, endpoint, ["rolesanywhere:DisableTrustAnchor"], anchors[0]["trustAnchorArn"])
    acting = once("rolesanywhere", endpoint, session)
    acting.disable_trust_anchor(trustAnchorId=anchors[0]["trustAnchorId"])
    for call, anchor in ((acting.disable_trust_anchor, anchors[1]), (acting.delete_trust_anchor, anchors[0])):
        with pytest.raises(ClientError) as refused:
            call(trustAnchorId=anchor["trustAnchorId"])
        error = refused.value.response["Error"]
        assert error["Code"] == "AccessDeniedException"
        assert "no session policy allows" in error["Message"]
    assert [entry["operation"] for entry in control.effects("rolesanywhere")][-1] == "DisableTrustAnchor"


def test_list_needs_a_star(once: Any, endpoint: str, anchors: list[dict[str, str]]) -> None:
    """Listing has no resource, so a policy that names an anchor does not allow it, and one with a star does."""
    arn = anchors[0]["trustAnchorArn"]
    narrow = _session(once, endpoint, ["rolesanywhere:ListTrustAnchors"], arn)
    with pytest.raises(ClientError, match="ListTrustAnchors"):
        once("rolesanywhere", endpoint, narrow).list_trust_anchors()


def test_star_and_wildcards_allow(once: Any, endpoint: str, anchors: list[dict[str, str]]) -> None:
    """A wildcard in the action and a star as the resource let lists and IAM reads through."""
    session = _session(once, endpoint, ["rolesanywhere:List*", "iam:GetRole"], "*")
    assert len(once("rolesanywhere", endpoint, session).list_trust_anchors()["trustAnchors"]) == len(anchors)
    assert once("iam", endpoint, session).get_role(RoleName="act")["Role"]["RoleName"] == "act"
    assert once("sts", endpoint, session).get_caller_identity()["Arn"].endswith(":assumed-role/act/one")


def test_who_creates_with_tags_must_be_allowed_to_tag(
    once: Any, endpoint: str, anywhere: Any, pca_source: dict[str, Any]
) -> None:
    """CreateTrustAnchor alone is enough without tags only; AWS's own keys are nobody's to give."""
    create, tag = "rolesanywhere:CreateTrustAnchor", "rolesanywhere:TagResource"
    new = {"name": "one", "source": pca_source, "tags": [{"key": "owner", "value": "pki"}]}
    narrow = once("rolesanywhere", endpoint, _session(once, endpoint, [create], "*"))
    with pytest.raises(ClientError) as refused:
        narrow.create_trust_anchor(**new)
    assert refused.value.response["Error"]["Code"] == "AccessDeniedException"
    assert narrow.create_trust_anchor(name="two", source=pca_source)["trustAnchor"]["name"] == "two"
    both = _session(once, endpoint, [create, tag], "*", "tagger")
    made = once("rolesanywhere", endpoint, both).create_trust_anchor(**new)["trustAnchor"]
    assert anywhere.list_tags_for_resource(resourceArn=made["trustAnchorArn"])["tags"] == new["tags"]
    with pytest.raises(ClientError, match="reserved"):
        anywhere.create_trust_anchor(**{**new, "tags": [{"key": "Aws:stack", "value": ""}]})
