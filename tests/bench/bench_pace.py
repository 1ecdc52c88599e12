"""How long a containment takes from the click to AWS having done it, beside investigations and at Slack's limits.

Run it with `.venv/bin/python tests/bench/bench_pace.py`. It starts the real bot against the sandbox's AWS (at AWS's
rates) and the Slack look-alike. First part: in one account and Region, a containment while 0, 1, 5 and 20 new cases are
being investigated (its own among them), each time with a fresh bot and the conditions in turn. Second part: one
containment after the other, so that Slack's own limits are met.
"""

import argparse
import asyncio
import json
import random
import statistics
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bench_load import percentile

sys.path.insert(0, str(Path(__file__).parents[2]))

from bot.domain.identity import case_id_for
from bot.sandbox.aws.attack import Attack
from bot.sandbox.aws.rolesanywhere import rolesanywhere_backends
from bot.sandbox.hands import Hands, NotSeen, case_of, controls_of, until
from bot.sandbox.slack import seed as people
from bot.sandbox.world import World

ACTION = "disable_trust_anchor"
LONGEST_SECONDS = 100.0
SETTINGS = {"ANCHORWATCH_VISIBILITY_SECONDS": "30"}
LOOK_SECONDS = 0.005
ATTEMPTS = 5
LATE = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Trial:
    """One containment: how many cases were investigated, and the seconds from the click to AWS having done it."""

    cases: int
    seconds: float


def say(line: str) -> None:
    """Print one line at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


async def attacks(world: World, count: int) -> list[Attack]:
    """Let an attacker make trust anchors, without AWS's rates and without those of the trial before."""
    rolesanywhere_backends[world.account.account_id][world.account.region].trust_anchors.clear()
    world.control.set_rate_scale(0)
    made = [await world.attack(anchor_name=f"runners-{number}") for number in range(count)]
    world.control.set_rate_scale(world.aws_rate_scale)
    for attack in made:
        # CloudTrail brings an event later than it happened.
        attack.record["eventTime"] = f"{datetime.now(UTC) - LATE:%Y-%m-%dT%H:%M:%SZ}"
    return made


def forget(world: World) -> None:
    """Throw the case log away."""
    for file in world.folder.glob("cases.db*"):
        file.unlink()


async def has_control(hands: Hands, case_id: str, seconds: float) -> None:
    """Wait until a case's card offers the action."""

    def offered() -> bool:
        card = next((one for one in hands.cards() if case_of(one) == case_id), None)
        if card is None:
            return False
        elements = [element for _, element in controls_of(card)]
        return any(
            ACTION in (element.get("action_id"), *(one.get("value") for one in element.get("options", [])))
            for element in elements
        )

    await until(f"{ACTION} on the card of {case_id}", offered, seconds)


async def contain(world: World, attack: Attack, typing_seconds: float) -> float:
    """Open the form, write a reason for so long, send it, and return the seconds until AWS shows the anchor disabled.

    Raises:
        NotSeen: it never was.
    """
    began = await submitted(Hands(world.slack, people.AVA), case_id_of(attack), typing_seconds)
    while world.trust_anchors()[attack.trust_anchor_arn]:
        if time.perf_counter() - began > LONGEST_SECONDS:
            raise NotSeen(f"a containment\n{world.bot_log()}")
        await asyncio.sleep(LOOK_SECONDS)
    return time.perf_counter() - began


async def submitted(hands: Hands, case_id: str, typing_seconds: float) -> float:
    """Ask for the action until the form is taken, and return when it was sent.

    Raises:
        NotSeen: it is refused each time.
    """
    result = ""
    for _ in range(ATTEMPTS):
        await has_control(hands, case_id, 60)
        opened = await hands.press(case_id, ACTION)
        if opened.state != "acked":
            raise NotSeen(f"the form: {opened}")
        await asyncio.sleep(typing_seconds)
        began = time.perf_counter()
        delivery, result = await hands.fill_in("Nobody knows this CA.")
        # AWS was read while the form was open, so the person is asked to look again.
        if result == "closed":
            return began
        say(f"not taken ({result}): {delivery.response if delivery else None}")
    raise NotSeen(f"the form that is taken: {result}")


