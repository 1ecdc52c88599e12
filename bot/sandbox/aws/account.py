"""The state of the stand-in that is not moto's: who calls, what happened, what goes wrong, what is recorded."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from .callers import Callers
from .cloudtrail.models import event_history_backends
from .faults import Faults
from .journal import Journal
from .throttle import Throttle


@dataclass(slots=True)
class Account:
    """What one running stand-in knows.

    Attributes:
        account_id: The account of keys that nobody was given.
        delivery_delay: How long after the call a record can be found; AWS takes about 5 minutes.
        clock: Gives the aware UTC time without `behind`.
        throttle: Counts calls against AWS's rates.
        callers: The sessions that were started.
        journal: Every call in order.
        faults: What a test has set to go wrong.
        behind: How far the time of records and sessions is behind the clock; a past can be played so.

    See: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/get-and-view-cloudtrail-log-files.html
    """

    account_id: str
    delivery_delay: timedelta
    clock: Callable[[], datetime]
    throttle: Throttle
    callers: Callers
    journal: Journal = field(default_factory=Journal)
    faults: Faults = field(default_factory=Faults)
    behind: timedelta = timedelta(0)

    def now(self) -> datetime:
        """The aware UTC time of what happens now."""
        return self.clock() - self.behind

    def record(self, record: dict[str, Any], resources: tuple[tuple[str, str], ...] = ()) -> None:
        """Put a record into the event history of its account and Region, to be found after the delay."""
        history = event_history_backends[record["recipientAccountId"]][record["awsRegion"]]
        history.clock = self.now
        history.add(record, self.now() + self.delivery_delay, resources)

    def all_records(self) -> list[dict[str, Any]]:
        """Every record of every account and Region by time, with `visible_at` and whether it is visible."""
        now = self.now()
        events = [event for _, _, history in event_history_backends.iter_backends() for event in history.events]  # type: ignore[attr-defined]
        return [
            {"record": event.record, "visible_at": event.visible_at.isoformat(), "visible": event.visible_at <= now}
            for event in sorted(events, key=lambda event: (event.occurred_at, event.visible_at))
        ]
