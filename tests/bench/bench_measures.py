"""The measurements of P1, P4 and P10, each on a running (or starting) program, all seen from outside."""

import asyncio
import random
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from bench_clicks import REQUESTER, Json, SignedRequest, find_control, press
from bench_detections import new_anchors
from bench_load import Answer, open_loop, percentile, poisson_arrivals
from bench_programs import Cpus, Program, ProgramFailedError, free_port, spawn, start
from bench_standins_client import SIGNING_SECRET, Standins

READY_POLL_SECONDS = 0.002
START_TIMEOUT_SECONDS = 30.0
SETTLE_SECONDS = 0.5
SETTLE_TIMEOUT_SECONDS = 30.0
IMPORTS = "import slack_bolt.async_app, boto3, aiohttp"

Measures = dict[str, float]


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much of each thing one round does."""

    warm_up: int
    detections: int
    clicks: int
    clicks_per_second: float
    approvals: int
    approvals_per_second: float
    drain_timeout_seconds: float


@dataclass(frozen=True, slots=True)
class Session:
    """One program in one round: where it listens, what it reads, and the stand-ins it talks to.

    `faults` counts what must not happen (a card posted twice, a refused click); 0 of each makes a round valid.
    """

    standins: Standins
    program: Program
    queue: str
    port: int
    seed: int
    sizes: Sizes
    faults: "Counter[str]" = field(default_factory=Counter)

    @property
    def url(self) -> str:
        """The address of the program's Slack endpoint."""
        return f"http://127.0.0.1:{self.port}/slack/events"


async def post_detections(session: Session, count: int, label: str) -> Measures:
    """P1: report `count` anchors at one instant and wait until all are posted and the queue is empty."""
    standins, program = session.standins, session.program
    already = (await standins.get("progress", queue=session.queue))["posted"]
    cpu_before, standins_before = program.cpu_seconds(), standins.program.cpu_seconds()
    filled_at = await standins.fill(session.queue, new_anchors(count, label))

    def done(progress: Json) -> bool:
        return bool(progress["posted"] >= already + count and progress["left_in_queue"] == 0)

    progress = await standins.wait(program, session.queue, done, session.sizes.drain_timeout_seconds)
    seconds = progress["last_posted_at"] - filled_at
    standins_cpu = standins.program.cpu_seconds() - standins_before
    await settle(session)
    session.faults["cards posted twice"] += progress["posted_twice"]
    return {
        "detections_per_second": count / seconds,
        "cpu_ms_per_detection": (program.cpu_seconds() - cpu_before) / count * 1000,
        "standins_cpu_share": standins_cpu / seconds,
    }


async def settle(session: Session) -> None:
    """Wait until the program has called Slack no more for a while."""
    await session.standins.wait(
        session.program,
        session.queue,
        lambda progress: progress["now"] - progress["last_call_at"] > SETTLE_SECONDS,
        SETTLE_TIMEOUT_SECONDS,
    )


async def acknowledge_cards(session: Session, cards: list[list[Json]], *, warm_up: int) -> Measures:
    """P4: press `acknowledge` once on each card, scheduled by a Poisson process; the first ones don't count.

    Afterwards each pressed card must have been updated, so that no program is fast by doing nothing.
    """
    requests = [press(find_control(card, "acknowledge"), REQUESTER, SIGNING_SECRET) for card in cards]
    since = str(time.monotonic())
    answers = await send_clicks(session, requests)
    await settle(session)
    progress = await session.standins.get("progress", queue=session.queue, changed_since=since)
    session.faults["acknowledged cards never updated"] += len(cards) - progress["updated"]
    return click_measures(answers[warm_up:])


async def acknowledge_nothing(session: Session, card: list[Json], count: int, *, warm_up: int) -> Measures:
    """P4 for the bare ack: the same clicks, each of its own, on one card that it doesn't know."""
    control = find_control(card, "acknowledge")
    requests = [press(control, REQUESTER, SIGNING_SECRET) for _ in range(count)]
    return click_measures((await send_clicks(session, requests))[warm_up:])


async def send_clicks(session: Session, requests: list[SignedRequest]) -> list[Answer]:
    """Send the clicks at their times and count those that weren't answered with 200."""
    arrivals = poisson_arrivals(len(requests), session.sizes.clicks_per_second, session.seed)
    answers = await open_loop(session.url, requests, arrivals)
    session.faults["clicks not answered 200"] += sum(answer.status != 200 for answer in answers)
    return answers


def click_measures(answers: list[Answer]) -> Measures:
    """Return the percentiles, how far behind the program was at the end, and how late the generator was."""
    latencies = [answer.latency_ms for answer in answers]
    last_click, last_answer = answers[-1].scheduled_at, max(answer.answered_at for answer in answers)
    return {
        "ack_p50_ms": percentile(latencies, 0.50),
        "ack_p99_ms": percentile(latencies, 0.99),
        "ack_max_ms": max(latencies),
        "behind_seconds": last_answer - last_click,
        "generator_late_p99_ms": percentile([(a.sent_at - a.scheduled_at) * 1000 for a in answers], 0.99),
    }


async def is_ready(port: int, path: str | None) -> bool:
    """Tell whether the port answers `GET path` with 200; without a path, whether it accepts a connection."""
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    try:
        if path is None:
            return True
        writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode())
        return b" 200 " in await reader.readline()
    except OSError:
        return False
    finally:
        writer.close()


async def wait_until_ready(program: Program, port: int, path: str | None) -> float:
    """Wait for readiness and return its monotonic time (seconds, exact to about two milliseconds).

    Raises:
        ProgramFailedError: The program ended, or wasn't ready in 30 s.
    """
    deadline = time.monotonic() + START_TIMEOUT_SECONDS
    while not await is_ready(port, path):
        if program.process.poll() is not None or time.monotonic() > deadline:
            state = "isn't ready yet" if program.process.returncode is None else "has ended"
            raise ProgramFailedError(f"{program.name} can't be started: it {state}; it wrote:\n{program.output_end()}")
        await asyncio.sleep(READY_POLL_SECONDS)
    return time.monotonic()


async def start_to_ready(
    standins: Standins, command: list[str], work_dir: Path, cpus: Cpus, settings: dict[str, str]
) -> Measures:
    """P10: start the product on an empty store and wait for `GET /readyz` 200."""
    queue, port = f"bench-start-{time.monotonic_ns()}", free_port()
    await standins.reset(queue)
    everything = standins.settings(queue, port, work_dir / f"{queue}.db") | settings
    started_at = time.monotonic()
    program = start("product", command, everything, work_dir, cpus.server)
    try:
        return {"start_ms": (await wait_until_ready(program, port, "/readyz") - started_at) * 1000}
    finally:
        program.stop()


def bare_import(cpu: int | None) -> Measures:
    """P10's reference: how long a Python that imports Bolt, boto3 and aiohttp runs, from start to exit."""
    started_at = time.monotonic()
    spawn([sys.executable, "-c", IMPORTS], {}, subprocess.DEVNULL, cpu).wait()
    return {"start_ms": (time.monotonic() - started_at) * 1000}


def rotated(names: list[str], round_number: int, seed: int) -> list[str]:
    """Return the programs in the order of this round: turned by one each round from a seeded start."""
    offset = random.Random(seed).randrange(len(names)) + round_number  # noqa: S311 - An order, not a secret.
    return [names[(index + offset) % len(names)] for index in range(len(names))]
