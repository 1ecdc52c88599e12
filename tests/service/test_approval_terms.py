"""Rules at work: the terms that a request was made under decide, and the people part holds until the very call."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.domain.approval import ApprovalPolicy, Person, Reason
from bot.domain.approval_rule import ApprovalRule, Scope
from bot.domain.case import Request, RequestState
from bot.domain.people import Bar, Part, People
from bot.domain.terms import Share, Terms
from tests.fakes.desk import PEOPLE, Desk

SECURITY = People((), ("S1",), "security")
MEMBER = Person("U5", groups=frozenset({"S1"}))


async def desk_with(scope: Scope | None = None, **terms: Any) -> Desk:
    """A desk with one rule and a case; U5 is in the group S1."""
    desk = Desk(ApprovalPolicy((ApprovalRule(scope or Scope(), Terms(rule="the rule", **terms)),)))
    desk.directory.people["U5"] = MEMBER
    await desk.detect()
    await desk.work()
    return desk


async def request_of(desk: Desk) -> Request:
    """The request as the log has it."""
    return (await desk.case()).requests["R1"]


async def two_of_which_one_from_security() -> Desk:
    """U1's deletion, to which U3 and the member said yes; not run yet."""
    desk = await desk_with(needed=2, shares=(Share(1, SECURITY),))
    assert (await desk.ask("U1", "delete_trust_anchor")).allowed
    for user in ("U3", "U5"):
        assert (await request_of(desk)).state is RequestState.PENDING
        assert (await desk.approve(user)).allowed
    assert (await request_of(desk)).state is RequestState.APPROVED
    return desk


async def test_two_people_one_of_them_from_the_group() -> None:
    """It runs with the second yes; the member's yes is written with its share."""
    desk = await two_of_which_one_from_security()
    await desk.work()
    assert (await request_of(desk)).state is RequestState.DONE
    assert [entry.data["shares"] for entry in desk.kinds("approval:given")] == [[], ["security"]]


async def test_two_others_are_not_enough_without_the_group() -> None:
    """A second yes from anybody else leaves it waiting."""
    desk = await desk_with(needed=2, shares=(Share(1, SECURITY),))
    await desk.ask("U1", "delete_trust_anchor")
    await desk.approve("U3")
    await desk.approve("U4")
    await desk.work()
    assert (await request_of(desk)).state is RequestState.PENDING
    assert desk.aws.effects() == []


LOST = replace(MEMBER, groups=frozenset(), lost_groups=frozenset({"S1"}))
BARRED = replace(PEOPLE["U3"], bars=(Bar((Part.DECIDE,), Reason.NOT_IN_THIS_STATE.value, "Not you."),))


@pytest.mark.parametrize(
    ("now", "sentence"),
    [
        (Person("U5"), "<@U5> may not approve any more."),
        (LOST, "Slack can't tell who is in <!subteam^S1>, so nobody knows whether <@U5> may still approve."),
        (
            Person("U5", approver=True),
            "Not enough of the right people say yes any more: it needs 1 more yes, from <!subteam^S1>.",
        ),
        (
            replace(LOST, approver=True),
            "Slack can't tell who is in <!subteam^S1>, so nobody knows whether enough of the right people said yes.",
        ),
        (BARRED, "<@U3> may not approve any more."),
        (
            replace(PEOPLE["U3"], unseen="Slack can't tell who <@U3> is"),
            "Slack can't tell who <@U3> is, so nobody knows whether <@U3> may still approve.",
        ),
    ],
)
async def test_what_slack_says_right_before_the_call_decides(now: Person, sentence: str) -> None:
    """Whoever left the group that was needed takes their yes with them, and what can't be told closes the door."""
    desk = await two_of_which_one_from_security()
    desk.directory.people[now.user_id] = now
    await desk.work()
    assert (await request_of(desk)).state is RequestState.STOPPED
    assert (await request_of(desk)).sentence == f"{sentence} Nothing was run."
    assert desk.aws.effects() == []


async def test_the_rule_of_the_asking_holds() -> None:
    """A rule that was made weaker since does not let an earlier request through."""
    desk = await desk_with(needed=2)
    await desk.ask("U1", "delete_trust_anchor")
    desk.policy = ApprovalPolicy((ApprovalRule(Scope(), Terms(rule="weaker")),))
    await desk.approve("U3")
    await desk.work()
    assert (await request_of(desk)).state is RequestState.PENDING


def tightened_to(now: dict[str, Any]) -> ApprovalPolicy:
    """The only rule, as it is now."""
    changed = dict(now)
    scope = changed.pop("scope", Scope())
    return ApprovalPolicy((ApprovalRule(scope, Terms(rule="the rule", **changed)),))


