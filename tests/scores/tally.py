"""Counts, over labelled events, how often the published rule's two versions and we are right; prints it as a table.

A version of the rule is right when it fires on what must ring and is silent on everything else. We are right when our
answer is the label, which has three values.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from tests.scores.labelled_events import Labelled

_WIDTH = 36


@dataclass(frozen=True, slots=True)
class Said:
    """What the two versions and we say of one labelled event."""

    event: Labelled
    v1: bool
    v6: bool
    answer: str

    def right(self) -> tuple[bool, bool, bool]:
        """Who is right: version 1, version 6, we."""
        rings = self.event.answer == "alert"
        return self.v1 == rings, self.v6 == rings, self.answer == self.event.answer


@dataclass(slots=True)
class Tally:
    """How many events there are, and how many each of the three gets right."""

    events: int = 0
    right: list[int] = field(default_factory=lambda: [0, 0, 0])

    def add(self, said: Said) -> None:
        """Count one event."""
        self.events += 1
        for place, is_right in enumerate(said.right()):
            self.right[place] += is_right


def table(said: Iterable[Said]) -> Iterator[str]:
    """The lines of the table: one for each kind of case, one for each form, one for all."""
    said = list(said)
    for title, key in (("case", "group"), ("form", "form")):
        yield f"{title:{_WIDTH}}{'events':>8}{'version 1':>14}{'version 6':>14}{'Anchorwatch':>14}"
        tallies: dict[str, Tally] = {}
        for one in said:
            tallies.setdefault(getattr(one.event, key), Tally()).add(one)
        yield from (_line(name, tally) for name, tally in tallies.items())
        yield ""
    total = Tally()
    for one in said:
        total.add(one)
    yield _line("all", total)


def _line(name: str, tally: Tally) -> str:
    shares = (f"{right} {right / tally.events:>6.1%}" for right in tally.right)
    return f"{name:{_WIDTH}}{tally.events:>8}" + "".join(f"{share:>14}" for share in shares)
