"""Looks at the trust anchor as AWS has it: when one is due, and what it makes of a case."""

from __future__ import annotations

from dataclasses import replace

from bot.domain.audit import Entry
from bot.domain.case import Case
from bot.domain.events import AnchorObserved
from bot.domain.session_ends import contained_since


def look_is_due(case: Case) -> bool:
    """Whether something was reported, or came back after a containment, since the last look."""
    newest_alarm = max((one.seq for one in case.aftermath.alarms), default=0)
    return case.observed_seq <= max(case.detection_seq, newest_alarm)


def observed(case: Case, entry: Entry, event: AnchorObserved) -> Case:
    """The case after a look; one that AWS shows as open after something came back is not contained any more."""
    seen = replace(
        case,
        known_state=event.state if event.state is not None else case.known_state,
        observed_seq=entry.seq,
        observed_at=entry.at if event.state is not None else case.observed_at,
        observe_error=event.error,
        display_seq=entry.seq,
    )
    if not _is_open_again(case, event):
        return seen
    aftermath = replace(seen.aftermath, open_at=entry.at, all_clear=None, last_looks=0)
    return replace(seen, contained_by=None, revision=entry.seq, aftermath=aftermath)


def _is_open_again(case: Case, event: AnchorObserved) -> bool:
    since = contained_since(case)
    came_back = since is not None and any(one.at >= since for one in case.aftermath.alarms)
    return came_back and (event.state or {}).get("enabled") == "yes"
