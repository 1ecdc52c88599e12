"""Asking the CA's owners: who may ask, who may answer, what stands in Slack, once."""

from __future__ import annotations

from collections.abc import Awaitable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.adapters.x509 import read_certificates
from bot.domain.approval import Decision, Person, Reason
from bot.domain.events import DetectionReceived, MarkedFalsePositive, draft
from bot.service.ask_owners import answer_owners, ask_owners, may_answer
from bot.service.show_question import QUESTION_EVENT_TYPE
from tests.authorities import pem, sound_ca
from tests.fakes.desk import Desk, Killed, detection_of
from tests.records import make_key

GROUP = "S07APPROVER"
CA = read_certificates((pem(sound_ca()),))
OTHER = read_certificates((pem(sound_ca(key=make_key("rsa-2048"))),))


@pytest.fixture
async def asking(desk: Desk) -> Desk:
    """A case whose report shows a CA; U3 is one of the CA's owners."""
    desk.directory.people["U3"] = Person("U3", owner=True)
    await desk.appended(draft(DetectionReceived(detection_of(desk.target), CA, ())))
    await desk.work()
    return desk


def ask(desk: Desk, user_id: str = "U1", group: str | None = GROUP, **more: Any) -> Awaitable[Decision]:
    """Somebody presses Ask CA Owners."""
    return desk.press(user_id, "ask_ca_owners", ask_owners(desk.policy, group), **more)


async def answer(
    desk: Desk, user_id: str = "U3", *, ours: bool = True, seq: int | None = None, **more: Any
) -> Decision:
    """Somebody sends the form of an answer."""
    question = (await desk.case()).ownership.question
    number = seq if seq is not None else (question.seq if question else 0)
    given = {"revision": None, "reason": "CHG1", "question_seq": number, **more}
    return await desk.press(user_id, "ca_is_ours", answer_owners(desk.policy, ours=ours), **given)


def standing(desk: Desk) -> list[str]:
    """The texts of the question's messages."""
    return [str(one["text"]) for one in desk.slack.standing(QUESTION_EVENT_TYPE)]


async def test_a_question_is_asked_and_answered(asking: Desk) -> None:
    """One message, redrawn with the answer; a line in the thread."""
    assert (await ask(asking)).allowed
    await asking.work()
    assert standing(asking) == ["open"]
    assert (await answer(asking)).allowed
    await asking.note_due()
    assert standing(asking) == ["ours: True"]
    assert any("owners:answered" in str(one["text"]) for one in asking.slack.messages)


async def refused(decision: Awaitable[Decision], reason: Reason) -> Decision:
    """It is refused for this reason."""
    found = await decision
    assert (found.allowed, found.reason) == (False, reason)
    return found


async def test_without_a_group_it_tells_how(asking: Desk) -> None:
    """Who presses learns what to configure, and nothing is asked."""
    found = await refused(ask(asking, group=None), Reason.NOT_CONFIGURED)
    assert "slack_group" in found.sentence
    assert asking.kinds("owners:asked") == []


async def test_only_responders_ask(asking: Desk) -> None:
    """An outsider and a mere approver may not."""
    await refused(ask(asking, "U5"), Reason.NOT_A_RESPONDER)
    await refused(ask(asking, "U4"), Reason.NOT_A_RESPONDER)


async def test_it_is_asked_once_at_a_time(asking: Desk) -> None:
    """A second press while the question waits is refused; after the answer it may be asked again."""
    await ask(asking)
    await refused(ask(asking, "U2"), Reason.ALREADY_REQUESTED)
    await answer(asking)
    assert (await ask(asking, "U2")).allowed


async def test_there_must_be_something_to_ask(desk: Desk) -> None:
    """Without certificates, and on a case that is closed, nobody is asked."""
    await refused(ask(desk), Reason.NO_TARGET)
    await desk.appended(
        draft(DetectionReceived(detection_of(desk.target), CA, ())), draft(MarkedFalsePositive("Ours."))
    )
    await refused(ask(desk), Reason.NOT_IN_THIS_STATE)


