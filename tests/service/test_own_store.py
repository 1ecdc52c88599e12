"""Our own store as actions see it: its own permissions, people by name, and errors like AWS's."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.domain.ca_approval import CaApproval
from bot.domain.effects import Standing
from bot.domain.errors import AwsDenied, AwsError
from bot.domain.identity import INVENTORY_ID, Target
from bot.ports import Acting
from bot.service.case_book import CaseBook
from tests.fakes.fake_aws import FakeAws
from tests.fakes.memory_log import MemoryDisk, MemoryLog
from tests.fakes.slack_in_memory import ManualClock
from tests.fakes.with_own_store import with_own_store

TARGET = Target("111122223333", "eu-west-1", "arn", "id")
WANTED = CaApproval("Vendor", ("a" * 64,), "pki", ("111122223333",), ("eu-west-1",), "2027-01-31")
PERMISSIONS = ("anchorwatch:GetApprovedCa", "anchorwatch:ApproveCa", "anchorwatch:RemoveCa", "sts:GetCallerIdentity")
ACTING = Acting("AW-0000000000", "R1", "U1", ("U2",))


@pytest.fixture
def disk() -> MemoryDisk:
    """Where the inventory is kept."""
    return MemoryDisk()


@pytest.fixture
def book(disk: MemoryDisk) -> CaseBook:
    """The log on that disk."""
    return CaseBook(MemoryLog(disk), ManualClock(), Standing("test", exclusive=True), lambda _: None)


async def test_an_approval_names_its_people_and_stands_once(book: CaseBook, disk: MemoryDisk) -> None:
    """Approving twice is one entry with case, requester and approvers; removing twice is one removal."""
    aws = with_own_store(FakeAws(), book).actor(TARGET, PERMISSIONS, session_name="x", acting=ACTING)
    for _ in range(2):
        await aws.call("anchorwatch", "ApproveCa", **WANTED.plain())
    (entry,) = disk.entries[INVENTORY_ID]
    assert (entry.data["case_id"], entry.data["requester"]) == ("AW-0000000000", "U1")
    assert list(entry.data["approvers"]) == ["U2"]
    shown = (await aws.call("anchorwatch", "GetApprovedCa", entry_id=WANTED.entry_id))["approvedCa"]
    assert shown == {"ends": "2027-01-31", "silenced": 0}
    for _ in range(2):
        await aws.call("anchorwatch", "RemoveCa", entry_id=WANTED.entry_id)
    assert [one.kind for one in disk.entries[INVENTORY_ID]] == ["inventory:approved", "inventory:removed"]
    assert await aws.call("anchorwatch", "GetApprovedCa", entry_id=WANTED.entry_id) == {}


async def test_calls_to_aws_go_to_aws(book: CaseBook) -> None:
    """Only our own permissions stay here; the session at AWS never hears of them."""
    fake = FakeAws(now=datetime(2026, 11, 22, tzinfo=UTC))
    aws = with_own_store(fake, book).reader(TARGET, PERMISSIONS)
    assert await aws.call("sts", "GetCallerIdentity") == {"Account": "111122223333"}
    assert [one.permission for one in fake.journal] == ["sts:GetCallerIdentity"]
    assert aws.now() == fake.time


async def test_what_the_action_does_not_list_is_denied(book: CaseBook, disk: MemoryDisk) -> None:
    """An action that may read the inventory can't write it."""
    aws = with_own_store(FakeAws(), book).reader(TARGET, PERMISSIONS[:1])
    with pytest.raises(AwsDenied, match="does not list anchorwatch:ApproveCa"):
        await aws.call("anchorwatch", "ApproveCa", **WANTED.plain())
    assert disk.entries == {}


async def test_a_store_that_fails_is_no_success(book: CaseBook, disk: MemoryDisk) -> None:
    """When the log can't be written, the action fails with an error; unknown operations do too."""
    aws = with_own_store(FakeAws(), book).actor(TARGET, (*PERMISSIONS, "anchorwatch:Fly"), session_name="x")
    with pytest.raises(AwsError, match="does not have it"):
        await aws.call("anchorwatch", "Fly")
    disk.failing = True
    with pytest.raises(AwsError, match="told to fail"):
        await aws.call("anchorwatch", "ApproveCa", **WANTED.plain())
