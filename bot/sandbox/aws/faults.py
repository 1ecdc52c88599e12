"""What a test can make AWS do wrong."""

import random
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
        share: How many of the calls that it would meet it does meet, 0 to 1, at random; always the same ones for the
            same calls.
    """

    service: str
    operation: str
    kind: Kind
    times: int | None = 1
    seconds: float = 0.0
    share: float = 1.0


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
    if not 0 < fault.share <= 1:
        raise ValueError("share must be above 0 and at most 1")
    return fault


class Faults:
    """The faults that are set, in order; each call meets every one that names it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: list[list[Any]] = []
        self._random = random.Random(1)  # noqa: S311 - The same calls fail in every run of a test.

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
            met = [entry for entry in self._waiting if _names(entry[0], service, operation) and self._is_hit(entry[0])]
            for entry in met:
                entry[1] = None if entry[1] is None else entry[1] - 1
            self._waiting = [entry for entry in self._waiting if entry[1] != 0]
            return [entry[0] for entry in met]

    def _is_hit(self, fault: Fault) -> bool:
        return fault.share >= 1 or self._random.random() < fault.share


def _names(fault: Fault, service: str, operation: str) -> bool:
    return fault.service == service and fault.operation in {operation, "*"}
