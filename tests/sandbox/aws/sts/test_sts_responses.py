"""AssumeRole where moto is laxer than AWS."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from bot.sandbox.aws.clients import Credentials, connect

TRUST = '{"Version": "2012-10-17", "Statement": []}'


@pytest.fixture
def role_arn(once: Any, endpoint: str) -> str:
    """A role to assume."""
    role = once("iam", endpoint).create_role(RoleName="anchorwatch-act", AssumeRolePolicyDocument=TRUST)
    return str(role["Role"]["Arn"])


def _credentials(answer: dict[str, Any]) -> Credentials:
    made = answer["Credentials"]
    return Credentials(made["AccessKeyId"], made["SecretAccessKey"], made["SessionToken"])


def test_source_identity_is_answered_and_recorded(
    once: Any, endpoint: str, control: Any, anywhere: Any, role_arn: str, pca_source: dict[str, Any]
) -> None:
    """A session's calls are recorded as AssumedRole with the issuer role and the source identity of the person."""
    anchor = anywhere.create_trust_anchor(name="one", source=pca_source, enabled=True)["trustAnchor"]
    answer = once("sts", endpoint).assume_role(RoleArn=role_arn, RoleSessionName="case-42", SourceIdentity="U0123ABC")
    assert answer["SourceIdentity"] == "U0123ABC"
    acting = once("rolesanywhere", endpoint, _credentials(answer))
    acting.disable_trust_anchor(trustAnchorId=anchor["trustAnchorId"])
    identity = control.records("DisableTrustAnchor")[0]["userIdentity"]
    context = identity["sessionContext"]
    assert identity["type"] == "AssumedRole"
    assert identity["arn"] == "arn:aws:sts::123456789012:assumed-role/anchorwatch-act/case-42"
    assert context["sourceIdentity"] == "U0123ABC"
    assert context["sessionIssuer"]["arn"] == role_arn
    assert identity["principalId"] == f"{context['sessionIssuer']['principalId']}:case-42"
    assert control.effects(operation="DisableTrustAnchor")[0]["source_identity"] == "U0123ABC"


def test_source_identity_survives_role_chaining(once: Any, endpoint: str, control: Any, role_arn: str) -> None:
    """The source identity of the first session is the one that the second session's calls carry."""
    first = once("sts", endpoint).assume_role(RoleArn=role_arn, RoleSessionName="one", SourceIdentity="U1")
    chained = once("sts", endpoint, _credentials(first))
    second = chained.assume_role(RoleArn=role_arn, RoleSessionName="two")
    once("rolesanywhere", endpoint, _credentials(second)).list_profiles()
    context = control.records("ListProfiles")[0]["userIdentity"]["sessionContext"]
    assert context["sourceIdentity"] == "U1"


def test_role_of_another_account_acts_there(
    once: Any, endpoint: str, anywhere: Any, control: Any, pca_source: dict[str, Any]
) -> None:
    """Assuming a role of a second account makes calls land, and be recorded, in that account."""
    member = "210987654321"
    iam = connect("iam", endpoint, account_id=member)
    role = iam.create_role(RoleName="member-act", AssumeRolePolicyDocument=TRUST)["Role"]["Arn"]
    answer = once("sts", endpoint).assume_role(RoleArn=role, RoleSessionName="one")
    there = once("rolesanywhere", endpoint, _credentials(answer))
    made = there.create_trust_anchor(name="theirs", source=pca_source)["trustAnchor"]["trustAnchorArn"]
    assert role == f"arn:aws:iam::{member}:role/member-act"
    assert made.startswith(f"arn:aws:rolesanywhere:us-east-1:{member}:trust-anchor/")
    assert anywhere.list_trust_anchors()["trustAnchors"] == []
    assert control.records("CreateTrustAnchor")[0]["recipientAccountId"] == member


def test_missing_role_is_denied(once: Any, endpoint: str) -> None:
    """Moto lets anybody assume a role that does not exist; AWS and this stand-in do not."""
    with pytest.raises(ClientError) as refused:
        once("sts", endpoint).assume_role(RoleArn="arn:aws:iam::123456789012:role/gone", RoleSessionName="one")
    assert refused.value.response["Error"]["Code"] == "AccessDenied"
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403


@pytest.mark.parametrize("name", ["two words", "x" * 65])
def test_unfit_source_identity_is_refused(once: Any, endpoint: str, role_arn: str, name: str) -> None:
    """A display name with a space, and 65 characters, do not fit a source identity."""
    with pytest.raises(ClientError) as refused:
        once("sts", endpoint).assume_role(RoleArn=role_arn, RoleSessionName="one", SourceIdentity=name)
    assert refused.value.response["Error"]["Code"] == "ValidationError"


def test_unknown_key_is_root(once: Any, endpoint: str) -> None:
    """A key that nobody was given is the account's root, here as in the event history."""
    assert once("sts", endpoint).get_caller_identity()["Arn"] == "arn:aws:iam::123456789012:root"
