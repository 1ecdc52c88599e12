"""An approved CA does not ring, is written down, and everything in doubt rings all the same."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from bot.adapters.formats import understand
from bot.adapters.unknown_ca import unknown_ca_alert
from bot.adapters.x509 import CertificateReader, read_certificates
from bot.domain.effects import Standing
from bot.domain.events import MarkedFalsePositive, draft
from bot.domain.house import ApprovedCa
from bot.domain.identity import INVENTORY_ID
from bot.domain.inventory_log import AlertSilenced, ApprovalEnds, SelfChecked
from bot.domain.ownership import OwnersAnswered, OwnersAsked
from bot.service.approved_cas import ApprovedCas
from bot.service.case_book import CaseBook
from bot.service.check_inventory import CheckInventory
from bot.service.silence_approved import SilenceApproved
from bot.service.take_detection import TakeDetection, Taken
from tests import records
from tests.fakes.memory_log import MemoryDisk, MemoryLog
from tests.fakes.slack_in_memory import ManualClock

PEM = understand(records.body(records.eventbridge(records.cloudtrail_record()))).detections[0].anchor.certificates_pem
KEY = read_certificates(PEM).certificates[0].spki_sha256
APPROVED = ApprovedCa(
    "Vendor PKI", KEY, "platform team", (records.ACCOUNT,), (records.REGION,), "CHG1", date(2027, 1, 31)
)


class House:
    """A bot's intake with an inventory, on a disk of its own."""

    def __init__(self, *approved: ApprovedCa) -> None:
        self.clock = ManualClock()
        self.disk = MemoryDisk()
        self.rise(*approved)

    def rise(self, *approved: ApprovedCa) -> None:
        """Begin a life on the same disk."""
        self.book = CaseBook(MemoryLog(self.disk), self.clock, Standing("t", exclusive=True), lambda _: None)
        self.inventory = ApprovedCas(self.book, approved)
        silence = SilenceApproved(self.book, self.inventory)
        self.take = TakeDetection(self.book, understand, CertificateReader, silence=silence)
        self.check = CheckInventory(self.book, self.inventory, unknown_ca_alert, self.take.would_ring)

    async def comes(self, **changes: Any) -> Taken:
        """The event comes in, as EventBridge sends it."""
        return await self.take(records.body(records.eventbridge(records.cloudtrail_record(**changes))))

    def kinds(self, stream: str = INVENTORY_ID) -> list[str]:
        """What stands in a stream."""
        return [entry.kind for entry in self.disk.entries.get(stream, [])]


async def test_an_approved_ca_opens_no_case_and_leaves_a_line() -> None:
    """In its place and time it does not ring; the log says what did not, who answers for it and until when."""
    house = House(APPROVED)
    taken = await house.comes()
    assert (taken.cases, taken.ignored) == ((), ("Its CA is approved for this account and Region.",))
    (notice,) = (await house.book.load(INVENTORY_ID)).notices
    assert isinstance(notice.event, AlertSilenced)
    assert "platform team answers for it until 2027-01-31" in notice.event.why
    assert notice.event.anchor == records.ANCHOR_ARN


async def test_the_same_event_again_is_one_line() -> None:
    """A message that is delivered twice, also to another life, is written down once."""
    house = House(APPROVED)
    await house.comes()
    house.rise(APPROVED)
    await house.comes()
    assert house.kinds() == ["inventory:silenced"]


@pytest.mark.parametrize(
    "entry",
    [
        replace(APPROVED, accounts=("999900001111",)),
        replace(APPROVED, regions=("us-east-1",)),
        replace(APPROVED, ends=date(2026, 11, 21)),
        replace(APPROVED, spki_sha256="0" * 64),
        replace(APPROVED, accounts=()),
        replace(APPROVED, ends=None),
    ],
    ids=["another account", "another Region", "ended", "another key", "no account named", "no end named"],
)
async def test_everything_else_rings(entry: ApprovedCa) -> None:
    """Out of scope, after its end, with another key, or without a scope or an end, it rings as ever."""
    house = House(entry)
    assert len((await house.comes()).cases) == 1
    assert house.kinds() == []


async def test_a_last_day_counts() -> None:
    """The approval holds on the day that it names."""
    house = House(replace(APPROVED, ends=date(2026, 11, 22)))
    assert (await house.comes()).cases == ()


async def test_a_stranger_beside_an_approved_ca_rings() -> None:
    """A second certificate with a key that nobody approved is how somebody would slip in."""
    house = House(APPROVED)
    source = records.bundle_source()
    strange = understand(unknown_ca_alert(records.ACCOUNT, records.REGION, house.clock.now())).detections[0]
    source["sourceData"]["x509CertificateData"] += "\n" + strange.anchor.certificates_pem[0]
    assert len((await house.comes(source=source)).cases) == 1


async def test_a_certificate_that_cannot_be_read_rings() -> None:
    """What can't be read was approved by nobody."""
    house = House(APPROVED)
    source = records.bundle_source()
    source["sourceData"]["x509CertificateData"] += "\n-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
    assert len((await house.comes(source=source)).cases) == 1


