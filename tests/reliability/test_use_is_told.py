"""The real process tells of a trust anchor's use: the certificate's serial, and what its session's key did."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from bot.domain.investigation import StepAnswered
from bot.domain.verdict import Priority, verdict
from bot.sandbox.aws.attack import Attack
from bot.sandbox.aws.clients import Credentials, connect
from bot.sandbox.world import World
from tests.fakes.trial import Trial

pytestmark = pytest.mark.asyncio(loop_scope="module")

ELSEWHERE = "ap-southeast-2"


def _steal(world: World, attack: Attack) -> None:
    """Read a secret with the session's key, in a Region where the trust anchor is not."""
    endpoint = world.aws.endpoint_url
    connect("secretsmanager", endpoint, region=ELSEWHERE).create_secret(Name="vault", SecretString="not told")
    session = Credentials(**attack.sessions[0]["credentials"])
    connect("secretsmanager", endpoint, region=ELSEWHERE, credentials=session).get_secret_value(SecretId="vault")


async def test_a_session_is_found_and_its_key_followed(trial: Trial) -> None:
    """One attack: its serial, the key, the secret read in another Region, and the priority stand in the log."""
    world = trial.world
    attack = await world.attack(role_arn=world.account.open_role, sessions=1)
    await asyncio.to_thread(_steal, world, attack)
    # CloudTrail shows nothing before its delay.
    await asyncio.sleep(world.delivery_delay.total_seconds() + 1)
    await trial.start(ANCHORWATCH_INVESTIGATE="on")
    _, case_id = await trial.alert(attack)
    await trial.until("a finished round", lambda case: case.investigation.finished, case_id, 60)
    case = await trial.case(case_id)
    answers = case.investigation.answers
    (session,) = _list(answers["ca_used"].facts["sessions"])
    given = attack.sessions[0]["record"]["responseElements"]["credentialSet"][0]
    assert int(session["serial"], 16) == int(given["assumedRoleUser"]["arn"].rpartition("/")[2], 16)
    assert session["subject"] == "CN=runner-1"
    assert session["access_key_id"] == attack.sessions[0]["credentials"]["access_key_id"]
    (key,) = _list(answers["lateral_movement"].facts["keys"])
    assert (key["key_id"], key["calls"]) == (session["access_key_id"], 1)
    (act,) = _list(answers["data_taken"].facts["acts"])
    assert (act["name"], act["what"], act["region"]) == ("secretsmanager:GetSecretValue", "vault", ELSEWHERE)
    weighed = verdict(case.flags, answers.values())
    assert weighed.priority is Priority.HIGH
    assert {"ca_used", "secrets_read"} <= {sign.code for sign in weighed.for_trouble}
    told = {entry.data["step"] for entry in await trial.kinds(case_id, StepAnswered)}
    assert {"use", "what_sessions_did"} <= told


def _list(value: object) -> list[dict[str, Any]]:
    assert isinstance(value, list)
    return value
