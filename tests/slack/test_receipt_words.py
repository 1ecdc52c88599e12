"""What people read of a receipt: true words, the right link, and a person's word that is never called proof."""

from __future__ import annotations

import pytest

from bot.domain.events import event_of
from bot.domain.receipt import ReceiptFound, ReceiptLooked
from bot.registry import load_actions
from bot.sandbox.hands import texts
from bot.slack.button_value import parse_reference
from bot.slack.console_links import console_url, labels_only
from bot.slack.controls import Controls
from bot.slack.forms import outcome_form
from bot.slack.receipt_words import receipt_lines, receipt_note
from tests.slack.card_states import BEN, CARLA, case_in
from tests.slack.receipt_states import EVENT_ID

URL = f"https://eu-west-1.console.aws.amazon.com/cloudtrailv2/home?region=eu-west-1#/events/{EVENT_ID}"


def lines(state: str) -> str:
    """What the card says of the receipt in a state."""
    return "\n".join(receipt_lines(case_in(state)[0]))


def told(state: str) -> str:
    """What the thread says of the newest receipt event in a state."""
    case, entries = case_in(state)
    event = next(one for one in map(event_of, reversed(entries)) if isinstance(one, ReceiptFound | ReceiptLooked))
    return receipt_note(event, case.requests["R1"], "Delete Trust Anchor", "nobody")


def test_one_call_is_one_line_with_its_link() -> None:
    """What, when, by whom, approved by whom, and the event in the console of its Region."""
    line = (
        f"*AWS confirms:* `DeleteTrustAnchor` at 12:05:07 UTC, by <@{CARLA}> "
        f"(`It is ours: see the ticket.` in CloudTrail), approved by <@{BEN}>, event <{URL}|8e7d9c2a>."
    )
    assert (lines("receipt"), told("receipt")) == (line, line)


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("receipt of a refusal", "*AWS confirms:* it refused `DeleteTrustAnchor` at 12:05:07 UTC with `NotThere`"),
        ("receipt without a person", "(CloudTrail names Anchorwatch's own credentials only)"),
        ("receipt of some", "*AWS confirms* 9 of 18 calls"),
        ("receipt of some", "3 of them refused. 9 not found, see the thread."),
        ("no receipt", "*Not in CloudTrail* until 2026-11-22 12:05:07 UTC: look yourself."),
        ("unknown outcome, looked", "No event of ours in CloudTrail until 2026-11-22 12:05:07 UTC"),
        ("unknown outcome, said done", f"*Not proved:* <@{BEN}> says that it was done"),
        ("unknown outcome, said not done", f"*Not proved:* <@{BEN}> says that it was not done"),
        ("unknown outcome, proved", "*AWS confirms:* `DeleteTrustAnchor`"),
    ],
)
def test_the_card_says_what_is_known(state: str, words: str) -> None:
    """Never more than that."""
    assert words in lines(state)


@pytest.mark.parametrize("state", ["contained by delete", "receipt looked for", "approval pending", "new", "stopped"])
def test_the_card_is_quiet_where_there_is_nothing_to_say(state: str) -> None:
    """Before the first answer of CloudTrail, and where nothing ran."""
    assert lines(state) == ""


def test_nothing_found_is_not_called_not_done() -> None:
    """The thread says until when was looked, why it could not be, and where to look."""
    text = told("no receipt")
    assert "until 2026-11-22 12:05:07 UTC" in text
    assert "does not mean that it was not done: look yourself." in text
    assert "not done." not in text


@pytest.mark.parametrize(
    ("region", "host"),
    [
        ("us-east-1", "us-east-1.console.aws.amazon.com"),
        ("cn-north-1", "cn-north-1.console.amazonaws.cn"),
        ("us-gov-west-1", "us-gov-west-1.console.amazonaws-us-gov.com"),
    ],
)
def test_links_lead_to_the_console_of_the_region(region: str, host: str) -> None:
    """Each partition has its own console."""
    assert console_url(region, EVENT_ID) == f"https://{host}/cloudtrailv2/home?region={region}#/events/{EVENT_ID}"
    assert str(console_url(region, event_name="DeleteTrustAnchor")).endswith("#/events?EventName=DeleteTrustAnchor")


@pytest.mark.parametrize(("region", "event_id"), [("evil.example/", EVENT_ID), ("eu-west-1", "x|y>z"), ("", EVENT_ID)])
def test_what_is_no_region_and_no_id_is_not_linked(region: str, event_id: str) -> None:
    """Nothing that AWS would not write becomes a part of an address."""
    assert console_url(region, event_id) is None


def test_a_notification_shows_labels_and_no_addresses() -> None:
    """What Slack shows outside of the thread has the event's short id only."""
    assert labels_only(f"event <{URL}|8e7d9c2a>, by <@{CARLA}>") == f"event 8e7d9c2a, by <@{CARLA}>"


def test_an_unknown_outcome_asks_a_person() -> None:
    """Two buttons that carry the request, and the way to ask again beside them."""
    case, _ = case_in("unknown outcome")
    blocks, _ = Controls(load_actions()).blocks(case)
    buttons = {one["action_id"]: one["value"] for one in blocks[0]["elements"] if one["type"] == "button"}
    assert list(buttons)[:2] == ["it_was_done", "it_was_not_done"]
    assert buttons["it_was_done"] == f"{case.case_id}:{case.revision}:R1"
    assert len(buttons) == 4


@pytest.mark.parametrize("done", [True, False])
def test_the_form_says_what_a_word_is(done: bool) -> None:  # noqa: FBT001 - A parameter.
    """It is the person's word, nothing is called, and the request comes back with it."""
    case, _ = case_in("unknown outcome")
    view = outcome_form(case, case.requests["R1"], "Delete Trust Anchor", done=done)
    assert "not as proved" in texts(view["blocks"])
    assert ":R1" in view["private_metadata"]
    assert view["callback_id"] == ("it_was_done" if done else "it_was_not_done")


def test_the_question_about_a_rung_names_the_rung() -> None:
    """The button of a ladder whose second rung is in doubt leads to that rung and not to the ladder."""
    case, _ = case_in("ladder unknown")
    blocks, _ = Controls(load_actions()).blocks(case)
    (value,) = [one["value"] for one in blocks[0]["elements"] if one["action_id"] == "it_was_done"]
    assert parse_reference(value).request_id == "R1.2"
