"""Opening the form of a containment leaves AWS's rates to it; another press does not."""

from __future__ import annotations

import pytest

from bot.adapters.call_pace import CallPace
from bot.slack.button_value import Reference
from tests.slack.bot_on_loopback import LoopbackBot
from tests.slack.test_clicks import click


async def test_an_open_form_keeps_reads_from_the_rate_that_it_may_need(
    bot: LoopbackBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Opening the form of a containment is announced to AWS's pace; acknowledging and reading are not."""
    heard: list[str] = []

    def expect(_pace: object, _account: str, _region: str, who: str, _seconds: float) -> None:
        heard.append(who)

    monkeypatch.setattr(CallPace, "expect_containment", expect)
    case_id = await bot.alert()
    for control in ("acknowledge", "list_linked_profiles"):
        await click(bot, control, Reference(case_id, (await bot.case(case_id)).revision))
    assert heard == []
    await click(bot, "disable_trust_anchor", Reference(case_id, (await bot.case(case_id)).revision))
    assert heard == [f"form of {case_id}"]
