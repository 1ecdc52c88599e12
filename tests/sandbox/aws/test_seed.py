"""The account that the sandbox starts with."""

import json
from typing import Any

from bot.sandbox.aws.clients import connect
from bot.sandbox.aws.seed import seed


def _conditions(iam: Any, role_arn: str) -> list[Any]:
    role = iam.get_role(RoleName=role_arn.rpartition("/")[2])["Role"]
    return [
        statement.get("Condition")
        for statement in role["AssumeRolePolicyDocument"]["Statement"]
        if statement["Principal"].get("Service") == "rolesanywhere.amazonaws.com"
    ]


def test_roles_of_every_kind(full_endpoint: str) -> None:
    """One role is open, one pinned to the good anchor, one looks at certificates only, one is unrelated."""
    seeded = seed(full_endpoint)
    iam = connect("iam", full_endpoint)
    assert _conditions(iam, seeded.open_role) == [None]
    assert _conditions(iam, seeded.pinned_role) == [{"ArnEquals": {"aws:SourceArn": seeded.good_trust_anchor}}]
    (by_certificate,) = _conditions(iam, seeded.certificate_role)
    assert all(key.startswith("aws:PrincipalTag/x509") for key in by_certificate["StringEquals"])
    assert _conditions(iam, seeded.unrelated_role) == []
    attached = iam.list_attached_role_policies(RoleName="legacy-deployer")["AttachedPolicies"]
    assert [policy["PolicyName"] for policy in attached] == ["AdministratorAccess"]


def test_anchor_and_profiles(full_endpoint: str) -> None:
    """The good anchor is enabled and on a private CA; one of three profiles is disabled; an administrator made them."""
    seeded = seed(full_endpoint)
    anywhere = connect("rolesanywhere", full_endpoint)
    anchors = anywhere.list_trust_anchors()["trustAnchors"]
    assert [(a["trustAnchorArn"], a["enabled"], a["source"]["sourceType"]) for a in anchors] == [
        (seeded.good_trust_anchor, True, "AWS_ACM_PCA")
    ]
    profiles = {p["profileArn"]: p for p in anywhere.list_profiles()["profiles"]}
    assert set(profiles) == {seeded.agents_profile, seeded.wide_profile, seeded.disabled_profile}
    assert [arn for arn, profile in profiles.items() if not profile["enabled"]] == [seeded.disabled_profile]
    assert {p["createdBy"] for p in profiles.values()} == {"arn:aws:iam::123456789012:user/platform-admin"}


def test_message_that_nobody_deletes_goes_to_the_dead_letter_queue(full_endpoint: str) -> None:
    """After five receives in vain the sixth finds nothing, and the message waits in the dead-letter queue."""
    seeded = seed(full_endpoint)
    sqs = connect("sqs", full_endpoint)
    sqs.send_message(QueueUrl=seeded.queue_url, MessageBody=json.dumps({"not": "understood"}))
    for _ in range(5):
        assert sqs.receive_message(QueueUrl=seeded.queue_url, VisibilityTimeout=0)["Messages"]
    assert "Messages" not in sqs.receive_message(QueueUrl=seeded.queue_url)
    dead = sqs.receive_message(QueueUrl=seeded.dead_letter_queue_url)["Messages"]
    assert json.loads(dead[0]["Body"]) == {"not": "understood"}


def test_bot_can_assume_its_roles(full_endpoint: str) -> None:
    """The bot's own key can enter the read and the act role."""
    seeded = seed(full_endpoint)
    sts = connect("sts", full_endpoint, credentials=seeded.bot)
    for name in (seeded.read_role, seeded.act_role):
        arn = f"arn:aws:iam::{seeded.account_id}:role/{name}"
        answer = sts.assume_role(RoleArn=arn, RoleSessionName="case-1", SourceIdentity="U1")
        assert answer["AssumedRoleUser"]["Arn"].endswith(f":assumed-role/{name}/case-1")
