"""The benchmark's side of the stand-ins' control port, and the settings that point a program at them."""

import asyncio
import dataclasses
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
from bench_clicks import APPROVERS, REQUESTER
from bench_detections import REGION, Anchor, create_trust_anchor_event, self_signed_ca
from bench_programs import Program, ProgramFailedError, reference_command, start
from sqs_standin import ACCOUNT_ID

START_SECONDS = 20.0
POLL_SECONDS = 0.05
SIGNING_SECRET = "bench-signing-secret"
CHANNEL = "C0BENCH00"

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Standins:
    """The running stand-ins and a session to their control port."""

    program: Program
    session: aiohttp.ClientSession
    certificate_pem: str

    async def post(self, path: str, body: Json) -> Any:
        """Send one control command."""
        url = f"http://127.0.0.1:{self.program.ports['control']}/{path}"
        async with self.session.post(url, json=body) as response:
            response.raise_for_status()
            return await response.json()

    async def get(self, path: str, **query: str) -> Any:
        """Read one thing that the stand-ins know."""
        url = f"http://127.0.0.1:{self.program.ports['control']}/{path}"
        async with self.session.get(url, params=query) as response:
            response.raise_for_status()
            return await response.json()

    async def reset(self, queue: str) -> None:
        """Empty everything for the next program and make its queue."""
        await self.post("reset", {"queue": queue, "certificate_pem": self.certificate_pem})

    async def fill(self, queue: str, anchors: list[Anchor]) -> float:
        """Report the anchors through the queue, all at one instant (monotonic seconds), which is returned."""
        bodies = [create_trust_anchor_event(anchor, self.certificate_pem) for anchor in anchors]
        described = [dataclasses.asdict(anchor) for anchor in anchors]
        answer = await self.post("fill", {"queue": queue, "bodies": bodies, "anchors": described})
        return float(answer["filled_at"])

    async def wait(self, program: Program, queue: str, reached: Callable[[Json], bool], timeout_seconds: float) -> Json:
        """Wait until the progress is as wanted and return it.

        Raises:
            ProgramFailedError: The program ended, or the time ran out.
        """
        deadline = time.monotonic() + timeout_seconds
        while True:
            progress: Json = await self.get("progress", queue=queue)
            if reached(progress):
                return progress
            program.require_running()
            if time.monotonic() > deadline:
                raise ProgramFailedError(
                    f"{program.name} didn't get there in {timeout_seconds:.0f} s: {progress}\n{program.output_end()}"
                )
            await asyncio.sleep(POLL_SECONDS)

    def settings(self, queue: str, listen_port: int, store: Path) -> dict[str, str]:
        """Return the settings, in the product's names, that point a program at these stand-ins."""
        ports = {name: f"http://127.0.0.1:{port}" for name, port in self.program.ports.items()}
        return {
            "SLACK_BOT_TOKEN": "xoxb-bench",
            "SLACK_SIGNING_SECRET": SIGNING_SECRET,
            "ANCHORWATCH_SLACK_API_URL": f"{ports['slack']}/api/",
            "ANCHORWATCH_CHANNEL": CHANNEL,
            "ANCHORWATCH_QUEUE_URL": f"{ports['sqs']}/{ACCOUNT_ID}/{queue}",
            "ANCHORWATCH_STORE": f"sqlite:///{store}",
            "ANCHORWATCH_LISTEN": f"127.0.0.1:{listen_port}",
            "ANCHORWATCH_RESPONDERS": ",".join((REQUESTER, *APPROVERS)),
            "ANCHORWATCH_APPROVERS": ",".join(APPROVERS),
            "AWS_ACCESS_KEY_ID": "AKIABENCH",
            "AWS_SECRET_ACCESS_KEY": "bench",
            "AWS_DEFAULT_REGION": REGION,
            "AWS_REGION": REGION,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_ENDPOINT_URL": ports["aws"],
            "AWS_ENDPOINT_URL_ROLESANYWHERE": ports["aws"],
            "AWS_ENDPOINT_URL_STS": ports["aws"],
            "AWS_ENDPOINT_URL_SQS": ports["sqs"],
        }


async def start_standins(work_dir: Path, cpu: int | None, session: aiohttp.ClientSession) -> Standins:
    """Start the stand-ins and read their ports.

    Raises:
        ProgramFailedError: They didn't print their ports in time.
    """
    program = start("bench_standins", reference_command("bench_standins"), {}, work_dir, cpu)
    deadline = time.monotonic() + START_SECONDS
    while not (first_line := program.log.read_text().partition("\n")[0]).startswith("{"):
        if program.process.poll() is not None or time.monotonic() > deadline:
            program.stop()
            raise ProgramFailedError(f"the stand-ins can't be started\n{program.output_end()}")
        await asyncio.sleep(POLL_SECONDS)
    program.ports = json.loads(first_line)
    return Standins(program, session, self_signed_ca())
