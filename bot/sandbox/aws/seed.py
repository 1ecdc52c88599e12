"""Fills an empty account: a queue for detections, a PKI that is in order, and roles of every kind."""

import json
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from .clients import REGION, AwsClient, Credentials, connect

QUEUE = "anchorwatch-detections"
DEAD_LETTER_QUEUE = "anchorwatch-detections-dead"
# How often a message may be received before it is set aside.
MAX_RECEIVE_COUNT = 5
# See: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
MAX_KEYS_OF_A_USER = 2
READ_ROLE = "anchorwatch-read"
ACT_ROLE = "anchorwatch-act"
ADMINISTRATOR = "platform-admin"
SERVICE = "rolesanywhere.amazonaws.com"
ADMINISTRATOR_ACCESS = "arn:aws:iam::aws:policy/AdministratorAccess"


@dataclass(frozen=True)
class SeededAccount:
    """What the account holds after seeding; ARNs unless the name says otherwise.

    Attributes:
        account_id: 12 digits.
        region: Where queue, anchor and profiles are.
        queue_url: Takes the detections.
        dead_letter_queue_url: Takes messages received five times in vain.
        good_trust_anchor: On a private CA in ACM.
        open_role: Trusts Roles Anywhere without a condition, and is administrator.
        pinned_role: Trusts only the good anchor.
        certificate_role: Looks at certificate attributes only, which the owner of any CA can choose.
        unrelated_role: Does not trust Roles Anywhere.
        agents_profile: Enabled; pinned and open role.
        wide_profile: Enabled; open and certificate role, 12 hours.
        disabled_profile: Disabled; open role.
        read_role: Name of the role that the bot reads with.
        act_role: Name of the role that the bot acts with.
        bot: The bot's own key, of the IAM user `anchorwatch`.
    """

    account_id: str
    region: str
    queue_url: str
    dead_letter_queue_url: str
    good_trust_anchor: str
    open_role: str
    pinned_role: str
    certificate_role: str
    unrelated_role: str
    agents_profile: str
    wide_profile: str
    disabled_profile: str
    read_role: str
    act_role: str
    bot: Credentials


def seed(endpoint_url: str, region: str = REGION) -> SeededAccount:
    """Fill an empty account through boto3, as an administrator that root makes first.

    Args:
        endpoint_url: Where the stand-in runs.
        region: Where queue, anchor and profiles shall be.

    Returns:
        Names and ARNs of what was made.

    Raises:
        botocore.exceptions.ClientError: When the account was seeded before.
    """
    administrator, user_arn = user_with_key(connect("iam", endpoint_url, region=region), ADMINISTRATOR)
    account_id = user_arn.split(":")[4]
    iam, anywhere, sqs = (
        connect(service, endpoint_url, credentials=administrator, region=region)
        for service in ("iam", "rolesanywhere", "sqs")
    )
    queue_url, dead_letter_queue_url = _queues(sqs)
    anchor = _good_trust_anchor(anywhere, region, account_id)
    roles = _workload_roles(iam, anchor)
    profiles = _profiles(anywhere, roles)
    return SeededAccount(
        account_id=account_id,
        region=region,
        queue_url=queue_url,
        dead_letter_queue_url=dead_letter_queue_url,
        good_trust_anchor=anchor,
        **roles,
        **profiles,
        read_role=READ_ROLE,
        act_role=ACT_ROLE,
        bot=_bot(iam),
    )


def _queues(sqs: AwsClient) -> tuple[str, str]:
    dead_url = sqs.create_queue(QueueName=DEAD_LETTER_QUEUE)["QueueUrl"]
    attributes = sqs.get_queue_attributes(QueueUrl=dead_url, AttributeNames=["QueueArn"])["Attributes"]
    redrive = {"deadLetterTargetArn": attributes["QueueArn"], "maxReceiveCount": str(MAX_RECEIVE_COUNT)}
    made = sqs.create_queue(QueueName=QUEUE, Attributes={"RedrivePolicy": json.dumps(redrive)})
    return made["QueueUrl"], dead_url


