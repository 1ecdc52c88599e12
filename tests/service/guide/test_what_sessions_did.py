"""The step that follows the keys of sessions through every Region."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.domain.answer import Answer, Standing
from bot.domain.errors import AwsDenied
from bot.domain.event_search import EventQuery, EventsFound, Scan
from bot.domain.verdict import EFFECTS, Effect
from bot.service.guide import what_sessions_did
from tests.fakes.aws_samples import session_record, stamp
from tests.fakes.desk import Desk
from tests.fakes.fake_aws import NOW
from tests.fakes.fake_search import FakeSearch
from tests.fakes.guide_desk import ask_step

CREATED = NOW - timedelta(hours=1)
OTHER = "444455556666"
REGIONS = ("ap-south-1", "eu-west-1", "us-east-1")


@pytest.fixture
def desk() -> Desk:
    """A desk in an account with three Regions."""
    made = Desk()
    made.aws.serve("ec2:DescribeRegions", {"Regions": [{"RegionName": name} for name in REGIONS]})
    return made


def session(desk: Desk, number: int = 1, **changes: Any) -> dict[str, Any]:
    """A session with the key ASIA<number>, some minutes after the anchor was made."""
    at = {"eventID": f"s{number}", "eventTime": stamp(CREATED + timedelta(minutes=number))}
    elements = {"credentialSet": [{"credentials": {"accessKeyId": f"ASIA{number}"}}]}
    return session_record(desk.target, **{**at, "responseElements": elements, **changes})


def call(key: str, name: str, asked: Any = None, region: str = "us-east-1", **changes: Any) -> dict[str, Any]:
    """What somebody did with a key."""
    service, _, operation = name.partition(":")
    return {
        "eventID": f"{key}-{name}-{region}",
        "eventTime": stamp(NOW - timedelta(minutes=20)),
        "awsRegion": region,
        "eventSource": f"{service}.amazonaws.com",
        "eventName": operation,
        "recipientAccountId": "111122223333",
        "userIdentity": {"type": "AssumedRole", "accessKeyId": key, "accountId": "111122223333"},
        "requestParameters": asked,
        **changes,
    }


def entered(key: str, account: str, new_key: str) -> dict[str, Any]:
    """A role that a key entered."""
    role = {"roleArn": f"arn:aws:iam::{account}:role/admin"}
    return call(key, "sts:AssumeRole", role, responseElements={"credentials": {"accessKeyId": new_key}})


async def found(desk: Desk, records: list[dict[str, Any]], **more: Any) -> dict[str, Answer]:
    """The step's answers over these records."""
    await desk.detect()
    return await ask_step(what_sessions_did.STEP, await desk.case(), desk.aws, records=records, **more)


def codes(answer: Answer) -> list[str]:
    """The codes of its signs."""
    return [one.code for one in answer.signs]


async def test_without_a_session_there_is_no_key(desk: Desk) -> None:
    """It is said where and until when sessions were searched."""
    answers = await found(desk, [])
    sentence = answers["lateral_movement"].sentence
    assert sentence.startswith("No session of this CA so far, so there is no key to follow: CloudTrail of eu-west-1")
    assert "2026-11-22 03:00:00 UTC" in sentence


async def test_every_region_is_searched_from_the_sessions_time(desk: Desk) -> None:
    """Keys of a session work everywhere, so that each Region is asked."""
    search = FakeSearch([session(desk)])
    await found(desk, [], search=search)
    asked = [(one.region, one.since) for one in search.queries if one.value == "ASIA1"]
    assert sorted(asked) == [(name, CREATED + timedelta(minutes=1)) for name in REGIONS]


async def test_a_key_that_did_nothing_is_said_to_have_been_followed(desk: Desk) -> None:
    """Nothing found names keys, Regions and time, and what is not logged."""
    answers = await found(desk, [session(desk)])
    assert answers["lateral_movement"].sentence == (
        "1 key followed through 3 Regions until 2026-11-22 03:00:00 UTC: no call was made."
    )
    assert "Data events are not logged in the event history." in answers["data_taken"].sentence
    assert any("Data events" in one for one in answers["data_taken"].not_checked)


async def test_whom_data_was_shared_with_is_said(desk: Desk) -> None:
    """The account that has the data now is what a responder must know first."""
    asked = {"snapshotId": "snap-1", "createVolumePermission": {"add": {"items": [{"userId": OTHER}]}}}
    answers = await found(desk, [session(desk), call("ASIA1", "ec2:ModifySnapshotAttribute", asked)])
    (sign,) = answers["data_taken"].signs
    assert sign.sentence == (
        f"A session of this CA shared or exported data with {OTHER}: ec2:ModifySnapshotAttribute of snap-1."
    )


