"""What people decided before about the CA's keys: with case, time and name, and only for the keys it was about."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from cryptography import x509

from bot.domain.ca_facts import RedFlag
from bot.domain.case import Case
from bot.domain.events import DetectionReceived, MarkedFalsePositive, draft, slack_user
from bot.domain.ownership import OwnersAnswered, OwnersAsked
from bot.domain.verdict import Priority, verdict
from bot.service.earlier_cases import EarlierCases
from bot.service.guide import is_it_ours
from tests.authorities import pem
from tests.fakes.desk import Desk, detection_of
from tests.fakes.guide_desk import ask_step
from tests.fakes.stories import asked, finished, started, yes
from tests.service.guide.test_is_it_ours import ROOT, STRANGER, codes, facts_of, ours


async def other_case(desk: Desk, *more: Any, bundle: tuple[x509.Certificate, ...] = (ROOT,)) -> Case:
    """Another trust anchor with this bundle, and what became of it."""
    target = desk.aws.add_anchor(account="999999999999", pem=pem(*bundle))
    first = draft(DetectionReceived(detection_of(target, "event-9"), facts_of(*bundle), ()))
    return await desk.book.record(Case("AW-9999999999"), [first, *more])


async def test_earlier_decisions_about_the_key_are_told(desk: Desk) -> None:
    """A false positive speaks against trouble, with its case, time, reason and person, and settles nothing."""
    await other_case(desk, draft(MarkedFalsePositive("Vendor's, see CHG1."), slack_user("U1")))
    found = (await ours(desk, ROOT))["ca_in_earlier_cases"]
    (sign,) = found.signs
    assert (sign.code, sign.people, found.people) == ("earlier_false_positive", ("U1",), ("U1",))
    when = f"{desk.clock.now():%Y-%m-%d %H:%M} UTC"
    assert sign.sentence == (
        f"Case AW-9999999999, with the same key, was closed as a false positive on {when}, which is a word and no "
        "proof: “Vendor's, see CHG1.”"
    )
    assert "Vendor's, see CHG1." in found.lines[0]
    assert verdict((), [found]).priority is Priority.MEDIUM


async def test_an_earlier_true_positive_raises_and_a_duplicate_says_neither(desk: Desk) -> None:
    """What was an incident once is urgent, also where only one of the keys is the same."""
    await other_case(desk, draft(MarkedFalsePositive("Stolen key.", "true_positive"), slack_user("U1")))
    found = (await ours(desk, ROOT, STRANGER))["ca_in_earlier_cases"]
    (sign,) = found.signs
    assert (sign.code, sign.people) == ("earlier_true_positive", ("U1",))
    assert "was closed as a true positive on" in sign.sentence
    assert verdict((), [found]).priority is Priority.HIGH
    again = await desk.book.load("AW-9999999999")
    await desk.book.record(again, [draft(MarkedFalsePositive("AW-1", "duplicate"), slack_user("U1"))])
    assert codes((await ours(desk, ROOT))["ca_in_earlier_cases"]) == ["same_key_elsewhere"]


async def test_a_word_about_one_key_is_none_about_another(desk: Desk) -> None:
    """A key slipped in beside one that people know is not vouched for by what they said of that one."""
    keys = tuple(one.spki_sha256 for one in facts_of(ROOT).certificates)
    seq = 2  # The entry that asks: behind the detection.
    await other_case(
        desk,
        draft(OwnersAsked("S1", keys), slack_user("U1")),
        draft(OwnersAnswered(seq, ours=True, reason="Ours."), slack_user("U2")),
        draft(MarkedFalsePositive("Ours."), slack_user("U1")),
    )
    alone = (await ours(desk, ROOT))["ca_in_earlier_cases"]
    assert {(one.code, one.people) for one in alone.signs} == {
        ("earlier_false_positive", ("U1",)),
        ("owners_said_ours_before", ("U2",)),
    }
    beside = (await ours(desk, ROOT, STRANGER))["ca_in_earlier_cases"]
    assert [one.sentence for one in beside.signs] == [
        "Case AW-9999999999, with 1 of its 2 keys, was closed as a false positive."
    ]
    assert codes(beside) == ["same_key_elsewhere"]
    assert "1 of its 2 keys" in beside.lines[0]


async def test_what_the_owners_denied_counts_for_any_key(desk: Desk) -> None:
    """Also when it stands beside another one."""
    keys = tuple(one.spki_sha256 for one in facts_of(ROOT).certificates)
    await other_case(
        desk,
        draft(OwnersAsked("S1", keys), slack_user("U1")),
        draft(OwnersAnswered(2, ours=False, reason="No."), slack_user("U2")),
    )
    found = (await ours(desk, ROOT, STRANGER))["ca_in_earlier_cases"]
    assert codes(found) == ["same_key_elsewhere", "owners_said_not_ours_before"]
    assert "with 1 of its 2 keys: the CA's owners said on" in found.sentence


async def test_a_contained_key_that_comes_back_is_a_sign(desk: Desk) -> None:
    """The key of a contained case in a new trust anchor raises, with who contained it and when."""
    await other_case(desk, asked(), yes("U2"), started(), finished())
    found = (await ours(desk, ROOT, STRANGER))["ca_in_earlier_cases"]
    (sign,) = found.signs
    when = f"{desk.clock.now():%Y-%m-%d %H:%M} UTC"
    assert (sign.code, sign.people) == ("key_returned", ("U1",))
    assert sign.sentence == f"Case AW-9999999999, with 1 of its 2 keys, was contained on {when}."


async def test_an_event_after_containment_is_a_sign(desk: Desk) -> None:
    """The trust anchor itself, touched again after it was contained."""
    contained = await desk.book.record(
        await desk.case(),
        [
            draft(DetectionReceived(detection_of(desk.target), facts_of(ROOT), ())),
            asked(),
            yes("U2"),
            started(),
            finished(),
        ],
    )
    again = replace(detection_of(desk.target, "event-2"), happened_at=desk.clock.now() + timedelta(hours=1))
    case = replace(contained, detections=(*contained.detections, again))
    found = await ask_step(is_it_ours.STEP, case, desk.aws, earlier_cases=EarlierCases(desk.book))
    assert codes(found["ca_in_earlier_cases"]) == ["key_returned"]
    first = await ask_step(is_it_ours.STEP, contained, desk.aws, earlier_cases=EarlierCases(desk.book))
    assert codes(first["ca_in_earlier_cases"]) == []


async def test_a_key_that_nobody_knows_says_so(desk: Desk) -> None:
    """No other case is an answer."""
    found = (await ours(desk, ROOT))["ca_in_earlier_cases"]
    assert (found.sentence, found.signs) == ("No other case has one of its keys.", ())


async def test_what_the_event_said_of_other_cases_gives_way(desk: Desk) -> None:
    """It was open when the event came, and is closed as harmless now: nothing of it speaks for trouble any more."""
    flags = (RedFlag("same_key_elsewhere", "The same public key was seen elsewhere: case AW-9999999999 (open)."),)
    await other_case(desk, draft(MarkedFalsePositive("Ours."), slack_user("U1")))
    answer = (await ours(desk, ROOT))["ca_in_earlier_cases"]
    assert [one.code for one in verdict(flags, ()).for_trouble] == ["same_key_elsewhere"]
    assert verdict(flags, [answer]).for_trouble == ()
    partly = replace(answer, facts={**answer.facts, "whole": False})
    assert [one.code for one in verdict(flags, [partly]).for_trouble] == ["same_key_elsewhere"]


async def test_a_case_that_is_open_speaks_for_trouble(desk: Desk) -> None:
    """The guide says so itself, so that nothing is lost when the event's own flag gives way."""
    await other_case(desk)
    (sign,) = (await ours(desk, ROOT))["ca_in_earlier_cases"].signs
    assert (sign.code, sign.sentence) == ("same_key_elsewhere", "Case AW-9999999999, with the same key, is open.")
