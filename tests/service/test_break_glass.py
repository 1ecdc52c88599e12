"""Breaking the glass: one person alone, only what can be undone, told to all, reviewed by somebody else."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.approval import ApprovalPolicy, Person, Reason
from bot.domain.approval_rule import ApprovalRule, Scope
from bot.domain.case import RequestState
from bot.domain.code_check import CodeCheck
from bot.domain.detection import Actor
from bot.domain.events import draft, slack_user
from bot.domain.glass import GlassBroken
from bot.domain.people import NOBODY, People
from bot.domain.plan import Risk
from bot.domain.suspicion import Named, SuspectsLooked
from bot.domain.terms import Terms
from bot.service.tell_glass import GLASS_EVENT_TYPE
from tests.fakes import desk as desks
from tests.fakes.desk import PEOPLE, Killed
from tests.fakes.glass_desk import MAY, break_glass, desk_with, request_of, waiting
from tests.fakes.ladder_desk import calls, known


@pytest.mark.parametrize("user_id", ["U1", "U4", "U5"])
async def test_one_person_of_the_list_runs_what_waits(user_id: str) -> None:
    """Who asked, another approver, or somebody of the group: it runs once, as an event of its own."""
    desk = await waiting(await desk_with())
    assert (await break_glass(desk, user_id)).allowed
    await desk.work()
    request = await request_of(desk)
    assert request.state is RequestState.DONE
    assert request.glass is not None
    assert (request.glass.user_id, request.let_run_by) == (user_id, (user_id,))
    assert [call.operation for call in desk.aws.effects()] == ["DisableTrustAnchor"]
    assert [one.by for one in desk.kinds("glass:broken")] == [slack_user(user_id)]


async def test_the_glass_is_broken_in_the_form_in_which_they_ask() -> None:
    """Asked and run with one press; with enough yes of one's own there is no glass to break."""
    desk = await desk_with()
    assert (await desk.ask("U1", "disable_trust_anchor", read=False, breaks_glass=True)).allowed
    await desk.work()
    request = await request_of(desk)
    assert request.state is RequestState.DONE
    assert request.glass is not None
    assert request.glass.at_asking
    free = await desk_with(needed=0)
    assert (await free.ask("U1", "disable_trust_anchor", read=False, breaks_glass=True)).allowed
    assert not free.kinds("glass:broken")


async def test_the_session_names_who_broke_it() -> None:
    """AWS is told of this person as of anybody who approves."""
    desk = await waiting(await desk_with())
    await break_glass(desk, "U4")
    await desk.work()
    assert [(one.requester, one.approvers) for one, _ in desk.aws.acted if one] == [("U1", ("U4",))]


async def test_what_cant_be_undone_has_no_glass() -> None:
    """Nor a ladder with such a step, nor what wants others by itself, whatever the file says."""
    desk = await waiting(await desk_with(), action_id="delete_trust_anchor")
    assert (await break_glass(desk, "U1")).reason is Reason.NO_GLASS
    at_asking = await (await desk_with()).ask("U1", "delete_trust_anchor", breaks_glass=True)
    assert at_asking.reason is Reason.NO_GLASS
    for risk in Risk:
        terms = Terms(break_glass=MAY).with_floor(risk)
        assert (terms.break_glass == NOBODY) == (risk is Risk.IRREVERSIBLE)
    assert Terms(break_glass=MAY).with_least(1).break_glass == NOBODY
    assert Terms(break_glass=MAY).with_least(1, named=True).break_glass == NOBODY


async def test_without_the_table_nobody_breaks_it() -> None:
    """The default is no."""
    desk = await waiting(await desk_with(NOBODY))
    assert (await break_glass(desk, "U1")).reason is Reason.NO_GLASS
    assert (await request_of(desk)).state is RequestState.PENDING


