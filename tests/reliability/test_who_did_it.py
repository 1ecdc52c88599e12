"""Each irreversible click names the human in CloudTrail: who asked, who agreed, for which case and request."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bot.domain.case import Request
from bot.domain.plan import Risk
from bot.domain.response_action import OWN_SERVICE
from bot.registry import load_actions
from bot.sandbox.hands import until
from bot.sandbox.slack import seed as people
from tests.fakes.ladder import TAKES_BACK
from tests.fakes.trial import BEN, CARLA, Trial

pytestmark = pytest.mark.asyncio(loop_scope="module")

READS = ("Get", "List", "Lookup", "Describe")
IRREVERSIBLE = [
    one
    for one in load_actions().values()
    if one.risk is Risk.IRREVERSIBLE and any(not name.startswith(OWN_SERVICE) for name in one.permissions)
]


async def _run(trial: Trial, case_id: str, action_id: str, number: int) -> Request:
    """Carla asks and Ben agrees; the request once it is over."""
    await trial.told(case_id)
    await trial.ask(CARLA, case_id, action_id)
    await trial.until("the request", lambda case: len(case.requests) == number, case_id)
    await trial.told(case_id)
    card = trial.hands(BEN).card
    await until("the question", lambda: _can_approve(card(case_id).blocks, number), 10)
    await trial.hands(BEN).press(case_id, "approve_request")
    await trial.until("the end", lambda case: not case.requests[f"R{number}"].is_open, case_id)
    return (await trial.case(case_id)).requests[f"R{number}"]


@pytest.mark.parametrize(("domains", "name"), [("", CARLA), (people.EMAIL_DOMAIN, f"carla@{people.EMAIL_DOMAIN}")])
@pytest.mark.parametrize("action", IRREVERSIBLE, ids=lambda action: action.id)
async def test_cloudtrail_names_who_asked(trial: Trial, action: Any, domains: str, name: str) -> None:
    """Source identity and session tags of every call that changed something, as the stand-in's CloudTrail has them."""
    await trial.start(ANCHORWATCH_EMAIL_DOMAINS=domains)
    _, case_id = await trial.carded()
    number = 1
    if action.id in TAKES_BACK:
        await _run(trial, case_id, TAKES_BACK[action.id], number)
        number += 1
    request = await _run(trial, case_id, action.id, number)
    assert request.started is not None
    assert request.started.session is not None
    key = request.started.session.access_key_id
    records = [one["record"] for one in trial.world.control.events()]
    ours = [one for one in records if one["userIdentity"].get("accessKeyId") == key]
    changes = [one for one in ours if not one["eventName"].startswith(READS)]
    assert changes
    assert {one["userIdentity"]["sessionContext"]["sourceIdentity"] for one in changes} == {name}
    sessions = trial.world.control.journal(service="sts", operation="AssumeRole")
    (asked,) = [
        tags
        for tags in (_tags(one["parameters"]) for one in sessions)
        if (tags.get("case"), tags.get("request")) == (case_id, f"R{number}")
    ]
    assert asked == {"case": case_id, "request": f"R{number}", "requester": CARLA, "approver": BEN}


def _can_approve(blocks: list[dict[str, Any]], number: int) -> bool:
    """Whether the card has the button, which it gets once AWS was read again, and for this request."""
    shown = json.dumps(blocks)
    return "approve_request" in shown and f":R{number}" in shown


def _tags(parameters: dict[str, Any]) -> dict[str, str]:
    return {one["Key"]: one["Value"] for one in parameters.get("Tags", ())}
