"""A CA whose public key another case has seen: the new case names that case and its state, a contained one is told."""

from __future__ import annotations

import asyncio
import itertools
from dataclasses import dataclass, field

import pytest

from bot.adapters.clock import SystemClock
from bot.adapters.formats import understand
from bot.adapters.x509 import CertificateReader
from bot.domain.alarms import AlarmRaised
from bot.domain.audit import link
from bot.domain.ca_findings import FINDING_CODES, SAME_KEYS
from bot.domain.case import Case
from bot.domain.closing import CloseReason
from bot.domain.effects import EffectKind, Standing, effects
from bot.domain.errors import StoreUnavailable
from bot.domain.events import MarkedFalsePositive, Reopened, draft, event_of, slack_user
from bot.domain.fold import fold
from bot.domain.identity import CaseId
from bot.domain.post_events import PostKind, PostSent
from bot.service.case_book import CaseBook
from bot.service.take_detection import TakeDetection
from bot.slack.alarm_message import AlarmMessage
from bot.slack.card import Card
from bot.slack.controls import Controls
from tests import records
from tests.fakes.fake_aws import NOW
from tests.fakes.memory_log import MemoryDisk, MemoryLog
from tests.fakes.stories import asked, finished, started, yes

OTHER_KEY = records.bundle_source(records.make_ca("CN=Another Key", key="rsa-2048"))
_numbers = itertools.count(1)


@dataclass
class Bench:
    """Detections of trust anchors of many accounts, taken in on one disk."""

    disk: MemoryDisk = field(default_factory=MemoryDisk)

    def __post_init__(self) -> None:
        """Begin the first life."""
        self.rise()

    def rise(self) -> None:
        """Begin another life on the same disk."""
        log = MemoryLog(self.disk)
        self.book = CaseBook(log, SystemClock(), Standing("test", exclusive=True), lambda _case_id: None)
        self.take = TakeDetection(self.book, understand, CertificateReader)

    async def detect(self, record: records.Json | None = None) -> CaseId:
        """A new trust anchor in an account of its own; the id of its case."""
        taken = await self.take(records.body(record or new_anchor()))
        return taken.cases[0]

    async def append(self, case_id: CaseId, *drafts: object) -> None:
        """Append to a case behind the back of all rules."""
        await self.book.record(await self.book.load(case_id), drafts)  # type: ignore[arg-type]

    async def contain(self, case_id: CaseId) -> None:
        """Somebody contains the case."""
        await self.append(case_id, asked(), yes("U2"), started(), finished())

    def case(self, case_id: CaseId) -> Case:
        """The case as the disk has it."""
        return fold(Case(case_id), self.disk.entries[case_id])

    def said(self, case_id: CaseId) -> list[str]:
        """What the case says of keys that were seen elsewhere."""
        return [flag.sentence for flag in self.case(case_id).flags if flag.code in SAME_KEYS]

    def remarks(self, case_id: CaseId) -> list[str]:
        """What the thread of a case is told."""
        events = [event_of(entry) for entry in self.disk.entries[case_id]]
        return [event.sentence for event in events if isinstance(event, AlarmRaised)]


def new_anchor(source: records.Json | None = None) -> records.Json:
    """The creation of a trust anchor in another account and Region than all others; one CA unless told otherwise."""
    number = next(_numbers)
    record = records.cloudtrail_record(source=source, eventID=f"event-{number}", awsRegion=f"eu-west-{number}")
    detail = record["responseElements"]["trustAnchor"]
    anchor_id = f"00000000-0000-0000-0000-{number:012}"
    place = f"arn:aws:rolesanywhere:eu-west-{number}:{number:012}:trust-anchor/"
    changed = detail | {"trustAnchorId": anchor_id, "trustAnchorArn": f"{place}{anchor_id}"}
    return record | {"responseElements": {"trustAnchor": changed}, "recipientAccountId": f"{number:012}"}


@pytest.fixture
def bench() -> Bench:
    """A disk without any case."""
    return Bench()