@pytest.mark.parametrize(
    ("person", "reason"),
    [
        (replace(PEOPLE["U3"]), Reason.NOT_ON_GLASS_LIST),
        (replace(PEOPLE["U4"], active=False), Reason.NOT_A_MEMBER),
        (replace(PEOPLE["U3"], lost_groups=frozenset({"S9"})), Reason.MEMBERSHIP_UNKNOWN),
        (replace(PEOPLE["U4"], names=("mallory",)), Reason.SUSPECT),
    ],
)
async def test_who_may_not_is_told_why(person: Person, reason: Reason) -> None:
    """Others, who left or is a guest, a group that Slack can't tell, who has the caller's name."""
    desk = await waiting(await desk_with())
    desk.directory.people[person.user_id] = person
    decision = await break_glass(desk, person.user_id)
    assert (decision.reason, bool(decision.sentence)) == (reason, True)
    assert desk.kinds("attempt:refused")[-1].data["reason"] == reason.value
    assert (await request_of(desk)).state is RequestState.PENDING


async def test_a_suspect_does_not_break_it_at_the_first_click_either() -> None:
    """They may still ask for it."""
    desk = await desk_with()
    desk.directory.people["U1"] = replace(PEOPLE["U1"], names=("mallory",))
    assert (await desk.ask("U1", "disable_trust_anchor", breaks_glass=True)).reason is Reason.SUSPECT
    assert (await desk.ask("U1", "disable_trust_anchor")).allowed


async def test_who_was_asked_whether_it_was_them_does_not_break_it() -> None:
    """Not even once their name is another one."""
    desk = await waiting(await desk_with())
    looked = SuspectsLooked((await desk.case()).detection_seq, (Named("U4", "a user name", sure=False),))
    await desk.appended(draft(looked))
    assert (await break_glass(desk, "U4")).reason is Reason.SUSPECT
    assert (await break_glass(desk, "U1")).allowed


async def test_it_needs_a_reason_and_the_code_where_the_rule_wants_one() -> None:
    """Each is refused in the form."""
    desk = await desk_with(one_time_code=True)
    assert (await desk.ask("U1", "disable_trust_anchor", code=CodeCheck.RIGHT)).allowed
    assert (await break_glass(desk, "U1", reason="  ", code=CodeCheck.RIGHT)).reason is Reason.REASON_MISSING
    assert (await break_glass(desk, "U1")).reason is Reason.CODE_MISSING
    assert (await break_glass(desk, "U1", code=CodeCheck.WRONG)).reason is Reason.CODE_REFUSED
    assert (await break_glass(desk, "U1", code=CodeCheck.RIGHT)).allowed
    silent = await desk_with(reason_required=False)
    asked = await silent.ask("U1", "disable_trust_anchor", reason="", breaks_glass=True)
    assert asked.reason is Reason.REASON_MISSING


async def test_it_is_bound_to_what_was_seen() -> None:
    """Another plan, another card, AWS not read, a plan that was not opened, too late, or already settled: no."""
    desk = await desk_with()
    await desk.ask("U1", "disable_trust_anchor", read=False)
    assert (await break_glass(desk, "U1")).reason is Reason.NOT_READ_YET
    await desk.read_plans()
    assert (await break_glass(desk, "U1", digest="0" * 64)).reason is Reason.OTHER_CARD
    assert (await break_glass(desk, "U1", rendered="0" * 64)).reason is Reason.OTHER_CARD
    desk.surface.whole = False
    assert (await break_glass(desk, "U1")).reason is Reason.NOT_OPENED
    desk.surface.whole = True
    desk.clock.advance(timedelta(minutes=31))
    assert (await break_glass(desk, "U1")).reason is Reason.EXPIRED
    await desk.work()
    assert (await break_glass(desk, "U1")).reason is Reason.SETTLED


async def test_who_broke_it_must_still_be_allowed_right_before_the_call() -> None:
    """Somebody who leaves, or is taken off the group, in between runs nothing."""
    for gone in (Person("U5", active=False), Person("U5"), Person("U5", lost_groups=frozenset({"S9"}))):
        desk = await waiting(await desk_with())
        assert (await break_glass(desk, "U5")).allowed
        desk.directory.people["U5"] = gone
        await desk.work()
        request = await request_of(desk)
        assert (request.state, desk.aws.effects()) == (RequestState.STOPPED, [])
        assert "U5" in request.sentence or "S9" in request.sentence