def _good_trust_anchor(anywhere: AwsClient, region: str, account_id: str) -> str:
    authority = f"arn:aws:acm-pca:{region}:{account_id}:certificate-authority/5f7c3c4a-90c1-4b8e-9d0e-6a1f20c7b3d2"
    made = anywhere.create_trust_anchor(
        name="corporate-pki",
        enabled=True,
        source={"sourceType": "AWS_ACM_PCA", "sourceData": {"acmPcaArn": authority}},
        tags=[{"key": "owner", "value": "pki-team"}],
    )
    return str(made["trustAnchor"]["trustAnchorArn"])


def _workload_roles(iam: AwsClient, good_anchor: str) -> dict[str, str]:
    by_certificate = {
        "StringEquals": {"aws:PrincipalTag/x509Subject/OU": "Build", "aws:PrincipalTag/x509Issuer/CN": "Corporate CA"}
    }
    roles = {
        "open_role": _role(iam, "legacy-deployer", _anywhere_trust(None)),
        "pinned_role": _role(iam, "build-agent", _anywhere_trust({"ArnEquals": {"aws:SourceArn": good_anchor}})),
        "certificate_role": _role(iam, "report-exporter", _anywhere_trust(by_certificate)),
        "unrelated_role": _role(iam, "web-server", _trust({"Service": "ec2.amazonaws.com"}, ["sts:AssumeRole"], None)),
    }
    iam.attach_role_policy(RoleName="legacy-deployer", PolicyArn=ADMINISTRATOR_ACCESS)
    return roles


def _profiles(anywhere: AwsClient, roles: dict[str, str]) -> dict[str, str]:
    listed = {
        "agents_profile": ("build-agents", [roles["pinned_role"], roles["open_role"]], 3600, True),
        "wide_profile": ("partner-exports", [roles["open_role"], roles["certificate_role"]], 43200, True),
        "disabled_profile": ("retired-agents", [roles["open_role"]], 3600, False),
    }
    made = {}
    for name, (title, role_arns, seconds, enabled) in listed.items():
        answer = anywhere.create_profile(name=title, roleArns=role_arns, durationSeconds=seconds, enabled=enabled)
        made[name] = str(answer["profile"]["profileArn"])
    return made


def _bot(iam: AwsClient) -> Credentials:
    credentials, user_arn = user_with_key(iam, "anchorwatch")
    trust = _trust({"AWS": user_arn}, ["sts:AssumeRole", "sts:SetSourceIdentity", "sts:TagSession"], None)
    for name in (READ_ROLE, ACT_ROLE):
        _role(iam, name, trust)
    return credentials


def user_with_key(iam: AwsClient, name: str) -> tuple[Credentials, str]:
    """Give an IAM user a new access key, making the user when there is none; a third key replaces the oldest.

    Returns:
        The key and the user's ARN.
    """
    try:
        user = iam.create_user(UserName=name)["User"]
    except ClientError as refused:
        if refused.response["Error"]["Code"] != "EntityAlreadyExists":
            raise
        user = iam.get_user(UserName=name)["User"]
    _make_room_for_key(iam, name)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return Credentials(key["AccessKeyId"], key["SecretAccessKey"]), str(user["Arn"])


def _make_room_for_key(iam: AwsClient, name: str) -> None:
    keys = iam.list_access_keys(UserName=name)["AccessKeyMetadata"]
    if len(keys) >= MAX_KEYS_OF_A_USER:
        oldest = min(keys, key=lambda key: key["CreateDate"])
        iam.delete_access_key(UserName=name, AccessKeyId=oldest["AccessKeyId"])


def _role(iam: AwsClient, name: str, trust: dict[str, Any]) -> str:
    return str(iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"])


def _anywhere_trust(condition: dict[str, Any] | None) -> dict[str, Any]:
    # Roles Anywhere needs all three actions.
    # See: https://docs.aws.amazon.com/rolesanywhere/latest/userguide/trust-model.html
    actions = ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"]
    return _trust({"Service": SERVICE}, actions, condition)


def _trust(principal: dict[str, str], actions: list[str], condition: dict[str, Any] | None) -> dict[str, Any]:
    statement: dict[str, Any] = {"Effect": "Allow", "Principal": principal, "Action": actions}
    if condition is not None:
        statement["Condition"] = condition
    return {"Version": "2012-10-17", "Statement": [statement]}
