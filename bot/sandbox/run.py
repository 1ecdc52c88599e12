"""``anchorwatch sandbox``: the whole product on this machine, with a page to click or a story to read."""

from __future__ import annotations

import asyncio
import signal

from bot.sandbox.story import Story
from bot.sandbox.world import BotDidNotStart, World

_WELCOME = """
Anchorwatch sandbox. Everything runs on this machine: the real bot, a Slack look-alike and an AWS stand-in.

  Open  {page}u/ava

An attacker has made a trust anchor with a CA of their own; the alert stands in #aws-alerts. Try this:
  1. As Ava, press “Acknowledge”, then choose “{profiles}” in the menu and open the thread.
  2. As Ava, press “Disable Trust Anchor…” and say why. One person is enough: it can be undone.
  3. As Carla ({page}u/carla), press “Delete Trust Anchor…” and say why.
  4. As Carla, press “Approve and Run”: you are told why you may not.
  5. As Ben ({page}u/ben), press “Approve and Run”. The trust anchor is gone.
  6. As Dmitri ({page}u/dmitri), press anything: you are told who may.

  The bot's log: {log}
  The case log:  ANCHORWATCH_STORE=sqlite:///{store} anchorwatch audit verify

Press Ctrl-C to end it.
"""


async def run_sandbox(*, play: bool, port: int, socket_mode: bool) -> int:
    """Run the sandbox until Ctrl-C, or the story to its end; 0 only when all of it was seen to happen."""
    try:
        async with World(port=0 if play else port, socket_mode=socket_mode) as world:
            await world.start_bot()
            return await _play(world) if play else await _serve(world)
    except BotDidNotStart as error:
        print(f"The bot did not start:\n{error}")
        return 1
    except OSError as error:
        print(f"The sandbox did not start: {error}. Choose another port with --port.")
        return 1


async def _play(world: World) -> int:
    return 0 if await Story(world).play() else 1


async def _serve(world: World) -> int:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    attack = await world.attack(role_arn=world.account.open_role, sessions=1)
    await world.deliver(attack)
    text = _WELCOME.format(
        page=world.slack.page_url,
        profiles="List Linked Profiles",
        log=world.folder / "bot.log",
        store=world.folder / "cases.db",
    )
    print(text, flush=True)
    await stop.wait()
    print("Ending.")
    return 0
