"""Which events an approved CA keeps from ringing; whatever is in doubt rings."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from bot.domain.ca_facts import CaFacts, RedFlag
from bot.domain.detection import Detection
from bot.domain.house import ApprovedCa
from bot.domain.verdict import EFFECTS, Effect

_MOST_NAMED = 3
_WORDS = 80


def silenced_by(
    detection: Detection, ca: CaFacts, flags: Iterable[RedFlag], inventory: Sequence[ApprovedCa], on: date
) -> tuple[ApprovedCa, ...]:
    """The approvals that keep an event from ringing, one for each key of its CA; empty when it rings.

    Every certificate must be readable and every key approved for this account, this Region and this day, by an entry
    that names its accounts and its end. The report must be whole, and nothing odd about the event may be of the kind
    that any responder would call urgent, such as a published private key.
    """
    keys = dict.fromkeys(one.spki_sha256 for one in ca.certificates)
    in_doubt = not keys or ca.unreadable or detection.missing or detection.contradictions or detection.error_code
    if in_doubt or any(EFFECTS.get(one.code) is Effect.RAISES for one in flags):
        return ()
    found = [_approval(key, detection, inventory, on) for key in keys]
    return tuple(one for one in found if one is not None) if None not in found else ()


def _approval(key: str, detection: Detection, inventory: Sequence[ApprovedCa], on: date) -> ApprovedCa | None:
    """The entry of a key that holds longest."""
    here = [
        one
        for one in inventory
        if one.spki_sha256 == key and one.silences and one.covers(detection.account, detection.region, on)
    ]
    return max(here, key=lambda one: one.ends or on, default=None)


def in_words(approvals: Sequence[ApprovedCa]) -> str:
    """Who answers for the CA and until when."""
    words = dict.fromkeys(
        f"“{one.name[:_WORDS]}”, {one.owner[:_WORDS]} answers for it until {one.ends}"
        + (f", approved in case {one.case_id}" if one.case_id else "")
        for one in approvals
    )
    more = f" and {len(words) - _MOST_NAMED} more" if len(words) > _MOST_NAMED else ""
    return "; ".join(tuple(words)[:_MOST_NAMED]) + more
