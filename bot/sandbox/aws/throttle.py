"""Request rates of AWS, per account and Region."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Rate:
    """A token bucket.

    Attributes:
        bucket: Its name; all operations with the same name share it.
        per_second: Tokens that come back in a second.
        capacity: Tokens when it is full.
    """

    bucket: str
    per_second: float
    capacity: int


# See: https://docs.aws.amazon.com/rolesanywhere/latest/userguide/quotas.html
_ROLESANYWHERE = {
    "TrustAnchor": Rate("trust anchors", 1, 1),
    "NotificationSettings": Rate("trust anchors", 1, 1),
    "Profile": Rate("profiles", 1, 1),
    "AttributeMapping": Rate("profiles", 1, 1),
    "Subject": Rate("subjects", 1, 1),
    "Resource": Rate("tagging", 1, 1),
    "Crl": Rate("crls", 1, 1),
}
# See: https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html
_LOOKUP_EVENTS = Rate("LookupEvents", 2, 2)


def rate_of(service: str, operation: str) -> Rate | None:
    """The rate that AWS grants an operation; None when this stand-in does not limit it."""
    if service == "cloudtrail" and operation == "LookupEvents":
        return _LOOKUP_EVENTS
    if service != "rolesanywhere":
        return None
    return next(
        (rate for noun, rate in _ROLESANYWHERE.items() if operation.rstrip("s").endswith(noun.rstrip("s"))), None
    )


class Throttle:
    """Counts the calls of every account and Region.

    Args:
        scale: Factor on the waiting time: 1 is AWS, 0.1 lets ten times as many through, 0 switches it off. It may be
            changed at any time.
        clock: Gives the aware UTC time.
    """

    def __init__(self, scale: float, clock: Callable[[], datetime]) -> None:
        self.scale = scale
        self._clock = clock
        self._lock = threading.Lock()
        self._buckets: dict[tuple[str, str, str], tuple[float, datetime]] = {}

    def admits(self, rate: Rate, account_id: str, region: str) -> bool:
        """Take one token; False when there is none."""
        if self.scale <= 0:
            return True
        key = (account_id, region, rate.bucket)
        with self._lock:
            now = self._clock()
            tokens, since = self._buckets.get(key, (float(rate.capacity), now))
            elapsed_seconds = (now - since).total_seconds() / self.scale
            tokens = min(float(rate.capacity), tokens + elapsed_seconds * rate.per_second)
            admitted = tokens >= 1
            self._buckets[key] = (tokens - 1 if admitted else tokens, now)
            return admitted
