"""The message that counts failed attempts: plain words, capped lists, and nothing of an attacker's in it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.caller import CallerKind, CallFailed
from bot.domain.case import Case
from bot.domain.failed_calls import FailedCalls, with_call
from bot.ports import Message
from bot.slack.failed_calls import FailedCallsMessage
from tests.slack.card_states import AVA, HOSTILE, NOON
from tests.slack.what_slack_shows import complaints

OPS = "C07ANCHOROP"
ARN = "arn:aws:iam::123456789012:user/mallory"
CALL = CallFailed(
    "e0", "CreateTrustAnchor", "123456789012", "us-east-1", CallerKind.ARN, ARN, "AccessDenied", NOON, "198.51.100.7"
)


def drawn(*calls: CallFailed) -> Message:
    """The message about these attempts."""
    state: FailedCalls | None = None
    for number, one in enumerate(calls):
        state = with_call(state, replace(one, event_id=f"e{number}"))
    assert state is not None
    return FailedCallsMessage(OPS).draw(Case("ATT-0123456789", failed_calls=state), state)


def text_of(*calls: CallFailed) -> str:
    """What the message says."""
    return str(drawn(*calls).rich["blocks"][0]["text"]["text"])


def test_it_says_plainly_what_happened() -> None:
    """Count, who, where, why it failed, and that nothing came of it."""
    text = text_of(CALL, replace(CALL, happened_at=NOON + timedelta(minutes=9)), replace(CALL, region="eu-west-1"))
    first, tried, when, where = text.split("\n")
    assert first.startswith("*3 attempts* by `arn:aws:iam:")
    assert "user/mallory` in account `123456789012` were refused (`AccessDenied`)" in first
    assert first.endswith("nothing was created or changed.")
    assert tried == "Tried: `CreateTrustAnchor`"
    assert "2026-11-22 12:00:00 UTC" in when
    assert "2026-11-22 12:09:00 UTC" in when
    assert "`us-east-1`, `eu-west-1`" in where
    assert where.endswith(" · ATT-0123456789")


def test_one_attempt_is_said_as_one() -> None:
    """No plural, and one time only."""
    text = text_of(CALL)
    assert text.startswith("*1 attempt* by ")
    assert " was refused (" in text
    assert "last at" not in text


def test_an_error_that_is_no_denial_failed() -> None:
    """Only what AWS denies was refused."""
    text = text_of(CALL, replace(CALL, error_code="ThrottlingException"))
    assert " failed (`AccessDenied`, `ThrottlingException`)" in text


@pytest.mark.parametrize(
    ("kind", "name", "words"),
    [
        (CallerKind.ACCESS_KEY, "AKIAEXAMPLE", "access key `AKIAEXAMPLE`"),
        (CallerKind.PRINCIPAL, "AIDAEXAMPLE", "principal `AIDAEXAMPLE`"),
        (CallerKind.UNKNOWN, "", "somebody whom the events do not name"),
    ],
)
def test_who_it_was_without_an_arn(kind: CallerKind, name: str, words: str) -> None:
    """What a caller is known by is said."""
    assert f"*1 attempt* by {words} in account" in text_of(replace(CALL, caller_kind=kind, caller=name))


def test_long_lists_are_cut_and_say_so() -> None:
    """Five values of each, and how many more there are; the whole fits Slack also with a thousand."""
    calls = [replace(CALL, source_address=f"2001:db8::{number:x}", region=f"r-{number}") for number in range(1_000)]
    text = text_of(*calls)
    assert text.count("and 995 more") == 2
    assert "*1000 attempts*" in text
    assert complaints(drawn(*calls).rich, {AVA}, set()) == []


@pytest.mark.parametrize("name", HOSTILE)
def test_nothing_of_an_attackers_gets_through(name: str) -> None:
    """Every value that a caller can choose is neutralised, with blocks and as plain text."""
    lure = HOSTILE[name]
    hostile = [
        CallFailed(f"e{number}", lure, lure, lure, kind, lure, lure + str(number), NOON, lure + str(number))
        for number, kind in enumerate(CallerKind)
    ]
    for one in hostile:
        message = drawn(*(replace(one, region=lure + str(number)) for number in range(7)))
        for dress in (message.rich, message.plain()):
            assert complaints(dress, {AVA}, set()) == []
        assert message.rich["channel"] == OPS


def test_it_is_found_by_its_stream() -> None:
    """The metadata names the stream, so that the message is posted once."""
    metadata = drawn(CALL).rich["metadata"]
    assert metadata == {"event_type": "anchorwatch_attempts", "event_payload": {"key": "ATT-0123456789"}}
