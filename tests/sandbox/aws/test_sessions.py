"""What lets a certificate in, what its sessions leave behind, and how the stand-in's time can be set."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization

from bot.sandbox.aws.attack import Attack, attack
from bot.sandbox.aws.clients import ROOT, Credentials, connect
from bot.sandbox.aws.rogue_ca import RogueCa

ANYWHERE = {"Service": "rolesanywhere.amazonaws.com"}
THREE = ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"]


def _trust(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def _allow(actions: list[str], condition: dict[str, Any] | None = None) -> dict[str, Any]:
    return {"Effect": "Allow", "Principal": ANYWHERE, "Action": actions, "Condition": condition or {}}


@pytest.fixture
def iam(once: Any, endpoint: str) -> Any:
    """IAM as root."""
    return once("iam", endpoint)


def _enter(endpoint: str, iam: Any, trust: str, **wanted: Any) -> Attack:
    role = iam.create_role(RoleName="way-in", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    return attack(endpoint, role_arn=role, sessions=1, **wanted)


@pytest.mark.parametrize(
    ("statements", "enters"),
    [
        ([_allow(THREE)], True),
        ([_allow(THREE[:2]), _allow(THREE[2:])], True),
        ([_allow(THREE[:2])], False),
        ([_allow(["sts:*"])], True),
        ([_allow(THREE), {**_allow(THREE), "Effect": "Deny"}], False),
        ([_allow(THREE, {"StringEquals": {"aws:PrincipalTag/x509Subject/CN": "runner-1"}})], True),
        ([_allow(THREE, {"StringEquals": {"sts:SourceIdentity": "CN=runner-1"}})], True),
        ([_allow(THREE, {"StringEquals": {"aws:PrincipalTag/x509Issuer/CN": "Corporate CA"}})], False),
        ([_allow(THREE, {"StringEquals": {"aws:SourceAccount": "999999999999"}})], False),
        ([_allow(THREE, {"ArnLike": {"aws:SourceArn": "arn:aws:rolesanywhere:*:*:trust-anchor/other"}})], False),
        ([{**_allow(THREE), "Principal": {"Service": "ec2.amazonaws.com"}}], False),
        ([{**_allow(THREE), "Principal": "*"}], True),
    ],
)
def test_trust_policy_decides(endpoint: str, iam: Any, statements: list[dict[str, Any]], enters: bool) -> None:  # noqa: FBT001 - A parameter of the test.
    """Each trust policy lets the certificate in or keeps it out, as AWS would."""
    done = _enter(endpoint, iam, _trust(*statements))
    assert (done.sessions[0]["credentials"] is not None) == enters


def _crl(ca: RogueCa, serial: int) -> bytes:
    now = datetime.now(UTC)
    entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(now).build()
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(ca.certificate.subject)
        .last_update(now)
        .next_update(now + timedelta(days=1))
        .add_revoked_certificate(entry)
    )
    return builder.sign(ca.key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def test_revoked_certificate_gets_no_session(endpoint: str, iam: Any, anywhere: Any, control: Any) -> None:
    """A certificate on an enabled list is refused, another is not; the list can be read, paged and switched off."""
    done = _enter(endpoint, iam, _trust(_allow(THREE)))
    revoked, good = done.ca.issue("revoked"), done.ca.issue("good")
    serial = x509.load_pem_x509_certificate(revoked.encode()).serial_number
    crl = anywhere.import_crl(
        name="bad-ones", crlData=_crl(done.ca, serial), trustAnchorArn=done.trust_anchor_arn, enabled=True
    )["crl"]
    asked = {
        "trust_anchor_arn": done.trust_anchor_arn,
        "profile_arn": done.profile_arn,
        "role_arn": done.sessions[0]["record"]["requestParameters"]["roleArn"],
    }
    assert control.create_session(**asked, certificate=revoked)["credentials"] is None
    assert control.create_session(**asked, certificate=good)["credentials"]
    assert [one["crlId"] for one in anywhere.list_crls()["crls"]] == [crl["crlId"]]
    assert anywhere.get_crl(crlId=crl["crlId"])["crl"]["trustAnchorArn"] == done.trust_anchor_arn
    anywhere.disable_crl(crlId=crl["crlId"])
    assert control.create_session(**asked, certificate=revoked)["credentials"]


def test_service_assumes_the_role_behind_a_session(endpoint: str, iam: Any, control: Any) -> None:
    """Behind each session stands an AssumeRole by the service with the same key; a refused session has none."""
    done = _enter(endpoint, iam, _trust(_allow(THREE)))
    (assumed,) = control.records("AssumeRole")
    entry = done.sessions[0]["record"]["responseElements"]["credentialSet"][0]
    assert assumed["userIdentity"] == {"type": "AWSService", "invokedBy": "rolesanywhere.amazonaws.com"}
    assert assumed["responseElements"]["credentials"]["accessKeyId"] == entry["credentials"]["accessKeyId"]
    assert assumed["requestParameters"]["sourceIdentity"] == "CN=runner-1"
    iam.update_assume_role_policy(RoleName="way-in", PolicyDocument=_trust(_allow(THREE[:1])))
    role = done.sessions[0]["record"]["requestParameters"]["roleArn"]
    assert attack(endpoint, role_arn=role, sessions=1).sessions[0]["credentials"] is None
    assert len(control.records("AssumeRole")) == 1


def test_role_of_another_account_has_a_record_of_its_own(endpoint: str, iam: Any, once: Any) -> None:
    """Chaining into another account is in both event histories with one shared id, and the source identity goes on."""
    other = connect("iam", endpoint, credentials=ROOT, account_id="222222222222")
    target = other.create_role(RoleName="data", AssumeRolePolicyDocument=_trust())["Role"]["Arn"]
    done = _enter(endpoint, iam, _trust(_allow(THREE)))
    first = Credentials(**done.sessions[0]["credentials"])
    made = once("sts", endpoint, first).assume_role(RoleArn=target, RoleSessionName="next")["Credentials"]
    attribute = [{"AttributeKey": "EventName", "AttributeValue": "AssumeRole"}]
    found = []
    for account_id in ("123456789012", "222222222222"):
        trail = connect("cloudtrail", endpoint, credentials=ROOT, account_id=account_id)
        newest = trail.lookup_events(LookupAttributes=attribute)["Events"][0]
        found.append(json.loads(newest["CloudTrailEvent"]))
    assert found[0]["sharedEventID"] == found[1]["sharedEventID"]
    assert found[0]["userIdentity"]["accessKeyId"] == first.access_key_id
    assert found[1]["userIdentity"]["type"] == "AWSAccount"
    assert found[1]["userIdentity"]["accountId"] == "123456789012"
    chained = Credentials(made["AccessKeyId"], made["SecretAccessKey"], made["SessionToken"])
    once("iam", endpoint, chained).list_users()
    trail = connect("cloudtrail", endpoint, credentials=ROOT, account_id="222222222222")
    used = json.loads(trail.lookup_events(MaxResults=1)["Events"][0]["CloudTrailEvent"])
    assert used["userIdentity"]["sessionContext"]["sourceIdentity"] == "CN=runner-1"


def test_iam_is_recorded_in_one_region(endpoint: str, once: Any) -> None:
    """A call to IAM from anywhere stands in us-east-1's history and in no other."""
    once("iam", endpoint, region="eu-west-1").list_users()
    here, there = (
        once("cloudtrail", endpoint, region=region).lookup_events()["Events"] for region in ("us-east-1", "eu-west-1")
    )
    assert [event["EventName"] for event in here] == ["ListUsers"]
    assert "ListUsers" not in [event["EventName"] for event in there]


def test_past_can_be_played_and_delivery_set(control: Any, anywhere: Any, once: Any, endpoint: str) -> None:
    """A call while the clock is behind has an old time; a call while delivery is slow can't be found yet."""
    control.set_clock_behind(3 * 86_400)
    anywhere.list_profiles()
    control.set_clock_behind(0)
    control.set_delivery_delay(600)
    anywhere.list_trust_anchors()
    source = [{"AttributeKey": "EventSource", "AttributeValue": "rolesanywhere.amazonaws.com"}]
    (old,) = once("cloudtrail", endpoint).lookup_events(LookupAttributes=source)["Events"]
    assert old["EventName"] == "ListProfiles"
    assert timedelta(days=2.9) < datetime.now(UTC) - old["EventTime"] < timedelta(days=3.1)
    unseen = next(event["record"]["eventName"] for event in control.events() if not event["visible"])
    assert unseen == "ListTrustAnchors"
    with pytest.raises(ValueError, match="seconds"):
        control.set_clock_behind(-1)
