"""The picture stands in the thread once, and nothing waits for it or fails with it."""

from __future__ import annotations

import pytest

from bot.domain.answer import Answer, answered
from bot.domain.effects import Effect, EffectKind, Standing, effects
from bot.domain.errors import SlackRateLimited
from bot.domain.events import draft
from bot.domain.investigation import RoundFinished, RoundStarted, StepAnswered
from bot.domain.reach_graph import ReachGraph
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

    def broken(_graph: ReachGraph) -> bytes:
        raise ValueError("no font")

    await investigated(desk, answer())
    await attach(desk, broken)
    assert (await due(desk), desk.slack.pictures) == ([], [])