@pytest.mark.parametrize(
    ("name", "asked", "question", "code"),
    [
        ("iam:CreateAccessKey", {"userName": "eve"}, "lateral_movement", "credential_path_made"),
        ("iam:AttachRolePolicy", {"roleName": "r"}, "lateral_movement", "iam_changed"),
        ("ssm:SendCommand", {"documentName": "d"}, "lateral_movement", "remote_command"),
        ("signin:ConsoleLogin", None, "lateral_movement", "console_opened"),
        ("cloudtrail:StopLogging", {"name": "t"}, "lateral_movement", "logging_changed"),
        ("secretsmanager:GetSecretValue", {"secretId": "prod"}, "data_taken", "secrets_read"),
        ("ec2:ModifySnapshotAttribute", {"snapshotId": "snap-1"}, "data_taken", "data_shared"),
    ],
)
async def test_each_act_has_its_sign(desk: Desk, name: str, asked: Any, question: str, code: str) -> None:
    """What was done is a sign; what AWS refused is a line only."""
    answers = await found(desk, [session(desk), call("ASIA1", name, asked, region="ap-south-1")])
    assert codes(answers[question]) == [code]
    assert name in answers[question].lines[0]
    assert code in EFFECTS
    refused = await found(desk, [session(desk), call("ASIA1", name, asked, errorCode="AccessDenied")])
    assert codes(refused[question]) == []
    assert "refused (AccessDenied)" in refused[question].lines[0]


async def test_another_account_is_named_and_not_claimed_to_be_read(desk: Desk) -> None:
    """Where we may not read, the trail ends at the account's border."""
    desk.aws.fail("sts:GetCallerIdentity", "deny")
    search = FakeSearch([session(desk), entered("ASIA1", OTHER, "ASIA99")])
    moved = (await found(desk, [], search=search))["lateral_movement"]
    assert codes(moved) == ["chained_to_another_account"]
    assert EFFECTS["chained_to_another_account"] is Effect.RAISES_UNLESS_OURS
    assert moved.facts["other_accounts"] == [OTHER]
    assert f"What was done in account {OTHER}: Anchorwatch may not read there." in moved.not_checked
    assert moved.facts["gaps"] == [f"What was done in account {OTHER}: Anchorwatch may not read there."]
    assert "ASIA99" not in {one.value for one in search.queries}


async def test_a_chained_key_is_followed_one_level(desk: Desk) -> None:
    """What the next role did counts; the key after that is said to be not followed."""
    own = desk.target.account
    records = [
        session(desk),
        entered("ASIA1", own, "ASIA20"),
        call("ASIA20", "secretsmanager:GetSecretValue", {"secretId": "prod"}),
        entered("ASIA20", own, "ASIA30"),
        call("ASIA30", "iam:CreateUser"),
    ]
    answers = await found(desk, records)
    assert codes(answers["data_taken"]) == ["secrets_read"]
    moved = answers["lateral_movement"]
    assert codes(moved) == ["chained_role"]
    keys = moved.facts["keys"]
    assert isinstance(keys, list)
    assert [(one["key_id"], one["chained"], one["calls"]) for one in keys] == [("ASIA1", False, 1), ("ASIA20", True, 2)]
    assert "1 key that came of chained keys: one level is followed." in moved.not_checked


async def test_a_new_long_lived_key_is_followed_too(desk: Desk) -> None:
    """A user's key that a session made is the attacker's next way in."""
    made = {"accessKey": {"accessKeyId": "AKIA5", "userName": "eve"}}
    records = [
        session(desk),
        call("ASIA1", "iam:CreateAccessKey", {"userName": "eve"}, responseElements=made),
        call("AKIA5", "secretsmanager:GetSecretValue", {"secretId": "prod"}),
    ]
    answers = await found(desk, records)
    assert codes(answers["data_taken"]) == ["secrets_read"]
    assert "by the key of eve, made by iam:CreateAccessKey" in answers["data_taken"].lines[0]


async def test_the_latest_end_is_that_of_any_session_seen(desk: Desk) -> None:
    """A watch for the all-clear needs the end of the last session, also of one that was chained."""
    ends = {"accessKeyId": "ASIA20", "expiration": "Nov 23, 2026, 4:00:00 PM"}
    role = {"roleArn": f"arn:aws:iam::{desk.target.account}:role/next"}
    chained = call("ASIA1", "sts:AssumeRole", role, responseElements={"credentials": ends})
    moved = (await found(desk, [session(desk), chained]))["lateral_movement"]
    assert moved.facts["latest_expiry"] == "2026-11-23T16:00:00+00:00"


