"""Single calls as answers keep them for the timeline: when, what, about what, and by whose hand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.domain.answer import Answer

FACT = "moments"
"""The member of an answer's facts that holds them."""

MOST_MOMENTS = 40
"""How many an answer keeps, the newest."""

_LONGEST = 80


@dataclass(frozen=True, slots=True)
class Moment:
    """One call. ``about`` may be empty; ``refused`` says that AWS did not do it, ``same_hand`` that it was the actor's.

    Texts may be an attacker's; they have at most 80 characters.
    """

    event_id: str
    at: datetime
    name: str
    about: str = ""
    refused: bool = False
    same_hand: bool = False

    def fact(self) -> dict[str, object]:
        """The moment as a JSON value."""
        return {
            "event_id": self.event_id[:_LONGEST],
            "at": self.at.astimezone(UTC).isoformat(),
            "name": self.name[:_LONGEST],
            "about": self.about[:_LONGEST],
            "refused": self.refused,
            "same_hand": self.same_hand,
        }


def facts_of(moments: Sequence[Moment]) -> dict[str, object]:
    """Facts for an answer: the newest moments, oldest first, and how many more there were."""
    kept = sorted(moments, key=lambda one: (one.at, one.event_id))[-MOST_MOMENTS:]
    return {FACT: [one.fact() for one in kept], "moments_cut": len(moments) - len(kept)}


def moments_in(answer: Answer | None) -> tuple[tuple[Moment, ...], int]:
    """The moments that an answer kept, and how many it did not keep; nothing for answers of older versions."""
    if answer is None:
        return (), 0
    cut = answer.facts.get("moments_cut")
    return tuple(_read(answer.facts.get(FACT))), cut if isinstance(cut, int) else 0


def _read(facts: object) -> Iterator[Moment]:
    for one in facts if isinstance(facts, list | tuple) else ():
        at = time_in(one, "at") if isinstance(one, Mapping) else None
        if at is not None:
            event_id, name, about = (str(one.get(member) or "")[:_LONGEST] for member in ("event_id", "name", "about"))
            yield Moment(event_id, at, name, about, one.get("refused") is True, one.get("same_hand") is True)


def time_in(fact: Mapping[str, object], member: str) -> datetime | None:
    """The time with its zone in a member of a fact; None when there is none that can be read."""
    try:
        at = datetime.fromisoformat(str(fact.get(member)))
    except ValueError:
        return None
    return at if at.tzinfo else None
