"""How the message with the house's own guide moves: asked for, begun, sent once; and the count of all cases."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

from bot.domain.audit import Entry
from bot.domain.request_steps import user_of
from bot.domain.training import (
    Training,
    TrainingAsked,
    TrainingBegun,
    TrainingCounted,
    TrainingNotSent,
    TrainingSent,
)


def with_training(known: Training, entry: Entry, event: object) -> Training:
    """The training after an event; another event changes nothing."""
    if isinstance(event, TrainingCounted):
        cases = tuple(dict.fromkeys((*known.counted.get(event.caller, ()), event.case_id)))
        return replace(known, counted=MappingProxyType({**known.counted, event.caller: cases}))
    if isinstance(event, TrainingAsked):
        return Training(entry.seq, user_of(entry.by), entry.at) if known.may_be_asked else known
    if not isinstance(event, TrainingBegun | TrainingSent | TrainingNotSent) or event.asked_seq != known.asked_seq:
        return known
    if isinstance(event, TrainingBegun):
        return replace(known, begun=event)
    return replace(known, ended=event, ended_at=entry.at) if known.ended is None else known
