"""Rungs that act on several things: bound to what was known when they were asked for, exact about how far they came."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping

import pytest

from bot.domain.answer import answered
from bot.domain.case import CaseState, Request, RequestState
from bot.domain.errors import AwsDenied
from bot.domain.events import draft
from bot.domain.investigation import StepAnswered
from bot.ports import Acting
from tests.fakes.aws_samples import trust_policy
from tests.fakes.desk import Desk, Killed

PUT = "iam:PutRolePolicy"


@pytest.fixture
async def ladder(desk: Desk) -> Desk:
    """A case whose investigation found two open profiles and two roles, one of them entered."""
    roles = [desk.aws.add_role(name, trust_policy()) for name in ("deployer", "reader")]
    profiles = [desk.aws.add_profile(name, [role]) for name, role in zip(("one", "two"), roles, strict=True)]
    named = [{"arn": arn, "name": name} for arn, name in zip(profiles, ("one", "two"), strict=True)]
    session = {"role_arn": roles[0], "user_id": "AROAEXAMPLE000000001:0a1b", "expires": "2026-11-22T04:00:00+00:00"}
    await known(desk, "reachable_roles", {"open_profiles": named, "open_roles": roles})
    await known(desk, "ca_used", {"sessions": [session]})
    return desk


async def known(desk: Desk, question: str, facts: Mapping[str, object]) -> None:
    """The investigation answers a question."""
    await desk.appended(draft(StepAnswered(0, question, (answered(question, "Found.", facts=facts),))))


async def ended(desk: Desk, request_id: str = "R1") -> Request:
    """A request after everything due was done."""
    await desk.work()
    return (await desk.case()).requests[request_id]


async def test_profiles_are_disabled_and_exactly_these_enabled_again(ladder: Desk) -> None:
    """Two profiles of three go off and on; the trust anchor's own state stays as it was known."""
    ladder.aws.add_profile("three", [])
    before = (await ladder.case()).known_state
    await ladder.ask("U1", "disable_profile")
    request = await ended(ladder)
    assert (request.state, request.sentence) == (RequestState.DONE, "AWS shows all 2 profiles as disabled.")
    assert [one["enabled"] for one in ladder.aws.profiles()] == [False, False, True]
    assert (await ladder.case()).known_state == before
    await ladder.ask("U1", "enable_profile")
    assert (await ended(ladder, "R2")).state is RequestState.DONE
    assert [one["enabled"] for one in ladder.aws.profiles()] == [True, True, True]
    assert len(ladder.aws.effects()) == 4


async def test_a_profile_that_was_off_before_is_not_enabled(ladder: Desk) -> None:
    """What this case did not disable stays off when its work is taken back."""
    ladder.aws.profiles()[0]["enabled"] = False
    await ladder.ask("U1", "disable_profile")
    await ladder.work()
    await ladder.ask("U1", "enable_profile")
    await ladder.work()
    assert [one["enabled"] for one in ladder.aws.profiles()] == [False, True]


async def test_a_renamed_profile_stops_it(ladder: Desk) -> None:
    """The name that was shown is not the one that AWS has: nothing runs."""
    await ladder.ask("U1", "disable_profile")
    ladder.aws.profiles()[1]["name"] = "another"
    request = await ended(ladder)
    assert request.state is RequestState.STOPPED
    assert [(one.shown, one.live) for one in request.differences] == [("two", "another")]
    assert ladder.aws.effects() == []
    assert (await ladder.case()).known_state != {"name": "another"}


async def test_what_is_found_later_changes_nothing_that_was_agreed(ladder: Desk) -> None:
    """A third role that the next round finds is in the next request, not in this one."""
    await ladder.ask("U1", "revoke_role_sessions")
    third = ladder.aws.add_role("third", trust_policy())
    await known(ladder, "reachable_roles", {"open_roles": [third]})
    request = await ended(ladder)
    assert request.state is RequestState.DONE
    assert {role for role, _ in ladder.aws.iam().policies} == {"deployer", "reader"}
    await ladder.ask("U1", "revoke_role_sessions")
    await ladder.work()
    assert "third" in {role for role, _ in ladder.aws.iam().policies}


