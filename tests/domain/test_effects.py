"""Effects are derived from the log: what is due, when, and that nothing due is forgotten."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given, settings

from bot.domain import events as ev
from bot.domain.action import Risk
from bot.domain.audit import Draft, Entry
from bot.domain.case import Case, RequestState
from bot.domain.effects import EffectKind, Standing, effects, wake_at
from bot.domain.events import draft
from bot.domain.fold import fold
from bot.domain.investigation import RoundStarted, StepAnswered
from bot.domain.post_events import CardLost, PostKind, PostReserved, PostSent
from tests.fakes.slack_in_memory import NOON
from tests.fakes.stories import CASE_ID, STORIES, asked, detected, entries_of, finished, started, yes

ME = Standing("life-1", exclusive=True)
REPLICA = Standing("life-1", exclusive=False)
CARD = draft(PostSent(PostKind.CARD, 0, "C1", "1.1", shown_seq=99))


def due(*drafts: Draft, me: Standing = ME) -> dict[EffectKind, tuple[timedelta, bool]]:
    """What a log with a detection and these asks for: how long after noon, and whether to look first."""
    case = fold(Case(CASE_ID), entries_of(detected(), *drafts, apart=timedelta(0)))
    return {one.kind: (one.at - NOON, one.look_first) for one in effects(case, me)}


@settings(max_examples=300, deadline=None)
@given(STORIES)
def test_a_case_wakes_exactly_when_something_is_due(entries: tuple[Entry, ...]) -> None:
    """``wake_at`` is the first effect's time, and None only when there is none."""
    case = fold(Case(CASE_ID), entries)
    for me in (ME, REPLICA):
        found = effects(case, me)
        assert wake_at(case, me) == (min(one.at for one in found) if found else None)
        assert len({(one.kind, one.subject) for one in found}) == len(found)


@settings(max_examples=300, deadline=None)
@given(STORIES)
def test_only_what_was_agreed_runs(entries: tuple[Entry, ...]) -> None:
    """A run is due for agreed requests and no others; an expiry for those that wait and no others."""
    case = fold(Case(CASE_ID), entries)
    found = effects(case, ME)
    runs = {one.subject for one in found if one.kind is EffectKind.RUN}
    expiries = {one.subject for one in found if one.kind is EffectKind.EXPIRE}
    agreed = (RequestState.APPROVED, RequestState.RUNNING)
    assert runs == {one.request_id for one in case.requests.values() if one.state in agreed}
    assert expiries == {one.request_id for one in case.requests.values() if one.state is RequestState.PENDING}


@given(STORIES)
def test_the_same_log_asks_for_the_same(entries: tuple[Entry, ...]) -> None:
    """However often, and in however many pieces, it is read."""
    whole, pieces = fold(Case(CASE_ID), entries), Case(CASE_ID)
    for entry in entries:
        pieces = fold(pieces, [entry])
    assert effects(whole, ME) == effects(whole, ME) == effects(pieces, ME)


def test_a_case_without_entries_asks_for_nothing() -> None:
    """There is nothing to do for a case that is not there."""
    assert effects(Case(CASE_ID), ME) == ()
    assert wake_at(Case(CASE_ID), ME) is None


@pytest.mark.parametrize(
    ("owner", "ambiguous", "seconds", "look_first"),
    [("life-1", False, 0, False), ("life-1", True, 10, True), ("life-0", False, 10, True), ("life-0", True, 10, True)],
)
def test_a_reserved_post_is_looked_for_when_in_doubt(
    owner: str, *, ambiguous: bool, seconds: int, look_first: bool
) -> None:
    """At once only by the process that reserved it and knows that it did not go out; else after the grace."""
    reserved = draft(PostReserved(PostKind.CARD, 0, owner, ambiguous=ambiguous))
    assert due(reserved)[EffectKind.POST_CARD] == (timedelta(seconds=seconds), look_first)


def test_a_dead_process_is_followed_at_once_and_a_replica_after_its_lease() -> None:
    """Where no other process can be alive, another owner's run is settled now; else when its lease is over."""
    log = [CARD, asked("U1"), yes("U2"), started(owner="life-0")]
    assert due(*log)[EffectKind.RUN] == (timedelta(0), False)
    assert due(*log, me=REPLICA)[EffectKind.RUN] == (timedelta(minutes=1), False)
    assert due(CARD, asked("U1"), yes("U2"), started())[EffectKind.RUN] == (timedelta(minutes=1), False)


