"""Scenarios of known truth on the AWS stand-in: what the steps about use find there, with the real adapters."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count
from typing import Any

import pytest
import pytest_asyncio

from bot.adapters.aws_accounts import BotoAccounts
from bot.adapters.call_pace import CallPace
from bot.adapters.clock import SystemClock
from bot.adapters.cloudtrail_search import LookupSearch
from bot.adapters.formats import understand
from bot.adapters.x509 import read_certificates
from bot.domain.answer import Answer, Standing
from bot.domain.identity import parse_anchor_arn
from bot.sandbox.aws.seed import READ_ROLE, seed
from bot.sandbox.aws.server import AwsStandIn
from bot.sandbox.scenarios.play import play
from bot.sandbox.scenarios.truth import Played
from bot.service.guide import the_use, use_witnesses, what_sessions_did
from bot.service.guide.inquiry import Inquiry, Sources
from bot.service.investigate import answers_of
from bot.service.shared_reads import SharedReads
from bot.service.take_detection import TakeDetection
from tests.fakes.desk import Desk


@dataclass(frozen=True)
class Asked:
    """A scenario and what the steps answered about it."""

    played: Played
    answers: dict[str, Answer]
    calls: dict[str, int]

    def fact(self, question: str, name: str) -> Any:
        """One fact of an answer."""
        return self.answers[question].facts[name]

    @property
    def codes(self) -> set[str]:
        """The codes of all signs."""
        return {sign.code for one in self.answers.values() for sign in one.signs}


async def _no_pause(_seconds: float) -> None:
    return


async def _nobody(_sentence: str) -> None:
    return


async def ask(played: Played, desk: Desk, accounts: BotoAccounts) -> Asked:
    """Take the detection in and ask the steps."""
    taken = await TakeDetection(desk.book, understand, lambda: read_certificates)(played.body.encode())
    case = await desk.book.load(taken.cases[0])
    assert case.target == parse_anchor_arn(played.truth.trust_anchor_arn)
    shared = SharedReads(SystemClock())
    sources = Sources(accounts, LookupSearch(accounts), shared=shared, read_certificates=read_certificates)
    inquiry = Inquiry(case, sources, datetime.now(UTC), 0, {}, _nobody)
    steps = (the_use.STEP, use_witnesses.STEP, what_sessions_did.STEP)
    answers = [answer for step in steps for answer in await answers_of(step, inquiry.of(step))]
    return Asked(played, {one.question: one for one in answers}, dict(inquiry.calls))


@pytest_asyncio.fixture
async def asked(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, desk: Desk) -> AsyncIterator[Asked]:
    """The scenario that the test names, asked with the bot's own keys and its read role."""
    with AwsStandIn(rate_scale=0, delivery_delay=timedelta(0)) as stand_in:
        bot = seed(stand_in.endpoint_url).bot
        played = play(request.param, stand_in.endpoint_url)
        for name, value in {
            "AWS_ENDPOINT_URL": stand_in.endpoint_url,
            "AWS_ACCESS_KEY_ID": bot.access_key_id,
            "AWS_SECRET_ACCESS_KEY": bot.secret_access_key,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": "nowhere",
            "AWS_SHARED_CREDENTIALS_FILE": "nowhere",
        }.items():
            monkeypatch.setenv(name, value)
        accounts = BotoAccounts(READ_ROLE, "", pace=CallPace(partial(next, count(step=1.0)), _no_pause))
        try:
            yield await ask(played, desk, accounts)
        finally:
            await accounts.close()


USED = [
    "used-once",
    "chained",
    "exfiltration",
    "own-door",
    "pinned-roles",
    "sleeping-anchor-enabled",
    "update-in-place",
]


@pytest.mark.parametrize("asked", [*USED, "unused-anchor", "approved-vendor-ca"], indirect=True)
def test_the_sessions_are_those_of_the_truth(asked: Asked) -> None:
    """Serials issued and refused, roles entered, secrets, shares and keys left behind are as they were played."""
    truth = asked.played.truth
    assert {one.standing for one in asked.answers.values()} == {Standing.ANSWERED}
    sessions = asked.fact("ca_used", "sessions")
    issued = [int(one["serial"], 16) for one in sessions if one["error_code"] is None]
    refused = [int(one["serial"], 16) for one in sessions if one["error_code"]]
    assert sorted(issued) == sorted(int(one, 16) for one in truth.sessions_issued)
    assert sorted(refused) == sorted(int(one, 16) for one in truth.sessions_refused)
    assert ("ca_used" in asked.codes) == bool(truth.sessions_issued)
    assert ("ca_not_used" in asked.codes) == (not truth.sessions_issued)
    moved, taken = asked.fact("lateral_movement", "acts"), asked.fact("data_taken", "acts")
    assert tuple(one["what"] for one in moved if one["name"] == "sts:AssumeRole") == truth.chained_roles
    assert {one["what"] for one in taken if one["kind"] == "secret read"} == set(truth.secrets_read)
    assert {account for one in taken for account in one["given_to"]} == set(truth.shared_with)
    left = {one["new_key_id"] for one in moved if one["name"] == "iam:CreateAccessKey"}
    assert left == set(truth.keys_left_behind)
    if truth.sessions_issued:
        assert set(asked.fact("lateral_movement", "other_accounts")) == set(truth.chained_accounts)


@pytest.mark.parametrize("asked", ["exfiltration"], indirect=True)
def test_the_witnesses_agree(asked: Asked) -> None:
    """CloudWatch, Roles Anywhere's list and STS tell of the same session."""
    assert asked.answers["session_metric"].facts == {"successes": 1, "in_cloudtrail": 1}
    assert asked.fact("subjects", "of_this_ca") == 1
    calls = asked.answers["service_calls"].facts
    assert (calls["calls"], calls["of_unknown_sessions"]) == (1, 0)
    assert asked.codes >= {"ca_used", "secrets_read", "data_shared", "credential_path_made"}


@pytest.mark.parametrize("asked", ["denied-permissions"], indirect=True)
def test_what_may_not_be_read_is_never_said_to_be_absent(asked: Asked) -> None:
    """Without LookupEvents there is no word of "no session"; the missing permission is named."""
    assert "cloudtrail:LookupEvents" in {one.action for one in asked.played.truth.unchecked}
    for question in ("ca_used", "used_certificates", "lateral_movement", "data_taken"):
        assert asked.answers[question].missing == ("cloudtrail:LookupEvents",)
    assert "ca_not_used" not in asked.codes
