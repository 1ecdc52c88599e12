"""Keys of sessions that went on into other accounts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from bot.domain.action import ActionAws
from bot.domain.identity import Target
from tests.fakes.desk import Desk
from tests.fakes.fake_search import FakeSearch
from tests.service.guide.test_what_sessions_did import OTHER, REGIONS, call, codes, entered, found, session


@pytest.fixture
def desk() -> Desk:
    """A desk in an account with three Regions."""
    made = Desk()
    made.aws.serve("ec2:DescribeRegions", {"Regions": [{"RegionName": name} for name in REGIONS]})
    return made


async def test_a_key_is_followed_into_an_account_that_can_be_read(desk: Desk) -> None:
    """What the session did there counts as what it did here, and each Region of that account is searched."""
    there = {"recipientAccountId": OTHER}
    search = FakeSearch(
        [
            session(desk),
            entered("ASIA1", OTHER, "ASIA99"),
            call("ASIA99", "secretsmanager:GetSecretValue", {"secretId": "ledger"}, **there),
            entered("ASIA99", OTHER, "ASIA100"),
        ]
    )
    answers = await found(desk, [], search=search)
    moved = answers["lateral_movement"]
    assert moved.sentence.startswith("2 keys followed through 3 Regions of 2 accounts until ")
    assert codes(answers["data_taken"]) == ["secrets_read"]
    asked = [(one.account, one.region) for one in search.queries if one.value == "ASIA99"]
    assert sorted(asked) == [(OTHER, region) for region in REGIONS]
    assert "ASIA100" not in {one.value for one in search.queries}
    assert moved.facts["other_accounts"] == [OTHER]


async def test_no_more_than_a_few_keys_are_followed_abroad(desk: Desk) -> None:
    """A flood of entered roles must not eat the round; how many were left is said."""
    roles = [{**entered("ASIA1", OTHER, f"ASIA{number}"), "eventID": f"entered-{number}"} for number in range(100, 107)]
    moved = (await found(desk, [session(desk), *roles]))["lateral_movement"]
    assert "2 of the keys in other accounts: no more than 5 are followed in a round." in moved.not_checked


class _OwnCredentials:
    """AWS with no role to read with: whatever account is meant, the bot's own answers."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.actor = desk.aws.actor

    def reader(self, target: Target, permissions: Sequence[str], **more: Any) -> ActionAws:
        """See :meth:`bot.ports.AwsAccounts.reader`."""
        return self._desk.aws.reader(replace(target, account=self._desk.target.account), permissions, **more)


async def test_credentials_of_another_account_read_nothing(desk: Desk) -> None:
    """Without a role to read with, the bot's own account would be searched in the other's place."""
    search = FakeSearch([session(desk), entered("ASIA1", OTHER, "ASIA99")])
    moved = (await found(desk, [], search=search, accounts=_OwnCredentials(desk)))["lateral_movement"]
    assert any("the credentials to read with are of another account." in one for one in moved.not_checked)
    assert "ASIA99" not in {one.value for one in search.queries}
