"""An alert about an event that was known before: named on the card, and nothing is decided anew."""

from __future__ import annotations

from dataclasses import replace

from bot.adapters.clock import SystemClock
from bot.adapters.formats import understand
from bot.adapters.x509 import CertificateReader
from bot.domain.case import Case
from bot.domain.effects import Standing
from bot.domain.fold import fold
from bot.service.case_book import CaseBook
from bot.service.take_detection import TakeDetection
from tests import records
from tests.fakes.memory_log import MemoryDisk, MemoryLog

RECORD = records.cloudtrail_record()


async def after(*messages: object) -> Case:
    """The one case of these messages."""
    disk = MemoryDisk()
    book = CaseBook(MemoryLog(disk), SystemClock(), Standing("test", exclusive=True), lambda _case_id: None)
    take = TakeDetection(book, understand, CertificateReader)
    for message in messages:
        await take(records.body(message))
    (case,) = [fold(Case(case_id), entries) for case_id, entries in disk.entries.items()]
    return case


async def test_an_alert_after_the_event_is_named() -> None:
    """CloudTrail is faster than a rule: the case learns of the rule, and what people decide on stays as it was."""
    first = await after(RECORD)
    both = await after(RECORD, records.elastic_nested(RECORD))
    assert first.detection.alert is None
    assert both.detection.alert is not None
    assert both.detection.alert.system == "Elastic"
    assert (both.revision, both.detection_seq) == (first.revision, first.detection_seq)
    assert both.display_seq > first.display_seq


async def test_the_second_alert_changes_nothing() -> None:
    """The alert that came first stays; runs that overlap tell of the same event again."""
    once = await after(RECORD, records.elastic_nested(RECORD))
    twice = await after(RECORD, records.elastic_nested(RECORD), records.elastic_dotted(RECORD), RECORD)
    assert twice.head.seq == once.head.seq
    assert replace(twice.detection, sources={}) == replace(once.detection, sources={})
