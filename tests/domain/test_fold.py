"""The fold: no order of entries lets anything run without its votes, and nothing leaves an end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings

from bot.domain import events as ev
from bot.domain.action import Risk
from bot.domain.audit import Draft, Entry
from bot.domain.case import Case, CaseState, Request, RequestState
from bot.domain.events import draft, slack_user
from bot.domain.fold import fold, user_of
from bot.domain.post_events import PostKind, PostSent
from tests.fakes.stories import CASE_ID, STORIES, asked, detected, entries_of, finished, no, started, yes

ENDS = {
    RequestState.DONE,
    RequestState.FAILED,
    RequestState.UNKNOWN,
    RequestState.STOPPED,
    RequestState.REJECTED,
    RequestState.EXPIRED,
}
RAN = {RequestState.APPROVED, RequestState.RUNNING, RequestState.DONE, RequestState.FAILED, RequestState.UNKNOWN}


def case_of(*drafts: Draft) -> Case:
    """The case of a log with a detection and these."""
    return fold(Case(CASE_ID), entries_of(detected(), *drafts))


def voters(entries: Sequence[Entry], request_id: str, requester: str) -> set[str]:
    """Who said yes to a request, counted without the fold; the requester never counts."""
    asked_at = next(
        one.seq for one in entries if one.kind == "action:requested" and one.data["request_id"] == request_id
    )
    votes = (one for one in entries if one.kind == "approval:given" and one.data["request_id"] == request_id)
    return {user_of(one.by) for one in votes if one.seq > asked_at and user_of(one.by) != requester}


@settings(max_examples=300)
@given(STORIES)
def test_no_order_of_entries_makes_up_for_missing_votes(entries: tuple[Entry, ...]) -> None:
    """Whatever stands in the log: what runs or ran had enough yes of different people who did not ask."""
    for request in fold(Case(CASE_ID), entries).requests.values():
        if request.state in RAN:
            assert len(voters(entries, request.request_id, request.by)) >= request.needed
        if request.risk is Risk.IRREVERSIBLE:
            assert request.needed >= 1


@settings(max_examples=300)
@given(STORIES)
def test_nothing_leaves_an_end(entries: tuple[Entry, ...]) -> None:
    """A request that is settled stays as it is, whatever is appended."""
    case = Case(CASE_ID)
    settled: dict[str, Request] = {}
    for entry in entries:
        case = fold(case, [entry])
        for request_id, request in settled.items():
            assert case.requests[request_id] == request
        settled = {one.request_id: one for one in case.requests.values() if one.state in ENDS}


@given(STORIES)
def test_a_case_is_the_same_however_it_is_read(entries: tuple[Entry, ...]) -> None:
    """All at once, entry by entry, or with the events at hand: the same case."""
    at_once, step_by_step = fold(Case(CASE_ID), entries), Case(CASE_ID)
    for entry in entries:
        step_by_step = fold(step_by_step, [entry], [ev.event_of(entry)])
    assert at_once == step_by_step
    assert at_once.head.seq == len(entries)


def test_a_kind_of_the_future_is_skipped() -> None:
    """An entry that a newer version wrote changes nothing but the head."""
    known = entries_of(detected(), Draft("case:escalated", "anchorwatch", {"to": "somebody"}))
    before, after = fold(Case(CASE_ID), known[:1]), fold(Case(CASE_ID), known)
    assert replace(after, head=before.head) == before
    assert after.head.seq == 2


@pytest.mark.parametrize(
    "drafts",
    [
        [asked("U1"), yes("U1")],
        [asked("U1"), yes("U2", digest="0" * 64)],
        [asked("U1"), yes("U2", "R2")],
        [asked("U1"), draft(ev.ApprovalGiven("R1", ""), "anchorwatch")],
        [asked("U1", needed=0), started()],
        [yes("U2"), asked("U1")],
        [asked("U1", needed=2), yes("U2"), yes("U2")],
        [asked("U1"), started(), finished()],
    ],
)
def test_what_counts_for_nothing(drafts: list[Draft]) -> None:
    """Own votes, votes for another plan or request, by nobody, too early or twice; and runs without an agreement."""
    assert case_of(*drafts).requests["R1"].state is RequestState.PENDING


def test_a_request_id_is_given_once() -> None:
    """A second request with the same id does not bring a settled one back."""
    case = case_of(asked("U1"), no("U2"), asked("U3"), yes("U2"))
    assert (case.requests["R1"].state, case.requests["R1"].by) == (RequestState.REJECTED, "U1")


def test_a_run_counts_its_beginnings() -> None:
    """Each new beginning after a crash counts."""
    case = case_of(asked("U1"), yes("U2"), started(), started(owner="life-2"))
    assert (case.requests["R1"].starts, case.requests["R1"].state) == (2, RequestState.RUNNING)


@pytest.mark.parametrize(
    ("drafts", "state"),
    [
        ([], CaseState.NEW),
        ([draft(ev.Acknowledged(), slack_user("U1"))], CaseState.ACKNOWLEDGED),
        ([asked("U1")], CaseState.APPROVAL_PENDING),
        ([asked("U1"), yes("U2")], CaseState.RUNNING),
        ([asked("U1"), yes("U2"), started()], CaseState.RUNNING),
        ([asked("U1"), yes("U2"), started(), finished()], CaseState.CONTAINED),
        ([asked("U1"), yes("U2"), started(), finished(outcome=ev.Outcome.FAILED)], CaseState.FAILED),
        ([asked("U1"), yes("U2"), started(), finished(outcome=ev.Outcome.UNKNOWN)], CaseState.UNKNOWN_OUTCOME),
        ([asked("U1"), yes("U2"), draft(ev.RunStopped("R1", "it moved"))], CaseState.FAILED),
        ([asked("U1"), draft(ev.RequestExpired("R1"))], CaseState.EXPIRED),
        ([asked("U1"), no("U2")], CaseState.NEW),
        ([draft(ev.MarkedFalsePositive("ours"), slack_user("U1"))], CaseState.FALSE_POSITIVE),
        ([draft(ev.MarkedFalsePositive("ours"), slack_user("U1")), draft(ev.Reopened())], CaseState.NEW),
        ([asked("U1", risk=Risk.READ, needed=0), started()], CaseState.NEW),
    ],
)
def test_the_state_of_a_case(drafts: list[Draft], state: CaseState) -> None:
    """Each state of the card by the shortest log that leads to it; reading changes none."""
    assert case_of(*drafts).state is state


def test_a_new_event_kills_old_buttons_and_a_note_does_not() -> None:
    """Only what changes what people decide moves the revision."""
    case = case_of(draft(PostSent(PostKind.CARD, 0, "C1", "1.1", 1)), draft(ev.AnchorObserved({"enabled": "yes"})))
    assert (case.revision, case.display_seq) == (1, 3)
    assert case_of(detected("event-2")).revision == 2


def test_what_is_gone_is_nothing_else() -> None:
    """After a deletion the earlier state is not true any more."""
    gone = draft(ev.RunFinished("R1", ev.Outcome.DONE, "Gone.", state={"exists": "no"}))
    case = case_of(draft(ev.AnchorObserved({"enabled": "no"})), asked("U1"), yes("U2"), started(), gone)
    assert case.known_state == {"exists": "no"}
