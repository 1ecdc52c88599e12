"""The CA's certificates come into the thread once; nothing waits for them and nothing fails with them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.adapters.x509 import read_certificates
from bot.domain.answer import answered
from bot.domain.ca_attached import CaFileAttached
from bot.domain.closing import CloseReason
from bot.domain.effects import Effect, EffectKind, Standing, effects
from bot.domain.errors import SlackError, SlackRateLimited
from bot.domain.events import DetectionReceived, MarkedFalsePositive, draft, slack_user
from bot.domain.investigation import RoundFinished, RoundStarted, StepAnswered
from bot.service.attach_ca_file import AttachCaFile
from tests.certificates_shown import ca_shown
from tests.fakes.desk import Desk, detection_of
from tests.fakes.slack_in_memory import NOON
from tests.service.test_audit_roles import Sent

ME = Standing("me", exclusive=True, investigates=True)
PEM = ca_shown("Harbour").pem


async def investigated(desk: Desk, pem: str = PEM, number: int = 1) -> None:
    """A report with a CA came in, and the first round about it is over."""
    first = detection_of(desk.target, f"event-{number}")
    detection = replace(first, anchor=replace(first.anchor, certificates_pem=(pem,)))
    await desk.appended(draft(DetectionReceived(detection, read_certificates((pem,)), ())))
    case = await desk.case()
    await desk.appended(
        draft(RoundStarted(0, case.detection_seq, "me", NOON)),
        draft(StepAnswered(0, "the_report", (answered("q", "Yes."),))),
        draft(RoundFinished(0, {}, 1)),
    )


async def due(desk: Desk) -> list[Effect]:
    """What is to be attached."""
    return [one for one in effects(await desk.case(), ME) if one.kind is EffectKind.ATTACH_CERTIFICATES]


async def attach(desk: Desk, sent: Sent) -> None:
    """Do what is due."""
    for effect in await due(desk):
        await AttachCaFile(desk.book, sent)(await desk.case(), effect)


async def test_it_is_attached_once_to_the_thread(desk: Desk) -> None:
    """A CA that comes later is a file of its own."""
    sent = Sent()
    await investigated(desk)
    await attach(desk, sent)
    await attach(desk, sent)
    assert [one.body.decode() for one in sent.files] == [PEM]
    assert sent.threads == [(await desk.case()).card.ts]
    await investigated(desk, ca_shown("Other").pem, 2)
    await attach(desk, sent)
    assert len({one.file_name for one in sent.files}) == 2


async def test_what_slack_refuses_is_not_tried_again(desk: Desk) -> None:
    """Without the scope there is no file, and the log says why."""
    await investigated(desk)
    await attach(desk, Sent(SlackError("missing_scope", "files.getUploadURLExternal")))
    assert await due(desk) == []
    (entry,) = desk.kinds(CaFileAttached.KIND)
    assert entry.data["error"] == "missing_scope"


async def test_a_slack_that_is_busy_is_asked_again(desk: Desk) -> None:
    """Nothing is written down, so the next look attaches it."""
    await investigated(desk)
    with pytest.raises(SlackRateLimited):
        await attach(desk, Sent(SlackRateLimited("files.completeUploadExternal", 1.0)))
    assert len(await due(desk)) == 1


async def test_a_closed_case_and_one_that_is_asked_about_now_get_none(desk: Desk) -> None:
    """The file waits for the first round, and nobody needs it where somebody has closed the case."""
    await desk.detect()
    assert await due(desk) == []
    await investigated(desk)
    assert len(await due(desk)) == 1
    await desk.appended(draft(MarkedFalsePositive("Ours.", CloseReason.FALSE_POSITIVE), slack_user("U1")))
    assert await due(desk) == []
