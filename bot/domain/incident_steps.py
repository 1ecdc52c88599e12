"""How an incident moves: started once, each step ended once, and what failed tried again when a person wants it."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

from bot.domain.audit import Entry
from bot.domain.incident import Incident, IncidentStarted, IncidentStep, IncidentStepDone
from bot.domain.post_events import PostDropped, PostKind, PostReserved, PostSent
from bot.domain.request import Reservation
from bot.domain.request_steps import user_of


def with_incident(known: Incident, entry: Entry, event: object) -> Incident:
    """The incident after an event; another event changes nothing."""
    if isinstance(event, IncidentStarted):
        return _started(known, entry, event)
    if not known.exists:
        return known
    if isinstance(event, IncidentStepDone):
        return _stepped(known, event)
    if isinstance(event, PostReserved | PostSent | PostDropped) and event.post is PostKind.INCIDENT:
        return _posted(known, entry, event)
    return known


def _started(known: Incident, entry: Entry, event: IncidentStarted) -> Incident:
    if not known.exists:
        return Incident(entry.seq, user_of(entry.by), entry.at, entry.at, event)
    if known.runs or not known.failed:
        return known
    kept = {step: one for step, one in known.done.items() if not one.error}
    # A channel that is there keeps its name, and who started it stays who started it.
    started = replace(event, name=known.channel_name or event.name)
    return replace(
        known, started=started, tried_at=entry.at, done=MappingProxyType(kept), reserved=None, brief_error=""
    )


def _stepped(known: Incident, event: IncidentStepDone) -> Incident:
    if event.step in known.done:
        return known
    done = MappingProxyType({**known.done, event.step: event})
    if event.step is not IncidentStep.CHANNEL or event.error:
        return replace(known, done=done)
    return replace(known, done=done, channel_id=event.channel, channel_name=event.name)


def _posted(known: Incident, entry: Entry, event: PostReserved | PostSent | PostDropped) -> Incident:
    if isinstance(event, PostReserved):
        return replace(known, reserved=Reservation(event.owner, entry.at, event.ambiguous))
    return replace(known, brief_ts=event.ts) if isinstance(event, PostSent) else replace(known, brief_error=event.error)
