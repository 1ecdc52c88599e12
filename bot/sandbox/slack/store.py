"""The workspace in memory: one writer (the event loop), a version that counts changes, and a journal."""

import asyncio
import json
import secrets
import string
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from bot.sandbox.slack import seed
from bot.sandbox.slack.records import Channel, Delivery, Group, Json, Message, OpenView, Person, StoredFile

_ID_LETTERS = string.ascii_uppercase + string.digits


def new_id(prefix: str) -> str:
    """Make an id of Slack's look: one letter and ten capital letters or digits."""
    return prefix + "".join(secrets.choice(_ID_LETTERS) for _ in range(10))


class Workspace:
    """Everything that Slack would know about this workspace.

    Args:
        now: The clock, epoch seconds; tests pass their own.
        journal_path: Where API calls and deliveries are also appended as JSON Lines, or None.
    """

    def __init__(self, now: Callable[[], float] = time.time, journal_path: Path | None = None) -> None:
        self.now = now
        self.people: dict[str, Person] = dict(_seed_people())
        self.groups = {g.group_id: Group(g.group_id, g.handle, g.name, list(g.members)) for g in seed.GROUPS}
        created = int(now())
        self.channels = {c.channel_id: Channel(c.channel_id, c.name, list(c.members), created) for c in seed.CHANNELS}
        self.messages: dict[tuple[str, str], Message] = {}
        self.files: dict[str, StoredFile] = {}
        self.stacks: dict[str, list[OpenView]] = {}
        self.deliveries: list[Delivery] = []
        self.calls: list[Json] = []
        self.version = 0
        self._changed = asyncio.Event()
        self._last_micros = 0
        self._journal_path = journal_path

    def new_ts(self) -> str:
        """Return the next message timestamp, `seconds.microseconds`, unique in the workspace."""
        self._last_micros = max(self._last_micros + 1, int(self.now() * 1_000_000))
        seconds, micros = divmod(self._last_micros, 1_000_000)
        return f"{seconds}.{micros:06d}"

    def touch(self) -> None:
        """Count a change and wake everyone who waits for one."""
        self.version += 1
        self._changed.set()
        self._changed = asyncio.Event()

    async def wait_for_change(self, seen: int, timeout_seconds: float) -> bool:
        """Wait until the version differs from `seen`; False when nothing changed in time."""
        if self.version != seen:
            return True
        try:
            await asyncio.wait_for(self._changed.wait(), timeout_seconds)
        except TimeoutError:
            return False
        return True

    def record_call(self, entry: Json) -> None:
        """Append one Web API call to the journal."""
        self.calls.append(entry)
        self._append_line({"call": entry})

    def record_delivery(self, delivery: Delivery) -> None:
        """Append one payload that goes to the bot; its result is filled in later."""
        self.deliveries.append(delivery)
        self._append_line({"delivery": {"id": delivery.delivery_id, "payload": delivery.payload}})
        self.touch()

    def _append_line(self, entry: Json) -> None:
        if self._journal_path is not None:
            with self._journal_path.open("a", encoding="utf-8") as journal:
                journal.write(json.dumps(entry, default=str) + "\n")

    def message(self, channel_id: str, ts: str) -> Message | None:
        """Return the message with this `ts`, also an ephemeral one, or None."""
        return self.messages.get((channel_id, ts))

    def add_message(self, message: Message) -> None:
        """Store a new message."""
        self.messages[message.channel, message.ts] = message
        self.touch()

    def in_channel(self, channel_id: str) -> Iterator[Message]:
        """Yield the channel's lasting messages, oldest first, threads included."""
        for (channel, _), message in sorted(self.messages.items(), key=lambda item: item[0][1]):
            if channel == channel_id and message.ephemeral_for is None:
                yield message

    def replies(self, channel_id: str, parent_ts: str) -> list[Message]:
        """Return the replies to a message, oldest first, without the parent."""
        return [m for m in self.in_channel(channel_id) if m.thread_ts == parent_ts and m.ts != parent_ts]

    def stack(self, user_id: str) -> list[OpenView]:
        """Return the person's open modals, bottom first; the list is the live one."""
        return self.stacks.setdefault(user_id, [])

    def open_view(self, view_id: str) -> OpenView | None:
        """Return an open modal by its id, or None when it was closed."""
        views = (view for stack in self.stacks.values() for view in stack)
        return next((view for view in views if view.view_id == view_id), None)

    def direct_channel(self, user_ids: list[str]) -> Channel:
        """Return the direct conversation of the bot with these people; made when it does not exist."""
        members = sorted({*user_ids, seed.BOT_USER_ID})
        for channel in self.channels.values():
            if channel.kind != "channel" and sorted(channel.members) == members:
                return channel
        single = len(members) <= 2  # noqa: PLR2004 - the bot and one person.
        channel = Channel(
            channel_id=new_id("D" if single else "C"),
            name=seed.BOT_HANDLE if single else "mpdm-" + "--".join(self.people[m].handle for m in members),
            members=members,
            created=int(self.now()),
            kind="im" if single else "mpim",
        )
        self.channels[channel.channel_id] = channel
        return channel

    def deactivate(self, user_id: str) -> None:
        """Switch an account off; Slack then takes the person out of groups and channels too."""
        self.people[user_id].deactivated = True
        for members in (
            *(g.members for g in self.groups.values()),
            *(c.members for c in self.channels.values()),
        ):
            if user_id in members:
                members.remove(user_id)
        self.stacks.pop(user_id, None)
        self.touch()


def _seed_people() -> Iterator[tuple[str, Person]]:
    for person in seed.PEOPLE:
        yield (
            person.user_id,
            Person(
                person.user_id,
                person.handle,
                person.name,
                person.role,
                person.time_zone,
                deactivated=person.deactivated,
            ),
        )
    yield (
        seed.BOT_USER_ID,
        Person(seed.BOT_USER_ID, seed.BOT_HANDLE, seed.BOT_NAME, "app", "Etc/UTC", is_bot=True),
    )
