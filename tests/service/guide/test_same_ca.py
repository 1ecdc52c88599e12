"""The same CA elsewhere: by key, over accounts and Regions, with every gap named."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.adapters.x509 import read_certificates
from bot.domain.answer import Answer, Standing
from bot.domain.errors import AwsDenied
from bot.domain.house import Account, House
from bot.domain.identity import Target
from bot.service.guide import anchor_sweep, same_ca
from tests.authorities import pem, sound_ca
from tests.fakes.desk import Desk, detection_of
from tests.fakes.fake_aws import ACCOUNT
from tests.fakes.guide_desk import ask_step
from tests.records import make_key

OTHERS = ("222233334444", "333344445555")
HOUSE = House(accounts=tuple(Account(one, f"account {one}") for one in (ACCOUNT, *OTHERS)))
ROOT, STRANGER = sound_ca(), sound_ca(key=make_key("rsa-2048"))
# The same key under another name and serial number is the same CA.
RENAMED = sound_ca("CN=Something Else", serial=99)
REGIONS = ("eu-west-1", "us-east-1", "ap-southeast-2")


@pytest.fixture
def wide(desk: Desk) -> Desk:
    """A trust anchor with a CA, in an account with three Regions."""
    anchor = desk.aws.anchor(desk.target)
    assert anchor is not None
    anchor["source"]["sourceData"]["x509CertificateData"] = pem(ROOT)
    anchor["createdAt"] = anchor["updatedAt"] = detection_of(desk.target).happened_at
    desk.aws.serve("ec2:DescribeRegions", {"Regions": [{"RegionName": one} for one in REGIONS]})
    return desk


def add(desk: Desk, *, minutes: float = 0, certificate: Any = ROOT, **more: Any) -> Target:
    """Another trust anchor, made so long before the event."""
    at = detection_of(desk.target).happened_at - timedelta(minutes=minutes)
    return desk.aws.add_anchor(pem=pem(certificate), createdAt=at, updatedAt=at, **more)


async def found(desk: Desk, house: House = HOUSE, accounts: Any = None) -> Answer:
    """The answer."""
    case = replace(await desk.case(), detections=(detection_of(desk.target),), ca=read_certificates((pem(ROOT),)))
    return (await ask_step(same_ca.STEP, case, desk.aws, house=house, accounts=accounts))["same_ca"]


def codes(answer: Answer) -> list[str]:
    """The signs of an answer."""
    return [one.code for one in answer.signs]


async def test_every_account_and_region_is_looked_at(wide: Desk) -> None:
    """Nothing else has the CA, and the answer says where was looked."""
    add(wide, certificate=STRANGER, region="us-east-1")
    answer = await found(wide)
    assert answer.sentence.endswith("Looked at 3 accounts, 9 Regions in all.")
    assert (answer.facts["anchors"], codes(answer)) == ([wide.target.anchor_arn], [])
    looked = {
        (one.target.account, one.target.region) for one in wide.aws.journal if one.operation == "ListTrustAnchors"
    }
    assert looked == {(account, region) for account in (ACCOUNT, *OTHERS) for region in REGIONS}


async def test_a_ca_that_came_into_accounts_at_once_raises(wide: Desk) -> None:
    """By its key, under whatever name, in accounts of the house."""
    target = add(wide, minutes=13, account=OTHERS[0], region="us-east-1", certificate=RENAMED)
    answer = await found(wide)
    assert codes(answer) == ["ca_spread"]
    assert answer.facts["other_accounts"] == [OTHERS[0]]
    assert str(target.anchor_arn) in answer.lines[0]


async def test_other_regions_of_the_account_are_milder(wide: Desk) -> None:
    """The same CA twice in one account within a day."""
    add(wide, minutes=13, region="us-east-1")
    assert codes(await found(wide)) == ["same_ca_elsewhere"]


async def test_a_ca_that_has_been_here_for_long_speaks_against_trouble(wide: Desk) -> None:
    """An enabled trust anchor of before a month ago, in whichever account."""
    add(wide, minutes=31 * 24 * 60, account=OTHERS[0])
    assert codes(await found(wide)) == ["ca_established"]


async def test_one_that_was_never_enabled_is_no_habit(wide: Desk) -> None:
    """A sleeping trust anchor vouches for nothing."""
    add(wide, minutes=31 * 24 * 60, enabled=False)
    assert codes(await found(wide)) == []


async def test_an_account_that_lets_nobody_in_is_named(wide: Desk) -> None:
    """Its gap is said, and the others are looked at."""

    def identity(_: Mapping[str, Any]) -> Mapping[str, Any]:
        raise AwsDenied("AccessDenied", "no", "sts:AssumeRole")

    accounts = _Shut(wide, OTHERS[1], identity)
    answer = await found(wide, accounts=accounts)
    assert answer.facts["accounts"] == 2
    assert len(answer.not_checked) == 1
    assert answer.not_checked[0].startswith(f"The same CA in account {OTHERS[1]}: ")


async def test_the_bots_own_account_answers_for_no_other(wide: Desk) -> None:
    """Without a role to read with, the other accounts are not said to be empty."""
    wide.aws.answers_as = ACCOUNT
    answer = await found(wide)
    assert (answer.facts["accounts"], len(answer.not_checked)) == (1, 2)
    assert all("of another account" in one for one in answer.not_checked)


async def test_a_refusal_in_one_region_is_named(wide: Desk) -> None:
    """A Region that AWS refuses is a gap; nothing is claimed of it."""
    wide.aws.fail("rolesanywhere:ListTrustAnchors", "deny", times=1)
    answer = await found(wide, house=House())
    assert answer.facts["places"] == 2
    assert len(answer.not_checked) == 1
    assert "eu-west-1" in answer.not_checked[0]


async def test_nothing_that_could_be_read_is_no_answer(wide: Desk) -> None:
    """Where every look is refused the question stays open."""
    wide.aws.fail("sts:GetCallerIdentity", "deny", times=9)
    assert (await found(wide)).standing is Standing.COULD_NOT_CHECK


async def test_the_time_is_bounded(wide: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the time is up, what was not looked at is named."""
    monkeypatch.setattr(anchor_sweep, "_MOST_SECONDS", -1.0)
    answer = await found(wide)
    assert answer.standing is Standing.COULD_NOT_CHECK
    assert "no time left" in answer.sentence


