"""List Linked Profiles: what the trust policies say, and what was not read."""

from __future__ import annotations

from typing import Any

import pytest

from bot.domain.action import AwsError, Report, Target
from handlers import list_linked_profiles
from handlers.list_linked_profiles import ACTION
from tests.fakes.aws_samples import trust_policy
from tests.fakes.fake_aws import FakeAws

OTHER = "arn:aws:rolesanywhere:eu-west-1:111122223333:trust-anchor/99999999-2222-3333-4444-555555555555"


async def reported(aws: FakeAws, target: Target) -> Report:
    """The report from plan and apply, as the bot runs them."""
    reader = aws.reader(target, ACTION.permissions)
    return await ACTION.apply(await ACTION.plan(target, reader), reader)


async def test_every_role_has_a_line() -> None:
    """Per profile and role, those that are open first; also roles that a new profile would reach."""
    aws = FakeAws()
    target = aws.add_anchor()
    shut = aws.add_role("shut", trust_policy(source_arn=OTHER))
    open_role = aws.add_role("open", trust_policy())
    unclear = aws.add_role("unclear", trust_policy(IpAddress={"aws:SourceIp": "192.0.2.0/24"}))
    aws.add_role("away", trust_policy())
    aws.add_profile("deploy", [shut, open_role])
    aws.add_profile("backup", [unclear])
    aws.add_profile("old", [open_role], enabled=False)
    report = await reported(aws, target)
    assert report.summary == (
        "2 enabled and 1 disabled profiles in eu-west-1. The CA's owner can become 1 role; 1 could not be evaluated; "
        "1 is shut by aws:SourceArn; 1 is one CreateProfile away."
    )
    assert [line.partition(",")[0] for line in report.lines] == [
        "open through profile deploy: usable",
        "unclear through profile backup: undetermined",
        "away in no profile: not usable",
        "shut through profile deploy: not usable",
    ]
    assert f"aws:SourceArn = {OTHER}"[:60] in report.lines[3]


async def test_all_roles_cost_one_call() -> None:
    """However many profiles list a role."""
    aws = FakeAws()
    target = aws.add_anchor()
    role = aws.add_role("deployer", trust_policy())
    aws.add_profile("a", [role])
    aws.add_profile("b", [role])
    report = await reported(aws, target)
    assert [call.operation for call in aws.journal if call.service == "iam"] == ["ListRoles"]
    assert len(report.lines) == 2


async def test_without_the_list_the_profiles_roles_are_read_once() -> None:
    """Each role then costs one call, and what stands in no profile is said to be unknown."""
    aws = FakeAws()
    target = aws.add_anchor()
    role = aws.add_role("deployer", trust_policy())
    aws.add_profile("a", [role])
    aws.add_profile("b", [role])
    aws.fail("iam:ListRoles", "deny")
    report = await reported(aws, target)
    assert sum(call.permission == "iam:GetRole" for call in aws.journal) == 1
    assert len(report.lines) == 2
    assert report.not_checked[0].startswith("Roles in no profile")


async def test_profiles_of_every_page_are_read() -> None:
    """A second page is not forgotten."""
    aws = FakeAws(page_size=2)
    target = aws.add_anchor()
    for number in range(5):
        aws.add_profile(f"p{number}", [])
    report = await reported(aws, target)
    assert report.summary.startswith("5 enabled")
    assert len(report.lines) == 5


async def test_roles_that_cannot_be_read_are_named() -> None:
    """A denied role is undetermined and named; a missing and a foreign one can't be used."""
    aws = FakeAws()
    target = aws.add_anchor()
    first = aws.add_role("denied", trust_policy())
    gone = "arn:aws:iam::111122223333:role/gone"
    foreign = "arn:aws:iam::999900001111:role/foreign"
    aws.add_profile("deploy", [first, gone, foreign])
    aws.fail("iam:ListRoles", "deny")
    aws.fail("iam:GetRole", "deny")
    report = await reported(aws, target)
    assert "Roles that could not be read: denied." in report.not_checked
    assert report.lines[0] == (
        "denied through profile deploy: undetermined, its trust policy can't be read "
        "(was not read: AccessDeniedException)"
    )
    assert "1 could not be evaluated" in report.summary


async def test_a_long_reading_stops_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the bound no role is read, and those that are left out are named."""
    monkeypatch.setattr(list_linked_profiles, "_MAX_ROLES", 2)
    aws = FakeAws()
    target = aws.add_anchor()
    aws.add_profile("deploy", [aws.add_role(f"r{number}", trust_policy()) for number in range(5)])
    aws.fail("iam:ListRoles", "deny")
    report = await reported(aws, target)
    assert "Roles that could not be read: r2, r3, r4." in report.not_checked
    assert "3 could not be evaluated" in report.summary


async def test_profiles_of_another_account_are_an_error() -> None:
    """Credentials of the wrong account must not give a reassuring empty report."""
    aws = FakeAws()
    target = aws.add_anchor()
    aws.add_profile("x", [])
    (profile,) = aws._place(target.account, target.region).profiles  # noqa: SLF001 - tests may tamper.
    profile["profileArn"] = "arn:aws:rolesanywhere:eu-west-1:999900001111:profile/x"
    with pytest.raises(AwsError, match="another account"):
        await reported(aws, target)


@pytest.mark.parametrize(("enabled", "said"), [(True, False), (False, True)])
async def test_a_disabled_anchor_is_said(enabled: bool, said: bool) -> None:  # noqa: FBT001 - parameters.
    """The reader learns that the profiles can't be reached through it now."""
    aws = FakeAws()
    report = await reported(aws, aws.add_anchor(enabled=enabled))
    assert ("gives no new sessions now" in report.summary) is said


async def test_a_disabled_anchor_counts_what_it_would_open() -> None:
    """Roles that never trusted Roles Anywhere are left out, as they are of one that is enabled."""
    aws = FakeAws()
    target = aws.add_anchor(enabled=False)
    open_role = aws.add_role("open", trust_policy())
    aws.add_role("away", trust_policy())
    lambdas = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    aws.add_role("lambda", {"Version": "2012-10-17", "Statement": [lambdas]})
    aws.add_profile("deploy", [open_role])
    report = await reported(aws, target)
    assert report.summary == (
        "1 enabled and 0 disabled profiles in eu-west-1. The trust anchor is disabled, so it gives no new sessions "
        "now. If it were enabled: the CA's owner can become 1 role; 1 is one CreateProfile away."
    )
    assert report.lines[0] == "Each role as it would be if the trust anchor were enabled:"
    assert [line.partition(",")[0] for line in report.lines[1:]] == [
        "open through profile deploy: usable",
        "away in no profile: not usable",
    ]


async def test_hostile_policies_are_only_marked() -> None:
    """A policy that is no policy gives a line that says so."""
    aws = FakeAws()
    target = aws.add_anchor()
    document: dict[str, Any] = {"Nonsense": ["<!channel>"]}
    aws.add_profile("deploy", [aws.add_role("odd", document)])
    report = await reported(aws, target)
    (line,) = report.lines
    assert line.startswith("odd through profile deploy: undetermined, its trust policy can't be read")
