"""The suspect on the real bot: the caller has Ben's name, so Ben is asked and approves no deletion."""

from __future__ import annotations

import pytest

from bot.domain.events import AttemptRefused
from bot.sandbox.hands import controls_of, texts, until
from bot.service.ask_suspects import SUSPECTS_EVENT_TYPE
from tests.fakes.trial import BEN, CARLA, Trial

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_the_callers_namesake(trial: Trial) -> None:
    """Ben is asked in the thread, Carla can't answer for him; his word is on the card, his yes does not count."""
    await trial.start()
    _, case_id = await trial.carded(await trial.world.attack(user_name="ben.okafor"))
    (question,) = await until("the question", lambda: trial.posts(SUSPECTS_EVENT_TYPE), 10)
    assert f"<@{BEN}> (the call came under a user name like theirs)" in texts(question.blocks)
    ((block_id, button),) = [one for one in controls_of(question) if one[1]["action_id"] == "it_was_not_me"]
    interactions = trial.world.slack.interactions
    for user_id in (CARLA, BEN):
        await interactions.wait(
            interactions.click(user_id, question.channel, question.ts, block_id, button["action_id"])
        )
    await trial.until("the word", lambda case: case.suspicion.people[0].was_me is False, case_id)
    await until("the card", lambda: "it was *not* them" in trial.card_text(case_id) or None, 10)
    await trial.told(case_id)
    await trial.ask(CARLA, case_id, "delete_trust_anchor")
    await trial.until("the plan", lambda case: case.requests and not case.requests["R1"].seen.waits, case_id)
    await trial.told(case_id)
    await trial.hands(BEN).press(case_id, "approve_request")
    refusals = await trial.kinds(case_id, AttemptRefused)
    assert [(one.by, one.data["reason"]) for one in refusals] == [
        (f"slack:{CARLA}", "not_asked"),
        (f"slack:{BEN}", "suspect"),
    ]
    assert not (await trial.case(case_id)).requests["R1"].votes