async def test_the_number_of_accounts_is_bounded(wide: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Accounts beyond the bound are named."""
    monkeypatch.setattr(anchor_sweep, "_MOST_ACCOUNTS", 1)
    answer = await found(wide)
    assert answer.facts["accounts"] == 2
    assert answer.not_checked == (f"The same CA in account {OTHERS[1]}: no more than 1 other accounts are looked at.",)


class _Shut:
    """Every account but one, which answers each call with the same."""

    def __init__(self, desk: Desk, account: str, answer: Any) -> None:
        self._desk = desk
        self._account = account
        self._answer = answer

    def reader(self, target: Target, permissions: Any, **more: Any) -> Any:
        """See :class:`bot.ports.AwsAccounts`."""
        aws = self._desk.aws.reader(target, permissions, **more)
        return _ShutAws(self._answer) if target.account == self._account else aws

    def actor(self, target: Target, permissions: Any, **more: Any) -> Any:
        """See :class:`bot.ports.AwsAccounts`."""
        return self._desk.aws.actor(target, permissions, **more)


class _ShutAws:
    def __init__(self, answer: Any) -> None:
        self._answer = answer

    async def call(self, service: str, operation: str, /, **parameters: object) -> Mapping[str, Any]:
        """Answer."""
        del service, operation
        answer: Mapping[str, Any] = self._answer(parameters)
        return answer
