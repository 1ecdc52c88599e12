"""Find Certificate Usage: which sessions are found, how they are grouped, and what was not read."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.adapters.athena_search import AthenaSearch
from bot.adapters.aws_accounts import BotoAccounts
from bot.domain.action import AwsError, By, Report, Target
from bot.domain.errors import AwsDenied
from bot.domain.search_run import SearchRun
from bot.service.aws_with_search import AwsWithSearch
from handlers import find_certificate_usage
from handlers.find_certificate_usage import ACTION
from tests.certificates_shown import certificate_shown
from tests.fakes.aws_samples import session_record
from tests.fakes.aws_worlds import StandInWorld, aws_environment
from tests.fakes.fake_aws import NOW, FakeAws
from tests.fakes.fake_search import FakeSearch, unheard
from tests.fakes.search_worlds import TRAIL, HttpWorld, make_table

GUIDES_NAME = "AssumeRoleWithCertificate"


async def reported(aws: FakeAws, target: Target) -> Report:
    """The report from plan and apply, as the bot runs them."""
    reader = aws.reader(target, ACTION.permissions)
    return await ACTION.apply(await ACTION.plan(target, reader), reader)


def asked(target: Target, **more: Any) -> dict[str, Any]:
    """The request of a session, with more members."""
    role = f"arn:aws:iam::{target.account}:role/deployer"
    return {"trustAnchorArn": target.anchor_arn, "roleArn": role, **more}


async def test_sessions_are_grouped_with_first_and_last_time() -> None:
    """Sessions of one certificate are one line with their roles, addresses and keys."""
    aws = FakeAws()
    target = aws.add_anchor()
    request = asked(target, cert=certificate_shown(0xABCDEF))
    for minute in (10, 30, 20):
        time = f"2026-11-22T02:{minute}:00Z"
        aws.add_record(session_record(target, requestParameters=request, eventTime=time))
    aws.add_record(session_record(target, requestParameters=request, sourceIPAddress="198.51.100.9"))
    report = await reported(aws, target)
    assert "4 sessions issued to 1 certificate, 0 attempts refused" in report.summary
    assert report.lines[0] == (
        "Certificate abcdef: 4 sessions; role deployer; profile not recorded; from 198.51.100.9, 203.0.113.7; "
        "first 2026-11-22 02:10:00 UTC, last 2026-11-22 03:00:00 UTC; key ids ASIAEXAMPLE000000001"
    )


async def test_refused_attempts_stand_apart() -> None:
    """A CreateSession with an error is no session."""
    aws = FakeAws()
    target = aws.add_anchor()
    failed = {"errorCode": "AccessDeniedException", "responseElements": None}
    aws.add_record(session_record(target, **failed))
    report = await reported(aws, target)
    assert "0 sessions issued to 0 certificates, 1 attempt refused" in report.summary
    assert ": 1 attempt refused; role deployer" in report.lines[0]


async def test_only_this_anchor_and_this_service_count() -> None:
    """CreateSession of other services and of other trust anchors is left out."""
    aws = FakeAws()
    target, other = aws.add_anchor(), aws.add_anchor()
    aws.add_record(session_record(other))
    aws.add_record(session_record(target, eventName="ListProfiles"))
    aws.add_record(session_record(target, eventSource="s3.amazonaws.com"))
    report = await reported(aws, target)
    assert ": 0 sessions issued" in report.summary


async def test_sessions_by_the_anchors_alias_count() -> None:
    """A trust anchor may be named by its alias."""
    aws = FakeAws()
    alias = "arn:aws:rolesanywhere:eu-west-1:111122223333:alias/trust-anchor/ci"
    target = aws.add_anchor(aliasArn=alias)
    aws.add_record(session_record(target, requestParameters={"trustAnchorArn": alias}))
    assert ": 1 session issued" in (await reported(aws, target)).summary


async def test_an_event_delivered_twice_counts_once() -> None:
    """CloudTrail may deliver an event again under its id."""
    aws = FakeAws(page_size=1)
    target = aws.add_anchor()
    for _ in range(2):
        aws.add_record(session_record(target, eventID="same"))
    assert ": 1 session issued" in (await reported(aws, target)).summary


async def test_the_search_starts_at_the_anchors_creation() -> None:
    """The range is shown, and nothing before the creation is asked for."""
    aws = FakeAws()
    target = aws.add_anchor(createdAt=datetime(2026, 11, 21, 8, 9, 10, 999999, tzinfo=UTC))
    report = await reported(aws, target)
    assert report.summary.startswith("Searched from 2026-11-21 08:09:10 UTC to 2026-11-22 03:00:00 UTC: ")
    assert {call.parameters["StartTime"] for call in aws.journal[1:]} == {datetime(2026, 11, 21, 8, 9, 10, tzinfo=UTC)}


async def test_an_old_anchor_is_searched_as_far_as_the_history_goes() -> None:
    """Beyond 90 days the report says what it can't see."""
    aws = FakeAws()
    report = await reported(aws, aws.add_anchor(createdAt=NOW - timedelta(days=400)))
    assert "Searched from 2026-08-24 03:00:00 UTC" in report.summary
    assert "Events before 2026-08-24 03:00:00 UTC: the search goes back 90 days." in report.not_checked


