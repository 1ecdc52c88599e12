"""What opens no case and should be seen all the same: one line in the operations channel, once for each event."""

from __future__ import annotations

from bot.adapters.clock import SystemClock
from bot.adapters.formats import understand
from bot.adapters.x509 import CertificateReader
from bot.domain.case import Case
from bot.domain.effects import Standing
from bot.domain.events import ReviewNoted
from bot.domain.fold import fold
from bot.service.case_book import CaseBook
from bot.service.take_detection import TakeDetection
from bot.slack.controls import Controls
from bot.slack.notes import Notes
from tests import records
from tests.fakes.memory_log import MemoryDisk, MemoryLog

PROFILE = records.cloudtrail_record(
    eventName="CreateProfile",
    requestParameters={"name": "p", "roleArns": ["arn:aws:iam::123456789012:role/r"]},
    responseElements={"profile": {"profileId": "1", "name": "p"}},
)


async def after(*messages: records.Json) -> list[Case]:
    """Every case and stream once these messages were taken in."""
    disk = MemoryDisk()
    book = CaseBook(MemoryLog(disk), SystemClock(), Standing("test", exclusive=True), lambda _case_id: None)
    take = TakeDetection(book, understand, CertificateReader)
    for message in messages:
        await take(records.body(message))
    return [fold(Case(case_id), entries) for case_id, entries in disk.entries.items()]


async def test_it_is_noted_once_and_rings_nobody() -> None:
    """A neighbour makes one notice by however many paths it comes, and no card."""
    (stream,) = await after(PROFILE, records.eventbridge(PROFILE), records.sns(PROFILE))
    assert stream.case_id.startswith("OPS-")
    assert [type(notice.event) for notice in stream.notices] == [ReviewNoted]


async def test_a_creation_that_says_nothing_of_its_anchor_rings() -> None:
    """Only AWS knows what was created, and something was: that is a case, though the answer is a review."""
    (case,) = await after(records.cloudtrail_record(requestParameters=None, responseElements=None))
    assert case.case_id.startswith("AW-")


async def test_a_doubt_about_an_anchor_that_is_there_rings() -> None:
    """Enabling a trust anchor whose CA the event does not show opens a case: only AWS knows what it trusts."""
    detail = records.cloudtrail_record()["responseElements"]["trustAnchor"]
    silent = {key: value for key, value in detail.items() if key != "source"}
    record = records.cloudtrail_record(
        eventName="EnableTrustAnchor",
        requestParameters={"trustAnchorId": detail["trustAnchorId"]},
        responseElements={"trustAnchor": silent},
    )
    (case,) = await after(record)
    assert case.case_id.startswith("AW-")
    assert case.detection.event_name == "EnableTrustAnchor"


async def test_the_line_names_call_actor_and_reason() -> None:
    """The line says what was called, by whom and where, and nothing in it can mention or link."""
    event = ReviewNoted("e", "CreateProfile", "123456789012", "us-east-1", "<!channel> https://evil.example", "Look.")
    (stream,) = await after(PROFILE)
    notice = stream.notices[0].__class__(1, event)
    text = Notes("C1", "C2", Controls({}), "nobody").notice(stream, notice).rich["text"]
    assert "CreateProfile" in text
    assert "Look." in text
    assert "<!channel>" not in text
    assert "https://" not in text