async def test_an_old_card_asks_nothing(asking: Desk) -> None:
    """The button of an earlier state is dead."""
    await refused(ask(asking, revision=0), Reason.OLD_CARD)


async def test_only_owners_answer(asking: Desk) -> None:
    """Responders, approvers and outsiders may not; while Slack can't tell, nobody may."""
    await ask(asking)
    for user_id in ("U1", "U2", "U4", "U5"):
        await refused(answer(asking, user_id), Reason.NOT_AN_OWNER)
    asking.directory.people["U3"] = Person("U3", owners_unknown="Slack can't tell who is in the group")
    await refused(answer(asking), Reason.MEMBERSHIP_UNKNOWN)
    asking.directory.people["U3"] = Person("U3", owner=True, active=False)
    await refused(answer(asking), Reason.NOT_A_MEMBER)
    assert asking.kinds("owners:answered") == []


async def test_the_first_answer_counts(asking: Desk) -> None:
    """Who comes second reads who said what."""
    asking.directory.people["U6"] = Person("U6", owner=True)
    await ask(asking)
    await answer(asking, ours=False)
    found = await refused(answer(asking, "U6"), Reason.SETTLED)
    assert "<@U3> has answered already that it is not theirs" in found.sentence


async def test_an_answer_needs_a_reason(asking: Desk) -> None:
    """A yes without a why is none."""
    await ask(asking)
    await refused(answer(asking, reason="  "), Reason.REASON_MISSING)


async def test_an_answer_is_to_the_newest_question(asking: Desk) -> None:
    """A form of another question, and one about a CA that has changed since, say so."""
    await refused(answer(asking, seq=1), Reason.OLD_CARD)
    await ask(asking)
    await refused(answer(asking, seq=1), Reason.OLD_CARD)
    await asking.appended(draft(DetectionReceived(detection_of(asking.target, "event-2"), OTHER, ())))
    await refused(answer(asking), Reason.OLD_CARD)
    assert (await ask(asking)).allowed


async def test_a_button_of_the_question_outlives_the_cards_state(asking: Desk) -> None:
    """Somebody acknowledges meanwhile: the question may still be answered."""
    await ask(asking)
    await asking.acknowledge("U1")
    assert (await answer(asking)).allowed


@pytest.mark.parametrize("steps", range(7))
async def test_the_question_is_posted_once_over_any_death(asking: Desk, steps: int) -> None:
    """Wherever the process dies on its way, one message stands in the end, and the log knows where."""
    await ask(asking)
    asking.life.steps_left = steps
    with suppress(Killed):
        await asking.work()
    asking.rise()
    asking.clock.advance(timedelta(seconds=61))
    await asking.work()
    assert standing(asking) == ["open"]
    question = (await asking.case()).ownership.question
    assert question is not None
    assert question.ts is not None
    assert question.shown_seq == question.changed_seq


async def test_a_deleted_question_is_let_be(asking: Desk) -> None:
    """Somebody deleted the message: the answer counts, and nothing is tried for ever."""
    await ask(asking)
    await asking.work()
    (question_message,) = asking.slack.standing(QUESTION_EVENT_TYPE)
    asking.slack.messages.remove(question_message)
    await answer(asking)
    await asking.work()
    question = (await asking.case()).ownership.question
    assert question is not None
    assert question.shown_seq == question.changed_seq
    assert (standing(asking), asking.errors) == ([], [])


async def test_opening_the_form_checks_all_but_the_reason(asking: Desk) -> None:
    """The same refusals, and no entry when it may be opened."""
    await ask(asking)
    seq = (await asking.case()).ownership.question.seq  # type: ignore[union-attr]
    before = (await asking.case()).head.seq
    rule = may_answer(asking.policy)
    assert (await asking.press("U3", "ca_is_ours", rule, revision=None, question_seq=seq)).allowed
    assert (await asking.case()).head.seq == before
    policy = replace(asking.policy, owners_in_words="<!subteam^S1>")
    found = await asking.press("U1", "ca_is_ours", may_answer(policy), revision=None, question_seq=seq)
    assert found.sentence == "You may not answer this. <!subteam^S1> may."
