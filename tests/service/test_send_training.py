"""The house's own guide: who gets it, who never does, once a case, counted over all cases."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from bot.domain.approval import Decision, Reason
from bot.domain.audit import Draft
from bot.domain.ca_facts import CaFacts
from bot.domain.case import Case
from bot.domain.detection import Actor
from bot.domain.effects import Effect, EffectKind, effects
from bot.domain.errors import LogConflict, SlackError, SlackRateLimited, SlackUnclear
from bot.domain.events import DetectionReceived, draft
from bot.domain.identity import TRAINING_ID
from bot.domain.training import TrainingBegun, TrainingCounted, TrainingSent
from bot.service.mark_false_positive import mark_false_positive
from bot.service.send_training import SendTraining, ask_for_training
from bot.slack.training_words import TrainingMessages, training_lines
from tests.domain.test_suspect import center
from tests.fakes.desk import Desk, detection_of
from tests.fakes.slack_in_memory import CHANNEL

GUIDE = "https://wiki.example.com/trust-anchors"
ADDRESS = "dmitri@example.com"
NAMED = Actor(arn="arn:aws:iam::111122223333:user/dmitri", kind="IAMUser", name="dmitri")


@dataclass
class Book:
    """Who has which address, as Slack would say."""

    people: dict[str, str] = field(default_factory=lambda: {ADDRESS: "U7"})
    error: SlackError | None = None
    asked: list[str] = field(default_factory=list)

    async def __call__(self, address: str) -> str | None:
        """See :data:`bot.service.send_training.FindPerson`."""
        self.asked.append(address)
        if self.error is not None:
            raise self.error
        return self.people.get(address)


async def called_by(desk: Desk, actor: Actor) -> None:
    """Another event of the case, by this caller."""
    detection = replace(detection_of(desk.target, "event-2"), actor=actor)
    await desk.appended(draft(DetectionReceived(detection, CaFacts(), ())))


async def close(desk: Desk, as_what: str = "benign_positive") -> None:
    """Somebody closes the case."""
    rule = mark_false_positive(desk.policy)
    entered = {"close_reason": as_what}
    assert (await desk.press("U1", "mark_false_positive", rule, reason="A test.", entered=entered)).allowed


async def ask(desk: Desk, user_id: str = "U1", guide: str | None = GUIDE) -> Decision:
    """Somebody presses Send Training Guide."""
    return await desk.press(user_id, "send_training_guide", ask_for_training(desk.policy, guide), revision=None)


async def due(desk: Desk) -> list[Effect]:
    """What is to be sent."""
    return [one for one in effects(await desk.case(), desk.standing) if one.kind is EffectKind.SEND_TRAINING]


async def send(desk: Desk, book: Book | None = None) -> None:
    """Send what is due."""
    sending = SendTraining(desk.book, desk.slack, book or Book(), TrainingMessages(CHANNEL, GUIDE))
    for effect in await due(desk):
        await sending(await desk.case(), effect)


def messages(desk: Desk) -> list[dict[str, Any]]:
    """What was sent."""
    return desk.slack.standing("anchorwatch_training")


async def ended(desk: Desk) -> TrainingSent:
    """How it was sent."""
    sent = (await desk.case()).tasks.training.ended
    assert isinstance(sent, TrainingSent)
    return sent


async def test_who_is_vouched_for_gets_a_message(desk: Desk) -> None:
    """With the link, for whom and of which case; the card says who sent it, and that it is the first one."""
    await called_by(desk, center(ADDRESS))
    await close(desk)
    assert (await ask(desk)).allowed
    await send(desk)
    (message,) = messages(desk)
    assert (message["channel"], message.get("thread_ts")) == ("U7", None)
    text = message["blocks"][0]["text"]["text"]
    assert f"<{GUIDE}|our guide>" in text
    assert f"<@U1> asked for this message. Case {desk.case_id}." in text
    (line,) = training_lines(await desk.case())
    assert line.startswith("*Training guide:* sent to <@U7>. This caller never had it before. Asked for by <@U1>, ")


@pytest.mark.parametrize("actor", [NAMED, center("dmitri"), center("mallory@elsewhere.example")])
async def test_a_name_that_the_caller_chose_is_never_followed(desk: Desk, actor: Actor) -> None:
    """It stands in the thread for who asked; nobody else is mentioned, and only addresses are looked up."""
    await called_by(desk, actor)
    await close(desk)
    await ask(desk)
    book = Book()
    await send(desk, book)
    (message,) = messages(desk)
    assert (message["channel"], message["thread_ts"]) == (CHANNEL, (await desk.case()).card.ts)
    text = message["blocks"][0]["text"]["text"]
    assert text.count("<@") == 1
    assert text.startswith("<@U1>, the guide was sent to nobody: ")
    assert all("@" in one for one in book.asked)
    sent = await ended(desk)
    assert (sent.to, bool(sent.why_thread)) == ("", True)


async def test_once_a_case(desk: Desk) -> None:
    """A second press is told so, also after the case was opened and closed again."""
    await called_by(desk, center(ADDRESS))
    await close(desk)
    await ask(desk)
    assert (await ask(desk, "U2")).reason is Reason.SETTLED
    await send(desk)
    await desk.reopen("U1")
    await close(desk)
    assert (await ask(desk)).reason is Reason.SETTLED
    assert len(messages(desk)) == 1


async def test_it_is_counted_over_cases(desk: Desk) -> None:
    """By the person where there is one; the same case twice counts once."""
    counted = [TrainingCounted("U7", "AW-0000000001"), TrainingCounted("U7", "AW-0000000002")]
    await desk.book.decide(TRAINING_ID, lambda _: [draft(one) for one in (*counted, counted[0])])
    await called_by(desk, center(ADDRESS))
    await close(desk)
    await ask(desk)
    await send(desk)
    assert (await ended(desk)).earlier == 2
    assert "This caller had it 2 times before" in training_lines(await desk.case())[0]
    stream = (await desk.book.load(TRAINING_ID)).tasks.training
    assert stream.counted["U7"] == ("AW-0000000001", "AW-0000000002", desk.case_id)


@pytest.mark.parametrize("as_what", ["true_positive", "duplicate", None])
async def test_only_after_a_benign_close(desk: Desk, as_what: str | None) -> None:
    """Nobody thanks an attacker, and an open case is no case for it."""
    if as_what is not None:
        await close(desk, as_what)
    assert (await ask(desk)).reason is Reason.NOT_IN_THIS_STATE


async def test_without_a_guide_it_says_how(desk: Desk) -> None:
    """Which line of which file."""
    await close(desk)
    decision = await ask(desk, guide=None)
    assert decision.reason is Reason.NOT_CONFIGURED
    assert "url under [guide]" in decision.sentence


async def test_only_responders_may(desk: Desk) -> None:
    """As with every note on a case."""
    await close(desk)
    assert (await ask(desk, "U3")).reason is Reason.NOT_A_RESPONDER


async def test_a_kill_in_the_middle_sends_nothing_twice(desk: Desk) -> None:
    """Another life finds it begun: it says that it may have been sent."""
    await close(desk)
    await ask(desk)
    asked_seq = (await desk.case()).tasks.training.asked_seq
    await desk.appended(draft(TrainingBegun(asked_seq, "life-0")))
    await send(desk)
    assert messages(desk) == []
    (over,) = desk.kinds("training:not_sent")
    assert over.data["maybe"] is True
    assert (await ask(desk)).reason is Reason.SETTLED


@pytest.mark.parametrize(("trouble", "maybe"), [("lost", True), ("not_in_channel", False)])
async def test_what_slack_says_is_told(desk: Desk, trouble: str, maybe: bool) -> None:  # noqa: FBT001 - The value.
    """A lost answer leaves it open and is not repeated; a no may be asked for again."""
    await close(desk)
    await ask(desk)
    desk.slack.troubles.append(trouble)
    await send(desk)
    (over,) = desk.kinds("training:not_sent")
    assert over.data["maybe"] is maybe
    assert (await ask(desk)).allowed is not maybe


async def test_who_takes_no_messages_is_not_lost(desk: Desk) -> None:
    """It goes into the thread instead, with what Slack said."""
    await called_by(desk, center(ADDRESS))
    await close(desk)
    await ask(desk)
    desk.slack.troubles.append("messages_tab_disabled")
    await send(desk)
    sent = await ended(desk)
    assert (sent.to, "messages_tab_disabled" in sent.why_thread) == ("", True)
    assert sent.caller == "U7"


@pytest.mark.parametrize(
    "error", [SlackRateLimited("users.lookupByEmail", 3.0), SlackUnclear("TimeoutError", "users.lookupByEmail")]
)
async def test_a_question_without_an_answer_is_asked_again(desk: Desk, error: SlackError) -> None:
    """Nothing was sent, so it stays due."""
    await called_by(desk, center(ADDRESS))
    await close(desk)
    await ask(desk)
    with pytest.raises(SlackRateLimited):
        await send(desk, Book(error=error))
    await send(desk)
    assert (await ended(desk)).to == "U7"


async def test_a_log_that_fails_after_sending_sends_nothing_twice(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The process remembers what Slack has."""
    await close(desk)
    await ask(desk)
    sending = SendTraining(desk.book, desk.slack, Book(), TrainingMessages(CHANNEL, GUIDE))
    (effect,) = await due(desk)
    decide = desk.book.decide

    async def failing(case_id: str, rule: Any) -> Case:
        if case_id == TRAINING_ID:
            raise LogConflict(case_id, 0)
        return await decide(case_id, rule)

    with monkeypatch.context() as patched:
        patched.setattr(desk.book, "decide", failing)
        with pytest.raises(LogConflict):
            await sending(await desk.case(), effect)
    await sending(await desk.case(), effect)
    assert len(messages(desk)) == 1
    assert (await ended(desk)).earlier == 0


async def test_old_logs_fold(desk: Desk) -> None:
    """Events of another request for it change nothing."""
    before = (await desk.case()).tasks
    stray: list[Draft] = [draft(TrainingSent(99, "U7", "U7", 0)), draft(TrainingBegun(99, "x"))]
    await desk.appended(*stray)
    assert (await desk.case()).tasks == before
