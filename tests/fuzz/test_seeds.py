"""What the fuzzer found is taken again: no defect comes back, and the same bytes always come out the same."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fuzz.first_seeds import first_seeds
from tests.fuzz.fuzz_intake import TARGETS as NAMED
from tests.fuzz.keep_seeds import SEEDS
from tests.fuzz.targets import TARGETS

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("target", TARGETS)
def test_every_seed_is_taken(target: str) -> None:
    """What must hold of any bytes holds of each seed, those that fuzzing began with and those that it found."""
    kept = [path.read_bytes() for path in sorted((SEEDS / target).iterdir())]
    assert len(kept) >= 10
    for body in (*first_seeds(target), *kept):
        TARGETS[target](body)


def test_the_seeds_stay_small() -> None:
    """They are part of every checkout."""
    assert sum(path.stat().st_size for path in SEEDS.rglob("*") if path.is_file()) < 300_000


def test_the_fuzzer_names_the_targets() -> None:
    """It lists them by itself, because it must not import the product before it instruments it."""
    assert set(NAMED) == TARGETS.keys()


def test_another_process_says_the_same() -> None:
    """Nothing hangs on the order of a set, which is another one in each process."""
    said = set()
    for seed in ("1", "2"):
        command = [sys.executable, "-m", "tests.fuzz.replay_seeds"]
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)}
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)  # noqa: S603 - Our own module.
        assert done.returncode == 0, done.stderr
        said.add(done.stdout)
    assert len(said) == 1
