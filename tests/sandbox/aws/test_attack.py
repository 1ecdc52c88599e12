"""The attacker's story, from a seeded account to a message in the queue and sessions through the rogue anchor."""

import json
from typing import Any

import pytest
from cryptography import x509

from bot.sandbox.aws.attack import attack, deliver
from bot.sandbox.aws.clients import Credentials, connect
from bot.sandbox.aws.rogue_ca import make_rogue_ca
from bot.sandbox.aws.seed import SeededAccount, seed


@pytest.fixture
def endpoint(full_endpoint: str) -> str:
    """Seeding needs AWS's own policies."""
    return full_endpoint


@pytest.fixture
def seeded(endpoint: str) -> SeededAccount:
    """A seeded account."""
    return seed(endpoint)


def test_record_names_the_actor_and_the_self_made_ca(endpoint: str, seeded: SeededAccount) -> None:
    """The record of the attack shows the build user, his address, and a certificate that signed itself."""
    done = attack(endpoint, ca_name="Totally Legit CA", key_type="rsa")
    source = done.record["requestParameters"]["source"]
    certificate = x509.load_pem_x509_certificate(source["sourceData"]["x509CertificateData"].encode())
    certificate.verify_directly_issued_by(certificate)
    assert certificate.subject.rfc4514_string() == "CN=Totally Legit CA"
    assert done.record["userIdentity"]["arn"] == done.actor_arn == "arn:aws:iam::123456789012:user/build-bot"
    assert done.record["sourceIPAddress"] == "203.0.113.57"
    assert done.account_id == seeded.account_id


def test_delivery_is_an_eventbridge_event(endpoint: str, seeded: SeededAccount) -> None:
    """The queue holds EventBridge's envelope with the record in it."""
    done = attack(endpoint)
    deliver(endpoint, seeded.queue_url, done.record)
    messages = connect("sqs", endpoint).receive_message(QueueUrl=seeded.queue_url)["Messages"]
    event = json.loads(messages[0]["Body"])
    assert event["detail-type"] == "AWS API Call via CloudTrail"
    assert (event["source"], event["account"]) == ("aws.rolesanywhere", seeded.account_id)
    assert (event["region"], event["time"]) == ("us-east-1", done.record["eventTime"])
    assert event["detail"] == done.record


def test_same_attack_again_and_again(endpoint: str) -> None:
    """Four attacks make four anchors although a user holds two keys at most."""
    made = {attack(endpoint).trust_anchor_arn for _ in range(4)}
    assert len(made) == 4


def test_synthetic_sessions_are_found_and_their_keys_work(endpoint: str, control: Any, seeded: SeededAccount) -> None:
    """LookupEvents finds CreateSession; its key acts as the role, with the certificate's name as source identity."""
    done = attack(endpoint, role_arn=seeded.open_role, sessions=2)
    events = connect("cloudtrail", endpoint).lookup_events(
        LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": "CreateSession"}]
    )["Events"]
    found = [json.loads(event["CloudTrailEvent"]) for event in events]
    assert {record["requestParameters"]["trustAnchorArn"] for record in found} == {done.trust_anchor_arn}
    assert len(found) == 2
    session = Credentials(**done.sessions[0]["credentials"])
    assert "legacy-deployer" in connect("sts", endpoint, credentials=session).get_caller_identity()["Arn"]
    used = control.records("GetCallerIdentity")[-1]["userIdentity"]
    assert used["sessionContext"]["sourceIdentity"] == "CN=runner-1"
    assert used["sessionContext"]["sessionIssuer"]["arn"] == seeded.open_role


def test_subjects_show_who_authenticated(endpoint: str, seeded: SeededAccount) -> None:
    """Each certificate that entered is a subject whose stored certificate the rogue CA has issued."""
    done = attack(endpoint, role_arn=seeded.open_role, sessions=1)
    anywhere = connect("rolesanywhere", endpoint)
    summary = anywhere.list_subjects()["subjects"][0]
    assert "credentials" not in summary
    subject = anywhere.get_subject(subjectId=summary["subjectId"])["subject"]
    leaf = x509.load_pem_x509_certificate(subject["credentials"][0]["x509CertificateData"].encode())
    leaf.verify_directly_issued_by(done.ca.certificate)
    assert subject["x509Subject"] == "CN=runner-1"


def test_contained_anchor_gives_no_more_sessions(endpoint: str, control: Any, seeded: SeededAccount) -> None:
    """After DisableTrustAnchor a new session is refused and recorded as refused."""
    done = attack(endpoint, role_arn=seeded.open_role, sessions=1)
    connect("rolesanywhere", endpoint).disable_trust_anchor(trustAnchorId=done.trust_anchor_id)
    refused = control.create_session(
        trust_anchor_arn=done.trust_anchor_arn,
        profile_arn=done.profile_arn,
        role_arn=seeded.open_role,
        certificate=done.ca.issue("late"),
    )
    assert refused["credentials"] is None
    assert refused["record"]["errorCode"] == "AccessDeniedException"
    assert "additionalEventData" not in refused["record"]
    assert control.records("CreateSession")[-1] == refused["record"]


@pytest.mark.parametrize("flaw", ["foreign CA", "role not in profile", "disabled profile"])
def test_session_needs_ca_role_and_profile(endpoint: str, control: Any, seeded: SeededAccount, flaw: str) -> None:
    """A certificate of another CA, a role that the profile does not list, and a disabled profile are refused."""
    done = attack(endpoint, role_arn=seeded.open_role)
    ca = make_rogue_ca("Another") if flaw == "foreign CA" else done.ca
    answer = control.create_session(
        trust_anchor_arn=done.trust_anchor_arn,
        profile_arn=seeded.disabled_profile if flaw == "disabled profile" else done.profile_arn,
        role_arn=seeded.pinned_role if flaw == "role not in profile" else seeded.open_role,
        certificate=ca.issue("someone"),
    )
    assert answer["credentials"] is None


def test_unreadable_session_requests_are_refused(control: Any) -> None:
    """A missing member and a broken certificate answer an error instead of a record."""
    with pytest.raises(ValueError, match="role_arn"):
        control.create_session(trust_anchor_arn="a", profile_arn="b", certificate="c")
    with pytest.raises(ValueError, match="parse"):
        control.create_session(
            trust_anchor_arn="arn:aws:rolesanywhere:us-east-1:123456789012:trust-anchor/x",
            profile_arn="b",
            role_arn="c",
            certificate="not one",
        )


def test_sessions_without_role_make_no_sense(endpoint: str) -> None:
    """Asking for sessions without a role is a mistake of the caller."""
    with pytest.raises(ValueError, match="role"):
        attack(endpoint, sessions=1)
