"""Who else uses what the actions would stop, as the guide finds it and as plans say it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from types import MappingProxyType
from typing import Any

import pytest

from bot.domain.answer import Answer, answered
from bot.domain.case_evidence import evidence_of
from bot.domain.errors import AwsDenied
from bot.domain.event_search import By
from bot.domain.investigation import Investigation
from bot.domain.other_use import OtherUse, use_sentence
from bot.registry import load_actions
from bot.service.guide import other_use
from tests.fakes.aws_samples import session_record, stamp
from tests.fakes.desk import Desk
from tests.fakes.fake_aws import NOW
from tests.fakes.fake_search import FakeSearch
from tests.fakes.guide_desk import ask_step

ROLE = "arn:aws:iam::{}:role/deployer"
PROFILE = "arn:aws:rolesanywhere:eu-west-1:111122223333:profile/p1"


@pytest.fixture
def desk() -> Desk:
    """A desk whose trust anchor is known."""
    return Desk()


def earlier(desk: Desk) -> tuple[Answer, ...]:
    """What the steps before have found: one profile and one role that are open, one known session."""
    role = ROLE.format(desk.target.account)
    known = {"role_arn": role, "user_id": "AROAEXAMPLEEXAMPLE:0a1b", "error_code": None, "expires": None}
    reach = {"open_profiles": [{"arn": PROFILE, "name": "deploy"}], "open_roles": [role]}
    return answered("ca_used", "Used.", facts={"sessions": [known]}), answered("reachable_roles", "One.", facts=reach)


def session(desk: Desk, number: int, *, days: float = 0, **changes: Any) -> dict[str, Any]:
    """A session through a trust anchor and the profile."""
    role = ROLE.format(desk.target.account)
    asked = {"trustAnchorArn": desk.target.anchor_arn, "roleArn": role, "profileArn": PROFILE}
    at = {"eventID": f"s{number}", "eventTime": stamp(NOW - timedelta(days=days))}
    made = session_record(desk.target, **at, **changes)
    return {**made, "requestParameters": {**asked, **changes.get("requestParameters", {})}}


def entry(desk: Desk, number: int, region: str) -> dict[str, Any]:
    """The role, entered by STS."""
    role = ROLE.format(desk.target.account)
    return {
        "eventID": f"e{number}",
        "eventSource": "sts.amazonaws.com",
        "eventName": "AssumeRole",
        "eventTime": stamp(NOW - timedelta(hours=30)),
        "awsRegion": region,
        "sourceIPAddress": "198.51.100.4",
        "requestParameters": {"roleArn": role},
        "resources": [{"ARN": role, "type": "AWS::IAM::Role"}],
    }


async def counted(desk: Desk, search: FakeSearch) -> tuple[Answer, OtherUse]:
    """The answer, and what the case's evidence has of it."""
    await desk.detect()
    case, before = await desk.case(), earlier(desk)
    answers = await ask_step(other_use.STEP, case, desk.aws, earlier=before, search=search)
    all_answers = MappingProxyType({one.question: one for one in (*before, *answers.values())})
    known = evidence_of(replace(case, investigation=Investigation(answers=all_answers)))
    return answers["other_use"], known.use


async def test_ours_and_others_are_counted_apart(desk: Desk) -> None:
    """Sessions of every trust anchor and entries by STS in both Regions count; older ones do not."""
    other = {"trustAnchorArn": "arn:aws:rolesanywhere:eu-west-1:111122223333:trust-anchor/other"}
    records = [
        session(desk, 0),
        session(desk, 1, days=3),
        session(desk, 2, days=2, requestParameters=other, sourceIPAddress="198.51.100.1"),
        session(desk, 3, days=31),
        entry(desk, 0, "eu-west-1"),
        entry(desk, 1, "us-east-1"),
    ]
    answer, use = await counted(desk, FakeSearch(records))
    assert use.anchor is not None
    assert (use.anchor.total, use.anchor.recent, use.anchor.others) == (2, 1, 0)
    assert use.profiles is not None
    assert (use.profiles.total, use.profiles.others, use.profiles.addresses, use.profiles.gap) == (3, 1, 2, "")
    assert use.roles is not None
    assert (use.roles.total, use.roles.others, use.roles.addresses) == (5, 3, 3)
    assert use.roles.gap == "other Regions were not searched: AWS did not list which are enabled"
    assert answer.sentence.startswith("This trust anchor: ")
    assert "2 sessions in 30 days (1 in the last 24 hours)" in answer.sentence


