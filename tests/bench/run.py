"""The first benchmark: the product from outside, in turn with the reference programs, as ratios.

Run it with `.venv/bin/python tests/bench/run.py`; `--quick` is a smoke test, `--subject plain_bot` puts the
plain bot in the product's place. Exit code 0: everything was measured; 1: a program failed or lost something.
"""

import argparse
import asyncio
import json
import os
import shlex
import signal
import sys
import tempfile
from collections import Counter
from dataclasses import asdict, dataclass, field
from pathlib import Path

import aiohttp
from bench_approvals import approve_deletions, delete_directly
from bench_clicks import Json
from bench_load import event_loop
from bench_measures import (
    Measures,
    Session,
    Sizes,
    acknowledge_cards,
    acknowledge_nothing,
    bare_import,
    post_detections,
    rotated,
    start_to_ready,
    wait_until_ready,
)
from bench_programs import (
    Cpus,
    ProgramFailedError,
    choose_cpus,
    free_port,
    product_command,
    reference_command,
    start,
)
from bench_report import Rounds, comparisons, conditions, notes, table
from bench_standins_client import Standins, start_standins

WHOLE = Sizes(100, 2000, 1000, 200.0, 60, 5.0, 120.0)
QUICK = Sizes(20, 150, 150, 200.0, 10, 5.0, 60.0)
FIRST = Sizes(10, 20, 20, 100.0, 2, 4.0, 60.0)
"""The dropped round before the first: it warms caches and shows what the subject's card looks like."""

MEASURED_BY = {
    "product": ("P1", "P4", "P13"),
    "plain_bot": ("P1", "P4"),
    "bare_durable_loop": ("P1",),
    "bare_ack": ("P4",),
    "bare_handler": ("P13",),
    "product_start": ("P10",),
    "bare_import": ("P10",),
}
P1_SETTINGS = {"ANCHORWATCH_OBSERVE": "off", "ANCHORWATCH_INVESTIGATE": "off"}
"""P1 is defined on the evidence in the event alone, so the product doesn't read AWS for each card."""

NUMBERS = frozenset(number for numbers in MEASURED_BY.values() for number in numbers)
READY_PATH = {"product": "/readyz", "bare_ack": "/readyz", "bare_handler": "/readyz", "plain_bot": None}


def say(line: str) -> None:
    """Print one line at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


@dataclass
class Benchmark:
    """One run: its stand-ins, its choices, and what was measured so far."""

    standins: Standins
    cpus: Cpus
    work_dir: Path
    wanted: frozenset[str]
    subject: str
    seed: int
    product_settings: dict[str, str]
    product: list[str]
    sample_card: list[Json] = field(default_factory=list)
    rounds: Rounds = field(default_factory=dict)
    faults: dict[str, "Counter[str]"] = field(default_factory=dict)

    def programs(self) -> list[str]:
        """Return the programs of this run that measure anything wanted, the subject first."""
        names = [n for n, numbers in MEASURED_BY.items() if self.wanted.intersection(numbers)]
        if self.subject != "product":
            left_out = {"product", "product_start", "bare_import", "bare_handler"}
            names = [name for name in names if name not in left_out]
        return sorted(names, key=lambda name: name != self.subject)

    async def run(self, round_count: int, sizes: Sizes) -> None:
        """Do the dropped round, then `round_count` rounds with the programs in turn."""
        for name in self.programs():
            await self.measure(name, 0, FIRST)
        self.faults.clear()
        for number in range(1, round_count + 1):
            for name in rotated(self.programs(), number, self.seed):
                measures = await self.measure(name, number, sizes)
                measured = self.rounds.setdefault("product" if name == "product_start" else name, [])
                measured.extend({} for _ in range(number - len(measured)))
                measured[number - 1] |= measures
                say(f"round {number} {name}: " + ", ".join(f"{k} {v:.2f}" for k, v in measures.items()))

    async def measure(self, name: str, number: int, sizes: Sizes) -> Measures:
        """Take one program's measures of one round, in a process and a store of its own."""
        if name == "bare_import":
            return bare_import(self.cpus.server)
        if name == "product_start":
            return await start_to_ready(self.standins, self.product, self.work_dir, self.cpus, self.product_settings)
        queue, port = f"bench-{name}-{number}", free_port()
        await self.standins.reset(queue)
        settings = self.standins.settings(queue, port, self.work_dir / f"{queue}.db")
        if name == "product":
            settings |= self.product_settings
        command = self.product if name == "product" else reference_command(name)
        program = start(name, command, settings, self.work_dir, self.cpus.server)
        faults = self.faults.setdefault(name, Counter())
        session = Session(self.standins, program, queue, port, self.seed + number, sizes, faults)
        try:
            if name in READY_PATH:
                await wait_until_ready(program, port, READY_PATH[name])
            measures = await self.measure_session(name, session)
            for call in (await self.standins.get("progress", queue=queue))["unknown_calls"]:
                faults[f"calls of {call}, which the stand-ins don't answer"] += 1
        finally:
            program.stop()
        return measures

    async def measure_session(self, name: str, session: Session) -> Measures:
        """Take the wanted measures of one running program."""
        if name == "bare_ack":
            count = session.sizes.clicks + session.sizes.warm_up
            return await acknowledge_nothing(session, self.sample_card, count, warm_up=session.sizes.warm_up)
        if name == "bare_handler":
            return await delete_directly(session, self.sample_card)
        await post_detections(session, session.sizes.warm_up, "warm")
        measures: Measures = {}
        wanted = self.wanted.intersection(MEASURED_BY[name])
        if wanted.intersection({"P1", "P4"}):
            measures |= await post_detections(session, session.sizes.detections, "measured")
        if not self.sample_card:
            self.sample_card = next(iter((await self.standins.get("cards")).values()))
        if "P4" in wanted:
            cards = list((await self.standins.get("cards")).values())
            wanted_cards = cards[: session.sizes.clicks + session.sizes.warm_up]
            measures |= await acknowledge_cards(session, wanted_cards, warm_up=session.sizes.warm_up)
        if "P13" in wanted:
            measures |= await approve_deletions(session)
        return measures


