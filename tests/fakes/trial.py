"""A trial of the real bot: its own process, SQLite file and HTTP, against the sandbox's Slack and AWS."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from bot.adapters.sqlite_log import SqliteLog
from bot.domain.audit import Entry
from bot.domain.case import Case
from bot.domain.fold import fold
from bot.domain.identity import case_id_for
from bot.sandbox.aws.attack import Attack
from bot.sandbox.aws.clients import connect
from bot.sandbox.hands import Hands, NotSeen, case_of, texts
from bot.sandbox.slack import seed as people
from bot.sandbox.slack.records import Message
from bot.sandbox.world import World
from bot.service.audit_verify import verify_log

T = TypeVar("T")

REASON = "Nobody knows this CA."
WEBHOOK_TOKEN = "made-up-token"
FAST = {
    "ANCHORWATCH_INVESTIGATE": "off",
    "ANCHORWATCH_RECEIPT_AFTER_SECONDS": "off",
    "ANCHORWATCH_POST_GRACE_SECONDS": "1",
    "ANCHORWATCH_VISIBILITY_SECONDS": "2",
}


@dataclass
class Trial:
    """A world and what a test looks at in it."""

    world: World
    _log: SqliteLog | None = None

    async def start(self, kill_at: str = "", **settings: str) -> None:
        """Start the bot; with ``kill_at`` it dies there."""
        await self.world.start_bot(ANCHORWATCH_KILL_AT=kill_at, **settings)

    async def died(self) -> None:
        """Wait until the bot was killed; it must be SIGKILL and nothing else."""
        process = self.world.process
        assert process is not None
        assert await asyncio.wait_for(process.wait(), 10) == -signal.SIGKILL, self.world.bot_log()

    async def alert(self, attack: Attack | None = None) -> tuple[Attack, str]:
        """Let an attacker make a trust anchor and send the event; returns the attack and the id that its case has."""
        done = attack or await self.world.attack()
        await self.world.deliver(done)
        return done, case_id_for(done.account_id, done.region, done.trust_anchor_id)

    async def carded(self, attack: Attack | None = None) -> tuple[Attack, str]:
        """An alert whose card is drawn and whose trust anchor was read."""
        done, case_id = await self.alert(attack)
        await self.until("the card", lambda case: case.card.ts and case.observed_seq > 0, case_id)
        return done, case_id

    async def case(self, case_id: str) -> Case:
        """The case, folded from the file on disk."""
        return fold(Case(case_id), await self.entries(case_id))

    async def case_ids(self) -> list[str]:
        """The ids of all cases; what belongs to no case is left out."""
        return [case_id async for case_id in self._opened().case_ids() if case_id.startswith("AW-")]

    async def entries(self, case_id: str) -> tuple[Entry, ...]:
        """The entries of a case, from the file on disk."""
        return await self._opened().read(case_id)

    async def kinds(self, case_id: str, event: type[Any]) -> list[Entry]:
        """The entries of one kind."""
        return [one for one in await self.entries(case_id) if one.kind == event.KIND]

    async def chain_holds(self) -> bool:
        """Whether the whole log is as it was written."""
        return (await verify_log(self._opened())).ok

    def _opened(self) -> SqliteLog:
        """The bot's log, opened to be read when it is first asked for: opening it anew costs more than a look."""
        if self._log is None:
            self._log = SqliteLog.open(self.world.folder / "cases.db", read_only=True)
        return self._log

    async def close(self) -> None:
        """Let go of the log."""
        if self._log is not None:
            await self._log.close()

    async def until(self, what: str, holds: Callable[[Case], T], case_id: str, seconds: float = 10.0) -> T:
        """Wait until something holds of a case.

        Raises:
            NotSeen: it did not in time; says what the bot logged.
        """
        deadline = asyncio.get_running_loop().time() + seconds
        while asyncio.get_running_loop().time() < deadline:
            found = holds(await self.case(case_id))
            if found:
                return found
            await asyncio.sleep(0.03)
        raise NotSeen(f"{what}\n{self.world.bot_log()}")

    async def told(self, case_id: str) -> Case:
        """Wait until Slack shows everything that the case's log says."""

        def shown(case: Case) -> Case | None:
            card_is_new = case.card.ts and case.card.shown_seq >= case.display_seq
            thread_is_new = case.noted_seq >= case.note_seq
            # The card is drawn anew once AWS was read for a request.
            reading = any(one.is_open and one.seen.waits and one.seen.error is None for one in case.requests.values())
            return case if card_is_new and thread_is_new and not case.refusals and not reading else None

        return await self.until("Slack showing all", shown, case_id) or Case(case_id)

    def hands(self, user_id: str) -> Hands:
        """Somebody in front of the look-alike."""
        return Hands(self.world.slack, user_id)

    def cards(self, case_id: str) -> list[Message]:
        """Every card of a case that was ever posted and not deleted."""
        return [one for one in self.world.slack.workspace.messages.values() if case_of(one) == case_id]

    def card_text(self, case_id: str) -> str:
        """What the one card of a case says."""
        (card,) = self.cards(case_id)
        return texts(card.blocks) or card.text

    def posts(self, event_type: str, key: str = "") -> list[Message]:
        """Every message of ours of one kind whose key in its metadata begins with ``key``."""
        found = []
        for message in self.world.slack.workspace.messages.values():
            metadata = message.metadata or {}
            if metadata.get("event_type") == event_type and metadata["event_payload"]["key"].startswith(key):
                found.append(message)
        return found

    def calls(self, method: str) -> list[dict[str, Any]]:
        """The calls of one Web API method, oldest first."""
        return [one for one in self.world.slack.workspace.calls if one["method"] == method]

    def effects(self, operation: str, attack: Attack) -> int:
        """How often an operation changed an attack's trust anchor."""
        done = self.world.control.effects("rolesanywhere", operation)
        return sum(attack.trust_anchor_id in json.dumps(one["parameters"]) for one in done)

    def sqs(self) -> Any:
        """A client of the stand-in's SQS."""
        return connect("sqs", self.world.aws.endpoint_url, region=self.world.account.region)

    async def waiting(self, queue_url: str | None = None) -> int:
        """How many messages a queue holds, in flight or not; the detections' queue unless another is named."""
        url = queue_url or self.world.account.queue_url
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        ask = partial(self.sqs().get_queue_attributes, QueueUrl=url, AttributeNames=names)
        counted = (await asyncio.to_thread(ask))["Attributes"]
        return sum(int(counted[name]) for name in names)

    async def queue_empties(self, seconds: float = 8.0) -> None:
        """Wait until no message is left.

        Raises:
            NotSeen: one is left.
        """
        deadline = asyncio.get_running_loop().time() + seconds
        while await self.waiting():
            if asyncio.get_running_loop().time() > deadline:
                raise NotSeen(f"an empty queue\n{self.world.bot_log()}")
            await asyncio.sleep(0.05)

    async def ask(self, user_id: str, case_id: str, control: str) -> None:
        """Press an action of the card and send its form."""
        hands = self.hands(user_id)
        await hands.press(case_id, control)
        await hands.fill_in(REASON)

    async def command(self, *words: str) -> tuple[int, str]:
        """Run ``anchorwatch`` with these words; returns its exit code and what it printed."""
        pipe = asyncio.subprocess.PIPE
        command = (sys.executable, "-m", "bot.cli", *words)
        process = await asyncio.create_subprocess_exec(
            *command, env=self.world.environment(), stdout=pipe, stderr=asyncio.subprocess.STDOUT
        )
        printed, _ = await process.communicate()
        return process.returncode or 0, printed.decode()


AVA, BEN, CARLA, DMITRI = people.AVA, people.BEN, people.CARLA, people.DMITRI
