"""The pictures stand in the thread once, and nothing waits for them or fails with them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.domain.answer import Answer, answered
from bot.domain.case_pictures import Drawing
from bot.domain.effects import Effect, EffectKind, Standing, effects
from bot.domain.errors import SlackRateLimited
from bot.domain.events import draft
from bot.domain.investigation import RoundFinished, RoundStarted, StepAnswered
from bot.domain.moments import Moment, facts_of
from bot.domain.reach_line import QUESTION
from bot.service.attach_picture import AttachPicture
from tests.fakes.desk import Desk
from tests.fakes.slack_in_memory import NOON

ME = Standing("me", exclusive=True, investigates=True)


def answer(name: str = "deployer") -> Answer:
    """The guide's answer with one open role."""
    graph = {"roles": [{"role": name, "standing": "usable", "profiles": ["ci"]}], "more": 0}
    return answered(QUESTION, "", facts={"graph": graph})


async def investigated(desk: Desk, *answers: Answer, number: int = 0) -> None:
    """A round is over."""
    case = await desk.case()
    await desk.appended(
        draft(RoundStarted(number, case.detection_seq, "me", NOON)),
        draft(StepAnswered(number, "the_roles", answers)),
        draft(RoundFinished(number, {}, 1)),
    )


async def due(desk: Desk) -> list[Effect]:
    """The pictures that are due."""
    return [one for one in effects(await desk.case(), ME) if one.kind is EffectKind.ATTACH_PICTURE]


async def attach(desk: Desk, draw: object = lambda _: b"png") -> None:
    """Do what is due."""
    attach_picture = AttachPicture(desk.book, desk.slack, draw)  # type: ignore[arg-type]
    for effect in await due(desk):
        await attach_picture(await desk.case(), effect)


async def test_it_is_attached_once_to_the_thread(desk: Desk) -> None:
    """With its words; later rounds attach another one only when it shows something else."""
    await investigated(desk, answer())
    await attach(desk)
    await attach(desk)
    ((thread, picture),) = desk.slack.pictures
    assert (thread, picture.png) == ((await desk.case()).card.ts, b"png")
    assert "deployer (open)" in picture.alternative
    await investigated(desk, answer(), number=1)
    assert await due(desk) == []
    await investigated(desk, answer("other"), number=2)
    await attach(desk)
    assert len(desk.slack.pictures) == 2


def looks(number: int) -> Answer:
    """Looks before the trust anchor was made, and a session after it."""
    facts = facts_of([Moment(f"e{one}", NOON - timedelta(minutes=one), "GetRole") for one in range(1, number + 1)])
    return answered("reconnaissance", "", facts=facts)


async def test_the_time_is_a_picture_of_its_own(desk: Desk) -> None:
    """Beside the one of the roles, each once; more looks make another one, and nothing else does."""
    sessions = answered("ca_used", "", facts={"sessions": [{"at": NOON.isoformat(), "error_code": None}]})
    await investigated(desk, answer(), looks(2), sessions)
    await attach(desk)
    assert [picture.file_name for _, picture in desk.slack.pictures] == ["reach.png", "timeline.png"]
    assert "Looked around, 2 times: by the same identity or address: GetRole" in desk.slack.pictures[1][1].alternative
    await investigated(desk, answer(), looks(2), sessions, number=1)
    assert await due(desk) == []
    await investigated(desk, answer(), looks(3), number=2)
    await attach(desk)
    assert [picture.file_name for _, picture in desk.slack.pictures][2:] == ["timeline.png"]


async def test_after_an_action_the_picture_waits_a_minute(desk: Desk) -> None:
    """Others may follow it, and one picture shows them all; the one that was there before it is not drawn late."""
    sessions = answered("ca_used", "", facts={"sessions": [{"at": NOON.isoformat(), "error_code": None}]})
    await investigated(desk, looks(2), sessions)
    await attach(desk)
    await desk.ask("U2", "disable_trust_anchor")
    await desk.work()
    (effect,) = await due(desk)
    request = (await desk.case()).last_containment
    assert request is not None
    assert request.ended_at is not None
    assert effect.at == request.ended_at + timedelta(minutes=1)
    await attach(desk)
    assert "Disable trust anchor: done" in desk.slack.pictures[-1][1].alternative


async def test_nothing_is_due_without_roles_or_before_the_round_is_over(desk: Desk) -> None:
    """Nor where the bot does not investigate."""
    await investigated(desk, answered(QUESTION, ""))
    assert await due(desk) == []
    await investigated(desk, answer(), number=1)
    assert len(await due(desk)) == 1
    silent = Standing("me", exclusive=True)
    assert not any(one.kind is EffectKind.ATTACH_PICTURE for one in effects(await desk.case(), silent))


async def test_what_slack_refuses_is_not_tried_again(desk: Desk) -> None:
    """A missing scope is written down once, and so is an answer that was lost."""
    for number, trouble in enumerate(("missing_scope", "lost")):
        await investigated(desk, answer(trouble), number=number)
        desk.slack.troubles.append(trouble)
        await attach(desk)
        assert await due(desk) == []
    assert [entry.data["error"] for entry in desk.kinds("picture:attached")] == ["missing_scope", "TimeoutError"]


async def test_a_rate_limit_is_waited_for(desk: Desk) -> None:
    """Nothing is written down, so that the runner tries again."""
    await investigated(desk, answer())
    desk.slack.troubles.append("limited")
    with pytest.raises(SlackRateLimited):
        await attach(desk)
    assert len(await due(desk)) == 1


async def test_a_picture_that_cannot_be_drawn_is_left_out(desk: Desk) -> None:
    """The case goes on without it."""

    def broken(_drawing: Drawing) -> bytes:
        raise ValueError("no font")

    await investigated(desk, answer())
    await attach(desk, broken)
    assert (await due(desk), desk.slack.pictures) == ([], [])
