"""Asking the CA's owners on a real bot over HTTP: who may press, what stands in the thread, what the card says."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.sandbox.hands import Hands, controls_of, texts, until
from bot.sandbox.slack import seed as people
from bot.sandbox.slack.records import Message
from bot.slack.button_value import Reference
from tests.slack.bot_on_loopback import LoopbackBot, a_click, a_submission
from tests.slack.test_clicks import REASON, reasoned

ASK, OURS, NOT_OURS = "ask_ca_owners", "ca_is_ours", "ca_is_not_ours"


@pytest.fixture
async def bot(tmp_path: Path) -> AsyncIterator[LoopbackBot]:
    """A bot that knows whom to ask: Dmitri's group."""
    house = tmp_path / "house.toml"
    house.write_text(f'[owners]\nslack_group = "{people.PKI_GROUP}"\n')
    async with LoopbackBot(tmp_path, {"ANCHORWATCH_HOUSE": str(house)}) as running:
        yield running


def questions(bot: LoopbackBot) -> list[Message]:
    """Every question that stands in a thread."""
    messages = bot.slack.workspace.messages.values()
    return [one for one in messages if (one.metadata or {}).get("event_type") == "anchorwatch_question"]


async def asked(bot: LoopbackBot) -> tuple[str, Message]:
    """A case whose CA's owners were asked, and the question."""
    case_id = await bot.alert()
    await bot.hands().press(case_id, ASK)
    (question,) = await until("the question", lambda: questions(bot), 5)
    return case_id, question


async def press(bot: LoopbackBot, question: Message, control: str, user_id: str = people.DMITRI) -> None:
    """Press a button of the question as its message has it."""
    ((block_id, element),) = [one for one in controls_of(question) if one[1]["action_id"] == control]
    interactions = bot.slack.interactions
    await interactions.wait(interactions.click(user_id, question.channel, question.ts, block_id, element["action_id"]))


async def test_the_owners_are_asked_and_answer(bot: LoopbackBot) -> None:
    """Ava asks, Dmitri answers with a reason: the message, the card, the thread and the log say so."""
    case_id, question = await asked(bot)
    card = bot.hands().card(case_id)
    assert question.thread_ts == card.ts
    case = await bot.case(case_id)
    (certificate,) = case.ca.certificates
    shown = texts(question.blocks)
    assert f"<!subteam^{people.PKI_GROUP}>" in shown
    assert certificate.sha256 in shown
    assert certificate.spki_sha256 in shown
    assert [one["action_id"] for _, one in controls_of(question)] == [OURS, NOT_OURS]
    await press(bot, question, OURS)
    assert (await Hands(bot.slack, people.DMITRI).fill_in("Ours: CHG0044021."))[1] == "closed"
    await until("the answer", lambda: "it *is theirs*" in texts(questions(bot)[0].blocks) or None, 5)
    assert list(controls_of(questions(bot)[0])) == []
    await until("the card", lambda: "Ours: CHG0044021." in texts(bot.hands().card(case_id).blocks) or None, 5)
    assert f"<@{people.DMITRI}> says that" in texts(bot.hands().card(case_id).blocks)
    await until("the note", lambda: "says that the CA is theirs" in bot.hands().thread(case_id) or None, 5)
    (answer,) = [one for one in await bot.log(case_id) if one["kind"] == "owners:answered"]
    assert (answer["by"], answer["ours"]) == (f"slack:{people.DMITRI}", True)


async def test_nobody_else_may_answer(bot: LoopbackBot) -> None:
    """A responder and an approver read in private who may; no form opens."""
    case_id, question = await asked(bot)
    for user_id in (people.AVA, people.BEN):
        await press(bot, question, OURS, user_id)
        note = await bot.note(user_id)
        assert note == f"You may not answer this. <!subteam^{people.PKI_GROUP}> may."
        assert bot.slack.workspace.stack(user_id) == []
    assert {one["reason"] for one in await bot.refusals(case_id)} == {"not_an_owner"}


async def test_a_group_that_slack_does_not_tell_lets_nobody_answer(bot: LoopbackBot) -> None:
    """While Slack can't say who is in it, its members are refused too, and hear why."""
    _, question = await asked(bot)
    bot.slack.faults.add({"method": "usergroups.users.list", "error": "fatal_error", "times": 9})
    await bot.bot.directory.refresh()
    await press(bot, question, NOT_OURS)
    assert "Slack can't tell who is in" in await bot.note(people.DMITRI)


async def test_a_second_answer_reads_the_first(bot: LoopbackBot) -> None:
    """A form that was opened before somebody else answered: it is told in the form, and changes nothing."""
    case_id, question = await asked(bot)
    await press(bot, question, NOT_OURS)
    (opened,) = bot.slack.workspace.stack(people.DMITRI)
    carried = str(opened.content["private_metadata"])
    assert (await Hands(bot.slack, people.DMITRI).fill_in(REASON))[1] == "closed"
    view = {"callback_id": OURS, "private_metadata": carried, "state": reasoned()}
    _, answer = await bot.send_payload(a_submission(view, user=people.DMITRI))
    assert f"<@{people.DMITRI}> has answered already that it is not theirs." in answer
    assert [one["ours"] for one in await bot.log(case_id) if one["kind"] == "owners:answered"] == [False]


async def test_a_forged_question_is_none(bot: LoopbackBot) -> None:
    """A button that names another entry as the question opens no form."""
    case_id, question = await asked(bot)
    seq = (await bot.case(case_id)).ownership.question.seq  # type: ignore[union-attr]
    for number in (0, seq - 1, seq + 1):
        reference = Reference(case_id, number)
        action = {"action_id": OURS, "block_id": reference.block_id("owners"), "value": reference.text()}
        await bot.send_payload(a_click(action, user=people.DMITRI, n=time.monotonic_ns()))
    assert [one["reason"] for one in await bot.refusals(case_id)] == ["old_card"] * 3
    assert bot.slack.workspace.stack(people.DMITRI) == []
    assert question in questions(bot)


async def test_without_a_group_the_control_tells_how(tmp_path: Path) -> None:
    """The menu has the control all the same, and who presses it learns what to configure."""
    async with LoopbackBot(tmp_path) as bare:
        case_id = await bare.alert()
        await bare.hands().press(case_id, ASK)
        assert "slack_group" in await bare.note()
        assert [one["reason"] for one in await bare.refusals(case_id)] == ["not_configured"]
