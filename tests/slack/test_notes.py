"""The thread, the operations channel and the private answers, with an attacker's text in all of them."""

from __future__ import annotations

import pytest

from bot.domain import events as ev
from bot.domain.case import Case, Notice, Refusal
from bot.domain.fold import told_in_thread
from bot.ports import Message
from bot.slack.controls import Controls
from bot.slack.notes import Notes
from tests.slack.card_states import (
    ACTIONS,
    AVA,
    BEN,
    CARLA,
    CASE_ID,
    CHANNEL,
    HOSTILE,
    STATES,
    TS,
    at_noon,
    case_in,
    posted,
    received,
    searched,
)
from tests.slack.what_slack_shows import complaints, mrkdwn_texts, plain_texts

OPS, GROUP = "C07ANCHOROP", "S07APPROVER"
PEOPLE = {AVA, BEN, CARLA}
NOTES = Notes(CHANNEL, OPS, Controls(ACTIONS), f"<!subteam^{GROUP}>")


def told(state: str, text: str | None = None) -> Message:
    """The note that tells a whole story at once."""
    case, entries = case_in(state, text=text)
    return NOTES.note(case, [one for one in entries if (event := ev.event_of(one)) and told_in_thread(case, event)])


def notice(text: str) -> Message:
    """The line for a message that was put aside."""
    event = ev.MessageQuarantined("not_json", text, text, text, text)
    return NOTES.notice(Case("OPS-2026-11-22"), Notice(7, event))


@pytest.mark.parametrize("state", STATES)
def test_every_story_is_fit_for_slack(state: str) -> None:
    """Each note passes our limits and both strangers', with blocks and as plain text, and stands in the thread."""
    message = told(state)
    for dress in (message.rich, message.plain()):
        assert complaints(dress, PEOPLE, {GROUP}) == []
        assert (dress["channel"], dress["thread_ts"]) == (CHANNEL, TS)
        assert dress["metadata"]["event_type"] == "anchorwatch_note"
        assert dress["metadata"]["event_payload"]["key"].startswith(f"{CASE_ID}:")


@pytest.mark.parametrize("name", HOSTILE)
def test_nothing_of_an_attackers_in_a_note(name: str) -> None:
    """Reasons, findings, AWS's words and differences are neutralised in every story."""
    for state in (
        "searched",
        "stopped",
        "contained by delete",
        "rejected",
        "false positive",
        "true positive",
        "failed",
    ):
        message = told(state, HOSTILE[name])
        assert complaints(message.rich, PEOPLE, {GROUP}) == [], state
        assert complaints(message.plain(), PEOPLE, {GROUP}) == [], state


@pytest.mark.parametrize("name", HOSTILE)
def test_nothing_of_an_attackers_in_a_notice(name: str) -> None:
    """A message that can't be understood was written by anybody, and so was the reason that quotes it."""
    message = notice(HOSTILE[name])
    assert complaints(message.rich, PEOPLE, {GROUP}) == []
    assert complaints(message.plain(), PEOPLE, {GROUP}) == []
    assert message.rich["channel"] == OPS


def test_a_notice_is_found_by_its_stream_and_entry() -> None:
    """The key of a notice is the day's stream and the entry that it is about."""
    metadata = notice("x").rich["metadata"]
    assert metadata == {"event_type": "anchorwatch_notice", "event_payload": {"key": "OPS-2026-11-22:7"}}


@pytest.mark.parametrize("lines", [0, 1, 60, 61, 5_000])
def test_a_long_search_is_cut_and_says_so(lines: int) -> None:
    """However much a search finds, the note fits, and what is left out is named."""
    case, entries = at_noon(received(), *posted(), *searched("role " + "x" * 280, lines))
    message = NOTES.note(case, [entries[-1]])
    assert complaints(message.rich, PEOPLE, {GROUP}) == []
    assert ("audit log" in "".join(plain_texts(message.rich))) == (lines > 8)


def test_a_story_says_who_and_why() -> None:
    """Who asked, who approved, the reason and how it ended stand in the thread."""
    (text, _), *_ = mrkdwn_texts(told("contained by delete").rich)
    words = (f"<@{CARLA}>", f"<@{BEN}>", "Nobody knows this CA.", "*Delete Trust Anchor: done*", "As AWS shows.")
    assert [word for word in words if word not in text] == []


def test_a_refusal_is_for_one_person() -> None:
    """A private answer names its reader and channel, and is fit for Slack."""
    refusal = Refusal(3, AVA, CHANNEL, f"You may not do this. <!subteam^{GROUP}> may.")
    message = NOTES.refusal(refusal)
    assert (message.rich["user"], message.rich["channel"], message.rich["text"]) == (AVA, CHANNEL, refusal.sentence)
    assert complaints(message.rich, PEOPLE, {GROUP}, ephemeral=True) == []