async def test_a_clock_behind_aws_still_searches() -> None:
    """A creation in our future does not turn the time range around."""
    aws = FakeAws()
    await reported(aws, aws.add_anchor(createdAt=NOW + timedelta(seconds=30)))
    assert aws.journal[-1].parameters["StartTime"] == aws.journal[-1].parameters["EndTime"]


async def test_a_deleted_anchor_is_searched_too() -> None:
    """Deleting does not hide what was done before; the report says that AWS no longer shows the anchor."""
    aws = FakeAws()
    target = aws.add_anchor()
    aws.add_record(session_record(target))
    aws._place(target.account, target.region).anchors.clear()  # noqa: SLF001 - tests may tamper.
    report = await reported(aws, target)
    assert ": 1 session issued" in report.summary
    assert any("did not show the trust anchor" in sentence for sentence in report.not_checked)


async def test_the_guides_name_is_searched_and_explained() -> None:
    """The report says that the name is not Roles Anywhere's and what was searched instead."""
    aws = FakeAws()
    target = aws.add_anchor()
    assert f"{GUIDES_NAME}, the name that guides use: 0 events." in (await reported(aws, target)).lines[-1]
    aws.add_record({"eventSource": "iot.amazonaws.com", "eventName": GUIDES_NAME})
    line = (await reported(aws, target)).lines[-1]
    assert "1 event (of iot.amazonaws.com: not Roles Anywhere's sessions)" in line
    assert "recorded as CreateSession" in line


async def test_a_long_search_stops_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the bound older events are not read, and the report says after how many."""
    monkeypatch.setattr(find_certificate_usage, "_MOST_EVENTS", 6)
    aws = FakeAws(page_size=3)
    target = aws.add_anchor()
    for _ in range(10):
        aws.add_record(session_record(target))
    report = await reported(aws, target)
    assert ": 6 sessions issued" in report.summary
    assert report.summary.startswith("Searched from 2026-11-22 03:00:00 UTC")
    assert (
        "Events of rolesanywhere.amazonaws.com before 2026-11-22 03:00:00 UTC: only the newest 6 events were read, "
        "after 6 events."
    ) in report.not_checked


async def test_a_search_that_just_fits_is_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    """The last allowed page without more behind it is no early stop."""
    monkeypatch.setattr(find_certificate_usage, "_MOST_EVENTS", 6)
    aws = FakeAws(page_size=3)
    target = aws.add_anchor()
    for _ in range(6):
        aws.add_record(session_record(target))
    assert not any("were read" in one for one in (await reported(aws, target)).not_checked)


async def test_a_refused_search_is_an_error() -> None:
    """A search that could not begin never reads as nothing found."""
    aws = FakeAws()
    target = aws.add_anchor()
    aws.fail("cloudtrail:LookupEvents", "deny")
    with pytest.raises(AwsError):
        await reported(aws, target)


@pytest.mark.parametrize("request_", [None, [], "text", {"trustAnchorArn": None}])
async def test_sessions_without_an_anchor_are_counted_as_unknown(request_: object) -> None:
    """An event that names no trust anchor may be of this one, and that is said."""
    aws = FakeAws()
    target = aws.add_anchor()
    aws.add_record(session_record(target, requestParameters=request_))
    report = await reported(aws, target)
    assert any(one.startswith("1 CreateSession events that name no trust anchor") for one in report.not_checked)


@pytest.mark.parametrize("elements", [None, {}, {"credentialSet": []}, {"credentialSet": [None]}, "text"])
async def test_odd_records_are_shown_as_far_as_they_go(elements: object) -> None:
    """No published record shows the real shape, so a missing part never breaks the search."""
    aws = FakeAws()
    target = aws.add_anchor()
    aws.add_record(session_record(target, responseElements=elements, sourceIPAddress=None))
    line = (await reported(aws, target)).lines[0]
    assert line.startswith(
        "Certificate not recorded: 1 session; role deployer; profile not recorded; from an address that "
    )


async def test_many_groups_are_cut_with_a_count(monkeypatch: pytest.MonkeyPatch) -> None:
    """An attacker with many certificates can't make the report endless."""
    monkeypatch.setattr(find_certificate_usage, "_MAX_LINES", 2)
    aws = FakeAws()
    target = aws.add_anchor()
    for number in range(5):
        aws.add_record(session_record(target, requestParameters=asked(target, cert=certificate_shown(number + 1))))
    report = await reported(aws, target)
    assert len(report.lines) == 4
    assert report.lines[2] == "3 more certificates."


