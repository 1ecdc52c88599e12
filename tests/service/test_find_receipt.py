"""Receipts: our own CloudTrail events prove what was done, settle what was not known, and are told once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.domain.answer import answered
from bot.domain.case import RequestState
from bot.domain.effects import EffectKind, effects
from bot.domain.events import draft
from bot.domain.investigation import StepAnswered
from bot.domain.receipt import OwnSession
from bot.slack.receipt_words import receipt_lines
from tests.fakes.aws_samples import trust_policy
from tests.fakes.desk import Desk, Killed
from tests.fakes.fake_action_aws import own_record
from tests.fakes.ladder_desk import knowing_desk
from tests.fakes.receipt_desk import DELETE, DISABLE, MINUTES, after, request_of, run


async def test_our_event_is_found_kept_and_told_once(proving: Desk) -> None:
    """Five minutes later CloudTrail has it: in the log whole, in the case short, in the thread once."""
    assert (await run(proving, DELETE)).receipt.calls == ()
    early = await after(proving, 3)
    assert (early.receipt.looks, early.receipt.over, early.receipt.calls) == (1, False, ())
    request = await after(proving, 40)
    (call,) = request.receipt.calls
    assert (call.call, call.source_identity, call.error_code) == ("rolesanywhere:DeleteTrustAnchor", "U1", None)
    assert (request.receipt.over, request.receipt.looks, call.record) == (True, 2, {})
    (entry,) = proving.kinds("receipt:found")
    assert entry.data["calls"][0]["record"]["userIdentity"]["accessKeyId"].startswith("ASIA")
    told = [one["text"] for one in proving.slack.messages if "receipt:" in one["text"]]
    assert [text.count("receipt:found") for text in told] == [1]


async def test_searches_stay_few_and_go_by_our_own_key(proving: Desk) -> None:
    """Two looks, one call each, in the trust anchor's Region and nowhere else."""
    await run(proving, DISABLE)
    await after(proving, 40)
    searched = [one for one in proving.aws.journal if one.operation == "LookupEvents"]
    assert [one.parameters["LookupAttributes"][0]["AttributeKey"] for one in searched] == ["AccessKeyId"] * 2
    assert {one.target.region for one in searched} == {proving.target.region}


async def test_every_call_of_a_rung_is_proved(proving: Desk) -> None:
    """Two roles are two events, both in the Region that keeps IAM's."""
    roles = [proving.aws.add_role(name, trust_policy()) for name in ("one", "two")]
    step = StepAnswered(0, "reachable_roles", (answered("reachable_roles", "x", facts={"open_roles": roles}),))
    await proving.appended(draft(step))
    assert (await run(proving, "revoke_role_sessions")).state is RequestState.DONE
    request = await after(proving, 6)
    assert [(one.call, one.region) for one in request.receipt.calls] == [("iam:PutRolePolicy", "us-east-1")] * 2


async def test_nothing_found_is_never_called_not_done(proving: Desk) -> None:
    """CloudTrail stays silent: after the last look it says so once, and the request stays done."""
    proving.aws.trail_delay = None
    await run(proving, DISABLE)
    request = await after(proving, 40)
    assert (request.state, request.receipt.over, request.receipt.looks) == (RequestState.DONE, True, len(MINUTES))
    assert [one.data["last"] for one in proving.kinds("receipt:looked")] == [False] * 4 + [True]
    assert sum("receipt:looked" in one["text"] for one in proving.slack.messages) == 1
    assert not [one for one in effects(await proving.case(), proving.standing) if one.kind is EffectKind.FIND_RECEIPT]


async def test_a_search_that_is_refused_says_why(proving: Desk) -> None:
    """The permission is missing: that is kept, and it is asked again."""
    proving.aws.fail("cloudtrail:LookupEvents", "deny", 99)
    await run(proving, DISABLE)
    request = await after(proving, 2)
    assert "cloudtrail:LookupEvents is missing" in (request.receipt.why or "")
    proving.aws.fail("cloudtrail:LookupEvents", "deny", 0)
    assert (await after(proving, 10)).receipt.calls


async def test_somebody_elses_event_is_not_ours(proving: Desk) -> None:
    """The same call at the same moment, in a session with the same names and another key, proves nothing."""
    proving.aws.trail_delay = None
    request = await run(proving, DISABLE)
    assert request.started is not None
    assert request.started.session is not None
    ours = request.started.session
    proving.aws.trail_delay = timedelta(0)
    forged = OwnSession(ours.role_arn, ours.name, ours.source_identity, "ASIAFORGED")
    asked = {"trustAnchorId": proving.target.anchor_id}
    proving.aws.write_record(proving.target, own_record(forged, "rolesanywhere", "DisableTrustAnchor", asked))
    assert (await after(proving, 40)).receipt.calls == ()


async def test_a_long_stop_does_not_waste_the_looks(proving: Desk) -> None:
    """After two days without a process CloudTrail is asked once at once, and then again with time in between."""
    await run(proving, DISABLE)
    proving.aws.fail("cloudtrail:LookupEvents", "error", 99)
    proving.clock.advance(timedelta(days=2))
    proving.rise()
    await proving.work()
    assert (await request_of(proving)).receipt.looks == 1
    proving.aws.fail("cloudtrail:LookupEvents", "error", 0)
    assert (await after(proving, 5)).receipt.calls


@pytest.mark.parametrize("steps", range(1, 6))
async def test_a_death_over_the_receipt_tells_it_once(proving: Desk, steps: int) -> None:
    """Wherever the process dies over the look, the next one has one receipt and one note."""
    await run(proving, DISABLE)
    await after(proving, 4.5)
    proving.clock.advance(timedelta(minutes=1))
    proving.life.steps_left = steps
    with pytest.raises(Killed):
        await proving.work()
    proving.rise()
    await after(proving, 40)
    assert len(proving.kinds("receipt:found")) == 1
    assert sum("receipt:found" in one["text"] for one in proving.slack.messages) == 1


async def test_a_session_that_is_refused_runs_nothing(desk: Desk) -> None:
    """The act role can't be assumed: nothing was begun, and the permission is named."""
    desk.aws.fail("sts:AssumeRole", "deny")
    request = await run(desk, DISABLE)
    assert request.state is RequestState.STOPPED
    assert "the permission sts:AssumeRole is missing" in request.sentence
    assert desk.kinds("run:started") == []


async def test_every_rung_of_a_ladder_has_its_receipt(monkeypatch: pytest.MonkeyPatch) -> None:
    """Five rungs, five sessions, seven calls: each is proved under its own rung, two Regions are searched."""
    desk = await knowing_desk(monkeypatch)
    desk.receipts_after, desk.aws.trail_delay = (timedelta(minutes=5),), timedelta(minutes=4)
    desk.rise()
    await desk.ask("U1", "contain_all")
    await desk.work()
    await after(desk, 8)
    case = await desk.case()
    proved = {one: [call.call for call in case.requests[one].receipt.calls] for one in case.requests["R1"].rungs}
    assert proved == {
        "R1.1": ["rolesanywhere:DisableTrustAnchor"],
        "R1.2": ["rolesanywhere:DisableProfile"] * 2,
        "R1.3": ["iam:PutRolePolicy"] * 2,
        "R1.4": ["iam:UpdateAccessKey"],
        "R1.5": ["iam:UpdateAccessKey"],
    }
    assert len(receipt_lines(case)) == len(proved)
