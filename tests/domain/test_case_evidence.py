"""What a case knows for actions on profiles, roles and callers: read from answers, and from its own runs."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

from bot.domain.answer import answered
from bot.domain.case import Case
from bot.domain.case_evidence import evidence_of
from bot.domain.detection import Actor, Detection
from bot.domain.evidence import MOST_PROFILES, MOST_ROLES, Evidence, KnownProfile
from bot.domain.investigation import Investigation
from tests.fakes.fake_aws import NOW

ROLE = "arn:aws:iam::111122223333:role/"


def case_with(**facts: dict[str, Any]) -> Case:
    """A case whose questions have these facts."""
    answers = MappingProxyType({one: answered(one, "Found.", facts=more) for one, more in facts.items()})
    detection = Detection(
        event_id="e",
        event_name="CreateTrustAnchor",
        event_source="rolesanywhere.amazonaws.com",
        happened_at=NOW,
        account="111122223333",
        region="eu-west-1",
        form="eventbridge",
        actor=Actor(name="mallory"),
    )
    return Case("AW-0000000000", detections=(detection,), investigation=Investigation(answers=answers))


def test_a_case_without_answers_knows_the_caller_only() -> None:
    """Before the investigation there is nothing to act on; without a detection there is nobody."""
    assert evidence_of(case_with()) == Evidence(actor=Actor(name="mallory"))
    assert evidence_of(Case("AW-0000000000")) == Evidence()


def test_roles_that_were_entered_come_first() -> None:
    """Sessions are put together by role; refused ones do not count; open roles follow."""
    sessions = [
        {"role_arn": f"{ROLE}b", "user_id": "B:1", "expires": "2026-11-22T05:00:00+00:00", "error_code": None},
        {"role_arn": f"{ROLE}b", "user_id": "B:1", "expires": "2026-11-22T04:00:00+00:00", "error_code": None},
        {"role_arn": f"{ROLE}c", "user_id": "", "expires": None, "error_code": "AccessDeniedException"},
    ]
    reach = {"open_roles": [f"{ROLE}a", f"{ROLE}b"], "open_profiles": [{"arn": "p", "name": "one"}]}
    known = evidence_of(case_with(ca_used={"sessions": sessions}, reachable_roles=reach))
    assert [(one.arn[-1], one.open, one.sessions, one.user_ids, one.until) for one in known.roles] == [
        ("b", True, 2, ("B:1",), "2026-11-22T05:00:00+00:00"),
        ("a", True, 0, (), None),
    ]
    assert known.profiles == (KnownProfile("p", "one"),)


def test_what_does_not_fit_is_counted() -> None:
    """A plan shows so many; the others are named as a number."""
    profiles = [{"arn": f"p{number}", "name": "x"} for number in range(MOST_PROFILES + 3)]
    roles = [f"{ROLE}{number}" for number in range(MOST_ROLES + 2)]
    known = evidence_of(case_with(reachable_roles={"open_roles": roles, "open_profiles": profiles}))
    assert (len(known.profiles), known.more_profiles) == (MOST_PROFILES, 3)
    assert (len(known.roles), known.more_roles) == (MOST_ROLES, 2)


def test_facts_of_an_older_version_are_no_facts() -> None:
    """A log that was written before has answers without these members."""
    known = evidence_of(case_with(reachable_roles={"usable": 3}, ca_used={"issued": 1}))
    assert (known.profiles, known.roles) == ((), ())
