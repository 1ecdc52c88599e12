"""Notice a run of a rule that made as many alerts as it may, and tell the operations channel once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence

import structlog

from bot.domain.audit import Draft
from bot.domain.case import Case
from bot.domain.detection import Detection
from bot.domain.events import draft
from bot.domain.rule_runs import RunCut, is_cut
from bot.service.case_book import CaseBook
from bot.service.put_aside import ops_stream

_log = structlog.get_logger()

AlertsOfRun = Callable[[str], Awaitable[int]]
"""How many events, over all cases, alerts of this run of a rule told of. Raises StoreUnavailable."""


class RuleRuns:
    """Counts the alerts of runs.

    Args:
        book: the cases.
        alerts_of_run: counts.
    """

    def __init__(self, book: CaseBook, alerts_of_run: AlertsOfRun) -> None:
        self._book = book
        self._alerts_of_run = alerts_of_run

    async def __call__(self, detections: Iterable[Detection]) -> None:
        """Look at the runs of these detections, which are in their cases already.

        Raises:
            StoreUnavailable: not all was written down; looking again writes the rest.
        """
        alerts = [one.alert for one in detections if one.alert is not None]
        for alert in {one.run_id: one for one in alerts if one.run_id}.values():
            run_id = alert.run_id or ""
            number = await self._alerts_of_run(run_id)
            if is_cut(number):
                await self._note(RunCut(run_id, alert.system, alert.name or "", number))

    async def _note(self, cut: RunCut) -> None:
        def rule(stream: Case) -> Sequence[Draft]:
            return [] if cut.event_id in stream.noted_events else [draft(cut)]

        await self._book.decide(ops_stream(self._book.now()), rule)
        _log.info("rule_run_cut", alerts=cut.alerts)
