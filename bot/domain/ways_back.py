"""Which runs of a case still have something to take back: the last one that was done decides."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

from bot.domain.case import Case, Request, RequestState

WAYS_BACK: Mapping[str, str] = MappingProxyType(
    {
        "add_to_inventory": "remove_from_inventory",
        "deactivate_made_keys": "reactivate_made_keys",
        "delete_trust_anchor": "restore_trust_anchor",
        "disable_profile": "enable_profile",
        "import_crl": "remove_crl",
        "quarantine_actor": "release_actor",
        "revoke_known_sessions": "lift_session_revocation",
        "revoke_role_sessions": "lift_session_revocation",
    }
)
"""What takes an action back that is known from this case's own runs only, by the action.

Enable Trust Anchor is none of these: whether it makes sense is the trust anchor's own state, whoever changed it.
"""


def was_taken_back(case: Case, request: Request) -> bool:
    """Whether the way back of this run was done after it: all of it, as AWS showed then.

    A way back that failed in part, or whose end nobody knows, takes nothing back.
    """
    back, order = WAYS_BACK.get(request.action_id), tuple(case.requests)
    done = (one for one in case.requests.values() if one.action_id == back and one.state is RequestState.DONE)
    return any(_begun(order, request) < _begun(order, one) for one in done)


def _begun(order: tuple[str, ...], request: Request) -> tuple[datetime, int]:
    """When it was begun last; of the same moment, the one that was asked for later comes later."""
    return request.begun[-1].at if request.begun else request.at, order.index(request.request_id)
