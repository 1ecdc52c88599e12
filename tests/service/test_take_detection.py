"""One event is one case by however many paths it comes, and a message with a broken part loses nothing."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Sequence

import pytest

from bot.adapters.clock import SystemClock
from bot.adapters.formats import understand
from bot.adapters.x509 import CertificateReader
from bot.domain.case import Case
from bot.domain.detection import SourceType
from bot.domain.effects import Standing
from bot.domain.errors import BadInput, PartlyUnderstood
from bot.domain.fold import fold
from bot.service.case_book import CaseBook
from bot.service.take_detection import TakeDetection, Taken
from tests import records
from tests.fakes.memory_log import MemoryDisk, MemoryLog

RECORD = records.cloudtrail_record()
PATHS = {
    "no answer": {key: value for key, value in RECORD.items() if key != "responseElements"},
    "no request, no answer": records.elastic_nested(
        records.cloudtrail_record(requestParameters=None, responseElements=None)
    ),
    "eventbridge": records.sns(records.eventbridge(RECORD)),
    "map text": records.elastic_dotted(RECORD, flattened=False, listed=True),
    "flattened": records.elastic_nested(RECORD),
}
OTHER_ID = "aaaaaaaa-6a52-4b4b-8f3b-2d1c7b1f9a10"


def other_anchor(record: records.Json) -> records.Json:
    """The same event id on another anchor: nobody's event ids are to be trusted that far."""
    answer = record["responseElements"]["trustAnchor"]
    arn = answer["trustAnchorArn"].replace(records.ANCHOR_ID, OTHER_ID)
    changed = answer | {"trustAnchorId": OTHER_ID, "trustAnchorArn": arn}
    return record | {"responseElements": {"trustAnchor": changed}}


def life_on(disk: MemoryDisk) -> TakeDetection:
    """A new life of the process on what the one before it left."""
    book = CaseBook(MemoryLog(disk), SystemClock(), Standing("test", exclusive=True), lambda _case_id: None)
    return TakeDetection(book, understand, CertificateReader)


async def take(disk: MemoryDisk, messages: Sequence[object]) -> list[Taken]:
    """Take messages in, each in a life of its own."""
    return [await life_on(disk)(records.body(message)) for message in messages]


def cases_on(disk: MemoryDisk) -> list[Case]:
    """Every case on a disk, oldest first."""
    return [fold(Case(case_id), entries) for case_id, entries in disk.entries.items()]


@pytest.mark.parametrize("order", list(itertools.permutations(PATHS)), ids=" - ".join)
async def test_one_event_by_five_paths_is_one_case(order: tuple[str, ...]) -> None:
    """In every order, with a restart behind each message: one case, one event in it, and the anchor is known."""
    disk = MemoryDisk()
    taken = await take(disk, [PATHS[path] for path in order])
    (case,) = cases_on(disk)
    assert {one.cases for one in taken} == {(case.case_id,)}
    (detection,) = case.detections
    assert case.target.anchor_arn == records.ANCHOR_ARN
    assert detection.anchor.source_type is SourceType.CERTIFICATE_BUNDLE
    assert len(detection.anchor.certificates_pem) == len(case.ca.certificates) == 1
    assert detection.contradictions == ()


async def test_five_paths_at_once_are_one_case() -> None:
    """Five receivers with the same event at the same moment open one case."""
    disk = MemoryDisk()
    life = life_on(disk)
    await asyncio.gather(*(life(records.body(message)) for message in PATHS.values()))
    (case,) = cases_on(disk)
    assert len(case.detections) == 1


async def test_the_same_path_again_changes_nothing() -> None:
    """Whatever was taken, taking it again appends nothing."""
    disk = MemoryDisk()
    await take(disk, list(PATHS.values()))
    (before,) = cases_on(disk)
    await take(disk, [*PATHS.values(), *reversed(PATHS.values())])
    (after,) = cases_on(disk)
    assert after.head == before.head


async def test_a_later_event_of_the_anchor_joins_the_case_that_learned_its_name() -> None:
    """A case that was opened by an event's id is the anchor's case once a report has named the anchor."""
    disk = MemoryDisk()
    later = records.cloudtrail_record("UpdateTrustAnchor", eventID="another-event")
    await take(disk, [PATHS["no answer"], RECORD, later])
    (case,) = cases_on(disk)
    assert [one.event_name for one in case.detections] == ["CreateTrustAnchor", "UpdateTrustAnchor"]


