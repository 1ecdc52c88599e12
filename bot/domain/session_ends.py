"""Until when a session that a trust anchor gave can live, after it was contained.

A session that was given lives on whatever becomes of the trust anchor. CloudTrail may show some only later, so the time
counts from the containment with the longest duration that a profile allows, and every later end that CloudTrail shows
moves it on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from bot.domain.answer import Standing
from bot.domain.case import Case, Request, RequestState
from bot.domain.case_evidence import REACHABLE, USED, evidence_of
from bot.domain.usage.sessions import LONGEST_SESSION

MOVED, TAKEN, PROFILES = "lateral_movement", "data_taken", "profiles"
# When keys that could not be followed end, and the console sessions that were opened.
_BEYOND = ("beyond_until", "console_until")
_REVOKE, _LIFT = "revoke_role_sessions", "lift_session_revocation"
# A policy of IAM holds everywhere within seconds; this is ample.
# See: https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html#troubleshoot_general_eventual-consistency
_UNTIL_POLICIES_HOLD = timedelta(minutes=1)


def contained_since(case: Case) -> datetime | None:
    """When the case was contained and has been since; None when it is not."""
    since, open_at = None, case.aftermath.open_at
    for request in sorted(_done(case), key=lambda one: one.ended_at or one.at):
        was_opened = open_at is not None and (request.ended_at or request.at) <= open_at
        if request.contains is not None and not was_opened:
            since = (since or request.ended_at) if request.contains else None
    return since if case.contained_by is not None else None


def sessions_end(case: Case) -> datetime | None:
    """When the last session must be over, as far as is known now; None when the case is not contained."""
    since = contained_since(case)
    if since is None:
        return None
    revoked = revoked_at(case)
    base = revoked if revoked is not None else since + _longest(case)
    ends = [end for began, end in _known_ends(case) if revoked is None or began is None or began > revoked]
    return max([base, *ends])


def revoked_at(case: Case) -> datetime | None:
    """When the sessions of every role that reaches were revoked after the containment; None when not of every one."""
    since = contained_since(case)
    if since is None:
        return None
    evidence, reach = evidence_of(case), case.investigation.answers.get(REACHABLE)
    whole = reach is not None and reach.standing is Standing.ANSWERED and not reach.facts.get("undetermined")
    if not whole or evidence.more_roles or not evidence.roles:
        return None
    lifted = max((one.ended_at for one in _done(case) if one.action_id == _LIFT and one.ended_at), default=None)
    found = [
        one.ended_at
        for one in _done(case)
        if one.action_id == _REVOKE
        and one.ended_at is not None
        and one.begun
        and one.begun[0].at >= since
        and (lifted is None or one.at > lifted)
        and {role.arn for role in evidence.roles} <= set(one.plan.touches)
    ]
    return min(found) + _UNTIL_POLICIES_HOLD if found else None


def endless_keys(case: Case) -> int:
    """How many keys that sessions made do not end by themselves, such as those of IAM users."""
    return sum(one.get("chained") is True and not one.get("expires") for one in listed(facts(case, MOVED), "keys"))


def facts(case: Case, question: str) -> Mapping[str, Any]:
    """What is known by an answer; empty when there is none."""
    answer = case.investigation.answers.get(question)
    return answer.facts if answer is not None else {}


def listed(found: Mapping[str, Any], member: str) -> Sequence[Mapping[str, Any]]:
    """A list of records among facts; whatever else stands there is none."""
    value = found.get(member)
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list | tuple) else []


def moment(value: object) -> datetime | None:
    """A time among facts; None for what is none."""
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return found if found is not None and found.tzinfo is not None else None


def _done(case: Case) -> list[Request]:
    return [one for one in case.requests.values() if one.state is RequestState.DONE and one.ended_at is not None]


def _longest(case: Case) -> timedelta:
    """The longest session that a profile allowed when AWS was asked; 12 hours where that is not known."""
    seconds = facts(case, PROFILES).get("longest_session_seconds")
    known = isinstance(seconds, int) and 0 < seconds <= LONGEST_SESSION.total_seconds()
    return timedelta(seconds=int(str(seconds))) if known else LONGEST_SESSION


def _known_ends(case: Case) -> Iterator[tuple[datetime | None, datetime]]:
    """When each session began and ends, and each key that came of one; a chained one has no beginning that counts."""
    used = facts(case, USED)
    for one in listed(used, "sessions"):
        end = moment(one.get("expires"))
        if one.get("error_code") is None and end is not None:
            yield moment(one.get("at")), end
    latest = moment(used.get("latest_expiry"))
    if latest is not None and (used.get("sessions_cut") or used.get("earlier")):
        yield None, latest
    moved = facts(case, MOVED)
    for key in listed(moved, "keys"):
        end = moment(key.get("expires"))
        if key.get("chained") is True and end is not None:
            yield None, end
    for end in (moment(moved.get(one)) for one in _BEYOND):
        if end is not None:
            yield None, end
