"""A way back is offered while there is something to take back: the last run that was done decides."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.domain import events as ev
from bot.domain.action import Risk
from bot.domain.audit import Draft
from bot.domain.case import Case
from bot.domain.case_evidence import evidence_of
from bot.domain.events import draft, slack_user
from bot.domain.fold import fold
from bot.domain.ways_back import WAYS_BACK
from bot.registry import load_handlers
from bot.slack.controls import Controls
from tests.fakes.slack_in_memory import NOON
from tests.fakes.stories import CASE_ID, PLAN, TARGET, detected, entries_of

ACTIONS = load_handlers().actions
WHAT_WAS = {
    "profiles": [{"profileArn": "arn:p/1", "name": "one", "enabled": True}],
    "entry": {"entry_id": "E1", "ends": "2027-01-01"},
}


def run(number: int, action_id: str, outcome: ev.Outcome = ev.Outcome.DONE, capsule: str = "x") -> tuple[Draft, ...]:
    """One run of an action, with what AWS said before it."""
    name, plan = f"R{number}", replace(PLAN, action_id=action_id)
    asked = ev.ActionRequested(
        name, action_id, Risk.REVERSIBLE, "why", plan, plan.digest(), 0, NOON.replace(year=2027), contains=None
    )
    began = ev.RunStarted(name, "life-1", NOON, {}, {"what": capsule})
    return (
        draft(asked, slack_user("U1")),
        draft(began),
        draft(ev.RunFinished(name, outcome, "It ended.")),
    )


def case_of(*runs: tuple[Draft, ...]) -> Case:
    """A case in which these ran, one after the other."""
    return fold(Case(CASE_ID), entries_of(detected(), *(one for each in runs for one in each)))


def left(case: Case, action_id: str) -> list[Any]:
    """Of which runs of an action something is left to take back."""
    return [one["what"] for one in evidence_of(case).capsules(action_id)]


@pytest.mark.parametrize(("action_id", "back"), sorted(WAYS_BACK.items()))
def test_what_was_taken_back_is_not_taken_back_again(action_id: str, back: str) -> None:
    """Done, taken back, done again: each time only what is left now."""
    first, away, again = run(1, action_id, capsule="first"), run(2, back), run(3, action_id, capsule="again")
    assert left(case_of(first), action_id) == ["first"]
    assert left(case_of(first, away), action_id) == []
    assert left(case_of(first, away, again), action_id) == ["again"]


@pytest.mark.parametrize("outcome", [ev.Outcome.FAILED, ev.Outcome.UNKNOWN])
def test_a_way_back_that_was_not_done_is_offered_again(outcome: ev.Outcome) -> None:
    """Part of it may still stand."""
    case = case_of(run(1, "disable_profile"), run(2, "enable_profile", outcome))
    assert left(case, "disable_profile") == ["x"]


def test_one_way_back_takes_back_every_kind_of_revocation() -> None:
    """Both put policies on roles, and lifting removes all of them."""
    runs = (run(1, "revoke_role_sessions"), run(2, "revoke_known_sessions"))
    known = evidence_of(case_of(*runs, run(3, "lift_session_revocation")))
    assert known.ran.keys() <= {"lift_session_revocation"}


def test_every_way_back_of_the_handlers_is_known_here() -> None:
    """All but the trust anchor's own switch, which is read from AWS; Restore is named by Delete's reason alone."""
    forth = (one for one in ACTIONS.values() if one.undo is not None and one.contains is not False)
    by_handlers = {one.id: one.undo for one in forth if one.id not in WAYS_BACK.values()}
    assert by_handlers.pop("disable_trust_anchor") == "enable_trust_anchor"
    assert {**by_handlers, "delete_trust_anchor": "restore_trust_anchor"} == WAYS_BACK


def test_the_card_offers_restore_once() -> None:
    """The trust anchor is gone and stays gone, so only the log can say that its copy was made."""
    kept = {
        "name": "partner",
        "enabled": True,
        "trustAnchorArn": str(TARGET.anchor_arn),
        "source": {"sourceType": "CERTIFICATE_BUNDLE", "sourceData": {"x509CertificateData": "PEM"}},
    }
    asked, began, ended = run(1, "delete_trust_anchor")
    began = draft(ev.RunStarted("R1", "life-1", NOON, {}, kept))
    ended = draft(ev.RunFinished("R1", ev.Outcome.DONE, "Gone.", state={"exists": "no"}))
    deleted = (asked, began, ended)
    assert "restore_trust_anchor" in offered(case_of(deleted))
    assert "restore_trust_anchor" not in offered(case_of(deleted, run(2, "restore_trust_anchor")))


def offered(case: Case) -> str:
    """The controls of the card."""
    return str(Controls(ACTIONS).blocks(case))
