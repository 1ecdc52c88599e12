"""What people saw before they said yes: AWS read first, the card named, every page opened."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.domain import events as ev
from bot.domain.audit import Draft
from bot.domain.case import Case, Request, RequestState
from bot.domain.events import draft, slack_user
from bot.domain.fold import fold
from bot.domain.plan import Plan, Risk, plan_name
from bot.domain.seen import PlanOpened, PlanRead, Seen
from tests.fakes.slack_in_memory import NOON
from tests.fakes.stories import CASE_ID, PLAN, detected, entries_of

DRAWN = replace(PLAN, unknown=("name", "changed at"))
LIVE = replace(PLAN, state={**PLAN.state, "name": "ci", "changed at": "now"}, unknown=())
CARD = "c" * 64


def asked(plan: Plan = DRAWN, needed: int = 1) -> Draft:
    """A request whose plan lacks a part of the state."""
    event = ev.ActionRequested(
        "R1",
        PLAN.action_id,
        Risk.IRREVERSIBLE,
        "why",
        plan,
        plan.digest(),
        needed,
        NOON + timedelta(minutes=30),
        contains=True,
        reads_first=True,
    )
    return draft(event, slack_user("U1"))


def read(plan: Plan | None = LIVE, digest: str | None = None, error: str | None = None) -> Draft:
    """AWS was read for it."""
    own = plan.digest() if plan is not None else ""
    return draft(PlanRead("R1", plan, own if digest is None else digest, error=error))


def opened(user: str, page: int, pages: int, plan: Plan = LIVE) -> Draft:
    """Somebody opened a page."""
    return draft(PlanOpened("R1", plan.digest(), plan_name(plan.digest()), page, pages), slack_user(user))


def yes(user: str, plan: Plan = LIVE, rendered: str = CARD) -> Draft:
    """A yes."""
    return draft(ev.ApprovalGiven("R1", plan.digest(), rendered=rendered), slack_user(user))


def request_after(*drafts: Draft) -> Request:
    """The request after these."""
    return fold(Case(CASE_ID), entries_of(detected(), *drafts)).requests["R1"]


def test_no_yes_counts_before_aws_was_read() -> None:
    """Neither to the plan that was asked for nor to the one that AWS will show."""
    assert request_after(asked(), yes("U2", DRAWN), yes("U2", LIVE)).votes == ()
    assert request_after(asked(), read(None, error="no"), yes("U2", DRAWN)).votes == ()
    assert request_after(asked(), read(), yes("U2")).state is RequestState.APPROVED


def test_a_yes_is_to_the_plan_that_was_read_and_names_a_card() -> None:
    """The digest of the plan that was asked for counts no more, and a yes to no card at all never does."""
    assert request_after(asked(), read(), yes("U2", DRAWN)).votes == ()
    assert request_after(asked(), read(), yes("U2", rendered="")).votes == ()


def test_what_was_read_takes_the_place_of_what_was_asked_for_only_when_it_is_the_same() -> None:
    """Another call, other state that was shown, state that nobody said is unknown, a wrong digest: not taken."""
    moved = (
        replace(LIVE, calls=("another",)),
        replace(LIVE, touches=("arn",)),
        replace(LIVE, state={**LIVE.state, "enabled": "no"}),
        replace(LIVE, state={**LIVE.state, "ACM PCA": "arn"}),
        replace(LIVE, unknown=("name",)),
        replace(LIVE, unknown=None),
    )
    for plan in moved:
        assert request_after(asked(), read(plan)).seen.waits, plan
    assert request_after(asked(), read(digest="0" * 64)).seen.waits
    taken = request_after(asked(), read())
    assert (taken.seen.waits, taken.digest, taken.plan.state) == (False, LIVE.digest(), LIVE.state)


def test_it_is_read_once() -> None:
    """What is read later, with a digest of its own, changes nothing that people have agreed to."""
    later = replace(LIVE, state={**LIVE.state, "changed at": "later"})
    assert request_after(asked(), read(), read(later)).digest == LIVE.digest()


def test_a_failure_is_told_and_tried_again() -> None:
    """The error stands with the request until AWS could be read; the times between grow up to half a minute."""
    failed = request_after(asked(), read(None, error="denied"), read(None, error="denied"))
    assert (failed.seen.error, failed.seen.tries, failed.seen.waits) == ("denied", 2, True)
    assert request_after(asked(), read(None, error="denied"), read()).seen.error is None


@given(st.integers(1, 100))
def test_pauses_grow_and_have_a_limit(tries: int) -> None:
    """A read is never given up, and never more often than every two seconds."""
    tried = Seen(reads_first=True, tries=tries, tried_at=NOON)
    pause = tried.next_try(NOON) - NOON
    assert timedelta(seconds=2) <= pause <= timedelta(seconds=30)
    assert replace(tried, tries=tries + 1).next_try(NOON) - NOON >= pause


def test_the_card_is_drawn_again_but_its_buttons_live_on() -> None:
    """Who presses Reject in the moment in which AWS is read must not be told that the card is old."""
    before = fold(Case(CASE_ID), entries_of(detected(), asked()))
    after = fold(Case(CASE_ID), entries_of(detected(), asked(), read()))
    assert after.revision == before.revision
    assert after.display_seq > before.display_seq


PAGES = st.lists(st.tuples(st.sampled_from(["U2", "U3"]), st.integers(-1, 5), st.integers(0, 4)), max_size=14)


@given(PAGES)
def test_opened_in_full_means_every_page_by_that_person(pages: list[tuple[str, int, int]]) -> None:
    """Pages of somebody else, of another number of pages, or outside of it do not help."""
    request = request_after(asked(), read(), *(opened(*one) for one in pages))
    for user in ("U2", "U3"):
        numbers = {of for who, _, of in pages if who == user and of > 0}
        whole = any(all((user, page, of) in pages for page in range(1, of + 1)) for of in numbers)
        assert request.seen.opened_in_full(user) is whole
    assert not request.seen.opened_in_full("U4")


def test_a_page_of_the_plan_before_is_none_of_this_one() -> None:
    """Who read the plan that was asked for must read the one with AWS's state, where that is another."""
    assert not request_after(asked(), opened("U2", 1, 1, DRAWN), read()).seen.opened_in_full("U2")
    assert not request_after(asked(), read(), opened("U2", 1, 1, DRAWN)).seen.opened_in_full("U2")
    known = replace(DRAWN, unknown=())
    assert request_after(asked(known), opened("U2", 1, 1, known), read(known)).seen.opened_in_full("U2")


def test_requests_of_older_versions_do_without() -> None:
    """Their log says nothing of reading first, so that their votes count as they did."""
    old = replace(DRAWN, unknown=None)
    event = ev.ActionRequested(
        "R1", PLAN.action_id, Risk.IRREVERSIBLE, "why", old, old.digest(), 1, NOON + timedelta(minutes=30)
    )
    given_then = yes("U2", old, rendered="")
    assert request_after(draft(event, slack_user("U1")), given_then).state is RequestState.APPROVED
