"""Runs the machine of lives for so many steps: ``python -m tests.service.run_lives --seed 1 --steps 1000000``.

A seed says all: the same one walks the same way again, as long as the rules of the machine stay as they are.

The long run of 2026-11-22, on commit 630b505: ``--seed 2000`` and ``--seed 3000`` with 500,000 steps each, which is the
seeds 2000 to 2023 and 3000 to 3023. 1,002,419 steps, 35,366 calls of AWS, 6,930 broken glasses; nothing was found.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import logging
import sys
import time
from collections.abc import Iterator

import pytest
import structlog
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from bot.service import read_back, still_allowed
from tests.service.life_with_glass import LifeWithGlass

_LIVES_AT_A_TIME = 100
_MOST_STEPS_OF_A_LIFE = 30
_CHECKS = (HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much)


def run_lives(first_seed: int, steps: int) -> int:
    """Run at least so many steps, a hundred lives at a time, each hundred with the next seed; returns how many.

    Raises:
        AssertionError: what must never happen did; Hypothesis prints the shortest way there.
    """
    before = LifeWithGlass.steps
    number = first_seed * 1_000_000
    with _without_pauses():
        while LifeWithGlass.steps - before < steps:
            _hundred_lives(number)
            number += 1
    return LifeWithGlass.steps - before


def _hundred_lives(number: int) -> None:
    run_state_machine_as_test(
        seed(number)(LifeWithGlass),
        settings=settings(
            max_examples=_LIVES_AT_A_TIME,
            stateful_step_count=_MOST_STEPS_OF_A_LIFE,
            deadline=None,
            database=None,
            phases=(Phase.generate, Phase.shrink),
            suppress_health_check=_CHECKS,
        ),
    )


@contextlib.contextmanager
def _without_pauses() -> Iterator[None]:
    loop = asyncio.new_event_loop()
    with pytest.MonkeyPatch.context() as patch, contextlib.closing(loop):
        patch.setattr(read_back, "_LOOK_AGAIN_SECONDS", (0.0, 0.0))
        patch.setattr(still_allowed, "_ASK_AGAIN_SECONDS", (0.0,))
        patch.setattr(LifeWithGlass, "loop", loop, raising=False)
        yield


def main() -> None:
    """Run and say how far it came, a line each twenty thousand steps."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--steps", type=int, default=100_000)
    wanted = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    begun, done, number = time.monotonic(), 0, wanted.seed
    while done < wanted.steps:
        done += run_lives(number, min(20_000, wanted.steps - done))
        counted = {"calls": LifeWithGlass.effects, "glasses": LifeWithGlass.broken}
        line = {"seed": number, "steps": done, **counted, "seconds": round(time.monotonic() - begun)}
        sys.stdout.write(json.dumps(line) + "\n")
        sys.stdout.flush()
        number += 1


if __name__ == "__main__":
    main()
