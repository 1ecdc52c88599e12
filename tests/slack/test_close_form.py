"""Closing a case on a real bot over HTTP: one of Elastic's words and a reason, on the card and in the thread."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.domain.closing import CloseReason
from bot.sandbox.hands import texts, until
from bot.sandbox.slack import seed as people
from tests.slack.bot_on_loopback import LoopbackBot


@pytest.mark.parametrize("as_what", [None, CloseReason.TRUE_POSITIVE])
async def test_what_is_chosen_stands_on_the_card(tmp_path: Path, as_what: CloseReason | None) -> None:
    """Who changes nothing closes it as a false positive, as the button says; another choice is shown as such."""
    async with LoopbackBot(tmp_path) as bot:
        case_id = await bot.alert()
        await bot.hands().press(case_id, "mark_false_positive")
        (view,) = bot.slack.workspace.stack(people.AVA)
        values = {"reason": {"reason": {"type": "plain_text_input", "value": "See CHG1."}}}
        if as_what is not None:
            option = next(
                one for one in view.content["blocks"][1]["element"]["options"] if one["value"] == as_what.value
            )
            values["close_reason"] = {"close_reason": {"type": "radio_buttons", "selected_option": option}}
        _, result = await bot.slack.interactions.submit(people.AVA, view.view_id, values)
        assert result == "closed"
        wanted = as_what or CloseReason.FALSE_POSITIVE
        words = f"*{wanted.words}*, closed by <@{people.AVA}>"
        await until("the card", lambda: words in texts(bot.hands().card(case_id).blocks) or None, 5)
        note = f"closed this as a {wanted.words.lower()}: See CHG1."
        await until("the note", lambda: note in bot.hands().thread(case_id) or None, 5)
        (entry,) = [one for one in await bot.log(case_id) if one["kind"] == "case:marked_false_positive"]
        assert entry["close_reason"] == wanted.value
