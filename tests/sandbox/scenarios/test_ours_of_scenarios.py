"""The steps about whose CA it is, asked of the stand-in with boto3, against the truth of scenarios."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from bot.adapters.aws_accounts import BotoAccounts
from bot.adapters.clock import SystemClock
from bot.adapters.formats import understand
from bot.adapters.x509 import CertificateReader
from bot.domain.answer import Answer
from bot.domain.effects import Standing
from bot.domain.house import Account, ApprovedCa, Environment, House
from bot.sandbox.aws.seed import ACT_ROLE, READ_ROLE, seed
from bot.sandbox.aws.server import AwsStandIn
from bot.sandbox.scenarios.play import play
from bot.sandbox.scenarios.truth import Played
from bot.service.case_book import CaseBook
from bot.service.earlier_cases import EarlierCases
from bot.service.guide import in_order, is_it_ours, same_ca, the_change
from bot.service.take_detection import TakeDetection
from tests.fakes.fake_aws import FakeAws
from tests.fakes.guide_desk import ask_step
from tests.fakes.memory_log import MemoryDisk, MemoryLog

STEPS = (is_it_ours.STEP, same_ca.STEP, in_order.STEP, the_change.STEP)


@pytest.fixture
def endpoint(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A seeded stand-in that boto3 finds by the environment, with the bot's own key."""
    with AwsStandIn(rate_scale=0, delivery_delay=timedelta(0)) as running:
        bot = seed(running.endpoint_url).bot
        monkeypatch.setenv("AWS_ENDPOINT_URL", running.endpoint_url)
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", bot.access_key_id)
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", bot.secret_access_key)
        monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
        yield running.endpoint_url


def house_of(played: Played) -> House:
    """What the organization of a scenario knows of itself."""
    ours = {arn.split(":")[4] for arn in played.truth.same_ca}
    accounts = [Account(one, one, Environment.LAB) for one in played.lab_accounts]
    accounts += [Account(one, one) for one in sorted(ours) if len(ours) > 1]
    inventory = tuple(ApprovedCa("Vendor PKI", key, "pki-team") for key in played.approved_ca_keys)
    return House(accounts=tuple(accounts), approved_cas=inventory, ticket_pattern=r"CHG[0-9]{6,}")


async def answers(played: Played) -> dict[str, Answer]:
    """Every answer of these steps about a scenario's case."""
    book = CaseBook(MemoryLog(MemoryDisk()), SystemClock(), Standing("test", exclusive=True), lambda _: None)
    taken = await TakeDetection(book, understand, CertificateReader)(played.body.encode())
    case = await book.load(taken.cases[0])
    accounts = BotoAccounts(READ_ROLE, ACT_ROLE)
    found: dict[str, Answer] = {}
    aws = FakeAws(now=case.detection.happened_at)
    try:
        for step in STEPS:
            found |= await ask_step(
                step, case, aws, accounts=accounts, house=house_of(played), earlier_cases=EarlierCases(book)
            )
    finally:
        await accounts.close()
    return found


def codes(found: dict[str, Answer]) -> set[str]:
    """The signs of all answers."""
    return {sign.code for one in found.values() for sign in one.signs}


async def test_an_approved_vendor_ca(endpoint: str) -> None:
    """Approved by key, with its ticket in session and tags, its stack, and its first trust anchor of 40 days ago."""
    played = play("approved-vendor-ca", endpoint)
    found = await answers(played)
    assert {"ca_approved", "ca_established", "ticket_named", "stack_owned", "production_account"} <= codes(found)
    assert found["deployed_by"].facts["stack"] == played.truth.stack
    assert found["change_ticket"].facts["tickets"] == ["CHG0044021"]
    assert found["same_ca"].facts["anchors"] == list(played.truth.same_ca)


async def test_a_lab(endpoint: str) -> None:
    """A self-signed CA in an account that is listed as a lab; no stack, no ticket, not approved."""
    found = await answers(play("lab", endpoint))
    assert "lab_test" in codes(found)
    assert not {"ca_approved", "stack_owned", "ticket_named", "ca_spread"} & codes(found)


async def test_one_ca_in_five_accounts(endpoint: str) -> None:
    """All five are found with the read role of each account."""
    played = play("same-ca-in-five-accounts", endpoint)
    found = await answers(played)
    assert set(found["same_ca"].facts["anchors"]) == set(played.truth.same_ca)  # type: ignore[call-overload]
    assert "ca_spread" in codes(found)
    assert found["same_ca"].facts["accounts"] == 5