def test_the_card_comes_before_all_that_hangs_on_it() -> None:
    """Before the card stands there, nothing is updated, told in its thread, or read from AWS."""
    acknowledged = draft(ev.Acknowledged(), "slack:U1")
    assert set(due(acknowledged)) == {EffectKind.POST_CARD}
    posted = draft(PostSent(PostKind.CARD, 0, "C1", "1.1", shown_seq=1))
    assert set(due(acknowledged, posted)) == {EffectKind.UPDATE_CARD, EffectKind.POST_NOTE, EffectKind.OBSERVE}


def test_a_lost_card_is_due_again() -> None:
    """Somebody deleted it: it is posted as if it had never been there."""
    assert EffectKind.POST_CARD not in due(CARD)
    assert due(CARD, draft(CardLost("1.1")))[EffectKind.POST_CARD] == (timedelta(0), False)
    assert EffectKind.POST_CARD not in due(CARD, draft(CardLost("1.0")))


def test_a_request_expires_at_its_deadline_and_a_settled_one_never() -> None:
    """The deadline wakes the case; afterwards nothing does."""
    assert due(CARD, asked("U1"))[EffectKind.EXPIRE] == (timedelta(minutes=30), False)
    assert EffectKind.EXPIRE not in due(CARD, asked("U1"), yes("U2"))
    assert EffectKind.RUN not in due(CARD, asked("U1"), yes("U2"), started(), finished())


def test_reads_do_not_wait_for_each_other() -> None:
    """Each search has a lane of its own, and none is in the lane of containment."""
    reads = [asked("U1", f"R{number}", 0, Risk.READ) for number in (1, 2)]
    case = fold(Case(CASE_ID), entries_of(detected(), CARD, *reads, asked("U1", "R3"), yes("U2", "R3")))
    lanes = [one.lane for one in effects(case, ME) if one.kind is EffectKind.RUN]
    assert lanes == ["read:R1", "read:R2", "act"]


def test_observing_can_be_switched_off() -> None:
    """Then AWS is read only when somebody asks."""
    silent = Standing("life-1", exclusive=True, observes=False)
    assert EffectKind.OBSERVE in due(CARD)
    assert EffectKind.OBSERVE not in due(CARD, me=silent)


def investigated(*drafts: Draft, me: Standing = ME) -> dict[EffectKind, timedelta]:
    """What is due while a round runs whose card was just shown, how long after noon."""
    begun = draft(RoundStarted(0, 1, me.owner, NOON + timedelta(minutes=10)))
    shown = draft(PostSent(PostKind.CARD, 0, "C1", "1.1", shown_seq=2))
    found = due(begun, shown, *drafts, me=me)
    return {kind: at for kind, (at, _) in found.items()}


def test_answers_alone_do_not_hurry_the_card() -> None:
    """Each step's answers would be an update of their own, and Slack takes about 50 a minute."""
    answered = draft(StepAnswered(0, "step", ()))
    assert investigated(answered)[EffectKind.UPDATE_CARD] == timedelta(seconds=3)


def test_a_click_hurries_the_card_while_a_round_runs() -> None:
    """What a person did shows at once, however many answers came before or after it."""
    answered = draft(StepAnswered(0, "step", ()))
    clicked = draft(ev.Acknowledged(), "slack:U1")
    assert investigated(answered, clicked, answered)[EffectKind.UPDATE_CARD] == timedelta(0)


def test_notes_do_not_hold_up_the_card() -> None:
    """A note that Slack refuses for its rate rests in a lane of its own."""
    case = fold(Case(CASE_ID), entries_of(detected(), CARD, draft(ev.Acknowledged(), "slack:U1"), apart=timedelta(0)))
    lanes = {one.kind: one.lane for one in effects(case, ME)}
    assert lanes[EffectKind.POST_NOTE] not in {lane for kind, lane in lanes.items() if kind != EffectKind.POST_NOTE}
