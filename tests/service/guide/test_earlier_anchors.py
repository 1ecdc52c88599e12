"""Other trust anchors of the same identity, wherever they were made."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.domain.answer import Answer
from bot.domain.detection import Actor
from bot.service.guide import earlier_anchors
from tests.fakes.desk import Desk, detection_of
from tests.fakes.guide_desk import ask_step

ROLE = "arn:aws:iam::111122223333:role/pki-admin"
ACTOR = Actor(arn="arn:aws:sts::111122223333:assumed-role/pki-admin/monday", session_issuer_arn=ROLE)


def record(desk: Desk, minutes: int, region: str, **more: Any) -> dict[str, Any]:
    """A trust anchor that was made by another session of the same role."""
    happened = detection_of(desk.target, "event-1").happened_at + timedelta(minutes=minutes)
    return {
        "eventID": f"{minutes}{region}",
        "eventTime": f"{happened:%Y-%m-%dT%H:%M:%SZ}",
        "eventName": "CreateTrustAnchor",
        "eventSource": "rolesanywhere.amazonaws.com",
        "awsRegion": region,
        "userIdentity": {
            "arn": "arn:aws:sts::111122223333:assumed-role/pki-admin/tuesday",
            "sessionContext": {"sessionIssuer": {"arn": ROLE}},
        },
        **more,
    }


async def asked(desk: Desk, *records: dict[str, Any]) -> Answer:
    """The answer an hour after the event, in an account with two Regions."""
    desk.aws.advance(timedelta(hours=1))
    desk.aws.serve("ec2:DescribeRegions", {"Regions": [{"RegionName": "eu-west-1"}, {"RegionName": "eu-north-1"}]})
    case = replace(await desk.case(), detections=(replace(detection_of(desk.target, "event-1"), actor=ACTOR),))
    return (await ask_step(earlier_anchors.STEP, case, desk.aws, records=records))["actor_anchors"]


async def test_other_sessions_of_the_role_count_in_every_region(desk: Desk) -> None:
    """One before in another Region and one after; a failed one, the event itself and others' are none."""
    found = await asked(
        desk,
        record(desk, -500, "eu-north-1"),
        record(desk, 5, "eu-west-1"),
        record(desk, -9, "eu-west-1", errorCode="AccessDenied"),
        record(desk, 0, "eu-west-1", eventID="event-1"),
        record(desk, -7, "eu-west-1", userIdentity={"arn": "arn:aws:iam::1:user/ava"}),
    )
    assert found.facts == {"before": 1, "after": 1}
    assert "1 trust anchor before" in found.sentence


async def test_it_says_where_it_looked(desk: Desk) -> None:
    """Nothing found is nothing found in these Regions."""
    found = await asked(desk)
    assert found.sentence == "No other trust anchor of this identity was found."
    assert any("3 Regions" in one for one in found.not_checked)


@pytest.mark.parametrize("denied", ["ec2:DescribeRegions"])
async def test_without_the_list_of_regions_it_looks_in_two(desk: Desk, denied: str) -> None:
    """A refused list costs Regions, and that is said."""
    desk.aws.fail(denied, "deny")
    found = await asked(desk)
    assert any("AWS did not list them" in one for one in found.not_checked)
