"""What a certificate revocation list says.

See: https://www.rfc-editor.org/rfc/rfc5280#section-5
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class CrlFacts:
    """What a list says. ``serials`` are lower-case hex without leading zeros, ``sha256`` is over the text as entered.

    ``signed_by_ca`` is whether a key of the trust anchor's CA, as the reports show it, signed it. ``is_partial`` says
    that it is a delta, which holds changes only. ``next_update`` and ``number`` are None where it does not say.
    """

    serials: tuple[str, ...]
    signed_by_ca: bool
    issued_at: datetime
    next_update: datetime | None
    sha256: str
    number: int | None = None
    is_partial: bool = False
