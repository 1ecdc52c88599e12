"""The guide's step about roles against scenarios whose truth is known, through boto3 and the stand-in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import NoReturn

import pytest

from bot.adapters.aws_accounts import BotoAccounts
from bot.adapters.clock import SystemClock
from bot.adapters.privilege_catalogue import privilege_catalogue
from bot.domain.answer import Answer
from bot.domain.identity import parse_anchor_arn
from bot.sandbox.aws.seed import READ_ROLE
from bot.sandbox.aws.server import AwsStandIn
from bot.sandbox.scenarios.play import play
from bot.sandbox.scenarios.truth import Truth
from bot.service.guide import the_roles
from bot.service.guide.inquiry import Inquiry, Sources
from bot.service.investigate import answers_of
from bot.service.shared_reads import SharedReads
from tests.fakes.desk import Desk, detection_of
from tests.fakes.fake_search import FakeSearch

# Those that differ in what is open; each takes seconds to play.
DOORS = ["chained", "denied-permissions", "pinned-roles", "administrator-reachable", "sleeping-anchor-enabled"]


@pytest.fixture
async def desk() -> Desk:
    """Where a case can be had."""
    made = Desk()
    await made.detect()
    return made


@pytest.fixture
def endpoint(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A stand-in with AWS's own policies, which boto3 finds by the environment."""
    with AwsStandIn(rate_scale=0, delivery_delay=timedelta(0)) as running:
        for name, value in {
            "AWS_ENDPOINT_URL": running.endpoint_url,
            "AWS_ACCESS_KEY_ID": "AKIAUNKNOWNUNKNOWN00",
            "AWS_SECRET_ACCESS_KEY": "nothing",
            "AWS_EC2_METADATA_DISABLED": "true",
        }.items():
            monkeypatch.setenv(name, value)
        yield running.endpoint_url


async def asked(desk: Desk, truth: Truth) -> tuple[dict[str, Answer], Counter[str]]:
    """The step's answers about a scenario's trust anchor, and the calls that they cost, at the time of now."""
    target = parse_anchor_arn(truth.trust_anchor_arn)
    case = replace(await desk.case(), detections=(detection_of(target, "event-1"),))
    accounts = BotoAccounts(READ_ROLE, "")

    async def nobody(_sentence: str) -> None:
        return

    sources = Sources(
        accounts,
        FakeSearch(()),
        shared=SharedReads(SystemClock()),
        read_certificates=desk_reads_none,
        privilege_catalogue=privilege_catalogue,
    )
    inquiry = Inquiry(case, sources, desk.aws.time, 0, {}, nobody)
    try:
        answers = await answers_of(the_roles.STEP, inquiry.of(the_roles.STEP))
    finally:
        await accounts.close()
    return {one.question: one for one in answers}, inquiry.calls


def desk_reads_none(_blocks: object) -> NoReturn:
    """No certificate is read here."""
    raise AssertionError("this step reads no certificates")


@pytest.mark.parametrize("name", DOORS)
async def test_the_step_finds_the_truth(name: str, endpoint: str, desk: Desk) -> None:
    """The same roles are open, the same are administrators, the same lack a profile."""
    truth = play(name, endpoint).truth
    answers, _ = await asked(desk, truth)
    facts = answers["reachable_roles"].facts
    assert facts["roles"] == list(truth.reachable)
    missing = {one.action for one in truth.unchecked}
    if "iam:ListRoles" not in missing:
        assert facts["one_profile_away"] == sum(one.one_profile_away for one in truth.reach)
    if "iam:ListAttachedRolePolicies" not in missing:
        assert facts["administrators"] == list(truth.administrators)
    said = " ".join(text for one in answers.values() for text in one.not_checked)
    assert all(one in said for one in missing & {"iam:ListRoles"})