tightenings = pytest.mark.parametrize(
    ("now", "why"),
    [
        ({"needed": 2}, "now it needs 2 yes and not 1. Ask for it again."),
        ({"one_time_code": True}, "now it needs one-time codes. Ask for it again."),
        ({"approvers": SECURITY}, "now it needs the yes of other people. Ask for it again."),
        ({"scope": Scope(accounts=("999999999999",))}, "Nobody may ask for this"),
    ],
)


@tightenings
async def test_a_yes_under_rules_that_ask_for_more_is_refused(now: dict[str, Any], why: str) -> None:
    """Who presses reads it at once, and the way on is open: it is rejected and asked for again."""
    desk = await desk_with(needed=1)
    assert (await desk.ask("U1", "delete_trust_anchor")).allowed
    desk.policy = tightened_to(now)
    decision = await desk.approve("U3")
    assert (decision.allowed, decision.reason) == (False, Reason.NOT_IN_THIS_STATE)
    assert why in decision.sentence
    assert decision.sentence.endswith(" Reject this request first.")
    assert (await desk.reject("U1")).allowed
    assert (await request_of(desk)).state is RequestState.REJECTED


@tightenings
async def test_rules_that_ask_for_more_since_stop_it(now: dict[str, Any], why: str) -> None:
    """The house was tightened between the last yes and the call: nothing runs, and the card says why."""
    desk = await desk_with(needed=1)
    assert (await desk.ask("U1", "delete_trust_anchor")).allowed
    assert (await desk.approve("U3")).allowed
    desk.policy = tightened_to(now)
    await desk.work()
    request = await request_of(desk)
    assert request.state is RequestState.STOPPED
    assert "The approval rules were changed since this was asked for" in request.sentence
    assert why in request.sentence
    assert desk.aws.effects() == []


async def test_an_own_yes_does_not_outlive_its_rule() -> None:
    """Where it does not count any more, nobody runs anything alone; the same of a reason that was not asked for."""
    reasonless: dict[str, Any] = {"needed": 0, "reason_required": False}
    pairs: list[tuple[dict[str, Any], Terms]] = [({"own_yes_counts": True}, Terms()), (reasonless, Terms(needed=0))]
    for before, after in pairs:
        desk = await desk_with(**before)
        assert (await desk.ask("U2", "disable_trust_anchor")).allowed
        desk.policy = ApprovalPolicy((ApprovalRule(Scope(), after),))
        await desk.work()
        assert (await request_of(desk)).state is RequestState.STOPPED
        assert desk.aws.effects() == []


async def test_an_approver_who_asks_is_the_first_yes() -> None:
    """Alone for what can be undone, where the rule says so; who only responds waits for an approver."""
    for user, state in (("U2", RequestState.DONE), ("U1", RequestState.PENDING)):
        desk = await desk_with(own_yes_counts=True)
        await desk.ask(user, "disable_trust_anchor")
        await desk.work()
        assert (await request_of(desk)).state is state
    desk = await desk_with(own_yes_counts=True)
    await desk.ask("U2", "delete_trust_anchor")
    await desk.work()
    assert (await request_of(desk)).state is RequestState.PENDING
    assert (await desk.approve("U2")).reason is Reason.OWN_REQUEST


async def test_an_own_yes_is_asked_about_again_too() -> None:
    """Who lost the right to approve meanwhile does not run it alone."""
    desk = await desk_with(own_yes_counts=True)
    await desk.ask("U2", "disable_trust_anchor")
    desk.directory.people["U2"] = Person("U2", responder=True)
    await desk.work()
    assert (await request_of(desk)).sentence == "<@U2> may not approve any more. Nothing was run."


async def test_what_no_rule_fits_is_refused_and_logged() -> None:
    """The default is no, with the rule that is missing."""
    desk = await desk_with(Scope(accounts=("999999999999",)))
    decision = await desk.ask("U1", "disable_trust_anchor")
    assert decision.reason is Reason.NO_RULE
    assert desk.target.account in decision.sentence
    assert [entry.data["reason"] for entry in desk.kinds("attempt:refused")] == ["no_rule"]


async def test_a_reason_may_be_left_out_where_the_rule_says_so() -> None:
    """But never for what can't be undone."""
    desk = await desk_with(needed=0, reason_required=False)
    assert (await desk.ask("U1", "delete_trust_anchor", reason=" ")).reason is Reason.REASON_MISSING
    assert (await desk.ask("U1", "disable_trust_anchor", reason=" ")).allowed
    await desk.work()
    assert (await request_of(desk)).state is RequestState.DONE
