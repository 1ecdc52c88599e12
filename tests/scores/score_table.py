"""Scores of the published rule's two versions and of our answer over the labelled events; prints them side by side.

A version of the rule is right when it fires on what must ring and is silent on everything else. We are right when our
answer is the label, which has three values.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from bot.adapters.formats import Event, Ignored, found_in
from bot.domain.rule import judge
from tests.records import body
from tests.scores.labelled_events import Labelled, labelled_events

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


def ask(event: Labelled) -> Said:
    """What is said of one event."""
    found = found_in(body(event.message))
    if len(found) != 1:
        return Said(event, v1=False, v6=False, answer=f"{len(found)} parts")
    result = found[0].result
    if isinstance(result, Event):
        rule = result.detection.rule
        fires = (rule.v1, rule.v6) if rule is not None else (False, False)
        return Said(event, *fires, judge(result.detection).answer.value)
    return Said(event, v1=False, v6=False, answer="ignore" if isinstance(result, Ignored) else "error")


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


def main() -> int:
    """Print the scores; returns 1 when we are wrong anywhere."""
    said = [ask(event) for event in labelled_events()]
    sys.stdout.writelines(f"{line}\n" for line in table(said))
    wrong = [one for one in said if not one.right()[-1]]
    for one in wrong:
        sys.stdout.write(f"wrong: {one.event.group}, {one.event.name}, {one.event.form}: {one.answer}\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