async def test_the_first_case_of_a_key_says_nothing(bench: Bench) -> None:
    """Neither does one with another key, nor a second event of the same trust anchor."""
    record = new_anchor()
    first = await bench.detect(record)
    assert await bench.detect(record | {"eventID": "another-event"}) == first
    other = await bench.detect(new_anchor(OTHER_KEY))
    assert bench.said(first) == bench.said(other) == []


@pytest.mark.parametrize("state", ["open", "contained", *(one.words.lower() for one in CloseReason)])
async def test_a_key_of_another_case_is_said_with_its_state(bench: Bench, state: str) -> None:
    """Another account and Region, and a closed case too: the new case names it first of all its flags."""
    older = await bench.detect()
    if state == "contained":
        await bench.contain(older)
    for one in CloseReason:
        if state == one.words.lower():
            await bench.append(older, draft(MarkedFalsePositive("Ours.", one.value), slack_user("U1")))
    bench.rise()
    newer = await bench.detect()
    (sentence,) = bench.said(newer)
    assert sentence == f"The same public key was seen elsewhere: case {older} ({state})."
    assert bench.case(newer).flags[0].sentence == sentence
    assert bench.said(older) == []
    told = "alarm:raised" in [entry.kind for entry in bench.disk.entries[older]]
    assert told == (state in ("contained", "true positive"))
    assert "same_key_elsewhere" in FINDING_CODES


async def test_the_card_shows_it(bench: Bench) -> None:
    """The responder reads the other case's id and state among the red flags, with blocks and as plain text."""
    older = await bench.detect()
    newer = await bench.detect()
    message = Card("C1", Controls({}), "somebody").draw(bench.case(newer))
    for dress in (message.rich["blocks"], message.plain()["text"]):
        assert f"case {older} (open)" in str(dress)


async def test_a_contained_case_is_told_once_for_each_case(bench: Bench) -> None:
    """Its thread gets one line for each new case, however often the message comes, also after a restart."""
    older = await bench.detect()
    await bench.contain(older)
    record = new_anchor()
    newer = await bench.detect(record)
    bench.rise()
    await bench.detect(record)
    third = await bench.detect()
    assert bench.remarks(older) == [f"A CA with the same public key came up in case {one}." for one in (newer, third)]
    assert bench.remarks(newer) == []
    case = bench.case(older)
    message = AlarmMessage("C1").draw(case, case.aftermath.alarms[0]).rich
    assert f"came up in case {newer}." in message["text"]
    assert message["reply_broadcast"] is True


async def test_what_is_open_or_closed_gets_no_line(bench: Bench) -> None:
    """Only a containment is called into question by the same CA."""
    still_open, closed = await bench.detect(), await bench.detect()
    await bench.append(closed, draft(MarkedFalsePositive("Ours."), slack_user("U1")))
    await bench.detect()
    assert bench.remarks(still_open) == bench.remarks(closed) == []


async def test_an_alarm_is_due_in_the_thread(bench: Bench) -> None:
    """It asks for a message in the thread of a card that is out, and changes nothing that buttons depend on."""
    older = await bench.detect()
    await bench.contain(older)
    before = bench.case(older)
    await bench.detect()
    after = bench.case(older)
    assert after.display_seq == after.head.seq
    assert (after.revision, after.state) == (before.revision, before.state)
    shown = fold(after, link(older, after.head, after.opened_at or NOW, [draft(PostSent(PostKind.CARD, 0, "C", "1"))]))
    assert EffectKind.POST_ALARM in [one.kind for one in effects(shown, Standing("test", exclusive=True))]


async def test_a_line_that_was_not_stored_is_made_up_for(bench: Bench) -> None:
    """The store fails between the new case and the older one: the message comes again, and the line is there."""
    older = await bench.detect()
    await bench.contain(older)
    record = new_anchor()
    with pytest.raises(StoreUnavailable):
        await _while_failing_after(bench, 1, record)
    assert bench.remarks(older) == []
    bench.disk.failing = False
    newer = await bench.detect(record)
    assert bench.remarks(older) == [f"A CA with the same public key came up in case {newer}."]
    assert len(bench.case(newer).detections) == 1