async def beside_investigations(arguments: argparse.Namespace, chance: random.Random) -> list[Trial]:
    """Contain in an account where cases have just come in, the conditions in turn; the first round warms up."""
    found = []
    async with World(slack_rate_scale=0, aws_rate_scale=1, settings=SETTINGS) as world:
        for number in range(arguments.trials + 1):
            for cases in chance.sample(arguments.cases, len(arguments.cases)):
                seconds = await beside(world, cases, chance.uniform(0, 3), arguments.typing)
                found += [Trial(cases, seconds)] if number else []
                say(f"trial {number:2}: {cases:2} investigations {seconds:6.2f} s")
    return found


async def beside(world: World, cases: int, seconds: float, typing_seconds: float) -> float:
    """Let a fresh bot begin so many investigations, and some seconds later contain one of the cases."""
    made = await attacks(world, max(cases, 1))
    forget(world)
    await world.start_bot(ANCHORWATCH_INVESTIGATE="on" if cases else "off")
    for attack in made:
        await world.deliver(attack)
    await has_control(Hands(world.slack, people.AVA), case_id_of(made[-1]), 60)
    await asyncio.sleep(seconds)
    took_seconds = await contain(world, made[-1], typing_seconds)
    await world.kill_bot()
    return took_seconds


def case_id_of(attack: Attack) -> str:
    """The id that an attack's case has."""
    return case_id_for(attack.account_id, attack.region, attack.trust_anchor_id)


async def at_slacks_limits(arguments: argparse.Namespace) -> list[Trial]:
    """Contain one case after the other in one bot, with Slack's limits and without AWS's."""
    found = []
    async with World(slack_rate_scale=1, aws_rate_scale=0, settings={"ANCHORWATCH_INVESTIGATE": "off"}) as world:
        await world.start_bot()
        made = await attacks(world, arguments.in_a_row)
        for attack in made:
            await world.deliver(attack)
        for number, attack in enumerate(made):
            seconds = await contain(world, attack, arguments.typing)
            found.append(Trial(number, seconds))
            say(f"at Slack's limits: containment {number + 1:2} {seconds:6.2f} s")
    return found


def line(name: str, seconds: list[float], base: float) -> dict[str, Any]:
    """One condition's figures; the ratio is of the medians."""
    return {
        "condition": name,
        "trials": len(seconds),
        "median_seconds": statistics.median(seconds),
        "p95_seconds": percentile(seconds, 0.95),
        "max_seconds": max(seconds),
        "ratio": statistics.median(seconds) / base,
    }


def report(beside: list[Trial], in_a_row: list[Trial]) -> list[dict[str, Any]]:
    """The figures of every condition, first the one that the others are held against."""
    by_cases = {n: [one.seconds for one in beside if one.cases == n] for n in sorted({one.cases for one in beside})}
    base = statistics.median(next(iter(by_cases.values()))) if by_cases else 1.0
    lines = [line(f"beside {cases} investigations", seconds, base) for cases, seconds in by_cases.items()]
    row = [one.seconds for one in in_a_row]
    return lines + ([line("at Slack's limits, AWS's off", row, statistics.median(row))] if row else [])


def parse_arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=20, help="of each condition (default 20; one more warms up)")
    parser.add_argument("--cases", default="0,1,5,20", help="how many are investigated, comma-separated")
    parser.add_argument("--in-a-row", type=int, default=12, help="containments for the second part; 0 leaves it out")
    parser.add_argument("--typing", type=float, default=2.0, help="seconds that the form is open")
    parser.add_argument("--seed", type=int, default=1, help="of the order and of the moments")
    parser.add_argument("--json", type=Path, help="also write everything to this file")
    arguments = parser.parse_args()
    arguments.cases = [int(one) for one in arguments.cases.split(",") if one]
    return arguments


async def benchmark(arguments: argparse.Namespace) -> int:
    """Run both parts and print the figures."""
    chance = random.Random(arguments.seed)  # noqa: S311 - The order of trials is no secret.
    beside = await beside_investigations(arguments, chance) if arguments.cases and arguments.trials else []
    in_a_row = await at_slacks_limits(arguments) if arguments.in_a_row else []
    lines = report(beside, in_a_row)
    for one in lines:
        say(
            f"{one['condition']:30} {one['trials']:3} trials: median {one['median_seconds']:.2f} s, "
            f"p95 {one['p95_seconds']:.2f} s, max {one['max_seconds']:.2f} s, ratio {one['ratio']:.2f}x"
        )
    if arguments.json is not None:
        trials = [{"cases": one.cases, "seconds": one.seconds} for one in (*beside, *in_a_row)]
        arguments.json.write_text(json.dumps({"lines": lines, "trials": trials}, indent=2) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(benchmark(parse_arguments())))
