"""Was it planned: tickets that the caller wrote, and stacks that AWS knows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from bot.domain.answer import Answer, Standing
from bot.domain.detection import Actor
from bot.domain.errors import AwsError
from bot.domain.house import House
from bot.service.guide import the_change
from tests.fakes.desk import Desk, detection_of
from tests.fakes.guide_desk import ask_step

TICKETS = House(ticket_pattern=r"CHG[0-9]{6,}")
TAGS, STACK = "rolesanywhere:ListTagsForResource", "cloudformation:DescribeStackResources"


async def answers(desk: Desk, house: House = TICKETS, **actor: Any) -> dict[str, Answer]:
    """The step's answers for a caller."""
    detection = replace(detection_of(desk.target), actor=Actor(**actor))
    return await ask_step(the_change.STEP, replace(await desk.case(), detections=(detection,)), desk.aws, house=house)


def no_stack(_parameters: Mapping[str, Any]) -> Mapping[str, Any]:
    """What CloudFormation answers for what no stack owns."""
    raise AwsError("ValidationError", "Stack for x does not exist", STACK)


@pytest.fixture
def calm(desk: Desk) -> Desk:
    """A trust anchor without tags that no stack owns."""
    desk.aws.serve(TAGS, {"tags": []})
    desk.aws.serve(STACK, no_stack)
    return desk


@pytest.mark.parametrize(
    "actor",
    [
        {"arn": "arn:aws:sts::1:assumed-role/pki-admin/CHG0044021"},
        {"source_identity": "ada-CHG0044021"},
        {"user_agent": "Terraform/1.9 (CHG0044021)"},
    ],
)
async def test_a_ticket_is_found_where_people_write_it(calm: Desk, actor: dict[str, Any]) -> None:
    """Session name, source identity, user agent: the word of whoever called, said to be that."""
    found = (await answers(calm, **actor))["change_ticket"]
    assert (found.facts["tickets"], [one.code for one in found.signs]) == (["CHG0044021"], ["ticket_named"])
    assert "look the ticket up" in found.sentence


async def test_a_ticket_is_found_in_tags(calm: Desk) -> None:
    """The line says in which tag."""
    calm.aws.serve(TAGS, {"tags": [{"key": "change", "value": "CHG0044021"}]})
    assert (await answers(calm))["change_ticket"].lines == ("CHG0044021 in the tag “change”",)


async def test_a_role_of_that_name_is_no_session(calm: Desk) -> None:
    """A user's own name is not searched for tickets."""
    found = (await answers(calm, arn="arn:aws:iam::1:user/CHG0044021"))["change_ticket"]
    assert found.standing is Standing.NEEDS_PERSON


async def test_without_a_ticket_people_are_asked(calm: Desk) -> None:
    """No ticket is no answer; what could not be read is not claimed to have none."""
    assert "its tags" in (await answers(calm))["change_ticket"].sentence
    calm.aws.fail(TAGS, "deny")
    found = (await answers(calm))["change_ticket"]
    assert "its tags" not in found.sentence
    assert (found.standing, found.missing) == (Standing.NEEDS_PERSON, (TAGS,))


async def test_nobody_knows_what_tickets_look_like(calm: Desk) -> None:
    """Without a pattern nothing is taken for a ticket."""
    assert (await answers(calm, House(), user_agent="CHG0044021"))["change_ticket"].standing is Standing.NEEDS_PERSON


async def test_a_stack_that_owns_it_is_named(calm: Desk) -> None:
    """By CloudFormation's own list of resources, or by the tag that only AWS can write."""
    resources = [
        {"StackName": "pki-anchors", "PhysicalResourceId": "something-else"},
        {"StackName": "pki-anchors", "PhysicalResourceId": calm.target.anchor_id},
    ]
    calm.aws.serve(STACK, {"StackResources": resources})
    assert (await answers(calm))["deployed_by"].facts["stack"] == "pki-anchors"
    calm.aws.serve(STACK, {"StackResources": resources[:1]})
    assert (await answers(calm))["deployed_by"].facts["stack"] is None
    calm.aws.serve(TAGS, {"tags": [{"key": "aws:cloudformation:stack-name", "value": "pki-anchors"}]})
    found = (await answers(calm))["deployed_by"]
    assert (found.facts["stack"], [one.code for one in found.signs]) == ("pki-anchors", ["stack_owned"])


async def test_a_user_agent_is_no_proof(calm: Desk) -> None:
    """Terraform is named and is no sign; a service that called for somebody is named too."""
    found = (await answers(calm, user_agent="HashiCorp Terraform/1.9.8"))["deployed_by"]
    assert (found.facts["tool"], found.signs) == ("Terraform", ())
    assert "made up" in found.sentence
    found = (await answers(calm, invoked_by="servicecatalog.amazonaws.com"))["deployed_by"]
    assert "servicecatalog.amazonaws.com made the call" in found.sentence


async def test_no_stack_is_claimed_only_where_it_was_looked(calm: Desk) -> None:
    """Both refused: not allowed. One refused: the answer says which part it covers."""
    assert "No CloudFormation stack" in (await answers(calm))["deployed_by"].sentence
    calm.aws.fail(STACK, "deny")
    found = (await answers(calm))["deployed_by"]
    assert found.sentence.startswith("Its tags name no stack.")
    assert found.not_checked == (f"CloudFormation's stacks: the permission {STACK} is missing.",)
    calm.aws.fail(TAGS, "deny")
    calm.aws.fail(STACK, "deny")
    found = (await answers(calm))["deployed_by"]
    assert (found.standing, set(found.missing)) == (Standing.NOT_ALLOWED, {TAGS, STACK})
