"""Take the change ticket that a person names: a press, decided on the case as it is."""

from __future__ import annotations

import re
from datetime import datetime

from bot.domain.approval import ApprovalPolicy, Reason, may_start, refused
from bot.domain.case import Case
from bot.domain.events import draft
from bot.domain.same_name import may_be
from bot.domain.tickets import MOST_TICKET_CHARACTERS, TicketGiven, ticket_of
from bot.service.press import Answer, Press, PressRule

_LONGEST_TEXT = 1_000


def may_give_ticket(policy: ApprovalPolicy) -> PressRule:
    """The rule for opening the form: everything but the ticket."""

    def rule(case: Case, press: Press, now: datetime) -> Answer:
        del now
        decision = may_start(policy, None, press.person)
        if not decision.allowed:
            return decision
        if case.closed is not None:
            return refused(Reason.NOT_IN_THIS_STATE, f"This case is closed as a {case.state.value}. Reopen it first.")
        return []

    return rule


def give_ticket(policy: ApprovalPolicy, pattern: str | None) -> PressRule:
    """The rule for sending the form. ``pattern`` is how the house's tickets look; None takes any short text."""
    may = may_give_ticket(policy)

    def rule(case: Case, press: Press, now: datetime) -> Answer:
        answer = may(case, press, now)
        if answer:
            return answer
        ticket = _ticket_in(press.reason, pattern)
        if ticket is None:
            return refused(Reason.REASON_MISSING, _why_not(press.reason, pattern))
        known = ticket_of(case)
        if known is not None and (known.ticket, known.user_id) == (ticket, press.person.user_id):
            return refused(Reason.SETTLED, "You have named this ticket already.")
        given = TicketGiven(ticket, may_be(press.person.names, case.detection.actor))
        return [draft(given, press.by)]

    return rule


def _ticket_in(text: str, pattern: str | None) -> str | None:
    """The ticket in what a person wrote, such as in a pasted address; None for none."""
    written = " ".join(text[:_LONGEST_TEXT].split())
    if pattern is not None:
        match = re.search(pattern, written)
        written = match[0] if match else ""
    return written if 0 < len(written) <= MOST_TICKET_CHARACTERS else None


def _why_not(text: str, pattern: str | None) -> str:
    if not text.strip():
        return "Write the change ticket, for example its number."
    if pattern is not None:
        return "Your change tickets do not look like this. The hint under the field says how they do."
    return f"Write only the change ticket: at most {MOST_TICKET_CHARACTERS} characters."
