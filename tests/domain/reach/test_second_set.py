"""A second labelled set, written from the AWS pages alone by somebody who had not read the product."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from bot.domain.reach.verdicts import Reason
from bot.reach_of import reach_rows
from tests.domain.reach import second_conditions, second_policies, second_worlds
from tests.domain.reach.second_accounts import PROFILE, ROLE, account, allow, policy, profile, role
from tests.domain.reach.second_worlds import World

NOW = datetime(2026, 11, 22, tzinfo=UTC)
BLOCKS = (
    *second_conditions.ANCHOR_CONDITIONS,
    *second_conditions.CERTIFICATE_CONDITIONS,
    *second_conditions.UNKNOWN_CONDITIONS,
)
POLICIES = (
    *((name, policy(allow(block)), reasons) for name, block, reasons in BLOCKS),
    *second_policies.PRINCIPALS,
    *second_policies.ACTIONS,
    *second_policies.DENIALS,
    *second_policies.SHAPES,
)
WORLDS: tuple[World, ...] = (
    *(
        (name, account([role(document)], [profile()]), ((ROLE, PROFILE, reasons, (False,)),))
        for name, document, reasons in POLICIES
    ),
    *second_worlds.PLACES,
)


@pytest.mark.parametrize("world", WORLDS, ids=lambda world: world[0])
def test_the_lines_are_the_labels(world: World) -> None:
    """An account gives the lines that were expected, each with a reason that its label accepts."""
    _, facts, expected = world
    found = list(reach_rows(json.dumps(facts).encode(), NOW))
    rows = {(row["role_arn"], row["profile_arn"]): row for row in found}
    assert len(found) == len(rows)
    assert set(rows) == {(role_arn, profile_arn) for role_arn, profile_arn, _, _ in expected}
    for role_arn, profile_arn, reasons, away in expected:
        row = rows[role_arn, profile_arn]
        assert row["reason"] in reasons.split()
        assert row["verdict"] == Reason(row["reason"]).verdict
        assert row["one_profile_away"] in away


def test_the_set_is_wide() -> None:
    """Every reason is accepted somewhere as the only one, and no two accounts have one name."""
    accepted = {reasons for _, _, expected in WORLDS for _, _, reasons, _ in expected}
    assert {one.value for one in Reason} <= accepted
    assert len({name for name, _, _ in WORLDS}) == len(WORLDS) >= 250


def test_entries_of_one_role_that_differ_both_count() -> None:
    """Two answers that disagree about a role are both shown: leaving one out could hide an open door."""
    shut = second_worlds.PINNED
    rows = list(reach_rows(json.dumps(account([shut, second_worlds.OPEN], [profile()])).encode(), NOW))
    assert [row["reason"] for row in rows] == ["pinned_elsewhere", "no_condition"]
