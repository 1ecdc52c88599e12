"""``kill -9`` on a ladder: a real process dies at one rung after the other, and each rung has happened exactly once."""

from __future__ import annotations

import contextlib

import pytest

from bot.domain import events as ev
from bot.domain.case import CaseState, RequestState
from bot.sandbox.world import BotDidNotStart
from tests.fakes.trial import AVA, Trial

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.mark.parametrize("point", ["before_aws_call", "after_aws_call"])
async def test_each_rung_happens_once_wherever_the_process_dies(trial: Trial, point: str) -> None:
    """Two lives end at this point, the third does the rest: one call for each rung, in the order of the ladder."""
    before = len(trial.world.control.effects("iam", "UpdateAccessKey"))
    await trial.start(kill_at=point)
    attack, case_id = await trial.carded()
    await trial.ask(AVA, case_id, "contain_all")
    await trial.died()
    # It may die before it was ready: the rung waits for it in the log.
    with contextlib.suppress(BotDidNotStart):
        await trial.start(kill_at=point)
    await trial.died()
    await trial.start()
    await trial.until("the end", lambda case: case.requests["R1"].state is RequestState.DONE, case_id)
    case = await trial.told(case_id)
    assert case.state is CaseState.CONTAINED
    assert trial.effects("DisableTrustAnchor", attack) == 1
    assert len(trial.world.control.effects("iam", "UpdateAccessKey")) == before + 1
    finished = [one.data["request_id"] for one in await trial.kinds(case_id, ev.RunFinished)]
    assert finished == ["R1.1", "R1.2"]
    assert "All 2 steps of Contain All are done" in trial.hands(AVA).thread(case_id).replace("*", "")
    assert len(trial.cards(case_id)) == 1
    assert await trial.chain_holds()
