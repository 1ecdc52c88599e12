"""What the look-alike keeps: people, groups, channels, messages, open views and deliveries."""

from dataclasses import dataclass, field
from typing import Any, Literal

Json = dict[str, Any]
DeliveryState = Literal["waiting", "acked", "missed", "failed"]


class SlackRefusal(Exception):
    """Slack answers `{"ok": false, "error": code}`.

    Attributes:
        code: The value of `error`.
        extra: Further top-level fields of the answer, such as `errors` or `response_metadata`.
    """

    def __init__(self, code: str, **extra: Any) -> None:  # noqa: ANN401 - any JSON value.
        super().__init__(code)
        self.code = code
        self.extra = extra


@dataclass(slots=True)
class Person:
    """One member; `is_bot` marks the bot user of the app."""

    user_id: str
    handle: str
    name: str
    role: str
    time_zone: str
    deactivated: bool = False
    is_bot: bool = False


@dataclass(slots=True)
class Group:
    """One user group with the ids of its members."""

    group_id: str
    handle: str
    name: str
    members: list[str]


@dataclass(slots=True)
class Channel:
    """One conversation; `kind` is `channel`, `im` or `mpim`, and `creator` who made it."""

    channel_id: str
    name: str
    members: list[str]
    created: int
    kind: Literal["channel", "im", "mpim"] = "channel"
    private: bool = False
    creator: str = ""
    topic: str = ""


@dataclass(slots=True)
class StoredFile:
    """An upload: `secret` is in the address that takes it, `body` is empty until it came.

    `entered_in` is the form that somebody put it into, None for what the bot sent.
    """

    file_id: str
    name: str
    length: int
    alternative: str
    secret: str
    body: bytes = b""
    entered_in: str | None = None


@dataclass(slots=True)
class Message:
    """One message, or an ephemeral note when `ephemeral_for` names its only reader.

    Attributes:
        former_blocks: The blocks of earlier versions, because a person may press a button that was on
            the screen before the message changed.
        files: What was attached: id, name, title and text alternative.
        edited_at: Slack's `ts` of the last edit that shows "(edited)", or None.
        mention_parsing: `none`, `client` or `full`: what the client turns into links by itself.
    """

    channel: str
    ts: str
    user: str
    text: str
    blocks: list[Json]
    bot: bool
    thread_ts: str | None = None
    metadata: Json | None = None
    attachments: list[Json] = field(default_factory=list)
    files: list[Json] = field(default_factory=list)
    ephemeral_for: str | None = None
    edited_at: str | None = None
    subtype: str | None = None
    broadcast: bool = False
    mention_parsing: str = "none"
    reactions: dict[str, list[str]] = field(default_factory=dict)
    former_blocks: list[list[Json]] = field(default_factory=list)


@dataclass(slots=True)
class OpenView:
    """One modal on a person's stack.

    Attributes:
        content: The view as the app sent it, with ids filled in.
        values: What the person has entered: block_id → action_id → state value.
        errors: Inline errors of the last submission: block_id → text.
    """

    view_id: str
    user: str
    content: Json
    hash: str
    root_view_id: str
    previous_view_id: str | None
    values: dict[str, dict[str, Json]] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Delivery:
    """One payload sent to the bot, and how the bot took it.

    Attributes:
        kind: `block_actions`, `view_submission` or `view_closed`.
        state: `waiting`, `acked`, `missed` (no answer in 3 s) or `failed` (error status, no connection).
        elapsed_ms: Time from sending to the acknowledgement, or None when there was none.
        status: The HTTP status, or what went wrong in words, or None while waiting.
        response: The body of the acknowledgement, decoded, or None.
        at: When it was sent, epoch seconds.
    """

    delivery_id: str
    user: str
    kind: str
    payload: Json
    at: float
    action_id: str | None = None
    channel: str | None = None
    ts: str | None = None
    block_id: str | None = None
    state: DeliveryState = "waiting"
    elapsed_ms: float | None = None
    status: int | str | None = None
    response: Any = None
