"""Reads a case for what actions on profiles, roles and callers need."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot.domain.answer import Answer, Standing
from bot.domain.case import Case, RequestState
from bot.domain.evidence import (
    MOST_PROFILES,
    MOST_ROLES,
    MOST_SESSION_NAMES,
    Evidence,
    KnownApproval,
    KnownProfile,
    KnownRole,
)
from bot.domain.known_identities import exclusive, identities_of
from bot.domain.made_keys import made_keys_of
from bot.domain.other_use import OtherUse, count_of, not_looked
from bot.domain.ownership import keys_of
from bot.domain.session_revocation import why_not_revocable
from bot.domain.ways_back import was_taken_back

# The questions whose facts are read: the sessions of the trust anchor, what its CA's owner can become,
# and who else uses that.
USED = "ca_used"
REACHABLE = "reachable_roles"
INVENTORY = "ca_inventory"
OTHER_USE = "other_use"

_REMOVE = "remove_from_inventory"
_NAME = 80


def evidence_of(case: Case) -> Evidence:
    """What the case knows now."""
    if not case.detections:
        return Evidence()
    answers = case.investigation.answers
    profiles, roles = _profiles(answers), _roles(answers)
    identities, other_identities = exclusive(planned_identities(answers), _facts(answers, OTHER_USE))
    made_keys, other_made_keys = made_keys_of(answers)
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
        use=_use(case),
        identities=identities,
        other_identities=other_identities,
        approvals=_approvals(case),
        made_keys=made_keys,
        other_made_keys=other_made_keys,
    )


def planned_profiles(answers: Mapping[str, Answer]) -> tuple[KnownProfile, ...]:
    """The profiles that plans are about, as far as these answers, by question, know them."""
    return _profiles(answers)[:MOST_PROFILES]


def planned_roles(answers: Mapping[str, Answer], account: str) -> tuple[KnownRole, ...]:
    """The roles whose sessions plans revoke, as far as these answers, by question, know them."""
    return tuple(one for one in _roles(answers)[:MOST_ROLES] if why_not_revocable(one.arn, account) is None)


def planned_identities(answers: Mapping[str, Answer]) -> tuple[str, ...]:
    """The source identities of the trust anchor's sessions, as far as these answers, by question, know them."""
    return identities_of(one for one in _list(_facts(answers, USED).get("sessions")) if isinstance(one, Mapping))


def _use(case: Case) -> OtherUse:
    """What was counted, where it was counted for all that a plan is about now."""
    answers = case.investigation.answers
    answer = answers.get(OTHER_USE)
    if answer is None:
        return OtherUse()
    if answer.standing is not Standing.ANSWERED:
        return OtherUse(*[not_looked(answer.sentence.rstrip("."))] * 5)
    facts, roles = answer.facts, planned_roles(answers, case.target.account)
    wanted = {
        "profiles": ("asked_profiles", {one.arn for one in planned_profiles(answers)}),
        "roles": ("asked_roles", {one.arn for one in roles}),
        "same_name": ("asked_user_ids", {name for one in roles for name in one.user_ids}),
    }
    stale = {name for name, (asked, now) in wanted.items() if not now <= {str(one) for one in _list(facts.get(asked))}}
    counts = {name: count_of(facts.get(name)) for name in OtherUse.__dataclass_fields__}
    return OtherUse(**{name: None if name in stale else one for name, one in counts.items()})


def known_state(case: Case) -> Mapping[str, str]:
    """The trust anchor's state as far as it is known: by AWS where it was read, else by the event."""
    if case.known_state is not None:
        return case.known_state
    enabled = case.detection.anchor.enabled
    return {} if enabled is None else {"enabled": "yes" if enabled else "no"}


def _is_ours(case: Case) -> bool:
    """Whether the CA's owners said so last, or, where they said nothing, every key of it is approved here."""
    said = case.ownership.newest_about(keys_of(case))
    return said.ours if said is not None else _facts(case.investigation.answers, INVENTORY).get("approved") is True


def _approvals(case: Case) -> tuple[KnownApproval, ...]:
    """What the newest look at the inventory had of our own, without what this case has removed since."""
    removed = {
        str(one.get("entry_id"))
        for request in case.requests.values()
        if request.action_id == _REMOVE and request.state is RequestState.DONE and request.started is not None
        for one in _list(request.started.capsule.get("entries"))
        if isinstance(one, Mapping)
    }
    found = _list(_facts(case.investigation.answers, INVENTORY).get("own_approvals"))
    known = (KnownApproval(str(one["entry_id"]), str(one["ends"])) for one in found if isinstance(one, Mapping))
    return tuple(one for one in known if one.entry_id not in removed)


def _facts(answers: Mapping[str, Answer], question: str) -> Mapping[str, Any]:
    answer = answers.get(question)
    return answer.facts if answer is not None else {}


def _list(value: object) -> Sequence[Any]:
    return value if isinstance(value, list | tuple) else ()


def _profiles(answers: Mapping[str, Answer]) -> tuple[KnownProfile, ...]:
    found = _list(_facts(answers, REACHABLE).get("open_profiles"))
    return tuple(KnownProfile(str(one["arn"]), str(one["name"])) for one in found)


def _roles(answers: Mapping[str, Answer]) -> tuple[KnownRole, ...]:
    """Roles with sessions first, then those that are open only."""
    sessions = _list(_facts(answers, USED).get("sessions"))
    reachable: Sequence[str] = _list(_facts(answers, REACHABLE).get("open_roles"))
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
    names = tuple(user_ids)[:MOST_SESSION_NAMES]
    return KnownRole(arn, is_open, len(issued), names, max(ends, default=None), len(user_ids) - len(names))


def _ran(case: Case) -> dict[str, tuple[Mapping[str, Any], ...]]:
    """Runs that nothing took back since, also those that failed or whose end is unknown: they may have worked."""
    ran: dict[str, tuple[Mapping[str, Any], ...]] = {}
    for request in case.requests.values():
        if request.started is not None and request.started.capsule and not was_taken_back(case, request):
            ran[request.action_id] = (*ran.get(request.action_id, ()), request.started.capsule)
    return ran
