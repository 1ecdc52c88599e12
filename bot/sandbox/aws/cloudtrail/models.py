"""The event history of one account and Region: what was recorded, and from when on it can be found."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from moto.core.base_backend import BackendDict, BaseBackend

# See: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/view-cloudtrail-events.html
HISTORY = timedelta(days=90)

_READ_FROM = {
    "EventId": "eventID",
    "EventName": "eventName",
    "EventSource": "eventSource",
}


@dataclass(frozen=True)
class RecordedEvent:
    """One CloudTrail record in the history.

    Attributes:
        position: Its place in the order of arrival; 0 is the first of this account and Region.
        record: The record as CloudTrail writes it.
        occurred_at: Aware UTC time of the call, in whole seconds as in the record.
        visible_at: Aware UTC time from which LookupEvents finds it.
        resources: (type, name) of each resource that the event history shows beside the record.
    """

    position: int
    record: dict[str, Any]
    occurred_at: datetime
    visible_at: datetime
    resources: tuple[tuple[str, str], ...] = ()

    @property
    def user_name(self) -> str | None:
        """The name that the history lists: user, session name, or `root`; None for services."""
        identity = self.record["userIdentity"]
        if identity["type"] == "AssumedRole":
            return str(identity["principalId"].partition(":")[2])
        if identity["type"] == "Root":
            return "root"
        return str(identity["userName"]) if "userName" in identity else None

    def has(self, key: str, value: str) -> bool:
        """Whether a lookup attribute matches it."""
        if key == "ReadOnly":
            return str(self.record["readOnly"]).lower() == value.lower()
        if key == "Username":
            return self.user_name == value
        if key == "AccessKeyId":
            return bool(self.record["userIdentity"].get("accessKeyId") == value)
        if key == "ResourceType":
            return any(kind == value for kind, _ in self.resources)
        if key == "ResourceName":
            return any(name == value for _, name in self.resources)
        return bool(self.record[_READ_FROM[key]] == value)


def utc_now() -> datetime:
    """The aware UTC time of this machine."""
    return datetime.now(UTC)


class EventHistoryBackend(BaseBackend):
    """The records of one account and Region.

    Attributes:
        clock: Gives the aware UTC time that decides what is visible; tests may replace it.
    """

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.events: list[RecordedEvent] = []
        self.clock: Callable[[], datetime] = utc_now

    def add(
        self, record: dict[str, Any], visible_at: datetime, resources: tuple[tuple[str, str], ...] = ()
    ) -> RecordedEvent:
        """Record one event."""
        occurred_at = datetime.fromisoformat(record["eventTime"])
        event = RecordedEvent(len(self.events), record, occurred_at, visible_at, resources)
        self.events.append(event)
        return event

    def newest_first(
        self, attribute: tuple[str, str] | None, start: datetime | None, end: datetime | None
    ) -> Iterator[RecordedEvent]:
        """The visible events of the last 90 days that match, bounds included; None leaves a bound open."""
        now = self.clock()
        oldest = max(start, now - HISTORY) if start else now - HISTORY
        for event in sorted(self.events, key=sort_key, reverse=True):
            matches = attribute is None or event.has(*attribute)
            if matches and event.visible_at <= now and oldest <= event.occurred_at <= (end or now):
                yield event


def sort_key(event: RecordedEvent) -> tuple[datetime, int]:
    """What newest means: the later call, and of two in one second the later arrival."""
    return event.occurred_at, event.position


event_history_backends = BackendDict(EventHistoryBackend, "cloudtrail")
