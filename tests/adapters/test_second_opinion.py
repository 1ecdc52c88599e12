"""What is read beside an event: the published rule's answer, and whether a role's new policy lets the service in."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bot.adapters.formats import understand
from bot.adapters.role_policy import lets_service_in_by_call
from bot.domain.detection import Detection
from bot.domain.published_rule import PublishedRule
from tests.records import (
    Json,
    body,
    cloudtrail_record,
    elastic_dotted,
    elastic_nested,
    eventbridge,
    pca_source,
    sns,
)

SERVICE_IN: Json = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "rolesanywhere.amazonaws.com"}, "Action": "sts:AssumeRole"}
    ],
}
SERVICE_OUT = json.loads(json.dumps(SERVICE_IN).replace("rolesanywhere", "ec2"))


def role_policy_call(policy: Json, name: str = "Deploy", event_name: str = "UpdateAssumeRolePolicy") -> Json:
    """A record of a call that wrote a trust policy."""
    field = "policyDocument" if event_name == "UpdateAssumeRolePolicy" else "assumeRolePolicyDocument"
    request = {"roleName": name, field: json.dumps(policy, indent=1)}
    return cloudtrail_record(
        event_name, eventSource="iam.amazonaws.com", requestParameters=request, responseElements=None
    )


def only(message: object) -> Detection:
    """The one event in a message."""
    (detection,) = understand(body(message)).detections
    return detection


@pytest.mark.parametrize("policy", [SERVICE_IN, SERVICE_OUT])
@pytest.mark.parametrize("event_name", ["UpdateAssumeRolePolicy", "CreateRole"])
def test_every_form_shows_the_role_s_new_policy(policy: Json, event_name: str) -> None:
    """The policy is found in records, in objects, in originals and in Java's map text."""
    record = role_policy_call(policy, event_name=event_name)
    messages = (
        *(record, eventbridge(record), sns(eventbridge(record)), elastic_nested(record), elastic_dotted(record)),
        *(elastic_dotted(record, listed=True), elastic_nested(record, flattened=False)),
        elastic_nested(record, flattened=False, original=True),
    )
    assert {only(message).lets_service_in for message in messages} == {policy == SERVICE_IN}


def test_no_name_is_taken_for_a_policy() -> None:
    """A role's name that looks like the field does not hide the policy behind it."""
    record = role_policy_call(SERVICE_IN, name="policyDocument=x")
    assert only(elastic_nested(record, flattened=False)).lets_service_in is True


@pytest.mark.parametrize(
    "requests",
    [
        (),
        (None, 7, [], "", "{roleName=x}"),
        ({"policyDocument": "{"},),
        ("{policyDocument={broken, roleName=x}",),
        ({"policyDocument": "[" * 50_000},),
        ("{policyDocument={" + '"a":[' * 50_000,),
        ({"policyDocument": " " * 70_000 + json.dumps(SERVICE_IN)},),
    ],
)
def test_what_can_t_be_read_is_not_guessed(requests: tuple[object, ...]) -> None:
    """No policy, a broken one, a bottomless one and an endless one are all unknown."""
    assert lets_service_in_by_call("UpdateAssumeRolePolicy", requests) is None


def test_other_calls_write_no_policy() -> None:
    """A request of another operation is not looked at."""
    assert lets_service_in_by_call("CreateTrustAnchor", [{"policyDocument": json.dumps(SERVICE_IN)}]) is None


def test_the_rule_is_asked_about_record_and_document() -> None:
    """A record is judged over the document that the integration makes, a document as it stands."""
    external, pca = cloudtrail_record(), cloudtrail_record(source=pca_source())
    assert only(sns(eventbridge(external))).rule == PublishedRule(v1=True, v6=True)
    assert only(pca).rule == PublishedRule(v1=False, v6=False)
    document: Any = elastic_nested(external)
    assert only(document).rule == PublishedRule(v1=True, v6=True)
    del document["aws"]["cloudtrail"]["request_parameters"]
    assert only(document).rule == PublishedRule(v1=True, v6=False)
