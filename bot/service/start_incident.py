"""Start the incident of a case, or have what failed tried again: a press, decided on the case as it is."""

from __future__ import annotations

from datetime import datetime

from bot.domain.approval import ApprovalPolicy, Part, Reason, may_start, refused
from bot.domain.case import Case
from bot.domain.events import draft
from bot.domain.incident import IncidentProtocol, IncidentStarted, channel_name
from bot.service.press import Answer, Press, PressRule

_MOST_REASON = 500
HOW = (
    "No incident protocol is configured: set ANCHORWATCH_INCIDENT_CHANNEL to private or public, or "
    "ANCHORWATCH_PAGE_ROUTING_KEY, and start Anchorwatch again."
)
"""What people read where there is nothing to start."""


def may_start_incident(policy: ApprovalPolicy, protocol: IncidentProtocol) -> PressRule:
    """The rule for opening the form: it also shows an incident that there is already."""

    def rule(case: Case, press: Press, now: datetime) -> Answer:
        del now
        # Whoever has the caller's name may call for help too: an attacker must not be able to take that from anybody.
        decision = may_start(policy, None, press.person, Part.CONTAIN)
        if not decision.allowed:
            return decision
        if case.tasks.incident.exists:
            return []
        if not protocol.does_something:
            return refused(Reason.NOT_CONFIGURED, HOW)
        if case.closed is not None:
            return refused(Reason.NOT_IN_THIS_STATE, f"This case is closed as a {case.state.value}. Reopen it first.")
        return []

    return rule


def start_incident(policy: ApprovalPolicy, protocol: IncidentProtocol) -> PressRule:
    """The rule for sending the form."""
    may = may_start_incident(policy, protocol)

    def rule(case: Case, press: Press, now: datetime) -> Answer:
        answer = may(case, press, now)
        if answer:
            return answer
        known = case.tasks.incident
        if known.exists and (known.runs or not known.failed):
            return refused(Reason.SETTLED, f"<@{known.by}> has started the incident already: it is on the card.")
        reason = " ".join(press.reason.split())[:_MOST_REASON] or (known.started.reason if known.started else "")
        if not reason:
            return refused(Reason.REASON_MISSING, "Say in a sentence why this is an incident.")
        name = channel_name(protocol.prefix, case.case_id, now)
        started = IncidentStarted(reason, protocol.channel.value, name, protocol.invite, protocol.pages)
        return [draft(started, press.by)]

    return rule
