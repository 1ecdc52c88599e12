"""What a search that is paid by the byte costs: expected from the sizes of files before it, and known after it."""

from __future__ import annotations

from dataclasses import dataclass

_BYTES_PER_TB = 10**12
# What a query costs at least, and in which steps.
# See: https://aws.amazon.com/athena/pricing/
_LEAST_BILLED_BYTES, _BILLED_STEP_BYTES = 10 * 10**6, 10**6
_UNITS = ((10**12, "TB"), (10**9, "GB"), (10**6, "MB"), (10**3, "kB"))
_CENT_USD = 0.01


@dataclass(frozen=True, slots=True)
class ExpectedScan:
    """How many bytes a query will read, as the sizes of its files say.

    ``scanned_bytes`` None means that nobody knows, and ``why_unknown`` says why. ``is_least`` says that there are more
    files than were counted.
    """

    scanned_bytes: int | None
    why_unknown: str = ""
    is_least: bool = False

    @property
    def size(self) -> str:
        """``about 1.2 GB``; only where it is known."""
        return f"{'at least' if self.is_least else 'about'} {size_in_words(self.scanned_bytes or 0)}"

    def in_words(self, usd_per_tb: float) -> str:
        """``about 1.2 GB, about 0.01 USD expected``, or why that is not known."""
        if self.scanned_bytes is None:
            return f"cost not known before: {self.why_unknown}"
        return f"{self.size}, {price_in_words(about_usd(self.scanned_bytes, usd_per_tb))} expected"


def about_usd(scanned_bytes: int, usd_per_tb: float) -> float:
    """The price of a query that read so many bytes, without storage and requests."""
    steps = -(-scanned_bytes // _BILLED_STEP_BYTES)
    return max(_LEAST_BILLED_BYTES, steps * _BILLED_STEP_BYTES) / _BYTES_PER_TB * usd_per_tb


def size_in_words(count: int) -> str:
    """``1.2 GB``, in powers of ten."""
    size, unit = next(((size, unit) for size, unit in _UNITS if count >= size), (1, "bytes"))
    return f"{count if size == 1 else f'{count / size:.1f}'} {unit}"


def price_in_words(usd: float) -> str:
    """``about 0.01 USD``."""
    return f"about {usd:.2f} USD" if usd >= _CENT_USD else "less than 0.01 USD"


def cost_in_words(scanned_bytes: int, usd: float) -> str:
    """``1.2 GB scanned, about 0.01 USD``."""
    return f"{size_in_words(scanned_bytes)} scanned, {price_in_words(usd)}"
