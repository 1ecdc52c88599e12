"""One-time codes at the click, through the real process: without the right one nothing is asked for or agreed on."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pyotp
import pytest
import pytest_asyncio

from bot.adapters.code_secrets import CodeSecrets, new_key
from bot.adapters.one_time_codes import new_secret
from bot.domain import events as ev
from bot.domain.case import RequestState
from bot.sandbox.world import World
from tests.fakes.trial import AVA, BEN, CARLA, REASON, Trial

pytestmark = pytest.mark.asyncio(loop_scope="module")

RULES = """
[[rule]]
name = "what can't be undone"
risks = ["irreversible"]
approvals = 1
one_time_code = true

[[rule]]
name = "the rest"
risks = ["reversible"]
approvals = 0
"""


def code_of(secret: str) -> str:
    """The code that an app shows now."""
    return pyotp.TOTP(secret).now()


@pytest_asyncio.fixture(loop_scope="module")
async def secrets(world: World, tmp_path: Path) -> AsyncIterator[dict[str, str]]:
    """A bot with rules that ask for codes, and the secrets of two people."""
    made, key, path = {AVA: new_secret(), BEN: new_secret()}, new_key(), tmp_path / "codes.json"
    for user_id, secret in made.items():
        CodeSecrets(path, [key]).keep(user_id, secret)
    rules = tmp_path / "approvals.toml"
    rules.write_text(RULES)
    await world.start_bot(ANCHORWATCH_APPROVALS=str(rules), ANCHORWATCH_CODES=str(path), ANCHORWATCH_CODE_KEYS=key)
    yield made


async def test_asking_and_each_yes_need_the_right_code(trial: Trial, secrets: dict[str, str]) -> None:
    """A wrong and a used code stay in the form with their reason; the log says who proved what, and never the code."""
    attack, case_id = await trial.carded()
    ava, ben = trial.hands(AVA), trial.hands(BEN)
    await ava.press(case_id, "delete_trust_anchor")
    _, result = await ava.fill_in(REASON, code="000000")
    assert (result, (await trial.case(case_id)).requests) == ("errors", {})
    right = code_of(secrets[AVA])
    _, result = await ava.fill_in(REASON, code=right)
    assert result == "closed"
    await trial.until("a plan that can be agreed on", lambda case: not case.requests["R1"].seen.waits, case_id)
    await trial.told(case_id)

    await ben.press(case_id, "approve_request")
    assert (await ben.fill_in("", code="123"))[1] == "errors"
    assert (await ben.fill_in("", code=code_of(new_secret())))[1] == "errors"
    assert (await trial.case(case_id)).requests["R1"].state is RequestState.PENDING
    assert (await ben.fill_in("", code=code_of(secrets[BEN])))[1] == "closed"
    await trial.until("the end", lambda case: case.requests["R1"].state is RequestState.DONE, case_id)
    assert trial.effects("DeleteTrustAnchor", attack) == 1

    (asked,) = await trial.kinds(case_id, ev.ActionRequested)
    (given,) = await trial.kinds(case_id, ev.ApprovalGiven)
    assert asked.data["proved"] is given.data["proved"] is True
    reasons = {one.data["reason"] for one in await trial.kinds(case_id, ev.AttemptRefused)}
    assert reasons == {"code_refused"}
    whole = "".join(str(entry.data) for entry in await trial.entries(case_id)) + trial.world.bot_log(10_000)
    assert right not in whole
    assert secrets[AVA] not in whole


async def test_what_can_be_undone_needs_no_code(trial: Trial, secrets: dict[str, str]) -> None:
    """The rule decides: disabling has a form without a code."""
    del secrets
    attack, case_id = await trial.carded()
    await trial.ask(AVA, case_id, "disable_trust_anchor")
    await trial.until("the end", lambda case: case.requests and not case.requests["R1"].is_open, case_id)
    assert trial.effects("DisableTrustAnchor", attack) == 1


async def test_who_has_no_code_is_told_how_to_get_one(trial: Trial, secrets: dict[str, str]) -> None:
    """Without a secret nobody gets through, and the log says why."""
    del secrets
    _, case_id = await trial.carded()
    carla = trial.hands(CARLA)
    await carla.press(case_id, "delete_trust_anchor")
    assert (await carla.fill_in(REASON, code="123456"))[1] == "errors"
    (refusal,) = await trial.kinds(case_id, ev.AttemptRefused)
    assert "anchorwatch codes add" in refusal.data["sentence"]
    assert (await trial.case(case_id)).requests == {}
