"""The incident of a case: its channel's name, its steps, and what a second start does."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.audit import Entry
from bot.domain.events import draft
from bot.domain.incident import (
    ChannelKind,
    Incident,
    IncidentProtocol,
    IncidentStarted,
    IncidentStep,
    IncidentStepDone,
    channel_name,
    incident_done,
    numbered,
)
from bot.domain.incident_steps import with_incident
from bot.domain.post_events import PostDropped, PostKind, PostSent

AT = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
STARTED = IncidentStarted("It is real.", "private", "inc-2026-11-22-aw-0123456789", ("S1",), page=True)
CHANNEL = IncidentStepDone(IncidentStep.CHANNEL, channel="C1", name=STARTED.name)


def after(*events: object, start: Incident | None = None) -> Incident:
    """The incident after these events of Ava's."""
    known = start or Incident()
    for number, event in enumerate(events, 1):
        made = draft(event, "slack:U1")  # type: ignore[arg-type]
        known = with_incident(known, Entry("AW-0123456789", number, AT, made.kind, made.by, made.data, "", ""), event)
    return known


@given(st.text(max_size=120), st.integers(1, 9))
def test_a_name_is_one_that_slack_takes(prefix: str, number: int) -> None:
    """Small letters, digits and signs, at most 80 characters, and the case stays readable in the usual one."""
    name = numbered(channel_name(prefix, "AW-0123456789", AT), number)
    assert re.fullmatch("[a-z0-9_-]{1,80}", name)


def test_the_name_says_day_and_case() -> None:
    """And a number where others have it."""
    name = channel_name("inc", "AW-0123456789", AT)
    assert name == "inc-2026-11-22-aw-0123456789"
    assert (numbered(name, 1), numbered(name, 2)) == (name, f"{name}-2")
    assert len(numbered("x" * 80, 9)) == 80


def test_each_step_ends_once() -> None:
    """A second outcome of a step changes nothing."""
    known = after(STARTED, CHANNEL, IncidentStepDone(IncidentStep.CHANNEL, "late"))
    assert (known.channel_id, known.failed) == ("C1", ())
    assert known.runs


def test_it_runs_until_every_part_is_over() -> None:
    """The brief counts too."""
    steps = [IncidentStepDone(one) for one in (IncidentStep.INVITE, IncidentStep.EVIDENCE, IncidentStep.PAGE)]
    assert after(STARTED, CHANNEL, *steps).runs
    assert not after(STARTED, CHANNEL, *steps, PostSent(PostKind.INCIDENT, 1, "C1", "1.1")).runs
    assert not after(STARTED, CHANNEL, *steps, PostDropped(PostKind.INCIDENT, 1, "is_archived")).runs


def test_without_a_channel_only_the_page_is_left() -> None:
    """Nothing can stand in a channel that was not made."""
    failed = after(STARTED, IncidentStepDone(IncidentStep.CHANNEL, "restricted_action"))
    assert (failed.failed_channel, failed.runs, failed.failed) == (True, True, ("channel",))
    assert not after(IncidentStepDone(IncidentStep.PAGE), start=failed).runs


def test_a_second_start_tries_what_failed_again_and_nothing_else() -> None:
    """Who started it stays; a start while it runs, or with nothing failed, changes nothing."""
    failed = after(
        STARTED, CHANNEL, IncidentStepDone(IncidentStep.INVITE), IncidentStepDone(IncidentStep.EVIDENCE, "x")
    )
    assert after(STARTED, start=failed) == failed
    over = after(IncidentStepDone(IncidentStep.PAGE), PostSent(PostKind.INCIDENT, 1, "C1", "1.1"), start=failed)
    again = after(STARTED, start=over)
    assert set(over.done) - set(again.done) == {IncidentStep.EVIDENCE}
    assert (again.by, again.seq, again.at, again.channel_id, again.brief_ts) == ("U1", 1, AT, "C1", "1.1")


def test_steps_before_any_start_change_nothing() -> None:
    """Nor do messages of other kinds."""
    assert after(CHANNEL, PostSent(PostKind.INCIDENT, 1, "C1", "1.1")) == Incident()
    assert after(STARTED, PostSent(PostKind.CARD, 1, "C1", "1.1")).brief_ts is None


@pytest.mark.parametrize(
    ("events", "words"),
    [
        ((), None),
        ((STARTED,), "without a channel."),
        ((STARTED, CHANNEL), f"in the channel {STARTED.name}."),
        ((STARTED, CHANNEL, IncidentStepDone(IncidentStep.PAGE)), "the people on call were paged."),
        ((STARTED, CHANNEL, IncidentStepDone(IncidentStep.PAGE, "no")), "the page did not go through."),
    ],
)
def test_the_closing_note_has_it(events: tuple[object, ...], words: str | None) -> None:
    """What was really done, and nothing where there was none."""
    done = incident_done(after(*events))
    assert done == () if words is None else done[0].endswith(words)


def test_what_is_configured_decides_whether_there_is_anything_to_start() -> None:
    """A channel or a page."""
    assert IncidentProtocol(ChannelKind.PRIVATE).does_something
    assert IncidentProtocol(pages=True).does_something
    assert not IncidentProtocol().does_something
