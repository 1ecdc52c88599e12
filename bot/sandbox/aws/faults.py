"""What a test can make AWS do wrong."""

import threading
from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

Kind = Literal["deny", "error", "cut", "delay", "throttle"]


@dataclass(frozen=True)
class Fault:
    """One thing that goes wrong with an operation.

    Attributes:
        service: Signing name, such as `rolesanywhere`.
        operation: API name, such as `DeleteTrustAnchor`; `*` means every operation of the service.
        kind: `deny` refuses with AccessDenied, `error` answers 500 without effect, `cut` closes the connection
            after the effect, `delay` waits before the effect, `throttle` refuses with ThrottlingException.
        times: How many calls it meets; None means every one until the faults are cleared.
        seconds: Length of a delay.
    """

    service: str
    operation: str
    kind: Kind
    times: int | None = 1
    seconds: float = 0.0


def read_fault(body: dict[str, Any]) -> Fault:
    """Read a fault from the control endpoint's JSON.

    Raises:
        ValueError: When a member is missing, unknown or out of bounds.
    """
    try:
        fault = Fault(**body)
    except TypeError as wrong:
        raise ValueError(str(wrong)) from wrong
    if fault.kind not in get_args(Kind):
        raise ValueError(f"kind must be one of {', '.join(get_args(Kind))}")
    if fault.times is not None and fault.times < 1:
        raise ValueError("times must be at least 1, or null")
    return fault


class Faults:
    """The faults that are set, in order; each call meets every one that names it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: list[list[Any]] = []

    def add(self, fault: Fault) -> None:
        """Set one more fault."""
        with self._lock:
            self._waiting.append([fault, fault.times])

    def clear(self) -> None:
        """Take all of them back."""
        with self._lock:
            self._waiting.clear()

    def listing(self) -> list[dict[str, Any]]:
        """Those still set, `times` being what is left of them."""
        with self._lock:
            return [{**asdict(fault), "times": left} for fault, left in self._waiting]

    def meet(self, service: str, operation: str) -> list[Fault]:
        """The faults that this call meets; each is used up by one."""
        with self._lock:
            met = [entry for entry in self._waiting if _names(entry[0], service, operation)]
            for entry in met:
                entry[1] = None if entry[1] is None else entry[1] - 1
            self._waiting = [entry for entry in self._waiting if entry[1] != 0]
            return [entry[0] for entry in met]


def _names(fault: Fault, service: str, operation: str) -> bool:
    return fault.service == service and fault.operation in {operation, "*"}
