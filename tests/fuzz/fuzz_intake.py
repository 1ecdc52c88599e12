"""Coverage-guided fuzzing of what strangers send, with atheris; pytest does not collect it.

It needs an environment of its own, because atheris is not among the project's packages. In the project's folder:

    uv venv ../fuzzing --python 3.11
    uv pip install --python ../fuzzing/bin/python -r requirements-dev.txt atheris
    ../fuzzing/bin/python -m tests.fuzz.fuzz_intake message --minutes 10 --work ../fuzzing/message

Targets: ``message`` (the forms of detections, the rule, and ``evaluate``'s rows), ``authority`` (``inspect-ca``),
``click`` (Slack's requests) and ``policy`` (trust policies). ``--work`` gets ``corpus/`` (what reached new code),
``found/`` (a body and its traceback for each new defect) and ``slow/`` (bodies over the time that they may take: the
instrumented code is slower than the real, so measure them with ``tests/bench/body_times.py``). Python's own C code
and cryptography's Rust code are not seen by the coverage.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib
import json
import random
import resource
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

TARGETS = ("message", "authority", "click", "policy")
MOST_BYTES = 64 * 1024
_SLOW_SECONDS = 0.1
_HANGS_SECONDS = 10
_MOST_MORE_BYTES = 64 * 1024 * 1024
_STRUCTURED = 0.7
_CHECKED_TWICE = 8
"""One in so many bodies is taken twice, to see whether the same comes out."""


class Watch:
    """Runs a target over bodies; writes down each defect once and goes on."""

    def __init__(self, target: Callable[[bytes], str], work: Path) -> None:
        self._target = target
        self._work = work
        self.runs = 0
        self.slowest = 0.0
        self.defects: Counter[str] = Counter()

    def __call__(self, body: bytes) -> None:
        """Take one body."""
        self.runs += 1
        started, before = time.process_time(), _most_memory_bytes()
        try:
            said = self._target(body)
            taken = time.process_time() - started
            if self.runs % _CHECKED_TWICE == 0:
                assert said == self._target(body), "the same body came out differently"
            assert _most_memory_bytes() - before < _MOST_MORE_BYTES, "this took much memory"
        except Exception as error:  # noqa: BLE001 - Whatever it is, it is a defect to be written down.
            self._note(error, body)
            return
        self.slowest = max(self.slowest, taken)
        if taken > _SLOW_SECONDS:
            self._keep("slow", f"{taken:.3f}-{_digest(body)}", body)

    def _note(self, error: Exception, body: bytes) -> None:
        frames = traceback.extract_tb(error.__traceback__)[-3:]
        where = " < ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in reversed(frames))
        name = f"{type(error).__name__} {where}"
        self.defects[name] += 1
        if self.defects[name] == 1:
            kept = self._keep("found", _digest(name.encode()), body)
            kept.with_suffix(".txt").write_text(name + "\n" + "".join(traceback.format_exception(error)))
            sys.stderr.write(f"DEFECT {name}: {error}\n")

    def _keep(self, folder: str, name: str, body: bytes) -> Path:
        (self._work / folder).mkdir(exist_ok=True)
        path = self._work / folder / name
        path.write_bytes(body)
        return path


def _most_memory_bytes() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:12]


def parse_arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("target", choices=TARGETS)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--work", type=Path, required=True, help="a folder for what is found; made when missing")
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def main() -> None:
    """Fuzz until the time is over; libFuzzer ends the process."""
    arguments = parse_arguments()
    # It comes with no types and is in no environment but the fuzzer's.
    atheris: Any = importlib.import_module("atheris")
    with atheris.instrument_imports(include=["bot"], enable_loader_override=False):
        targets = importlib.import_module("tests.fuzz.targets")
        mutations = importlib.import_module("tests.fuzz.mutations")
    corpus = _begin(arguments)
    watch = Watch(targets.TARGETS[arguments.target], arguments.work)

    def mutate(data: bytes, max_size: int, seed: int) -> bytes:
        chance = random.Random(seed)  # noqa: S311 - Chance, not a secret.

        def change(some: bytes) -> bytes:
            new: bytes = atheris.Mutate(some or b"\0", max(len(some) + 64, 1))
            return new

        if chance.random() > _STRUCTURED:
            return change(data)[:max_size]
        new: bytes = mutations.changed(arguments.target, data, chance, change)
        return new if len(new) <= max_size else change(data)[:max_size]

    def report(body: bytes) -> None:
        watch(body)
        if watch.runs % 1000 == 0:
            facts = {"runs": watch.runs, "slowest_seconds": round(watch.slowest, 3), "defects": watch.defects}
            (arguments.work / "summary.json").write_text(json.dumps(facts, indent=2) + "\n")

    atheris.Setup(_libfuzzer_arguments(arguments, corpus), report, custom_mutator=mutate)
    atheris.Fuzz()


def _begin(arguments: argparse.Namespace) -> Path:
    corpus: Path = arguments.work / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    first_seeds = importlib.import_module("tests.fuzz.first_seeds").first_seeds
    kept = Path(__file__).parent / "seeds" / arguments.target
    seeds = [*first_seeds(arguments.target), *(path.read_bytes() for path in sorted(kept.glob("*")))]
    for seed in seeds:
        (corpus / _digest(seed)).write_bytes(seed)
    return corpus


def _libfuzzer_arguments(arguments: argparse.Namespace, corpus: Path) -> list[str]:
    return [
        sys.argv[0],
        f"-max_total_time={int(arguments.minutes * 60)}",
        f"-max_len={MOST_BYTES}",
        f"-timeout={_HANGS_SECONDS}",
        f"-seed={arguments.seed}",
        f"-artifact_prefix={arguments.work}/",
        "-rss_limit_mb=2048",
        "-print_final_stats=1",
        "-len_control=10",
        str(corpus),
    ]


if __name__ == "__main__":
    main()