@pytest.mark.parametrize("message", [RECORD, records.elastic_nested(RECORD)])
async def test_another_anchor_always_rings(message: records.Json) -> None:
    """Another anchor, account or Region is another case, even under the same event id."""
    elsewhere = {"trustAnchorArn": records.ANCHOR_ARN.replace(records.REGION, "eu-west-1")}
    answer = RECORD["responseElements"]["trustAnchor"] | elsewhere
    in_region = RECORD | {"responseElements": {"trustAnchor": answer}, "awsRegion": "eu-west-1"}
    disk = MemoryDisk()
    await take(disk, [message, other_anchor(RECORD), in_region])
    assert len(cases_on(disk)) == 3


async def test_what_is_surer_later_is_shown() -> None:
    """A report that could not say the kind of CA opens a case; the one that says ACM PCA joins it, though harmless."""
    unsure = records.cloudtrail_record(requestParameters=None, responseElements=None)
    harmless = records.cloudtrail_record(source=records.pca_source())
    disk = MemoryDisk()
    opened, joined = await take(disk, [unsure, harmless])
    (case,) = cases_on(disk)
    assert opened.cases == joined.cases == (case.case_id,)
    assert case.detection.anchor.source_type is SourceType.AWS_ACM_PCA


async def test_a_harmless_event_opens_nothing() -> None:
    """An event that is ignored joins what knows it, and opens no case."""
    disk = MemoryDisk()
    (taken,) = await take(disk, [records.cloudtrail_record(source=records.pca_source())])
    assert taken.cases == ()
    assert len(taken.ignored) == 1
    assert cases_on(disk) == []


async def test_two_reports_that_differ_are_said_to() -> None:
    """The second report does not silently replace the first, whichever comes first, and telling again adds nothing."""
    one, other = (
        records.cloudtrail_record(source=records.bundle_source(records.make_ca(f"CN={name}"))) for name in "AB"
    )
    disk = MemoryDisk()
    await take(disk, [one, other, one, other])
    (case,) = cases_on(disk)
    assert case.detection.contradictions == ("the CA certificates: two reports of this event differ",)
    assert sum(entry.kind == "detection:received" for entry in disk.entries[case.case_id]) == 2


async def test_a_broken_part_is_told_after_the_good_ones_are_kept() -> None:
    """The good events are in their cases, and the error that puts the message aside names the broken one."""
    good = other_anchor(records.cloudtrail_record(eventID="second"))
    broken = records.cloudtrail_record(eventTime="soon")
    disk = MemoryDisk()
    with pytest.raises(PartlyUnderstood) as caught:
        await take(disk, [{"Records": [RECORD, broken, good]}])
    assert caught.value.cases == tuple(case.case_id for case in cases_on(disk))
    assert (caught.value.events, caught.value.ignored, len(caught.value.problems)) == (2, 0, 1)
    assert (caught.value.code, caught.value.at) == ("bad_time", "Records[1].eventTime")
    assert "the rest was taken" in str(caught.value)
    assert [case.detection.event_id for case in cases_on(disk)] == [records.EVENT_ID, "second"]


async def test_a_partly_broken_message_that_comes_again_changes_nothing() -> None:
    """Sent again from the dead-letter queue, it is refused again, and no event is in a case twice."""
    disk = MemoryDisk()
    message = {"Records": [RECORD, {"eventName": 7}]}
    heads = []
    for _ in range(3):
        with pytest.raises(BadInput):
            await take(disk, [message])
        (case,) = cases_on(disk)
        heads.append(case.head)
    assert len(set(heads)) == 1


async def test_events_of_one_message_open_their_cases_and_say_what_was_ignored() -> None:
    """Three parts: an anchor, another anchor, and a call that is nothing for us."""
    other = records.cloudtrail_record("ListBuckets", eventSource="s3.amazonaws.com", eventID="third")
    disk = MemoryDisk()
    (taken,) = await take(disk, [[RECORD, other_anchor(records.cloudtrail_record(eventID="second")), other]])
    assert len(taken.cases) == 2
    assert taken.ignored == ("This is a call to another AWS service.",)
