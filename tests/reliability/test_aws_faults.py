"""AWS on a bad day: each containment ends in done, failed with a plain reason, or unknown; nothing is done unproved."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any

import pytest

from bot.domain import events as ev
from bot.domain.case import CaseState, Request, RequestState
from bot.sandbox.aws.attack import Attack
from bot.sandbox.aws.clients import connect
from bot.sandbox.hands import controls_of, until
from tests.fakes.trial import AVA, BEN, CARLA, Trial

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def _end_of(trial: Trial, case_id: str, request_id: str = "R1") -> Request:
    """The request once it is settled."""
    await trial.until("the end", lambda case: case.requests and not case.requests[request_id].is_open, case_id)
    return (await trial.case(case_id)).requests[request_id]


async def _disabled(trial: Trial, *fault: Any, **more: Any) -> tuple[Attack, str, Request]:
    attack, case_id = await trial.carded()
    trial.world.control.set_fault("rolesanywhere", *fault, **more)
    await trial.ask(AVA, case_id, "disable_trust_anchor")
    return attack, case_id, await _end_of(trial, case_id)


@pytest.mark.parametrize(("kind", "times"), [("deny", 1), ("error", 3)])
async def test_nothing_runs_when_aws_can_not_be_read_before(running: Trial, kind: str, times: int) -> None:
    """Without a look at live AWS there is no call, and the thread says why."""
    attack, case_id, request = await _disabled(running, "GetTrustAnchor", kind, times=times)
    assert request.state is RequestState.STOPPED
    assert "could not be read right before the call" in request.sentence
    if kind == "deny":
        await running.told(case_id)
        assert "was not run" in running.hands(AVA).thread(case_id)
    assert running.effects("DisableTrustAnchor", attack) == 0


async def test_a_missing_permission_is_named(running: Trial) -> None:
    """AWS refuses the call: failed, with the permission that is missing."""
    attack, case_id, request = await _disabled(running, "DisableTrustAnchor", "deny")
    assert request.state is RequestState.FAILED
    assert "permission rolesanywhere:DisableTrustAnchor is missing" in request.sentence
    assert (await running.case(case_id)).state is CaseState.FAILED
    assert running.effects("DisableTrustAnchor", attack) == 0


async def test_a_call_without_an_answer_and_without_effect_is_unknown(running: Trial) -> None:
    """AWS breaks down over the call: it is not claimed as failed, because it may still happen, and not repeated."""
    attack, case_id, request = await _disabled(running, "DisableTrustAnchor", "error")
    assert request.state is RequestState.UNKNOWN
    assert "gave no answer" in request.sentence
    assert "shows the trust anchor as enabled" in request.sentence
    assert (await running.case(case_id)).state is CaseState.UNKNOWN_OUTCOME
    journal = running.world.control.journal(service="rolesanywhere", operation="DisableTrustAnchor")
    assert sum(attack.trust_anchor_id in str(call["parameters"]) for call in journal) == 1


@pytest.mark.parametrize(("kind", "seconds"), [("cut", 0.0), ("throttle", 0.0), ("delay", 0.5)])
async def test_a_containment_that_happened_is_done_once(running: Trial, kind: str, seconds: float) -> None:
    """The answer is lost, late, or a first try was refused for too many requests: done, by one call with effect."""
    attack, case_id, request = await _disabled(running, "DisableTrustAnchor", kind, seconds=seconds)
    assert request.state is RequestState.DONE
    assert (await running.case(case_id)).state is CaseState.CONTAINED
    assert running.world.trust_anchors()[attack.trust_anchor_arn] is False
    assert running.effects("DisableTrustAnchor", attack) == 1


async def _asked_to_delete(trial: Trial) -> tuple[Attack, str]:
    attack, case_id = await trial.carded()
    await trial.ask(CARLA, case_id, "delete_trust_anchor")
    await until("the plan on the card", lambda: "approve_request" in dict(_controls(trial, case_id)))
    return attack, case_id


def _controls(trial: Trial, case_id: str) -> list[tuple[str, str]]:
    (card,) = trial.cards(case_id)
    return [(element["action_id"], block_id) for block_id, element in controls_of(card)]


async def test_a_deletion_whose_answer_is_lost_is_done_once(running: Trial) -> None:
    """AWS is read back and does not have the trust anchor any more: done, by one call."""
    attack, case_id = await _asked_to_delete(running)
    running.world.control.set_fault("rolesanywhere", "DeleteTrustAnchor", "cut")
    await running.hands(BEN).press(case_id, "approve_request")
    assert (await _end_of(running, case_id)).state is RequestState.DONE
    assert attack.trust_anchor_arn not in running.world.trust_anchors()
    assert running.effects("DeleteTrustAnchor", attack) == 1
    assert dict((await running.case(case_id)).known_state or {}) == {"exists": "no"}


async def test_what_was_changed_since_it_was_shown_is_not_deleted(running: Trial) -> None:
    """Somebody renames the trust anchor between request and approval: nothing runs, and the thread shows what moved."""
    attack, case_id = await _asked_to_delete(running)
    anywhere = connect("rolesanywhere", running.world.aws.endpoint_url)
    rename = partial(anywhere.update_trust_anchor, trustAnchorId=attack.trust_anchor_id, name="renamed-meanwhile")
    await asyncio.to_thread(rename)
    await running.hands(BEN).press(case_id, "approve_request")
    request = await _end_of(running, case_id)
    assert request.state is RequestState.STOPPED
    assert "renamed-meanwhile" in [one.live for one in request.differences]
    await running.told(case_id)
    assert "renamed-meanwhile" in running.hands(AVA).thread(case_id)
    assert running.effects("DeleteTrustAnchor", attack) == 0
    assert attack.trust_anchor_arn in running.world.trust_anchors()


async def test_what_is_gone_already_is_not_called_deleted_by_us(running: Trial) -> None:
    """Somebody else deletes the trust anchor between request and approval: nothing runs, and that is what is said."""
    attack, case_id = await _asked_to_delete(running)
    anywhere = connect("rolesanywhere", running.world.aws.endpoint_url)
    await asyncio.to_thread(partial(anywhere.delete_trust_anchor, trustAnchorId=attack.trust_anchor_id))
    await running.hands(BEN).press(case_id, "approve_request")
    request = await _end_of(running, case_id)
    assert request.state is RequestState.STOPPED
    assert "does not have the trust anchor any more" in request.sentence
    assert await running.kinds(case_id, ev.RunStarted) == []


async def test_a_read_that_aws_refuses_fails_with_its_reason(running: Trial) -> None:
    """A search ends too, and says which permission is missing."""
    _, case_id = await running.carded()
    running.world.control.set_fault("rolesanywhere", "ListProfiles", "deny", times=None)
    await running.hands(AVA).press(case_id, "list_linked_profiles")
    request = await _end_of(running, case_id)
    assert (request.state, request.is_read) == (RequestState.FAILED, True)
    assert "rolesanywhere:ListProfiles" in request.sentence
