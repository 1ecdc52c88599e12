"""``anchorwatch sandbox``: the whole product on this machine, with a page to click or a story to read."""

from __future__ import annotations

import asyncio
import signal
from dataclasses import fields

from bot.sandbox.rules import PRODUCTION_RULES
from bot.sandbox.scenarios import TITLES
from bot.sandbox.story import Story
from bot.sandbox.world import BotDidNotStart, World

_WELCOME = """
Anchorwatch sandbox. Everything runs on this machine: the real bot, a Slack look-alike and an AWS stand-in.

  Open  {page}u/ava

An attacker has made a trust anchor with a CA of their own; the alert stands in #aws-alerts. Try this:
  1. As Ava, press “Acknowledge”, then choose “{profiles}” in a menu and open the thread.
  2. As Ava, press “Contain All…”, read its steps and say why. One person is enough: each step can be undone.
  3. As Carla ({page}u/carla), press “Delete Trust Anchor…” and say why.
  4. As Carla, press “Approve”: you are told why you may not.
  5. As Ben ({page}u/ben), press “Approve”. The rule for production needs a second yes, from the PKI team.
  6. As Dmitri ({page}u/dmitri) of the PKI team, press “Approve and Run”. The trust anchor is gone.
  7. As Dmitri, press anything else: you are told who may.

  The bot's log: {log}
  The case log:  ANCHORWATCH_STORE=sqlite:///{store} anchorwatch audit verify

Press Ctrl-C to end it.
"""


_SCENARIO = """
Anchorwatch sandbox, scenario {name}: {title}.

  Open  {page}u/ava

The alert stands in #aws-alerts. What is true, to compare with what the card says:

{truth}

  The bot's log: {log}

Press Ctrl-C to end it.
"""


async def run_sandbox(*, play: bool, port: int, socket_mode: bool, scenario: str | None = None) -> int:
    """Run the sandbox until Ctrl-C, or the story to its end; 0 only when all of it was seen to happen.

    Args:
        play: Whether to run the story instead of serving a page.
        port: Of the page; 0 takes a free one.
        socket_mode: Whether clicks come over Socket Mode.
        scenario: The name of a scenario to show instead of the story's attack; None shows that.
    """
    try:
        page_port = 0 if play else port
        async with World(port=page_port, socket_mode=socket_mode, approvals=PRODUCTION_RULES) as world:
            await world.start_bot()
            if play:
                return await _play(world)
            return await _serve(world, scenario)
    except BotDidNotStart as error:
        print(f"The bot did not start:\n{error}")
        return 1
    except OSError as error:
        print(f"The sandbox did not start: {error}. Choose another port with --port.")
        return 1


async def _play(world: World) -> int:
    return 0 if await Story(world).play() else 1


async def _attack(world: World) -> str:
    attack = await world.attack(role_arn=world.account.open_role, sessions=1)
    await world.deliver(attack)
    return _WELCOME.format(
        page=world.slack.page_url,
        profiles="List Linked Profiles",
        log=world.folder / "bot.log",
        store=world.folder / "cases.db",
    )


async def _show(world: World, name: str) -> str:
    played = await world.play_scenario(name)
    members = [(member.name, getattr(played.truth, member.name)) for member in fields(played.truth)]
    truth = "\n".join(f"  {name:<20} {_shown(value)}" for name, value in members if value not in ((), None))
    return _SCENARIO.format(
        name=name, title=TITLES[name], page=world.slack.page_url, truth=truth, log=world.folder / "bot.log"
    )


def _shown(value: object) -> str:
    if not isinstance(value, tuple):
        return str(value)
    return f"\n  {'':<20} ".join(str(one) for one in value)


async def _serve(world: World, scenario: str | None) -> int:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    text = await (_show(world, scenario) if scenario else _attack(world))
    print(text, flush=True)
    await stop.wait()
    print("Ending.")
    return 0
