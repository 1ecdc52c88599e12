"""A ticket that somebody names: the last one counts, for its event only, and weighs little."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from bot.domain.answer import Answer, Sign, Standing, answered, needs_person
from bot.domain.audit import Draft
from bot.domain.ca_facts import CaFacts
from bot.domain.case import Case
from bot.domain.events import DetectionReceived, draft, slack_user
from bot.domain.fold import fold
from bot.domain.investigation import RoundStarted, StepAnswered
from bot.domain.tickets import TICKET_QUESTION, TicketGiven, names_ticket, ticket_of
from bot.domain.verdict import EFFECTS, Effect, Priority, verdict
from tests.fakes.desk import detection_of
from tests.fakes.slack_in_memory import NOON
from tests.fakes.stories import TARGET, detected, entries_of

NONE = needs_person(TICKET_QUESTION, "No change ticket stands in its name.")
NAMED = answered(
    TICKET_QUESTION, "It names CHG0044021.", facts={"tickets": ["CHG0044021"]},
    signs=(Sign("ticket_named", "It names CHG0044021."),),
)  # fmt: skip


def given(ticket: str = "CHG1", user: str = "U1", **more: Any) -> Draft:
    """Somebody names a ticket."""
    return draft(TicketGiven(ticket, **more), slack_user(user))


def looked(answer: Answer) -> tuple[Draft, Draft]:
    """The guide's step has looked."""
    return draft(RoundStarted(0, 1, "me", NOON)), draft(StepAnswered(0, "the_change", (answer,)))


def case_of(*drafts: Draft) -> Case:
    """A case after these."""
    return fold(Case("AW-0123456789"), entries_of(detected(), *drafts))


def answer_of(case: Case) -> Answer:
    """What row 75 says."""
    return case.investigation.answers[TICKET_QUESTION]


def test_a_word_is_an_answer_with_its_limits() -> None:
    """Who, when, that nobody here can look it up; whether the step has looked before or looks after."""
    for drafts in ((given(), *looked(NONE)), (*looked(NONE), given()), (given(),)):
        found = answer_of(case_of(*drafts))
        when = NOON + timedelta(seconds=1 + drafts.index(given()))
        assert (found.standing, found.people, found.facts["given"]) == (Standing.ANSWERED, ("U1",), "CHG1")
        assert found.sentence == (
            f"The change ticket “CHG1” was named on {when:%Y-%m-%d %H:%M} UTC; Anchorwatch can't look it up."
        )
        assert [one.code for one in found.signs] == ["ticket_given"]


def test_the_last_word_counts_and_all_are_kept() -> None:
    """The answer lists what was said before."""
    case = case_of(*looked(NONE), given("CHG1"), given("CHG2", "U2"))
    assert answer_of(case).people == ("U2",)
    assert [line.rpartition(": ")[2] for line in answer_of(case).lines] == ["CHG1", "CHG2"]
    assert [(one.ticket, one.user_id) for one in case.tickets.said] == [("CHG1", "U1"), ("CHG2", "U2")]


def test_what_the_call_itself_names_stays_beside_it() -> None:
    """Both are told, so that a difference is seen."""
    case = case_of(*looked(NAMED), given("CHG9"))
    assert answer_of(case).sentence.endswith("It names CHG0044021.")
    assert {one.code for one in answer_of(case).signs} == {"ticket_given", "ticket_named"}
    assert names_ticket(case)


def test_a_ticket_covers_no_later_event() -> None:
    """Whoever changes the trust anchor after it was explained is not covered by the explanation."""
    later = draft(DetectionReceived(replace(detection_of(TARGET, "event-2"), event_name="x"), CaFacts(), ()))
    case = case_of(*looked(NONE), given("CHG1"), later)
    assert ticket_of(case) is None
    assert answer_of(case).standing is Standing.NEEDS_PERSON
    assert "for an earlier event and covers no later one" in answer_of(case).sentence
    assert answer_of(case).signs == ()


def test_another_report_of_the_event_changes_nothing() -> None:
    """The ticket is about the event, by whatever path it came."""
    assert ticket_of(case_of(given("CHG1"), detected())) is not None


def test_the_suspects_word_is_said_to_be_that() -> None:
    """And is a sign of its own, the weakest."""
    (sign,) = answer_of(case_of(given(may_be_actor=True))).signs
    assert sign.code == "ticket_of_suspect"
    assert "a name like the caller's" in sign.sentence
    assert list(EFFECTS)[-1] == "ticket_of_suspect"


def test_a_ticket_never_settles_anything() -> None:
    """Whoever's word it is: it is listed, and the priority stays."""
    for code in ("ticket_given", "ticket_named", "ticket_of_suspect"):
        assert EFFECTS[code] is Effect.AGAINST_TROUBLE
    case = case_of(given())
    assert verdict((), case.investigation.answers.values()).priority is Priority.MEDIUM


def test_nobodys_ticket_is_none() -> None:
    """An entry that no person made is no word."""
    assert case_of(draft(TicketGiven("CHG1"))).tickets.said == ()


def test_old_buttons_live_on() -> None:
    """A ticket must not hold up a containment."""
    before, after = case_of(), case_of(given())
    assert (after.revision, after.display_seq > before.display_seq) == (before.revision, True)
