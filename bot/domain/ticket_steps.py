"""How a case changes when somebody names a change ticket, and when the guide's step looks for one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from bot.domain.audit import Entry
from bot.domain.case import Case
from bot.domain.investigation import StepAnswered
from bot.domain.request_steps import user_of
from bot.domain.tickets import TICKET_QUESTION, TicketGiven, TicketSaid, ticket_answer


def with_ticket_answer(case: Case) -> Case:
    """The case whose investigation says which ticket people have named for the newest event."""
    answer = ticket_answer(case)
    if answer is None:
        return case
    answers = {**case.investigation.answers, TICKET_QUESTION: answer}
    return replace(case, investigation=replace(case.investigation, answers=MappingProxyType(answers)))


def ticket_kept(case: Case, event: StepAnswered) -> Case:
    """The case after a step: what people said stays beside what the step found."""
    found = next((one for one in event.answers if one.question == TICKET_QUESTION), None)
    if found is None:
        return case
    return with_ticket_answer(replace(case, tickets=replace(case.tickets, found=found)))


def _given(case: Case, entry: Entry, event: TicketGiven) -> Case:
    if not user_of(entry.by) or not case.detections:
        return case
    event_id = case.detection.event_id
    said = TicketSaid(entry.seq, user_of(entry.by), entry.at, event.ticket, event.may_be_actor, event_id)
    tickets = replace(case.tickets, said=(*case.tickets.said, said))
    # Old buttons live on: a word that weighs so little must not hold up a containment.
    return with_ticket_answer(replace(case, tickets=tickets, display_seq=entry.seq))


TICKET_STEPS: Mapping[type, Callable[[Case, Entry, Any], Case]] = {TicketGiven: _given}
"""What each event about a change ticket makes of a case."""
