"""What people do on the page: press a control, submit or close a modal. Each becomes one delivery."""

import asyncio
import time
from collections.abc import Callable

from bot.sandbox.slack import payloads_to_bot as to_bot
from bot.sandbox.slack.blocks import find_control
from bot.sandbox.slack.form_files import FileRefused, put_file, real_files
from bot.sandbox.slack.records import Delivery, Json, Message, OpenView, Person
from bot.sandbox.slack.store import Workspace, new_id
from bot.sandbox.slack.submissions import apply_answer, missing_inputs
from bot.sandbox.slack.transport import Transport
from bot.sandbox.slack.triggers import Triggers


class NotPossible(Exception):
    """Slack's client would not offer this to the person."""


class Interactions:
    """Turns what people do into payloads for the bot.

    Args:
        transport: The way to the bot.
        origin: Returns the look-alike's own address, for response URLs.
    """

    def __init__(
        self, workspace: Workspace, triggers: Triggers, transport: Transport, origin: Callable[[], str]
    ) -> None:
        self._workspace = workspace
        self._triggers = triggers
        self._transport = transport
        self._origin = origin
        self._sending: set[asyncio.Task[None]] = set()

    async def close(self) -> None:
        """Drop the deliveries that still wait for the bot."""
        for task in self._sending:
            task.cancel()
        await asyncio.gather(*self._sending, return_exceptions=True)

    def click(
        self,
        user: str,
        channel: str,
        ts: str,
        block_id: str,
        action_id: str,
        *,
        value: str | None = None,
        option: Json | None = None,
    ) -> Delivery:
        """Press a control of a message, also one that was there before the message changed.

        Args:
            user: Who presses it.
            channel: Where the message stands.
            ts: The message.
            block_id: The block of the control.
            action_id: The control.
            value: What the button should carry instead of its own value, or None; a forged button.
            option: The chosen option of an overflow menu or select.

        Raises:
            NotPossible: The person can't see the message, or it never had such a control.
        """
        person = self._active(user)
        message = self._visible(user, channel, ts)
        action = self._action(_control(message, block_id, action_id), block_id, value, option)
        payload = to_bot.message_actions(
            self._workspace,
            person,
            message,
            action,
            trigger_id=self._triggers.new_trigger(user),
            response_url=self._origin() + self._triggers.new_response_path(user, channel, ts),
        )
        delivery = self._delivery(user, payload, action)
        delivery.channel, delivery.ts = channel, ts
        self._start(delivery)
        return delivery

    def click_view(
        self,
        user: str,
        view_id: str,
        block_id: str,
        action_id: str,
        *,
        value: str | None = None,
        option: Json | None = None,
        values: dict[str, dict[str, Json]] | None = None,
    ) -> Delivery:
        """Press a control of an open modal; `values` is what has been entered so far, or None.

        Raises:
            NotPossible: The modal is not open, or has no such control.
        """
        person, view = self._active(user), self._view(user, view_id)
        _enter(view, values)
        element = find_control(view.content["blocks"], block_id, action_id)
        action = self._action(element, block_id, value, option)
        if option is not None:
            _enter(view, {block_id: {action_id: {"selected_option": option}}})
        trigger_id = self._triggers.new_trigger(user, view_id)
        delivery = self._delivery(user, to_bot.view_actions(person, view, action, trigger_id=trigger_id), action)
        self._start(delivery)
        return delivery

    async def submit(
        self, user: str, view_id: str, values: dict[str, dict[str, Json]], *, force: bool = False
    ) -> tuple[Delivery | None, str]:
        """Submit a modal and wait for the bot.

        Args:
            user: Whose modal it is.
            view_id: The modal.
            values: What was entered: block_id → action_id → state value.
            force: Send it even when a required input is empty, as a forged request would.

        Returns:
            The delivery (None when Slack's client already refused) and the result: `closed`, `errors`,
            `updated`, `pushed`, `missed` (no answer in 3 s) or `failed` (an answer Slack can't use).

        Raises:
            NotPossible: The modal is not open.
        """
        person, view = self._active(user), self._view(user, view_id)
        try:
            real_files(self._workspace, view, values, self._origin())
        except FileRefused as error:
            raise NotPossible(str(error)) from error
        _enter(view, values)
        view.errors = {} if force else missing_inputs(view)
        self._workspace.touch()
        if view.errors:
            return None, "errors"
        trigger_id = self._triggers.new_trigger(user, view_id)
        delivery = self._delivery(user, to_bot.view_submission(person, view, trigger_id=trigger_id))
        await self._start(delivery)
        return delivery, apply_answer(self._workspace, view, delivery)

    def put_file(self, user: str, view_id: str, ids: tuple[str, str], name: str, body: bytes) -> Json:
        """Put a file into a form; `ids` are the block's and the action's. Its object comes back.

        Raises:
            NotPossible: The modal is not open, or takes no such file there.
        """
        self._active(user)
        try:
            return put_file(self._workspace, self._view(user, view_id), ids, name, body, self._origin())
        except FileRefused as error:
            raise NotPossible(str(error)) from error

    def close_view(self, user: str, view_id: str) -> Delivery | None:
        """Close a modal; the bot hears of it only when the view asked for that.

        Raises:
            NotPossible: The modal is not open.
        """
        person, view = self._active(user), self._view(user, view_id)
        stack = self._workspace.stack(user)
        cleared = bool(view.content.get("clear_on_close"))
        del stack[0 if cleared else stack.index(view) :]
        self._workspace.touch()
        if not view.content.get("notify_on_close"):
            return None
        delivery = self._delivery(user, to_bot.view_closed(person, view, is_cleared=cleared))
        self._start(delivery)
        return delivery

    async def wait(self, delivery: Delivery) -> None:
        """Wait until the bot has answered a delivery or missed its 3 seconds."""
        while delivery.state == "waiting":
            await self._workspace.wait_for_change(self._workspace.version, 1.0)

    def _active(self, user: str) -> Person:
        person = self._workspace.people.get(user)
        if person is None or person.deactivated or person.is_bot:
            raise NotPossible("there is no such active person")
        return person

    def _visible(self, user: str, channel: str, ts: str) -> Message:
        message = self._workspace.message(channel, ts)
        if message is None or user not in self._workspace.channels[channel].members:
            raise NotPossible("there is no such message for this person")
        if message.ephemeral_for not in {None, user}:
            raise NotPossible("this note is for somebody else")
        return message

    def _view(self, user: str, view_id: str) -> OpenView:
        view = self._workspace.open_view(view_id)
        if view is None or view.user != user:
            raise NotPossible("this person has no such modal open")
        return view

    def _action(self, element: Json | None, block_id: str, value: str | None, option: Json | None) -> Json:
        if element is None:
            raise NotPossible("there is no such control")
        if option is not None and option not in element.get("options", [option]):
            option = next((o for o in element["options"] if o.get("value") == option.get("value")), option)
        carried = element if value is None else {**element, "value": value}
        return to_bot.action_object(carried, block_id, option, self._workspace.new_ts())

    def _delivery(self, user: str, payload: Json, action: Json | None = None) -> Delivery:
        delivery = Delivery(new_id("E"), user, payload["type"], payload, self._workspace.now())
        if action is not None:
            delivery.action_id, delivery.block_id = action["action_id"], action["block_id"]
        return delivery

    def _start(self, delivery: Delivery) -> "asyncio.Task[None]":
        self._workspace.record_delivery(delivery)
        task = asyncio.create_task(self._send(delivery), name=f"deliver {delivery.delivery_id}")
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)
        return task

    async def _send(self, delivery: Delivery) -> None:
        started = time.perf_counter()
        accepts_body = delivery.kind == "view_submission"
        outcome = await self._transport.send(delivery.payload, accepts_body=accepts_body)
        delivery.state, delivery.status = outcome.state, outcome.status
        delivery.response = outcome.body
        if outcome.state == "acked":
            delivery.elapsed_ms = round((time.perf_counter() - started) * 1000, 1)
        self._workspace.touch()


def _control(message: Message, block_id: str, action_id: str) -> Json | None:
    for blocks in (message.blocks, *reversed(message.former_blocks)):
        element = find_control(blocks, block_id, action_id)
        if element is not None:
            return element
    return None


def _enter(view: OpenView, values: dict[str, dict[str, Json]] | None) -> None:
    for block_id, entered in (values or {}).items():
        view.values.setdefault(block_id, {}).update(entered)
