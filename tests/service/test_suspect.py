"""The suspect at every control: decides nothing, may ask for containment, and is not reminded to decide."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.domain.approval import ApprovalPolicy, Reason
from bot.domain.approval_rule import rules_by_risk
from bot.domain.audit import Draft
from bot.domain.ca_facts import CaFacts
from bot.domain.case import Case, RequestState
from bot.domain.detection import Actor, Understood
from bot.domain.people import Person
from bot.service.give_ticket import give_ticket
from bot.service.press import Press
from bot.service.remind import REMINDER_EVENT_TYPE
from bot.service.take_detection import TakeDetection
from tests.domain.test_suspect import center
from tests.fakes.desk import PEOPLE, Desk, detection_of

ADDRESS = "ben@example.com"
SURE, NAMED = center(ADDRESS), Actor(arn="arn:aws:iam::111122223333:user/ben", kind="IAMUser")
CALLERS = pytest.mark.parametrize("caller", [SURE, NAMED], ids=["sure", "named"])


async def desk_of(caller: Actor, make: type[Desk] = Desk) -> Desk:
    """A desk whose case was made by this caller; U2, who may do everything, is Ben."""
    desk = make(ApprovalPolicy(rules_by_risk(reversible=1)))
    desk.directory.people["U2"] = replace(PEOPLE["U2"], names=("ben",), email=ADDRESS)
    await report(desk, caller)
    await desk.work()
    return desk


async def report(desk: Desk, caller: Actor, event_id: str = "event-1") -> None:
    """A detection of this caller's comes in."""
    understood = Understood((replace(detection_of(desk.target, event_id), actor=caller),))
    await TakeDetection(desk.book, lambda _: understood, lambda: lambda _: CaFacts())(b"", redelivered=False)


@CALLERS
async def test_the_suspect_closes_nothing_and_gives_no_ticket(caller: Actor) -> None:
    """Each no says why, and stands in the log."""
    desk = await desk_of(caller)
    ticket = await desk.press("U2", "add_ticket", give_ticket(desk.policy, None), reason="CHG-1")
    assert {(await desk.close("U2")).reason, ticket.reason} == {Reason.SUSPECT}
    assert [entry.data["reason"] for entry in desk.kinds("attempt:refused")] == ["suspect", "suspect"]
    assert (await desk.close("U1")).allowed


@CALLERS
async def test_the_suspect_asks_for_no_undo_and_nothing_final(caller: Actor) -> None:
    """Enabling again and deleting are for others."""
    desk = await desk_of(caller)
    for action_id in ("enable_trust_anchor", "delete_trust_anchor"):
        assert (await desk.ask("U2", action_id)).reason is Reason.SUSPECT


@CALLERS
async def test_the_suspect_may_ask_to_disable(caller: Actor) -> None:
    """And with another's yes it runs, because a contained suspect harms nobody."""
    desk = await desk_of(caller)
    assert (await desk.ask("U2", "disable_trust_anchor")).allowed
    assert (await desk.approve("U3")).allowed
    await desk.work()
    assert (await desk.case()).requests["R1"].state is RequestState.DONE


@CALLERS
async def test_the_suspect_does_not_reject(caller: Actor) -> None:
    """A no never helps to contain."""
    desk = await desk_of(caller)
    await desk.ask("U1", "disable_trust_anchor")
    assert (await desk.reject("U2")).reason is Reason.SUSPECT


async def test_only_a_sure_suspect_can_not_agree_to_disable() -> None:
    """A borrowed name takes no yes that the containment needs."""
    for caller, allowed in ((SURE, False), (NAMED, True)):
        desk = await desk_of(caller)
        await desk.ask("U1", "disable_trust_anchor")
        assert (await desk.approve("U2")).allowed is allowed


@CALLERS
async def test_the_suspect_approves_no_deletion(caller: Actor) -> None:
    """Whoever else is an approver does."""
    desk = await desk_of(caller)
    await desk.ask("U1", "delete_trust_anchor")
    assert (await desk.approve("U2")).reason is Reason.SUSPECT
    assert (await desk.approve("U3")).allowed


async def test_an_own_yes_of_a_sure_suspect_does_not_count() -> None:
    """Where the rule lets the asker's yes count, theirs still is none."""
    desk = await desk_of(SURE)
    rules = tuple(replace(one, terms=replace(one.terms, own_yes_counts=True)) for one in desk.policy.rules[:1])
    desk.policy = ApprovalPolicy(rules)
    await desk.ask("U2", "disable_trust_anchor")
    await desk.work()
    assert (await desk.case()).requests["R1"].state is RequestState.PENDING


async def test_whoever_becomes_a_suspect_after_their_yes_takes_it_along() -> None:
    """A report that comes between the yes and the call counts at the call."""
    desk = await desk_of(Actor(arn="arn:aws:iam::111122223333:user/mallory", kind="IAMUser"))
    await desk.ask("U1", "delete_trust_anchor")
    assert (await desk.approve("U2")).allowed
    await report(desk, NAMED, "event-2")
    await desk.work()
    request = (await desk.case()).requests["R1"]
    assert (request.state, request.sentence) == (
        RequestState.STOPPED,
        "<@U2> may not approve any more. Nothing was run.",
    )
    assert desk.aws.effects() == []


@pytest.mark.parametrize(("action_id", "pinged"), [("delete_trust_anchor", False), ("disable_trust_anchor", True)])
async def test_reminders_ask_only_those_who_may_answer(action_id: str, *, pinged: bool) -> None:
    """Who has only the caller's name is asked about a containment and not about a deletion."""
    desk = await desk_of(NAMED)
    await desk.ask("U1", action_id)
    await desk.work()
    desk.clock.advance(timedelta(minutes=6))
    await desk.work()
    text = str(desk.slack.standing(REMINDER_EVENT_TYPE)[0]["text"])
    assert ("U3" in text, "U2" in text) == (True, pinged)


async def test_every_rule_meets_the_suspect_as_one() -> None:
    """A rule that somebody writes tomorrow sees the bars, because every press passes the same place."""
    desk = await desk_of(SURE)
    met: list[Person] = []

    def rule(case: Case, press: Press, now: Any) -> list[Draft]:
        del case, now
        met.append(press.person)
        return []

    await desk.press("U2", "anything", rule)
    assert [bar.reason for one in met for bar in one.bars] == ["suspect"]
