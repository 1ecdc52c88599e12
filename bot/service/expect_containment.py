"""Tell AWS's pace which containments people are about to run, so that reads leave the rates to them in time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from bot.domain.case import Case
from bot.domain.identity import Target
from bot.ports import Clock

# Slack does not say when a form is closed. Whoever writes a reason for longer waits one second more at most.
_FORM_OPEN = timedelta(minutes=2)
# Of an approved request; each of its entries in the log begins it anew.
_RUNS = timedelta(minutes=1)

HoldReads = Callable[[Target, str, timedelta], None]
"""Hears that a containment may come in the target's account and Region within some time; no time takes that back.

The text is who says so, each for itself. Meanwhile the investigation's reads leave AWS's rates to containments.
"""


class ExpectContainment:
    """Follows the cases: a form that is opened, and requests until they are settled.

    Args:
        hold_reads: of AWS's pace.
        clock: the time, for the deadlines of requests.
    """

    def __init__(self, hold_reads: HoldReads, clock: Clock) -> None:
        self._hold_reads = hold_reads
        self._clock = clock
        self._expected: set[str] = set()

    def form_opened(self, case: Case) -> None:
        """A person reads what an action would do, and may ask for it any moment."""
        self._hold_reads(case.target, f"form of {case.case_id}", _FORM_OPEN)

    def __call__(self, case: Case) -> None:
        """Something was appended to a case: expect what it asks for now, and nothing that it does not ask for."""
        lasts = [
            max(request.deadline - self._clock.now(), _RUNS)
            for request in case.requests.values()
            if request.is_open and not request.is_read
        ]
        if lasts:
            self._expected.add(case.case_id)
            self._hold_reads(case.target, case.case_id, max(lasts))
        elif case.case_id in self._expected:
            self._expected.discard(case.case_id)
            for who in (case.case_id, f"form of {case.case_id}"):
                self._hold_reads(case.target, who, timedelta())
