"""Holds what ``anchorwatch evaluate`` prints over the second labelled set against its labels, field by field."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.cli import main
from tests.scores.labelled_events import Labelled
from tests.scores.second_records import OPEN, Json, Wanted
from tests.scores.second_set import Body
from tests.scores.tally import Said

_FIELDS = ("event_name", "event_id", "source_type", "anchor_arn", "account", "region", "actor_arn")


@dataclass(frozen=True, slots=True)
class Compared:
    """One line of the set, what was printed for it, and in words what is not as labelled."""

    body: Body
    rows: tuple[Json, ...]
    differences: tuple[str, ...]


def compare(bodies: Iterable[Body]) -> tuple[Compared, ...]:
    """Run the command over these bodies as one file, and compare."""
    bodies = list(bodies)
    printed: list[list[Json]] = [[] for _ in bodies]
    for row in _evaluated(b"".join(body.line + b"\n" for body in bodies)):
        printed[row["line"] - 1].append(row)
    return tuple(
        Compared(body, tuple(rows), tuple(_differences(body, rows))) for body, rows in zip(bodies, printed, strict=True)
    )


def clear_answers(compared: Iterable[Compared]) -> Iterator[Said]:
    """What the rule's versions and we say of each event whose label has one right answer."""
    for one in compared:
        for wanted, row in zip(one.body.wanted, one.rows, strict=False):
            if isinstance(wanted, Wanted) and len(wanted.answer) == 1:
                event = Labelled(one.body.group, one.body.name, one.body.form, wanted.answer[0], None)
                yield Said(event, row["rule"]["v1"], row["rule"]["v6"], row["answer"])


def _evaluated(lines: bytes) -> list[Json]:
    with TemporaryDirectory() as directory, redirect_stdout(StringIO()) as out:
        file = Path(directory, "set.jsonl")
        file.write_bytes(lines)
        if main(["evaluate", str(file)]) != 0:
            raise RuntimeError(str(file))
        return [json.loads(line) for line in out.getvalue().splitlines()]


def _differences(body: Body, rows: list[Json]) -> Iterator[str]:
    if len(rows) != len(body.wanted):
        yield f"{len(rows)} objects, not {len(body.wanted)}"
        return
    for index, (wanted, row) in enumerate(zip(body.wanted, rows, strict=True)):
        if row["index"] != index:
            yield f"index {row['index']}, not {index}"
        if (row["error"] is None) == (row["answer"] == "error"):
            yield f"answer {row['answer']} with error {row['error']}"
        if isinstance(wanted, Wanted):
            yield from _of_event(wanted, row)
        elif wanted != OPEN and row["answer"] not in wanted.split("|"):
            yield f"{row['answer']}, not {wanted}: {row['reasons']}"


def _of_event(wanted: Wanted, row: Json) -> Iterator[str]:
    if row["answer"] not in wanted.answer:
        yield f"{row['answer']}, not {' or '.join(wanted.answer)}: {row['reasons']}"
    for version, fires in (("v1", wanted.v1), ("v6", wanted.v6)):
        if fires is not None and row["rule"][version] is not fires:
            yield f"{version} {row['rule'][version]}, not {fires}"
    for field in _FIELDS:
        label = getattr(wanted, field)
        if label not in (OPEN, row[field]):
            yield f"{field} {row[field]!r}, not {label!r}"
    if wanted.source_type != OPEN and row["certificates"] != list(wanted.certificates):
        yield f"certificates {row['certificates']}, not {list(wanted.certificates)}"
