"""The machine of lives, some thousand steps of it; ``run_lives.py`` runs as many as one likes."""

from __future__ import annotations

import pytest

from tests.service.life_with_glass import LifeWithGlass
from tests.service.run_lives import run_lives

SEEDS = (2, 5, 6, 7)
_STEPS = 5_000
_LEAST_EFFECTS = 50
_LEAST_GLASSES = 10


@pytest.mark.parametrize("seed", SEEDS)
def test_what_must_never_happen_never_does(seed: int) -> None:
    """Nothing runs without the yes that its rule wants, nor twice, nor as something else than was shown."""
    before, broken = LifeWithGlass.effects, LifeWithGlass.broken
    assert run_lives(seed, _STEPS) >= _STEPS
    # A walk in which next to nothing ever ran would prove nothing.
    assert LifeWithGlass.effects - before > _LEAST_EFFECTS
    assert LifeWithGlass.broken - broken > _LEAST_GLASSES
