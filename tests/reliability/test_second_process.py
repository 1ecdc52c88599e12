"""Two processes on one case log would act twice: the second one is refused, and the first does not notice."""

from __future__ import annotations

import asyncio
import sys

import pytest

from bot.sandbox.world import free_port
from tests.fakes.trial import Trial

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_second_process_on_the_same_case_log_is_refused(running: Trial) -> None:
    """It ends at its start and says who has the file, takes no message from the queue, and the first works on."""
    world = running.world
    own_port = {"ANCHORWATCH_LISTEN": f"127.0.0.1:{free_port()}"}
    second = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "bot.cli", "run"),
        env={**world.environment(), **own_port},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await asyncio.wait_for(second.communicate(), 30)
    assert second.returncode not in (0, None)
    assert world.process is not None
    assert f"is in use by another process ({world.process.pid})" in said.decode()
    assert "Traceback" not in said.decode()
    _, case_id = await running.carded()
    assert len(running.cards(case_id)) == 1
