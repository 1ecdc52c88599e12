"""Any order of entries that a case's log could hold, and many that it never should."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from typing import Any

from hypothesis import strategies as st

from bot.domain import events as ev
from bot.domain.action import Plan, Risk
from bot.domain.alarms import AlarmAcknowledged, AlarmRaised, AlarmShown, AllClearSaid
from bot.domain.audit import Draft, Entry, Head, link
from bot.domain.ca_facts import CaFacts
from bot.domain.closing_note import ClosingNoteWritten
from bot.domain.events import draft, slack_user
from bot.domain.followups import FollowupEnded, FollowupOpened
from bot.domain.ownership import OwnersAnswered, OwnersAsked, QuestionShown
from bot.domain.post_events import CardLost, CardShown, PostKind, PostReserved, PostSent
from bot.domain.remark import Remarked
from bot.domain.tickets import TicketGiven
from tests.fakes.desk import detection_of
from tests.fakes.fake_aws import FakeAws
from tests.fakes.slack_in_memory import NOON

CASE_ID = "AW-0123456789"
USERS = ("U1", "U2", "U3")
REQUESTS = ("R1", "R2")
TARGET = FakeAws().add_anchor(anchor_id="0f9f4a6e-6a52-4b4b-8f3b-2d1c7b1f9a10")
PLAN = Plan("delete_trust_anchor", str(TARGET.anchor_arn), ("call",), {"enabled": "yes"}, "a", "b", "c", "d")
DIGEST = PLAN.digest()


def detected(event_id: str = "event-1") -> Draft:
    """A detection."""
    return draft(ev.DetectionReceived(detection_of(TARGET, event_id), CaFacts(), ()))


def asked(
    user: str = "U1", request_id: str = "R1", needed: int = 1, risk: Risk = Risk.IRREVERSIBLE, **more: Any
) -> Draft:
    """A request; ``more`` are further fields of the event."""
    action = {Risk.READ: "list_linked_profiles", Risk.REVERSIBLE: "disable_trust_anchor"}.get(risk, PLAN.action_id)
    deadline = NOON + timedelta(minutes=30)
    event = ev.ActionRequested(request_id, action, risk, "why", PLAN, DIGEST, needed, deadline, contains=True, **more)
    return draft(event, slack_user(user))


def yes(user: str, request_id: str = "R1", digest: str = DIGEST) -> Draft:
    """A vote."""
    return draft(ev.ApprovalGiven(request_id, digest), slack_user(user))


def no(user: str, request_id: str = "R1") -> Draft:
    """A rejection."""
    return draft(ev.RequestRejected(request_id, "because"), slack_user(user))


def started(request_id: str = "R1", owner: str = "life-1") -> Draft:
    """A run that begins."""
    return draft(ev.RunStarted(request_id, owner, NOON + timedelta(minutes=1), {}, {}))


def finished(request_id: str = "R1", outcome: ev.Outcome = ev.Outcome.DONE) -> Draft:
    """A run that ended."""
    return draft(ev.RunFinished(request_id, outcome, "It ended."))


def entries_of(*drafts: Draft, apart: timedelta = timedelta(seconds=1)) -> tuple[Entry, ...]:
    """The log that has these, one after the other."""
    head, entries = Head(), []
    for number, one in enumerate(drafts):
        (entry,) = link(CASE_ID, head, NOON + apart * number, [one])
        entries.append(entry)
        head = Head(entry.seq, entry.hash)
    assert all(before.hash == after.prev_hash for before, after in pairwise(entries))
    return tuple(entries)


_user, _request = st.sampled_from(USERS), st.sampled_from(REQUESTS)
_kinds = st.sampled_from(PostKind)
_through = st.integers(0, 12)


def _drafts(event: type[Any], *fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Draft]:
    by = st.one_of(st.just(ev.ANCHORWATCH), _user.map(slack_user))
    return st.builds(draft, st.builds(event, *fields), by)


_ANY = st.one_of(
    st.sampled_from(["event-1", "event-2"]).map(detected),
    st.builds(asked, _user, _request, st.integers(0, 2), st.sampled_from(Risk)),
    st.builds(yes, _user, _request, st.sampled_from([DIGEST, DIGEST, "0" * 64])),
    st.builds(no, _user, _request),
    st.builds(started, _request, st.sampled_from(["life-1", "life-2"])),
    st.builds(finished, _request, st.sampled_from(ev.Outcome)),
    _drafts(ev.RunStopped, _request, st.just("why")),
    _drafts(ev.RequestExpired, _request),
    _drafts(ev.Acknowledged),
    _drafts(ev.MarkedFalsePositive, st.just("why")),
    _drafts(ev.Reopened),
    _drafts(Remarked, st.just("A sentence."), st.sampled_from(["key:AW-1", "event:e"])),
    _drafts(PostReserved, _kinds, _through, st.sampled_from(["life-1", "life-2"]), st.booleans()),
    _drafts(PostSent, _kinds, _through, st.just("C1"), st.just("1.1"), _through),
    _drafts(CardShown, _through),
    _drafts(CardLost, st.just("1.1")),
    _drafts(ev.AnchorObserved, st.sampled_from([None, {"enabled": "yes"}])),
    _drafts(ev.AttemptRefused, st.just("x"), st.just("y"), st.just("z"), st.just("C1"), st.booleans()),
    _drafts(ev.RefusalTold, _through),
    _drafts(OwnersAsked, st.just("S1"), st.sampled_from([(), ("aa" * 32,)])),
    _drafts(OwnersAnswered, _through, st.booleans(), st.just("why")),
    _drafts(QuestionShown, _through, _through),
    _drafts(FollowupOpened, st.sampled_from(["a", "b"]), st.just("Do it."), st.sampled_from([(), ("U1",)])),
    _drafts(FollowupEnded, st.sampled_from(["a", "b"])),
    _drafts(AlarmRaised, st.just("It came back."), st.sampled_from([("case:1",), ("case:2",), ()]), st.booleans()),
    _drafts(AlarmAcknowledged, _through),
    _drafts(AlarmShown, _through),
    st.just(draft(AllClearSaid(NOON, NOON, clear=True, looks=1, last_look=NOON))),
    _drafts(ClosingNoteWritten, st.just("why"), st.just(()), st.just(("Do it.",))),
    _drafts(TicketGiven, st.sampled_from(["CHG1", "CHG2"]), st.booleans()),
)

STORIES = st.lists(_ANY, max_size=24).map(lambda drafts: entries_of(detected(), *drafts))
"""A detection, and then anything in any order."""
