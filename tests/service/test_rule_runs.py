"""A run of a rule that made as many alerts as it may: counted over cases, told once, and shown on the cards."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest

from bot.adapters.clock import SystemClock
from bot.adapters.formats import understand
from bot.adapters.sqlite_log import SqliteLog
from bot.adapters.x509 import CertificateReader
from bot.domain.answer import Answer
from bot.domain.case import Case, Notice
from bot.domain.effects import Standing
from bot.domain.rule_runs import RunCut
from bot.service.case_book import CaseBook
from bot.service.guide import the_report
from bot.service.guide.inquiry import Inquiry
from bot.service.investigate import answers_of
from bot.service.rule_runs import RuleRuns
from bot.service.take_detection import TakeDetection
from bot.slack.card import Card
from bot.slack.controls import Controls
from bot.slack.notes import Notes
from tests import records
from tests.fakes.fake_aws import FakeAws
from tests.fakes.guide_desk import sources_of

RUN = "5f0d1c2e-0000-4000-8000-00000000cafe"


@pytest.fixture
async def log(tmp_path: Path) -> AsyncIterator[SqliteLog]:
    """A case log on disk."""
    opened = SqliteLog.open(tmp_path / "cases.db")
    yield opened
    await opened.close()


@pytest.fixture
def book(log: SqliteLog) -> CaseBook:
    """The cases in it."""
    return CaseBook(log, SystemClock(), Standing("test", exclusive=True), lambda _case_id: None)


def creation(number: int) -> records.Json:
    """CloudTrail's record of a creation, each of another trust anchor."""
    record = records.cloudtrail_record(eventID=f"event-{number}")
    made = record["responseElements"]["trustAnchor"]
    made["trustAnchorId"] = str(UUID(int=number))
    made["trustAnchorArn"] = f"{records.ANCHOR_ARN.rpartition('/')[0]}/{UUID(int=number)}"
    return record


def alert(number: int, run_id: str = RUN) -> records.Json:
    """Elastic's alert of it."""
    return records.elastic_dotted(creation(number)) | {"kibana.alert.rule.execution.uuid": run_id}


async def taken(log: SqliteLog, book: CaseBook, *messages: object) -> list[Case]:
    """The notices' stream, if there is one, behind every case once these messages were taken in."""
    take = TakeDetection(book, understand, CertificateReader, rule_runs=RuleRuns(book, log.alerts_of_run))
    for message in messages:
        await take(records.body(message))
    return sorted([await book.load(one) async for one in log.case_ids()], key=lambda one: one.case_id)


async def asked(log: SqliteLog, case: Case) -> Answer:
    """The guide's answer for a case."""
    aws = FakeAws()
    sources = replace(sources_of(aws), alerts_of_run=log.alerts_of_run)
    inquiry = Inquiry(case, sources, aws.time, 0, {}, _nobody_listens)
    return next(one for one in await answers_of(the_report.STEP, inquiry) if one.question == "many_at_once")


async def _nobody_listens(_sentence: str) -> None:
    return


async def test_a_run_that_was_cut_is_told_once_and_on_each_card(log: SqliteLog, book: CaseBook) -> None:
    """A hundred alerts in a hundred cases make one notice, and every card's guide says that some may be missing."""
    cases = await taken(log, book, [alert(number) for number in range(100)], alert(100), alert(5))
    stream = cases.pop()
    assert cases[0].detection.alert is not None
    assert [one.event for one in stream.notices] == [RunCut(RUN, "Elastic", cases[0].detection.alert.name or "", 100)]
    assert len(cases) == 101
    found = await asked(log, cases[0])
    assert [one.code for one in found.signs] == ["run_cut"]
    assert "101 alerts of one run" in found.sentence
    investigated = replace(cases[0], investigation=replace(cases[0].investigation, answers={found.question: found}))
    assert "Elastic may have left alerts out" in str(Card("C1", Controls({}), "").draw(investigated).rich["blocks"][-1])


async def test_fewer_alerts_are_no_cut(log: SqliteLog, book: CaseBook) -> None:
    """Alerts of another run, and a report that comes again, do not count."""
    cases = await taken(log, book, alert(1), alert(2), alert(2), alert(3, "another run"))
    assert len(cases) == 3
    found = await asked(log, cases[0])
    assert (found.facts["cut"], found.signs) == (False, ())
    counts = sorted([(await asked(log, case)).facts["alerts"] for case in cases], key=str)
    assert counts == [1, 2, 2]


async def test_alerts_about_known_events_count(log: SqliteLog, book: CaseBook) -> None:
    """Where CloudTrail tells of each event first, the run's alerts are counted all the same, each event once."""
    events = [creation(number) for number in range(3)]
    cases = await taken(log, book, *events, *(alert(number) for number in range(3)), alert(7), alert(1))
    assert (await asked(log, cases[0])).facts["alerts"] == 4


async def test_the_notice_is_plain_and_safe() -> None:
    """What stands in a rule's name neither mentions nor links."""
    cut = RunCut(RUN, "Elastic", "<!channel> https://evil.example", 100)
    message = Notes("C1", "C2", Controls({}), "nobody").notice(Case("OPS-2026-11-22"), Notice(1, cut)).rich
    assert message["channel"] == "C2"
    text = str(message["blocks"])
    assert "100 alerts of one run" in text
    assert "<!channel>" not in text
    assert "https://" not in text