async def searched_with(engine: FakeSearch, run: SearchRun) -> Report:
    """The report of a search with this engine."""
    aws = FakeAws()
    target = aws.add_anchor()
    reader = aws.reader(target, ACTION.permissions)
    searching = AwsWithSearch(reader, target, ACTION.permissions, engine, run)
    return await ACTION.apply(await ACTION.plan(target, reader), searching)


async def test_it_asks_the_engine_that_is_configured() -> None:
    """Both searches go to the engine, with the account, the Region and the time; AWS itself is asked for no event."""
    engine, run = FakeSearch(), unheard()
    report = await searched_with(engine, run)
    assert [(one.by, one.value, one.account, one.region) for one in engine.queries] == [
        (By.EVENT_SOURCE, "rolesanywhere.amazonaws.com", "111122223333", "eu-west-1"),
        (By.EVENT_NAME, GUIDES_NAME, "111122223333", "eu-west-1"),
    ]
    assert ": 0 sessions issued" in report.summary
    assert run.calls["cloudtrail:LookupEvents"] == 2


async def test_a_search_that_is_ended_says_what_was_not_looked_at() -> None:
    """Ended before its first page, nothing reads as "none found", and the guide's name is not said to be missing."""
    report = await searched_with(FakeSearch(), replace(unheard(), is_stopped=lambda: True))
    assert report.summary == "Nothing was searched: somebody ended the search."
    assert report.lines == ()
    assert [one for one in report.not_checked if "ended the search" in one] == [
        "rolesanywhere.amazonaws.com: somebody ended the search before anything was read.",
        f"{GUIDES_NAME}: somebody ended the search before anything was read.",
    ]


async def test_with_athena_the_report_says_what_it_read_and_cost(monkeypatch: pytest.MonkeyPatch) -> None:
    """Over HTTP, through SQL that is really run: the session is found, nothing is looked up, and the cost is told."""
    with aws_environment(monkeypatch) as endpoint_url:
        accounts = BotoAccounts("", "", patience=timedelta(seconds=1))
        await asyncio.to_thread(make_table, endpoint_url)
        search = AthenaSearch(accounts, TRAIL, sleep=asyncio.sleep)
        world = HttpWorld(endpoint_url, search, ("athena", "StartQueryExecution"))
        target = StandInWorld(endpoint_url, accounts).add_anchor("ci")
        at = datetime.now(UTC)
        world.record(session_record(target, eventTime=f"{at:%Y-%m-%dT%H:%M:%SZ}", recipientAccountId=target.account))
        reader, run = accounts.reader(target, ACTION.permissions), unheard()
        searching = AwsWithSearch(reader, target, ACTION.permissions, search, run)
        report = await ACTION.apply(await ACTION.plan(target, reader), searching)
        looked_up = world.control.journal(operation="LookupEvents")
        await accounts.close()
    assert ": 1 session issued" in report.summary
    assert re.fullmatch(
        r"Athena for rolesanywhere\.amazonaws\.com: 1 account, 1 Region, 2 days, [0-9.]+ (k?B|bytes) scanned, "
        r"less than 0\.01 USD \(cost not known before: AWS answered s3:ListObjectsV2 with NoSuchBucket\)\.",
        report.lines[-2],
    )
    assert (looked_up, len(searching.scans), run.calls["athena:StartQueryExecution"]) == ([], 2, 2)


async def test_an_action_that_does_not_list_it_may_not_search() -> None:
    """The permissions of an action are all that it may use, searching too."""
    aws, engine = FakeAws(), FakeSearch()
    target = aws.add_anchor()
    searching = AwsWithSearch(aws.reader(target, ()), target, ("iam:GetRole",), engine, unheard())
    with pytest.raises(AwsDenied):
        await searching.events(By.EVENT_NAME, "x", since=NOW, until=NOW)
    assert engine.queries == []
