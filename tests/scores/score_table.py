"""Prints what the published rule and we are worth over both labelled sets: the scores page."""

from __future__ import annotations

import sys

from bot.adapters.formats import Event, Ignored, found_in
from bot.domain.rule import judge
from tests.records import body
from tests.scores.labelled_events import Labelled, labelled_events
from tests.scores.second_score import clear_answers, compare
from tests.scores.second_set import second_set
from tests.scores.tally import Said, table


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


def main() -> int:
    """Print the scores of both sets; returns 1 when we are wrong anywhere."""
    said = [ask(event) for event in labelled_events()]
    _write("The first set: the answers", *table(said))
    wrong = [
        f"wrong: {one.event.group}, {one.event.name}, {one.event.form}: {one.answer}"
        for one in said
        if not one.right()[-1]
    ]
    compared = compare(second_set())
    _write("", "The second set, by other hands: the clear answers", *table(clear_answers(compared)))
    fields = sum(len(one.differences) for one in compared)
    events = sum(len(one.rows) for one in compared)
    _write("", f"Every field of {events} objects from {len(compared)} bodies: {fields} not as labelled")
    wrong += [f"wrong: {one.body.name}, {one.body.form}: {words}" for one in compared for words in one.differences]
    _write(*wrong)
    return 1 if wrong else 0


def _write(*lines: str) -> None:
    sys.stdout.writelines(f"{line}\n" for line in lines)


if __name__ == "__main__":
    sys.exit(main())