async def test_two_at_once_do_not_miss_each_other(bench: Bench) -> None:
    """Ten anchors with one CA at the same moment: all but the first name another one."""
    cases = await asyncio.gather(*(bench.detect() for _ in range(10)))
    assert len(set(cases)) == 10
    silent = [case_id for case_id in cases if not bench.said(case_id)]
    assert len(silent) <= 1


async def test_many_cases_are_counted_and_three_named(bench: Bench) -> None:
    """The contained one comes first however old the others are; the sentence and the work stay small."""
    cases = [await bench.detect() for _ in range(6)]
    await bench.contain(cases[4])
    (sentence,) = bench.said(await bench.detect())
    named = f"case {cases[4]} (contained), case {cases[0]} (open), case {cases[1]} (open), 3 more"
    assert sentence == f"The same public key was seen elsewhere: {named}."
    for _ in range(16):
        last = await bench.detect()
    (sentence,) = bench.said(last)
    assert sentence.endswith("at least 18 more.")
    assert len(sentence) < 200


async def test_the_thread_of_a_contained_case_is_not_flooded(bench: Bench) -> None:
    """Whoever makes anchor after anchor with the CA fills no thread."""
    older = await bench.detect()
    await bench.contain(older)
    for _ in range(25):
        newer = await bench.detect()
    assert len(bench.remarks(older)) == 20
    assert "(contained)" in bench.said(newer)[0]


async def test_what_is_said_is_said_anew(bench: Bench) -> None:
    """A later event of the case says what the other case is by then, and only that."""
    older = await bench.detect()
    record = new_anchor()
    newer = await bench.detect(record)
    await bench.contain(older)
    await bench.detect(record | {"eventID": "later", "eventName": "UpdateTrustAnchor"})
    assert bench.said(newer) == [f"The same public key was seen elsewhere: case {older} (contained)."]


async def test_any_certificate_of_a_bundle_counts(bench: Bench) -> None:
    """The shared key may be that of the second certificate, and a key that both have is said once."""
    older = await bench.detect(new_anchor(OTHER_KEY))
    both = records.make_ca("CN=New", key="ed25519") + records.make_ca("CN=Old Key Again", key="rsa-2048")
    newer = await bench.detect(new_anchor(records.bundle_source(both)))
    again = await bench.detect(new_anchor(records.bundle_source(both)))
    assert bench.said(newer) == [f"The same public key was seen elsewhere: case {older} (open)."]
    assert bench.said(again) == [
        f"The same public key was seen elsewhere: case {newer} (open).",
        f"The same public key was seen elsewhere: case {older} (open), case {newer} (open).",
    ]


async def test_a_damaged_case_keeps_nobody_from_ringing(bench: Bench) -> None:
    """A case that can't be read any more is named as such, and the new one is opened."""
    older = await bench.detect()
    entry = bench.disk.entries[older][0]
    entry.data["detection"]["happened_at"] = "never"
    bench.rise()
    newer = await bench.detect()
    assert bench.said(newer) == [f"The same public key was seen elsewhere: case {older} (not readable)."]


async def test_a_reopened_case_is_open(bench: Bench) -> None:
    """The state is that of now, not the last closing."""
    older = await bench.detect()
    await bench.append(older, draft(MarkedFalsePositive("Ours."), slack_user("U1")), draft(Reopened()))
    assert "(open)" in bench.said(await bench.detect())[0]


async def _while_failing_after(bench: Bench, appends: int, record: records.Json) -> None:
    """Take a message in while the disk fails once it has taken so many appends."""
    log = MemoryLog(bench.disk)
    append, left = log.append, appends

    async def failing(*given: object, **named: object) -> None:
        nonlocal left
        bench.disk.failing = left == 0
        left -= 1
        await append(*given, **named)  # type: ignore[arg-type]

    log.append = failing  # type: ignore[method-assign]
    book = CaseBook(log, SystemClock(), Standing("test", exclusive=True), lambda _case_id: None)
    await TakeDetection(book, understand, CertificateReader)(records.body(record))