@pytest.mark.parametrize(
    ("names", "gap"),
    [
        (["us-east-1", "eu-west-1"], ""),
        (["us-east-1", "eu-west-1", "eu-north-1"], "not searched: eu-north-1"),
        (
            ["us-east-1", "eu-west-1", "a-1", "b-1", "c-1", "d-1", "e-1"],
            "not searched: a-1, b-1, c-1 and 2 more enabled Regions",
        ),
    ],
)
async def test_a_plan_names_the_regions_that_were_not_searched(desk: Desk, names: list[str], gap: str) -> None:
    """Where no other is enabled, a whole search may say that nothing breaks; the answer names every one."""
    desk.aws.serve("ec2:DescribeRegions", {"Regions": [{"RegionName": one} for one in names]})
    answer, use = await counted(desk, FakeSearch([]))
    assert use.roles is not None
    assert use.actor is not None
    assert (use.roles.gap, use.actor.gap) == (gap, gap)
    assert ("nothing should break" in use_sentence(use.roles)) is (not gap)
    left = [one for one in names if one not in ("us-east-1", "eu-west-1")]
    assert all(any(region in one for one in answer.not_checked) for region in left)
    assert "CloudTrail of eu-west-1 and us-east-1 until" in use_sentence(use.roles)


@pytest.mark.parametrize(
    ("days", "records", "gap"),
    [(1, [], "IAM says that deployer was used on {}"), (40, [], ""), (1, ["entered"], "")],
)
async def test_what_iam_knows_of_a_use_that_was_not_seen(desk: Desk, days: int, records: list[str], gap: str) -> None:
    """A role that IAM saw used yesterday is not said to be used by nobody, wherever that use was recorded."""
    desk.aws.serve("ec2:DescribeRegions", {"Regions": [{"RegionName": one} for one in ("us-east-1", "eu-west-1")]})
    day = f"{NOW - timedelta(days=days):%Y-%m-%d}"
    _, reach = earlier(desk)
    known = replace(reach, facts={**reach.facts, "last_used": {ROLE.format(desk.target.account): day}})
    await desk.detect()
    search = FakeSearch([entry(desk, number, "eu-west-1") for number, _ in enumerate(records)])
    answers = await ask_step(other_use.STEP, await desk.case(), desk.aws, earlier=(known,), search=search)
    roles = answers["other_use"].facts["roles"]
    assert isinstance(roles, dict)
    assert roles["gap"] == gap.format(day)


async def test_a_plan_says_it(desk: Desk) -> None:
    """Disabling the trust anchor names the number; without any session nothing should break."""
    _, used = await counted(desk, FakeSearch([session(desk, 0)]))
    _, unused = await counted(desk, FakeSearch())
    action = load_actions()["disable_trust_anchor"]
    said = []
    for use in (used, unused, OtherUse()):
        target = replace(desk.target, known=replace(desk.target.known, use=use))
        plan = await action.plan(target, desk.aws.reader(target, action.permissions))
        said.append(plan.who_would_notice)
    assert "1 session in 30 days" in said[0]
    assert "nobody in the last 30 days, so nothing should break." in said[1]
    assert "How many they are is not known yet" in said[2]
    assert ["should break" in one for one in said] == [False, True, False]


