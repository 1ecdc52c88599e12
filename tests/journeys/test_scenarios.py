"""Scenarios with known truth, investigated by the real bot: what the guide's answers say is what is true.

The stand-in plays each through real API calls; the bot is its own process and sees nothing but the detection.
"""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.domain.answer import Standing
from bot.domain.ca_file import CaFile, ca_file
from bot.domain.case import Case
from bot.domain.case_evidence import evidence_of
from bot.domain.case_pictures import Drawing, drawings_of
from bot.domain.moments import moments_in
from bot.sandbox.scenarios import TITLES
from tests.fakes.investigated import Investigated, investigated

SMALL = [name for name in TITLES if name != "busy-account"]
OPEN = {"denied-permissions"}
"""Where the read role lacks permissions, so that some truths can't be seen."""


@pytest.mark.parametrize("name", SMALL)
async def test_the_answers_are_the_truth(name: str) -> None:
    """Reach, use, what sessions did, the actor, the CA elsewhere and the priority, one by one."""
    async with investigated(name) as found:
        wrong = {what: pair for what, pair in _compared(found).items() if pair[0] != pair[1]}
        assert wrong == {}, name
        assert set(await _files_in_thread(found)) == {one.file_name for one in _files_of(found.case)}


@pytest.mark.parametrize("name", sorted(OPEN))
async def test_what_could_not_be_seen_is_named(name: str) -> None:
    """Each missing permission is named by an answer, and nothing is claimed where it was needed."""
    async with investigated(name) as found:
        said = " ".join(
            " ".join((*answer.missing, *answer.not_checked)) for answer in found.case.investigation.answers.values()
        )
        assert [one.action for one in found.truth.unchecked if one.action not in said] == []
        assert found.answer("ca_used").standing is Standing.NOT_ALLOWED
        assert found.answer("privileged_roles").standing is Standing.NOT_ALLOWED


def _files_of(case: Case) -> list[Drawing | CaFile]:
    """The pictures and the certificates that the case's thread should have."""
    file = ca_file(case)
    return [*drawings_of(case), *([file] if file else [])]


async def _files_in_thread(found: Investigated) -> list[str]:
    """The files that stand in Slack, once the bot has attached as many as the case asks for, or ten seconds on."""
    for _ in range(100):
        pictures = (await found.trial.case(found.case.case_id)).pictures
        if {one.digest for one in _files_of(found.case)} <= pictures:
            break
        await asyncio.sleep(0.1)
    return [one.name for one in found.trial.world.slack.workspace.files.values()]


def _compared(found: Investigated) -> dict[str, tuple[Any, Any]]:
    """What the bot says and what is true, by what it is about."""
    pairs = {"priority": (found.verdict.priority.value, found.truth.priority), **_reach(found), **_elsewhere(found)}
    if found.played.name not in OPEN:
        pairs |= {**_use(found), **_acts(found), **_doors(found), **_actor(found)}
    return pairs


def _reach(found: Investigated) -> dict[str, tuple[Any, Any]]:
    truth, facts = found.truth, found.facts("reachable_roles")
    pairs: dict[str, tuple[Any, Any]] = {"reachable": (sorted(facts["roles"]), sorted(truth.reachable))}
    if found.played.name not in OPEN:
        away = {one.role_arn for one in truth.reach if one.one_profile_away}
        pairs["one profile away"] = (facts["one_profile_away"], len(away))
        pairs["administrators"] = (sorted(facts["administrators"]), sorted(truth.administrators))
    return pairs


def _use(found: Investigated) -> dict[str, tuple[Any, Any]]:
    truth, facts = found.truth, found.facts("ca_used")
    serials = {int(one, 16) for one in found.facts("used_certificates").get("serials", ())}
    true_serials = {int(one, 16) for one in (*truth.sessions_issued, *truth.sessions_refused)}
    return {
        "sessions issued": (facts["issued"], len(truth.sessions_issued)),
        "sessions refused": (facts["refused"], len(truth.sessions_refused)),
        "serials": (serials, true_serials),
    }


def _acts(found: Investigated) -> dict[str, tuple[Any, Any]]:
    truth = found.truth
    moved, taken = found.facts("lateral_movement")["acts"], found.facts("data_taken")["acts"]
    chained = sorted(one["what"] for one in moved if one["kind"] == "role entered")
    return {
        "chained roles": (chained, sorted(truth.chained_roles)),
        "secrets": (sorted(one["what"] for one in taken if one["kind"] == "secret read"), sorted(truth.secrets_read)),
        "shared with": (sorted(to for one in taken for to in one["given_to"]), sorted(truth.shared_with)),
        "keys left behind": (
            sorted(one["new_key_id"] for one in moved if one["kind"] == "way in made"),
            sorted(truth.keys_left_behind),
        ),
        "keys that can be deactivated": (
            sorted(one.key_id for one in evidence_of(found.case).made_keys),
            sorted((*truth.keys_left_behind, *truth.caller_keys)),
        ),
    }


def _doors(found: Investigated) -> dict[str, tuple[Any, Any]]:
    """What was made and opened since, by the names that the evidence of each answer tells."""
    truth = found.truth
    wanted = {
        ("roles_after", "CreateRole"): truth.roles_made,
        ("policy_changes", "UpdateAssumeRolePolicy"): truth.roles_opened,
        ("profiles_after", "CreateProfile"): truth.profiles_made,
    }
    return {question: (_told(found, question, call), sorted(names)) for (question, call), names in wanted.items()}


def _told(found: Investigated, question: str, call: str) -> list[str]:
    moments, _ = moments_in(found.answer(question))
    return sorted(one.about for one in moments if one.name == call)


def _actor(found: Investigated) -> dict[str, tuple[Any, Any]]:
    truth = found.truth
    pairs = {
        # Calls of one second have no order.
        "looks before": (
            sorted(_looks_in_the_hour_before(found)),
            [] if _elsewhere_alone(found) else sorted(truth.recon),
        ),
        "earlier anchors": (found.facts("actor_anchors")["before"], len(truth.earlier_anchors)),
        "who": (truth.actor_arn in found.answer("actor_identity").sentence, True),
    }
    if truth.actor_mfa is not None:
        pairs["MFA device"] = (found.facts("actor_mfa")["devices"] > 0, truth.actor_mfa)
    return pairs


def _looks_in_the_hour_before(found: Investigated) -> tuple[str, ...]:
    """The names of the looks among the evidence, each line of which begins with its time."""
    happened = found.case.detection.happened_at
    lines = [line.split() for line in found.answer("reconnaissance").lines]
    return tuple(words[2] for words in lines if happened - datetime.fromisoformat(words[0]) <= timedelta(hours=1))


def _elsewhere_alone(found: Investigated) -> bool:
    """Whether the actor looked in another Region than the trust anchor's, where the answer says it did not search."""
    return found.played.name == "approved-vendor-ca"


def _elsewhere(found: Investigated) -> dict[str, tuple[Any, Any]]:
    truth = found.truth
    return {
        "the same CA": (sorted(found.facts("same_ca")["anchors"]), sorted(truth.same_ca)),
        "approved": (found.facts("ca_inventory").get("approved", False), truth.ca_approved),
        "lab": (found.facts("lab_test").get("lab", False), truth.lab),
        "stack": (found.facts("deployed_by").get("stack"), truth.stack),
    }