async def test_a_key_of_which_its_owners_say_that_it_is_not_theirs_rings() -> None:
    """An approval does not stand against what the CA's owners said in another case."""
    house = House()
    (case_id,) = (await house.comes()).cases
    case = await house.book.load(case_id)
    case = await house.book.record(case, [draft(OwnersAsked("S1", (KEY,)), "slack:U1")])
    await house.book.record(case, [draft(OwnersAnswered(case.head.seq, ours=False, reason="no"), "slack:U2")])
    house.rise(APPROVED)
    other = "bbbbbbbb-6a52-4b4b-8f3b-2d1c7b1f9a10"
    record = records.cloudtrail_record(eventID=other)
    text = records.body(records.eventbridge(record)).replace(records.ANCHOR_ID.encode(), other.encode())
    assert len((await house.take(text)).cases) == 1


async def test_a_key_of_an_incident_rings() -> None:
    """A CA whose case was closed as a true positive rings again, approved or not."""
    house = House()
    (case_id,) = (await house.comes()).cases
    closed = draft(MarkedFalsePositive("stolen", "true_positive"), "slack:U1")
    await house.book.record(await house.book.load(case_id), [closed])
    house.rise(APPROVED)
    await house.comes(eventID="cccccccc-6a52-4b4b-8f3b-2d1c7b1f9a10")
    assert (await house.book.load(case_id)).closed is None


async def test_a_closed_case_of_an_approved_ca_stays_closed() -> None:
    """A later event of the same trust anchor joins its case, which says so and does not ring again."""
    house = House()
    (case_id,) = (await house.comes()).cases
    await house.book.record(await house.book.load(case_id), [draft(MarkedFalsePositive("ours"), "slack:U1")])
    house.rise(APPROVED)
    await house.comes(eventID="cccccccc-6a52-4b4b-8f3b-2d1c7b1f9a10")
    case = await house.book.load(case_id)
    assert len(case.detections) == 2
    assert case.closed is not None
    assert house.kinds(case_id)[-1] == "case:remarked"


async def test_a_damaged_inventory_silences_nothing() -> None:
    """Who tampers with the inventory's stream makes everything ring."""
    house = House()
    await house.inventory.open()
    (entry,) = house.disk.entries[INVENTORY_ID]
    house.disk.entries[INVENTORY_ID] = [replace(entry, kind="inventory:approved", data={"keys": 7})]
    house.rise()
    assert len((await house.comes()).cases) == 1


async def test_the_check_is_made_once_a_night_whatever_restarts() -> None:
    """Ten lives in one night make one check; a life that begins days later makes one, not one for each night."""
    house = House(APPROVED)
    for _ in range(10):
        house.rise(APPROVED)
        await house.inventory.open()
        await house.check()
    assert house.kinds() == ["inventory:opened", "inventory:self_checked"]
    house.clock.advance(timedelta(days=4))
    await house.check()
    await house.check()
    assert house.kinds().count("inventory:self_checked") == 2


async def test_an_unknown_ca_rings_beside_approved_ones() -> None:
    """The real judgement lets a CA ring whose key was made this moment; nothing of it is kept but the pass."""
    house = House(APPROVED)
    await house.inventory.open()
    await house.check()
    assert await house.inventory.passed_at() == house.clock.now()
    assert set(house.disk.entries) == {INVENTORY_ID}
    assert (await house.book.load(INVENTORY_ID)).notices == ()


async def test_a_ca_that_does_not_ring_is_an_alarm() -> None:
    """When the judgement would let an unknown CA pass, the channel hears why and where."""
    house = House(APPROVED)
    await house.inventory.open()

    async def silent(_body: bytes) -> str:
        return "This operation gives no trust anchor a new CA."

    await CheckInventory(house.book, house.inventory, unknown_ca_alert, silent)()
    (notice,) = (await house.book.load(INVENTORY_ID)).notices
    assert isinstance(notice.event, SelfChecked)
    assert notice.event.why.endswith("This operation gives no trust anchor a new CA.")
    assert await house.inventory.passed_at() is None


async def test_an_end_is_told_a_week_before_and_once_when_it_is_there() -> None:
    """Every night is a check, and each of the two lines comes once, restarts or not."""
    house = House(APPROVED)
    await house.inventory.open()
    house.clock.time = house.clock.time.replace(year=2027, month=1, day=20)
    seen: list[tuple[date, bool]] = []
    for _ in range(30):
        house.rise(APPROVED)
        await house.check()
        told = [one.event for one in (await house.book.load(INVENTORY_ID)).notices]
        seen += [(house.clock.now().date(), one.ended) for one in told[len(seen) :] if isinstance(one, ApprovalEnds)]
        house.clock.advance(timedelta(days=1))
    assert seen == [(date(2027, 1, 24), False), (date(2027, 2, 1), True)]
