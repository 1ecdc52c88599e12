"""Keeps of a fuzzer's corpus the few small bodies that together reach all the code that the corpus reaches.

    python -m tests.fuzz.keep_seeds message FOLDER...

Folders are ``corpus/`` and ``found/`` of ``fuzz_intake.py``. What is kept goes to ``tests/fuzz/seeds/<target>/``,
where ``test_seeds.py`` takes it again with every run of the tests.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Any

from tests.fuzz.targets import TARGETS

SEEDS = Path(__file__).parent / "seeds"
_BOT = str(Path(__file__).parents[2] / "bot")
_MOST_BYTES = {"message": 150_000, "authority": 80_000, "click": 10_000, "policy": 30_000}
_LONGEST = 8_000

Step = tuple[str, int, int]


class Steps:
    """Collects which line of the product was run after which."""

    def __init__(self) -> None:
        self.seen: set[Step] = set()

    def __call__(self, frame: FrameType, event: str, argument: object) -> Any:
        """Trace a call; only those of the product's own code."""
        del event, argument
        return _Lines(self.seen) if frame.f_code.co_filename.startswith(_BOT) else None


class _Lines:
    def __init__(self, seen: set[Step]) -> None:
        self._seen = seen
        self._before = 0

    def __call__(self, frame: FrameType, event: str, argument: object) -> _Lines:
        del argument
        if event == "line":
            self._seen.add((frame.f_code.co_filename, self._before, frame.f_lineno))
            self._before = frame.f_lineno
        return self


def steps_of(target: str, body: bytes) -> set[Step]:
    """The steps that a body takes through the product's code."""
    steps = Steps()
    sys.settrace(steps)
    try:
        TARGETS[target](body)
    finally:
        sys.settrace(None)
    return steps.seen


def chosen(target: str, bodies: list[bytes]) -> Iterator[bytes]:
    """Small bodies first, each that goes where none before it went, until there is enough of them."""
    reached: set[Step] = set()
    size = 0
    for body in sorted(bodies, key=lambda one: (len(one), one)):
        # A key of a fuzzer's making is still a key to whoever searches a repository for keys.
        if len(body) > _LONGEST or size + len(body) > _MOST_BYTES[target] or b"PRIVATE KEY" in body:
            continue
        steps = steps_of(target, body)
        if steps - reached:
            reached |= steps
            size += len(body)
            yield body


def main() -> None:
    """Choose the seeds of one target and write them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("target", choices=sorted(TARGETS))
    parser.add_argument("folders", type=Path, nargs="+")
    arguments = parser.parse_args()
    folder = SEEDS / arguments.target
    folder.mkdir(parents=True, exist_ok=True)
    paths = [*folder.glob("*"), *(path for one in arguments.folders for path in one.glob("*"))]
    bodies = list({path.read_bytes() for path in paths if path.suffix != ".txt"})
    kept = list(chosen(arguments.target, bodies))
    for path in folder.glob("*"):
        path.unlink()
    for body in kept:
        (folder / hashlib.sha256(body).hexdigest()[:12]).write_bytes(body)
    sys.stdout.write(f"{arguments.target}: {len(kept)} of {len(bodies)} bodies, {sum(map(len, kept))} bytes\n")


if __name__ == "__main__":
    main()
