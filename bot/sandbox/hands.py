"""A person's eyes and hands in the look-alike: find the card, press its controls, fill in its forms."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from bot.sandbox.slack.records import Delivery, Message
from bot.sandbox.slack.server import SlackLookAlike
from bot.slack.code_form import CODE

T = TypeVar("T")

_POLL_SECONDS = 0.02


class NotSeen(Exception):
    """What should have happened was not seen in time."""


async def until(what: str, look: Callable[[], T | None], seconds: float = 30.0) -> T:
    """Look until there is something to see.

    Raises:
        NotSeen: nothing was there in time; says what was waited for.
    """
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = look()
        if found:
            return found
        await asyncio.sleep(_POLL_SECONDS)
    raise NotSeen(what)


def texts(node: object) -> str:
    """Every text in a message's blocks, in reading order, one a line."""
    if isinstance(node, dict):
        own = [node["text"]] if isinstance(node.get("text"), str) else []
        return _lines([*own, *(texts(value) for name, value in node.items() if not (name == "text" and own))])
    return _lines([texts(one) for one in node]) if isinstance(node, list) else ""


def _lines(found: list[str]) -> str:
    return "\n".join(one for one in found if one)


class Hands:
    """One person in front of the look-alike.

    Args:
        slack: the look-alike.
        user_id: who it is.
    """

    def __init__(self, slack: SlackLookAlike, user_id: str) -> None:
        self._slack = slack
        self.user_id = user_id

    def cards(self) -> list[Message]:
        """Every card in any channel, oldest first."""
        return [one for one in self._slack.workspace.messages.values() if case_of(one)]

    def card(self, case_id: str) -> Message:
        """The card of a case.

        Raises:
            NotSeen: there is none.
        """
        found = [one for one in self.cards() if case_of(one) == case_id]
        if not found:
            raise NotSeen(f"a card of {case_id}")
        return found[0]

    def thread(self, case_id: str) -> str:
        """Everything that the thread of a case says."""
        card = self.card(case_id)
        replies = self._slack.workspace.replies(card.channel, card.ts)
        return "\n".join(texts(one.blocks) or one.text for one in replies)

    def private_notes(self) -> list[str]:
        """What only this person was told, oldest first."""
        messages = self._slack.workspace.messages.values()
        return [one.text for one in messages if one.ephemeral_for == self.user_id]

    async def press(self, case_id: str, control: str) -> Delivery:
        """Press a button of the card, or choose it in the card's menu, and wait for the bot's answer.

        Raises:
            NotSeen: the card has no such control now.
        """
        card = self.card(case_id)
        for block_id, element in controls_of(card):
            if element.get("action_id") == control:
                return await self._press(card, block_id, element, None)
            for option in element.get("options", []):
                if option.get("value") == control:
                    return await self._press(card, block_id, element, option)
        raise NotSeen(f"the control {control} on the card of {case_id}")

    async def _press(
        self, card: Message, block_id: str, element: dict[str, Any], option: dict[str, Any] | None
    ) -> Delivery:
        interactions = self._slack.interactions
        delivery = interactions.click(
            self.user_id, card.channel, card.ts, block_id, element["action_id"], option=option
        )
        await interactions.wait(delivery)
        return delivery

    async def fill_in(self, reason: str, code: str = "") -> tuple[Delivery | None, str]:
        """Write a reason, and a one-time code where one is asked for, into the form on top, and send it.

        Returns Slack's result, such as ``closed``.

        Raises:
            NotSeen: no form is open.
        """
        view = await until("a form", lambda: next(iter(self._slack.workspace.stack(self.user_id)[-1:]), None), 5)
        values = {
            block["block_id"]: {
                block["element"]["action_id"]: {
                    "type": block["element"]["type"],
                    "value": code if block["block_id"] == CODE else reason,
                }
            }
            for block in view.content["blocks"]
            # What can be chosen stays as it is.
            if block["type"] == "input" and block["element"]["type"] == "plain_text_input"
        }
        delivery, result = await self._slack.interactions.submit(self.user_id, view.view_id, values)
        return delivery, result


def case_of(message: Message) -> str:
    """The case id of a card; empty for any other message."""
    metadata = message.metadata or {}
    if metadata.get("event_type") != "anchorwatch_card":
        return ""
    return str(metadata["event_payload"]["key"])


def controls_of(message: Message) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every interactive element of a message with the id of its block."""
    for block in message.blocks:
        elements = block.get("elements", []) if block.get("type") == "actions" else [block.get("accessory") or {}]
        for element in elements:
            if element.get("action_id"):
                yield block["block_id"], element