async def test_only_the_newest_keys_are_followed_and_more_in_later_rounds(desk: Desk) -> None:
    """A flood of sessions is cut with a number, and each round takes more of it."""
    records = [session(desk, number) for number in range(1, 51)]
    first = (await found(desk, records))["lateral_movement"]
    keys = first.facts["keys"]
    assert isinstance(keys, list)
    assert [one["key_id"] for one in keys] == [f"ASIA{number}" for number in range(50, 30, -1)]
    assert first.facts["keys_cut"] == 30
    assert "30 keys of older sessions: only the newest were followed in this round." in first.not_checked
    last = (await found(desk, records, number=3))["lateral_movement"]
    assert last.facts["keys_cut"] == 0


async def test_unknown_regions_are_said(desk: Desk) -> None:
    """Without a list of Regions the anchor's own and IAM's are searched, and no other is claimed."""
    desk.aws.fail("ec2:DescribeRegions", "deny")
    desk.aws.fail("account:ListRegions", "deny")
    moved = (await found(desk, [session(desk)]))["lateral_movement"]
    assert moved.facts["regions"] == ["eu-west-1", "us-east-1"]
    assert any(one.startswith("Other Regions than eu-west-1 and us-east-1: ") for one in moved.not_checked)


async def test_the_other_list_of_regions_does_too(desk: Desk) -> None:
    """One of two permissions is enough."""
    desk.aws.fail("ec2:DescribeRegions", "deny")
    desk.aws.serve("account:ListRegions", {"Regions": [{"RegionName": "eu-south-2"}]})
    moved = (await found(desk, [session(desk)]))["lateral_movement"]
    assert moved.facts["regions"] == ["eu-west-1", "us-east-1", "eu-south-2"]


class OneRegionRefuses(FakeSearch):
    """CloudTrail that answers in all Regions but one, or for no key at all."""

    def __init__(self, records: list[dict[str, Any]], regions: tuple[str, ...]) -> None:
        super().__init__(records)
        self._regions = regions

    async def search(self, target: Any, query: EventQuery, run: Any) -> EventsFound:
        """See :class:`FakeSearch`."""
        if query.region in self._regions and query.value.startswith("ASIA"):
            raise AwsDenied("AccessDeniedException", "no", "cloudtrail:LookupEvents")
        return await super().search(target, query, run)


async def test_a_region_that_refuses_is_said_and_hides_no_other(desk: Desk) -> None:
    """What was found elsewhere stands."""
    records = [session(desk), call("ASIA1", "iam:CreateUser")]
    moved = (await found(desk, [], search=OneRegionRefuses(records, ("ap-south-1",))))["lateral_movement"]
    assert codes(moved) == ["credential_path_made"]
    assert len(moved.signs[0].events) == 1
    assert "Keys in ap-south-1: the search ended with AccessDeniedException." in moved.not_checked


async def test_keys_that_could_not_be_followed_anywhere_are_no_all_clear(desk: Desk) -> None:
    """When no Region answers, nothing is said to be not found."""
    answers = await found(desk, [], search=OneRegionRefuses([session(desk)], REGIONS))
    assert {one.standing for one in answers.values()} == {Standing.NOT_ALLOWED}


async def test_a_case_without_an_anchor_could_not_be_checked(desk: Desk) -> None:
    """No key is followed for a trust anchor that nobody names."""
    await desk.detect()
    case = await desk.case()
    nameless = replace(case.detection, anchor=replace(case.detection.anchor, arn=None))
    answers = await ask_step(what_sessions_did.STEP, replace(case, detections=(nameless,)), desk.aws)
    assert {one.standing for one in answers.values()} == {Standing.COULD_NOT_CHECK}


class PaidSearch(FakeSearch):
    """CloudTrail as a table over a trail, which may have data events."""

    async def search(self, target: Any, query: EventQuery, run: Any) -> EventsFound:
        """See :class:`FakeSearch`."""
        return replace(await super().search(target, query, run), scan=Scan("the trail", 1, 0.0, "SELECT", ()))


async def test_a_trail_may_log_data_events(desk: Desk) -> None:
    """Of a table over a trail it is not said that it has no data events: that hangs on the trail."""
    taken = (await found(desk, [], search=PaidSearch([session(desk)])))["data_taken"]
    assert taken.sentence.endswith("No data event was found; whether the trail logs them is not known.")
    assert any(one.endswith("a trail has only those that it was told to log.") for one in taken.not_checked)
