"""The sandbox's world: the AWS stand-in, the Slack look-alike, a seeded account, and the real bot as a process."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

import aiohttp

from bot.sandbox.aws.attack import Attack, attack, deliver, send
from bot.sandbox.aws.control_client import AwsControl
from bot.sandbox.aws.rolesanywhere import rolesanywhere_backends
from bot.sandbox.aws.seed import SeededAccount, seed
from bot.sandbox.aws.server import AwsStandIn
from bot.sandbox.slack import seed as people
from bot.sandbox.slack.server import SlackLookAlike

if TYPE_CHECKING:
    from bot.sandbox.scenarios.truth import Played

_READY_SECONDS = 30.0
_STOP_SECONDS = 15.0


class BotDidNotStart(Exception):
    """The bot process ended or did not get ready; says what it printed last."""


@dataclass(slots=True)
class World:
    """Everything that runs in the sandbox. Use it as an async context manager.

    Attributes:
        port: of the page; 0 takes a free one.
        socket_mode: whether clicks come over Socket Mode.
        slack_rate_scale: see :class:`SlackLookAlike`.
        aws_rate_scale: see :class:`AwsStandIn`.
        delivery_delay: how late CloudTrail is.
        settings: settings of the bot beyond the world's own.
        approvals: text of a file with approval rules, for which the account is production; empty means none.
    """

    port: int = 0
    socket_mode: bool = False
    slack_rate_scale: float = 1.0
    aws_rate_scale: float = 1.0
    delivery_delay: timedelta = timedelta(seconds=3)
    settings: Mapping[str, str] = field(default_factory=dict)
    approvals: str = ""
    slack: SlackLookAlike = field(init=False)
    aws: AwsStandIn = field(init=False)
    account: SeededAccount = field(init=False)
    folder: Path = field(init=False)
    listen_port: int = field(init=False)
    process: asyncio.subprocess.Process | None = field(init=False, default=None)
    _temporary: tempfile.TemporaryDirectory[str] = field(init=False)

    async def __aenter__(self) -> Self:
        self._temporary = tempfile.TemporaryDirectory(prefix="anchorwatch-sandbox-")
        self.folder = Path(self._temporary.name)
        self.listen_port = free_port()
        request_url = f"http://127.0.0.1:{self.listen_port}/slack/events"
        self.slack = SlackLookAlike(
            request_url=request_url,
            delivery="socket" if self.socket_mode else "http",
            rate_scale=self.slack_rate_scale,
        )
        self.aws = AwsStandIn(rate_scale=self.aws_rate_scale, delivery_delay=self.delivery_delay)
        await self.slack.start(port=self.port)
        await asyncio.to_thread(self.aws.start)
        self.account = await asyncio.to_thread(seed, self.aws.endpoint_url)
        self._write_files()
        return self

    def _write_files(self) -> None:
        """What the bot reads when it starts."""
        house = f'[owners]\nslack_group = "{people.PKI_GROUP}"\n'
        if self.approvals:
            (self.folder / "approvals.toml").write_text(self.approvals)
            house += f'[[account]]\nid = "{self.account.account_id}"\nname = "demo"\nenvironment = "production"\n'
        (self.folder / "house.toml").write_text(house)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop_bot()
        await self.slack.stop()
        await asyncio.to_thread(self.aws.stop)
        self._temporary.cleanup()

    @property
    def control(self) -> AwsControl:
        """The AWS stand-in's control endpoints."""
        return AwsControl(self.aws.endpoint_url)

    @property
    def url(self) -> str:
        """Where the bot serves HTTP."""
        return f"http://127.0.0.1:{self.listen_port}"

    def environment(self) -> dict[str, str]:
        """The bot's whole environment: nothing of this machine's accounts gets in."""
        bot = self.account.bot
        own = {
            "PATH": os.environ.get("PATH", ""),
            "HOME": str(self.folder),
            "PYTHONUNBUFFERED": "1",
            "SLACK_BOT_TOKEN": people.BOT_TOKEN,
            "SLACK_SIGNING_SECRET": people.SIGNING_SECRET,
            "ANCHORWATCH_SLACK_API_URL": self.slack.api_url,
            "ANCHORWATCH_CHANNEL": people.ALERTS_CHANNEL,
            "ANCHORWATCH_OPS_CHANNEL": people.OPS_CHANNEL,
            "ANCHORWATCH_QUEUE_URL": self.account.queue_url,
            "ANCHORWATCH_POLL_SECONDS": "1",
            "ANCHORWATCH_RECEIPT_AFTER_SECONDS": "5,10,20,40,80",
            "ANCHORWATCH_STORE": f"sqlite:///{self.folder / 'cases.db'}",
            "ANCHORWATCH_LISTEN": f"127.0.0.1:{self.listen_port}",
            "ANCHORWATCH_RESPONDERS": people.ONCALL_GROUP,
            "ANCHORWATCH_APPROVERS": people.APPROVERS_GROUP,
            "ANCHORWATCH_HOUSE": str(self.folder / "house.toml"),
            "ANCHORWATCH_READ_ROLE": self.account.read_role,
            "ANCHORWATCH_ACT_ROLE": self.account.act_role,
            "AWS_ENDPOINT_URL": self.aws.endpoint_url,
            "AWS_DEFAULT_REGION": self.account.region,
            "AWS_ACCESS_KEY_ID": bot.access_key_id,
            "AWS_SECRET_ACCESS_KEY": bot.secret_access_key,
            "AWS_EC2_METADATA_DISABLED": "true",
        }
        if self.approvals:
            own["ANCHORWATCH_APPROVALS"] = str(self.folder / "approvals.toml")
        if self.socket_mode:
            own["SLACK_APP_TOKEN"] = people.APP_TOKEN
        return {**own, **self.settings}

    async def start_bot(self, **settings: str) -> None:
        """Start ``anchorwatch run`` and wait until it is ready.

        Raises:
            BotDidNotStart: with the last lines of its log.
        """
        with (self.folder / "bot.log").open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "bot.cli", "run", env={**self.environment(), **settings}, stderr=log, stdout=log
            )
        try:
            async with asyncio.timeout(_READY_SECONDS):
                await self._until_ready()
        except TimeoutError as error:
            raise BotDidNotStart(self.bot_log()) from error

    async def _until_ready(self) -> None:
        async with aiohttp.ClientSession() as session:
            while True:
                if self.process is None or self.process.returncode is not None:
                    raise BotDidNotStart(self.bot_log())
                try:
                    async with session.get(f"{self.url}/readyz") as answer:
                        if answer.ok:
                            return
                except aiohttp.ClientError:
                    pass
                await asyncio.sleep(0.05)

    def bot_log(self, lines: int = 40) -> str:
        """The last lines that the bot printed."""
        path = self.folder / "bot.log"
        return "\n".join(path.read_text(errors="replace").splitlines()[-lines:]) if path.exists() else ""

    async def stop_bot(self) -> None:
        """Ask the bot to stop, and wait for its end."""
        await self._end(signal.SIGTERM)

    async def kill_bot(self) -> None:
        """Kill the bot where it stands."""
        await self._end(signal.SIGKILL)

    async def _end(self, number: signal.Signals) -> None:
        process, self.process = self.process, None
        if process is None or process.returncode is not None:
            return
        process.send_signal(number)
        try:
            await asyncio.wait_for(process.wait(), _STOP_SECONDS)
        except TimeoutError:
            process.kill()
            await process.wait()

    async def attack(self, **wanted: object) -> Attack:
        """Let an attacker make a trust anchor with a CA of their own."""
        return await asyncio.to_thread(attack, self.aws.endpoint_url, **wanted)  # type: ignore[arg-type]

    async def deliver(self, done: Attack) -> None:
        """Send the event of an attack to the bot's queue, as EventBridge does."""
        await asyncio.to_thread(deliver, self.aws.endpoint_url, self.account.queue_url, done.record)

    async def play_scenario(self, name: str) -> Played:
        """Seed and play a scenario without AWS's rates, then send its event to the bot's queue.

        Raises:
            KeyError: there is no scenario of that name.
        """
        from bot.sandbox.scenarios.play import play  # noqa: PLC0415 - The story needs none of it and starts sooner.

        self.control.set_rate_scale(0)
        played = await asyncio.to_thread(play, name, self.aws.endpoint_url)
        self.control.set_rate_scale(self.aws_rate_scale)
        await asyncio.to_thread(send, self.aws.endpoint_url, self.account.queue_url, played.body)
        return played

    def trust_anchors(self) -> dict[str, bool]:
        """The ARNs of the trust anchors in AWS, and whether each is enabled; read without a request of the API."""
        backend = rolesanywhere_backends[self.account.account_id][self.account.region]
        return {anchor.arn: anchor.enabled for anchor in tuple(backend.trust_anchors.values())}


def free_port() -> int:
    """A TCP port on the loopback interface that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
