"""Whether the evidence is saved that a deletion takes away: the guide's first round has asked all that it could."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.domain.case import Case

TAKES_EVIDENCE = frozenset({"delete_trust_anchor"})
"""The actions after which AWS can't be asked about the trust anchor any more."""

LONGEST_WAIT = timedelta(minutes=10)
"""From the alert on. New events begin the rounds anew, so whoever causes them could put off a deletion for ever."""


def unsaved(case: Case, action_id: str, now: datetime) -> str | None:
    """Why an action would take away what nobody has looked at, in sentences; None when it may run.

    A round that was refused every read or was stopped is over too: the log says what it could not answer.
    """
    if action_id not in TAKES_EVIDENCE or case.investigation.saved or case.opened_at is None:
        return None
    latest = case.opened_at + LONGEST_WAIT
    if now >= latest:
        return None
    return (
        "The evidence is not saved yet: the guide's first questions about this trust anchor have no answers. Ask again "
        f"when they have, at {latest:%H:%M:%S} UTC at the latest. Disable Trust Anchor stops the same sessions now."
    )