async def test_rules_of_now_that_close_the_glass_stop_what_was_let_run() -> None:
    """Whether the list is gone, is another one, or a code is wanted now; that more yes are wanted does not matter."""
    changes = {"break_glass": NOBODY}, {"break_glass": People(("U1",))}, {"one_time_code": True}, {"needed": 5}
    for changed in changes:
        desk = await waiting(await desk_with())
        assert (await break_glass(desk, "U4")).allowed
        terms = replace(desk.policy.rules[0].terms, **changed)
        desk.policy = ApprovalPolicy((ApprovalRule(Scope(), terms),))
        await desk.work()
        runs = "needed" in changed
        assert (await request_of(desk)).state is (RequestState.DONE if runs else RequestState.STOPPED)
        assert len(desk.aws.effects()) == runs


async def test_everybody_is_told_once_wherever_the_process_dies() -> None:
    """One message for all, whatever step of its life is the last."""
    for dies_at in range(10):
        desk = await waiting(await desk_with())
        assert (await break_glass(desk, "U4")).allowed
        desk.life.steps_left = dies_at
        try:
            await desk.work()
        except Killed:
            desk.rise()
            await desk.note_due()
        told = desk.slack.standing(GLASS_EVENT_TYPE)
        assert [one["text"] for one in told] == ["U4 disable_trust_anchor: Nobody else is awake."], dies_at


forged = st.fixed_dictionaries(
    {
        "by": st.sampled_from(["slack:U1", "slack:U3", "slack:U4", "anchorwatch", "slack:"]),
        "action": st.sampled_from(["disable_trust_anchor", "delete_trust_anchor"]),
        "reason": st.sampled_from(["It burns.", " ", ""]),
        "own_plan": st.booleans(),
        "rendered": st.sampled_from(["", "a card"]),
        "at_asking": st.booleans(),
        "read": st.booleans(),
        "late": st.booleans(),
        "people": st.sampled_from([NOBODY, People(("U1", "U4"))]),
    }
)


@given(forged)
async def test_an_entry_counts_only_when_everything_holds(case: dict[str, Any]) -> None:
    """Whatever is appended behind the back of all rules: the fold alone lets nothing wrong through."""
    desk = await desk_with(case["people"])
    await desk.ask("U1", case["action"], read=case["read"])
    request = await request_of(desk)
    desk.clock.advance(timedelta(minutes=31 if case["late"] else 1))
    digest = request.digest if case["own_plan"] else "0" * 64
    event = GlassBroken("R1", digest, case["reason"], rendered=case["rendered"], at_asking=case["at_asking"])
    after = await desk.appended(draft(event, case["by"]))
    listed = case["people"] != NOBODY and case["by"] in ("slack:U1", "slack:U4")
    seen = (case["by"] == "slack:U1" and not case["read"]) if case["at_asking"] else case["read"] and case["rendered"]
    holds = listed and seen and case["own_plan"] and case["reason"].strip() and not case["late"]
    expected = holds and case["action"] == "disable_trust_anchor"
    assert (after.requests["R1"].state is RequestState.APPROVED) == bool(expected)
    assert (len(after.followups.open) == 1) == bool(expected)


async def test_a_ladder_runs_alone_only_when_every_step_can_be_undone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Contain All of reversible steps: one glass for all of them, and one review."""
    made = desks.detection_of
    caller = Actor(arn="arn:aws:iam::111122223333:user/somebody")
    monkeypatch.setattr(desks, "detection_of", lambda *given: replace(made(*given), actor=caller))
    desk = await desk_with()
    profile = {"arn": desk.aws.add_profile("one", []), "name": "one"}
    await known(desk, "reachable_roles", {"open_profiles": [profile]})
    assert (await desk.ask("U1", "contain_all", breaks_glass=True)).allowed
    await desk.work()
    await desk.note_due()
    assert (await request_of(desk)).state is RequestState.DONE
    assert calls(desk) == ["DisableTrustAnchor", "DisableProfile"]
    case = await desk.case()
    assert [one.key for one in case.followups.open] == ["glass:R1"]
    assert len(desk.slack.standing(GLASS_EVENT_TYPE)) == 1