def parse_arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, help="rounds that count (default 5, with --quick 2)")
    parser.add_argument("--quick", action="store_true", help="small rounds: a smoke test, not a measurement")
    parser.add_argument("--only", default="P1,P4,P10,P13", help="comma-separated, of P1,P4,P10,P13")
    parser.add_argument("--subject", choices=("product", "plain_bot"), default="product")
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="one more setting of the product; it starts with " + ", ".join(map("=".join, P1_SETTINGS.items())),
    )
    parser.add_argument("--product-command", help="instead of this environment's `anchorwatch run`")
    parser.add_argument("--seed", type=int, default=1, help="of the click times and the order of programs")
    parser.add_argument("--work-dir", type=Path, help="keep stores and logs there (default: a folder removed)")
    parser.add_argument("--json", type=Path, help="also write everything to this file")
    arguments = parser.parse_args()
    arguments.only = frozenset(arguments.only.split(","))
    if not arguments.only <= NUMBERS:
        parser.error(f"--only takes {', '.join(sorted(NUMBERS))}")
    arguments.set = P1_SETTINGS | dict(pair.partition("=")[::2] for pair in arguments.set)
    return arguments


async def benchmark(arguments: argparse.Namespace, work_dir: Path) -> int:
    """Run everything, print the report, and return the exit code."""
    cpus = choose_cpus()
    if cpus.load is None:
        say("NOTE: one CPU only: server, generator and stand-ins share it, so latencies include the load's.")
    else:
        os.sched_setaffinity(0, {cpus.load})
    facts = conditions(work_dir, arguments.seed) | {"product_settings": arguments.set}
    say("\n".join(f"{name}: {value}" for name, value in facts.items()))
    sizes = QUICK if arguments.quick else WHOLE
    async with aiohttp.ClientSession() as http:
        standins = await start_standins(work_dir, cpus.load, http)
        run = Benchmark(
            standins=standins,
            cpus=cpus,
            work_dir=work_dir,
            wanted=arguments.only,
            subject=arguments.subject,
            seed=arguments.seed,
            product_settings=arguments.set,
            product=shlex.split(arguments.product_command or "") or product_command(),
        )
        try:
            await run.run(arguments.rounds or (2 if arguments.quick else 5), sizes)
        finally:
            standins.program.stop()
    return report(run, facts, sizes, arguments)


def report(run: Benchmark, facts: Json, sizes: Sizes, arguments: argparse.Namespace) -> int:
    """Print the table and the notes, write the JSON file, and return the exit code."""
    found = comparisons(run.rounds, list(dict.fromkeys((run.subject, "plain_bot"))))
    lines = notes(run.rounds, run.faults)
    facts["load_average_after"] = os.getloadavg()[0]
    lines.append(f"load average after: {facts['load_average_after']:.2f}")
    say("\n" + table(found) + "\n\n" + "\n".join(lines))
    if arguments.json is not None:
        whole = {
            "conditions": facts,
            "sizes": asdict(sizes),
            "comparisons": found,
            "notes": lines,
            "rounds": run.rounds,
        }
        arguments.json.write_text(json.dumps(whole, indent=2, ensure_ascii=False) + "\n")
    return 1 if any(line.startswith("NOT VALID") for line in lines) else 0


def main() -> int:
    """Run the benchmark in a folder of its own and return the exit code."""
    arguments = parse_arguments()
    # A benchmark that is ended from outside must end its programs, too; the default would leave them.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with tempfile.TemporaryDirectory(prefix="anchorwatch-bench-") as folder:
        work_dir = arguments.work_dir or Path(folder)
        work_dir.mkdir(parents=True, exist_ok=True)
        try:
            with asyncio.Runner(loop_factory=event_loop) as runner:
                return runner.run(benchmark(arguments, work_dir.resolve()))
        except ProgramFailedError as error:
            say(f"FAILED: {error}")
            return 1


if __name__ == "__main__":
    sys.exit(main())
