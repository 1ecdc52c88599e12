"""Reads a case for what actions on profiles, roles and callers need."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot.domain.case import Case
from bot.domain.evidence import (
    MOST_PROFILES,
    MOST_ROLES,
    MOST_SESSION_NAMES,
    Evidence,
    KnownProfile,
    KnownRole,
)
from bot.domain.ownership import keys_of

# The questions whose facts are read: the sessions of the trust anchor, and what its CA's owner can become.
USED = "ca_used"
REACHABLE = "reachable_roles"
INVENTORY = "ca_inventory"

_NAME = 80


def evidence_of(case: Case) -> Evidence:
    """What the case knows now."""
    if not case.detections:
        return Evidence()
    reach = _facts(case, REACHABLE)
    profiles = tuple(KnownProfile(str(one["arn"]), str(one["name"])) for one in _list(reach.get("open_profiles")))
    roles = _roles(_list(_facts(case, USED).get("sessions")), _list(reach.get("open_roles")))
    return Evidence(
        profiles=profiles[:MOST_PROFILES],
        more_profiles=max(0, len(profiles) - MOST_PROFILES),
        roles=roles[:MOST_ROLES],
        more_roles=max(0, len(roles) - MOST_ROLES),
        actor=case.detection.actor,
        ca_keys=tuple(dict.fromkeys(one.spki_sha256 for one in case.ca.certificates)),
        ca_is_ours=_is_ours(case),
        ca_name=case.ca.certificates[0].subject[:_NAME] if case.ca.certificates else "",
        ran=_ran(case),
    )


def known_state(case: Case) -> Mapping[str, str]:
    """The trust anchor's state as far as it is known: by AWS where it was read, else by the event."""
    if case.known_state is not None:
        return case.known_state
    enabled = case.detection.anchor.enabled
    return {} if enabled is None else {"enabled": "yes" if enabled else "no"}


def _is_ours(case: Case) -> bool:
    """Whether the CA's owners said so last, or, where they said nothing, every key of it is approved here."""
    said = case.ownership.newest_about(keys_of(case))
    return said.ours if said is not None else _facts(case, INVENTORY).get("approved") is True


def _facts(case: Case, question: str) -> Mapping[str, Any]:
    answer = case.investigation.answers.get(question)
    return answer.facts if answer is not None else {}


def _list(value: object) -> Sequence[Any]:
    return value if isinstance(value, list | tuple) else ()


def _roles(sessions: Sequence[Any], reachable: Sequence[str]) -> tuple[KnownRole, ...]:
    """Roles with sessions first, then those that are open only."""
    by_role: dict[str, list[Mapping[str, Any]]] = {}
    for one in (session for session in sessions if isinstance(session, Mapping)):
        if one.get("error_code") is None and one.get("role_arn"):
            by_role.setdefault(str(one["role_arn"]), []).append(one)
    open_roles = frozenset(reachable)
    used = [_used(arn, issued, is_open=arn in open_roles) for arn, issued in by_role.items()]
    return (*used, *(KnownRole(arn, open=True) for arn in reachable if arn not in by_role))


def _used(arn: str, issued: Sequence[Mapping[str, Any]], *, is_open: bool) -> KnownRole:
    user_ids = dict.fromkeys(str(one["user_id"]) for one in issued if one.get("user_id"))
    ends = [str(one["expires"]) for one in issued if one.get("expires")]
    return KnownRole(arn, is_open, len(issued), tuple(user_ids)[:MOST_SESSION_NAMES], max(ends, default=None))


def _ran(case: Case) -> dict[str, tuple[Mapping[str, Any], ...]]:
    """Also runs that failed or whose end is unknown: they may have had some of their effect."""
    ran: dict[str, tuple[Mapping[str, Any], ...]] = {}
    for request in case.requests.values():
        if request.started is not None and request.started.capsule:
            ran[request.action_id] = (*ran.get(request.action_id, ()), request.started.capsule)
    return ran
