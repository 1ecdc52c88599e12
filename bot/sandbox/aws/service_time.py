"""The time that our own services write into what they keep; moto's services have a clock of their own."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass
class ServiceTime:
    """Gives the time.

    Attributes:
        clock: Gives the aware UTC time; the stand-in sets its own when it starts.
    """

    clock: Callable[[], datetime]

    def now(self) -> datetime:
        """The UTC time without a zone, as moto keeps times."""
        return self.clock().astimezone(UTC).replace(tzinfo=None)


def _machine_time() -> datetime:
    return datetime.now(UTC)


service_time = ServiceTime(_machine_time)
