"""The question to the CA's owners, as the fold has it: answered once, about the keys that were asked."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.adapters.x509 import read_certificates
from bot.domain.answer import Standing
from bot.domain.audit import link
from bot.domain.ca_facts import CaFacts
from bot.domain.case import Case
from bot.domain.events import ANCHORWATCH, DetectionReceived, Event, draft, slack_user
from bot.domain.fold import fold
from bot.domain.investigation import StepAnswered
from bot.domain.ownership import OWNERS_QUESTION, OwnersAnswered, OwnersAsked, keys_of, owners_answer
from bot.domain.post_events import PostDropped, PostKind
from bot.domain.verdict import Priority, verdict
from tests.authorities import pem, sound_ca
from tests.fakes.desk import detection_of
from tests.fakes.slack_in_memory import NOON
from tests.fakes.stories import CASE_ID, TARGET
from tests.records import make_key

OURS = read_certificates((pem(sound_ca()),))
OTHER = read_certificates((pem(sound_ca(key=make_key("rsa-2048"))),))
KEYS = tuple(one.spki_sha256 for one in OURS.certificates)
ASKED = OwnersAsked("S07APPROVER", KEYS)


def after(*happened: tuple[Event, str], case: Case | None = None) -> Case:
    """The case after these events, a minute apart."""
    case = case or Case(CASE_ID)
    for event, by in happened:
        now = NOON + timedelta(minutes=case.head.seq)
        case = fold(case, link(CASE_ID, case.head, now, [draft(event, by)]))
    return case


def detected(ca: CaFacts, event_id: str = "event-1") -> tuple[Event, str]:
    """A detection of a CA."""
    return DetectionReceived(detection_of(TARGET, event_id), ca, ()), ANCHORWATCH


def said(*, ours: bool, seq: int = 2, by: str = "U2") -> tuple[Event, str]:
    """An answer to the question of an entry."""
    return OwnersAnswered(seq, ours, "See CHG0044021."), slack_user(by)


ASK = (ASKED, slack_user("U1"))


def priority(case: Case) -> Priority:
    """What the verdict makes of it."""
    return verdict((), case.investigation.answers.values()).priority


def test_the_answer_stands_with_name_and_time() -> None:
    """Who said it, when, why; it settles, and old buttons die."""
    before = after(detected(OURS), ASK)
    case = after(said(ours=True), case=before)
    newest = case.ownership.newest_about(keys_of(case))
    assert newest is not None
    assert (newest.user_id, newest.at, newest.reason) == ("U2", NOON + timedelta(minutes=2), "See CHG0044021.")
    assert priority(case) is Priority.LOW
    assert case.revision == case.head.seq > before.revision


def test_not_ours_raises() -> None:
    """A no of the owners is urgent."""
    assert priority(after(detected(OURS), ASK, said(ours=False))) is Priority.HIGH


def test_asking_kills_no_button() -> None:
    """Somebody may be about to contain: a question does not stop them."""
    before = after(detected(OURS))
    case = after(ASK, case=before)
    assert (case.revision, case.display_seq) == (before.revision, case.head.seq)
    assert case.investigation.answers[OWNERS_QUESTION].standing is Standing.NEEDS_PERSON


def test_a_question_takes_one_answer() -> None:
    """The second one changes nothing; neither does one to a question that was never asked, nor one by nobody."""
    case = after(detected(OURS), ASK, said(ours=True), said(ours=False, by="U3"))
    assert [one.ours for one in case.ownership.said] == [True]
    assert after(detected(OURS), ASK, said(ours=True, seq=7)).ownership.said == ()
    nobody = (OwnersAnswered(2, ours=True, reason="x"), ANCHORWATCH)
    assert after(detected(OURS), ASK, nobody).ownership.said == ()


def test_asked_again_the_newest_answer_counts() -> None:
    """The first one stays in the case."""
    case = after(detected(OURS), ASK, said(ours=True), ASK, said(ours=False, seq=4, by="U3"))
    assert [one.ours for one in case.ownership.said] == [True, False]
    assert priority(case) is Priority.HIGH


def test_an_answer_is_about_the_ca_that_was_asked_about() -> None:
    """Another CA in the same trust anchor is not the owners': all that was answered before is gone."""
    case = after(detected(OURS), ASK, said(ours=True), detected(OTHER, "event-2"))
    assert dict(case.investigation.answers) == {}
    assert owners_answer(case).standing is Standing.NEEDS_PERSON
    back = after(detected(OURS, "event-3"), case=case)
    assert owners_answer(back).facts["ours"] is True


def test_a_report_without_certificates_changes_no_answer() -> None:
    """A poorer report of the same CA keeps what the owners said."""
    case = after(detected(OURS), ASK, said(ours=True), detected(CaFacts(), "event-2"))
    assert priority(case) is Priority.LOW


def test_an_answer_that_came_while_a_step_asked_is_kept() -> None:
    """The step saw the case before the answer, and must not take it back."""
    before = after(detected(OURS), ASK)
    step = (StepAnswered(0, "is_it_ours", (owners_answer(before),)), ANCHORWATCH)
    case = after(said(ours=True), step, case=before)
    assert case.investigation.answers[OWNERS_QUESTION].facts["ours"] is True


def test_a_question_that_slack_refuses_may_be_asked_again() -> None:
    """It is no longer open."""
    case = after(detected(OURS), ASK)
    assert case.ownership.is_open(keys_of(case))
    dropped = after((PostDropped(PostKind.QUESTION, 2, "msg_too_long"), ANCHORWATCH), case=case)
    assert not dropped.ownership.is_open(keys_of(dropped))


def test_no_keys_are_nobodys() -> None:
    """A CA without certificates is about nothing that was said."""
    case = replace(after(detected(OURS), ASK, said(ours=True)), ca=CaFacts())
    assert owners_answer(case).standing is Standing.NEEDS_PERSON