async def test_a_part_that_failed_is_named_and_can_be_done_later(ladder: Desk) -> None:
    """One role is refused: the other is done, the card says which is not, and the same request does the rest."""
    await ladder.ask("U1", "revoke_role_sessions")
    answer = ladder.aws.answer

    def refusing(target: object, permission: str, asked: Mapping[str, object]) -> object:
        if permission == PUT and asked["RoleName"] == "reader":
            raise AwsDenied("AccessDenied", "no", permission)
        return answer(target, permission, asked)  # type: ignore[arg-type]

    ladder.aws.answer = refusing  # type: ignore[assignment]
    request = await ended(ladder)
    assert (request.state, request.sentence) == (
        RequestState.FAILED,
        "AWS shows the denial on 1 of 2 roles. Not on: reader.",
    )
    assert request.report is not None
    assert request.report.lines == ("reader: AccessDenied of iam:PutRolePolicy",)
    ladder.aws.answer = answer  # type: ignore[method-assign]
    await ladder.ask("U1", "revoke_role_sessions")
    assert (await ended(ladder, "R2")).state is RequestState.DONE
    assert {role for role, _ in ladder.aws.iam().policies} == {"deployer", "reader"}


async def test_only_known_sessions_are_denied_and_lifting_leaves_nothing(ladder: Desk) -> None:
    """The narrow policy names the session; both kinds go away with one lifting, and no other policy does."""
    ladder.aws.iam().policies["deployer", "theirs"] = {"Statement": []}
    for number, action in enumerate(("revoke_known_sessions", "revoke_role_sessions"), 1):
        await ladder.ask("U1", action)
        assert (await ended(ladder, f"R{number}")).state is RequestState.DONE
    policies = ladder.aws.iam().policies
    narrow = policies["deployer", f"AnchorwatchRevokeKnown-{ladder.case_id}"]
    assert narrow["Statement"][0]["Condition"]["StringEquals"] == {"aws:userid": ["AROAEXAMPLE000000001:0a1b"]}
    assert len(policies) == 4
    await ladder.ask("U1", "lift_session_revocation")
    assert (await ended(ladder, "R3")).state is RequestState.DONE
    assert list(policies) == [("deployer", "theirs")]


async def test_sessions_can_be_revoked_when_the_trust_anchor_is_gone(ladder: Desk) -> None:
    """Deleting the door is not the end: its sessions live on, and can still be revoked."""
    await ladder.ask("U1", "delete_trust_anchor")
    for user in ("U3", "U4"):
        await ladder.approve(user)
    await ladder.work()
    await ladder.ask("U1", "revoke_role_sessions")
    assert (await ended(ladder, "R2")).state is RequestState.DONE
    assert (await ladder.case()).state is CaseState.CONTAINED


@pytest.mark.parametrize("steps", range(1, 14))
async def test_a_death_at_any_step_ends_in_the_truth(ladder: Desk, steps: int) -> None:
    """However far the dead process came, the next one finishes: every role is denied, and the request says so."""
    await ladder.ask("U1", "revoke_role_sessions")
    ladder.life.steps_left = steps
    with contextlib.suppress(Killed):
        await ladder.work()
    assert ladder.life.is_over
    ladder.rise()
    await ladder.note_due()
    request = (await ladder.case()).requests["R1"]
    assert request.state is RequestState.DONE
    assert {role for role, _ in ladder.aws.iam().policies} == {"deployer", "reader"}


async def test_every_session_says_for_whom_it_is(ladder: Desk) -> None:
    """The run's session names who asked and who said yes, and may touch the things of the plan only."""
    await ladder.ask("U1", "delete_trust_anchor")
    for user in ("U3", "U4"):
        await ladder.approve(user)
    await ladder.work()
    await ladder.ask("U2", "disable_profile")
    await ladder.work()
    arns = tuple(one["profileArn"] for one in ladder.aws.profiles())
    assert ladder.aws.acted == [
        (Acting(ladder.case_id, "R1", "U1", ("U3", "U4"), "U1"), ()),
        (Acting(ladder.case_id, "R2", "U2", (), "U2"), arns),
    ]
