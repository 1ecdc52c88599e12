"""Faults on demand: what the network and Slack do to Web API calls on a bad day."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace


@dataclass(frozen=True, slots=True)
class Fault:
    """What happens to the next calls of one method.

    Attributes:
        method: The Web API method, or `*` for any.
        error: Answer `{"ok": false, "error": …}` and do nothing else.
        status: Answer with this HTTP status and do nothing else.
        retry_after: The `Retry-After` header beside `status`, seconds, or None.
        delay_seconds: Wait before anything else.
        cut_before: Close the connection and do nothing.
        cut_after: Do the call, then close the connection without an answer.
        store_late_seconds: Close the connection at once and do the call so many seconds later.
        times: How many calls it still hits.
    """

    method: str
    error: str | None = None
    status: int | None = None
    retry_after: int | None = None
    delay_seconds: float = 0.0
    cut_before: bool = False
    cut_after: bool = False
    store_late_seconds: float | None = None
    times: int = 1


class Faults:
    """The faults that wait for their calls, oldest first."""

    def __init__(self) -> None:
        self._waiting: list[Fault] = []

    def add(self, wish: Mapping[str, object]) -> Fault:
        """Queue a fault given as JSON.

        Raises:
            ValueError: A field is unknown or `method` is missing.
        """
        known = {f.name for f in fields(Fault)}
        unknown = sorted(set(wish) - known)
        if unknown or not isinstance(wish.get("method"), str):
            raise ValueError(f"a fault needs a method and takes {sorted(known)}, not {unknown}")
        fault = Fault(**wish)  # type: ignore[arg-type]
        self._waiting.append(fault)
        return fault

    def clear(self) -> None:
        """Drop all faults that are still waiting."""
        self._waiting.clear()

    def take(self, method: str) -> Fault | None:
        """Return the oldest fault for this method and count it down, or None."""
        for index, fault in enumerate(self._waiting):
            if fault.method in {method, "*"}:
                if fault.times > 1:
                    self._waiting[index] = replace(fault, times=fault.times - 1)
                else:
                    del self._waiting[index]
                return fault
        return None