async def test_identities_that_others_were_given_are_shared(desk: Desk) -> None:
    """Another trust anchor's session and an entry that sets one share it; one that brought it along does not."""
    other = {"trustAnchorArn": "arn:aws:rolesanywhere:eu-west-1:111122223333:trust-anchor/other"}
    theirs = session(desk, 0, requestParameters=other)
    theirs["responseElements"] = {"credentialSet": [{"sourceIdentity": "CN=build"}]}
    sets = {**entry(desk, 0, "eu-west-1"), "requestParameters": {"roleArn": ROLE.format(desk.target.account)}}
    sets["requestParameters"]["sourceIdentity"] = "ava"
    brings = {**entry(desk, 1, "eu-west-1"), "responseElements": {"sourceIdentity": "CN=evil"}}
    brings["userIdentity"] = {"sessionContext": {"sourceIdentity": "CN=evil"}}
    await desk.detect()
    case, (_, reach) = await desk.case(), earlier(desk)
    sessions = [{"identity": name, "error_code": None} for name in ("CN=build", "ava", "CN=evil")]
    before = (answered("ca_used", "Used.", facts={"sessions": sessions}), reach)
    search = FakeSearch([theirs, sets, brings])
    answers = await ask_step(other_use.STEP, case, desk.aws, earlier=before, search=search)
    all_answers = MappingProxyType({one.question: one for one in (*before, *answers.values())})
    known = evidence_of(replace(case, investigation=Investigation(answers=all_answers)))
    assert known.identities == ("CN=evil",)
    assert known.other_identities == "2 source identities (others have it too)"


async def test_what_was_refused_is_not_nobody(desk: Desk) -> None:
    """Without the permission, every plan names it and none says that nothing breaks."""
    search = FakeSearch()
    search.error = AwsDenied("AccessDenied", "no", "cloudtrail:LookupEvents")
    answer, use = await counted(desk, search)
    found = (use.anchor, use.profiles, use.roles, use.same_name, use.actor)
    assert all(one is not None and not one.looked for one in found)
    assert all("the permission cloudtrail:LookupEvents is missing" in one.gap for one in found if one)
    assert "should break" not in " ".join((answer.sentence, *answer.lines))


async def test_a_search_that_was_cut_is_at_least(desk: Desk) -> None:
    """More sessions than are read make a lower bound, with the reason."""
    records = [session(desk, number, days=number / 100) for number in range(1_001)]
    _, use = await counted(desk, FakeSearch(records))
    assert use.anchor is not None
    assert use.anchor.total == 1_000
    assert "only the newest 1000 events were read" in use.anchor.gap


async def test_a_role_that_was_found_since_is_not_counted_yet(desk: Desk) -> None:
    """What was counted for fewer roles than a plan is about now says nothing of these."""
    await desk.detect()
    case, before = await desk.case(), earlier(desk)
    asked = await ask_step(other_use.STEP, case, desk.aws, earlier=before)
    role = ROLE.format(desk.target.account)
    reach = answered("reachable_roles", "Two.", facts={"open_roles": [role, f"{role}2"]})
    now = MappingProxyType({one.question: one for one in (*before, *asked.values(), reach)})
    use = evidence_of(replace(case, investigation=Investigation(answers=now))).use
    assert use.roles is None
    assert use.anchor is not None


async def test_a_role_costs_one_call_a_region(desk: Desk) -> None:
    """The calls stay few: one search of sessions, and one a role and Region, beside the caller's own."""
    search = FakeSearch()
    await counted(desk, search)
    asked = [(one.by, one.region) for one in search.queries]
    assert asked.count((By.EVENT_SOURCE, "eu-west-1")) == 1
    assert [one for one in asked if one[0] is By.RESOURCE] == [
        (By.RESOURCE, "eu-west-1"),
        (By.RESOURCE, "us-east-1"),
    ]
    assert len(asked) == len(set(asked)) <= 5


class _PaidSearch(FakeSearch):
    keys = frozenset(By)


async def test_a_search_that_is_paid_is_made_once(desk: Desk) -> None:
    """Where each search costs money no role is searched one by one, which is said, and later rounds ask nothing."""
    search = _PaidSearch([session(desk, 0)])
    answer, use = await counted(desk, search)
    assert By.RESOURCE not in {one.by for one in search.queries}
    assert use.roles is not None
    assert (use.roles.total, "paid by the byte" in use.roles.gap) == (1, True)
    asked = len(search.queries)
    again = await ask_step(other_use.STEP, await desk.case(), desk.aws, earlier=(answer,), search=search, number=1)
    assert (again["other_use"], len(search.queries)) == (answer, asked)
