"""An event that does not say what its trust anchor trusts, with the real bot and AWS behind HTTP."""

from __future__ import annotations

import asyncio
import json
import time
from functools import partial

import pytest

from bot.domain import events as ev
from bot.domain.case import Case
from bot.domain.detection import SourceType
from bot.domain.identity import case_id_for
from bot.sandbox.aws.attack import Attack, eventbridge_event
from tests.fakes.trial import Trial

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def _send_silent(trial: Trial, attack: Attack) -> str:
    """Say only that the attack's trust anchor was enabled; the id of the case that this opens."""
    request = {"trustAnchorId": attack.trust_anchor_id}
    silent = {"eventName": "EnableTrustAnchor", "requestParameters": request, "responseElements": None}
    body = json.dumps(eventbridge_event({**attack.record, **silent}))
    send = partial(trial.sqs().send_message, QueueUrl=trial.world.account.queue_url, MessageBody=body)
    await asyncio.to_thread(send)
    return case_id_for(attack.account_id, attack.region, attack.trust_anchor_id)


def _reads(trial: Trial, attack: Attack) -> int:
    """How often the trust anchor was read."""
    read = trial.world.control.journal(service="rolesanywhere", operation="GetTrustAnchor")
    return sum(attack.trust_anchor_id in json.dumps(one["parameters"]) for one in read)


async def test_aws_says_what_the_event_does_not(running: Trial) -> None:
    """One read before the card: the card has AWS's certificate and says so, and AWS is not asked a second time."""
    attack = await running.world.attack()
    case_id = await _send_silent(running, attack)
    case = await running.told(case_id)
    assert case.detection.anchor.source_type is SourceType.CERTIFICATE_BUNDLE
    assert case.detection.sources["source_type"] == "live call"
    assert case.target.anchor_arn is not None
    assert case.ca.certificates
    assert len(await running.kinds(case_id, ev.AnchorObserved)) == 1
    assert "asked of AWS, not in the event" in running.card_text(case_id)
    await running.queue_empties()
    assert _reads(running, attack) == 1


@pytest.mark.parametrize(
    ("kind", "why"), [("deny", "not allowed: rolesanywhere:GetTrustAnchor"), ("delay", "no answer within 2 seconds")]
)
async def test_the_card_comes_whatever_aws_does(running: Trial, kind: str, why: str) -> None:
    """Refused or kept waiting, intake goes on after two seconds at most, and the card says what stood in the way."""
    attack = await running.world.attack()
    running.world.control.set_fault("rolesanywhere", "GetTrustAnchor", kind, seconds=6.0)
    began = time.monotonic()
    case_id = await _send_silent(running, attack)
    await running.until("the card", _has_card, case_id)
    assert time.monotonic() - began < 5
    assert f"AWS did not tell what the anchor trusts ({why}), so somebody must look." in running.card_text(case_id)


def _has_card(case: Case) -> bool:
    return case.card.ts is not None
