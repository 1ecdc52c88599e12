"""The watch over a containment, with the guide's own steps: looks until nothing can live, then says what was seen."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.domain.all_clear import CLOUDTRAIL_LATE
from bot.domain.answer import answered
from bot.domain.errors import AnchorwatchError, AwsDenied
from bot.domain.events import draft
from bot.domain.investigation import StepAnswered
from bot.domain.session_ends import sessions_end
from tests.fakes.aws_samples import stamp
from tests.fakes.desk import Desk
from tests.fakes.slack_in_memory import NOON
from tests.fakes.watched_desk import KEY, WatchedDesk, call, contained_desk, session


@pytest.fixture
async def desk(monkeypatch: pytest.MonkeyPatch) -> WatchedDesk:
    """A case that is contained at noon, and a session of an hour that began ten minutes before."""
    return await contained_desk(monkeypatch)


async def test_all_clear_comes_once_when_no_session_can_be_alive(desk: WatchedDesk) -> None:
    """Twelve hours after the containment and CloudTrail's delay, with few looks on the way and one message."""
    end = sessions_end(await desk.case())
    assert end == NOON + timedelta(hours=12)
    rounds = await desk.until(end + CLOUDTRAIL_LATE + timedelta(minutes=1))
    case = await desk.case()
    said = case.aftermath.all_clear
    assert said is not None
    assert said.clear, said
    assert (said.over_at, said.last_look) == (end, end + CLOUDTRAIL_LATE)
    assert rounds == list(range(1, 1 + len(rounds)))
    assert len(rounds) == 3 + said.looks
    assert 11 <= said.looks <= 16
    assert not await desk.until(end + timedelta(days=2))
    assert len(desk.kinds("all_clear:said")) == 1
    assert not desk.alarms()


async def test_what_a_living_session_does_is_told_at_once(desk: WatchedDesk) -> None:
    """The next look finds the call, the channel hears of it once, and the end is no all-clear."""
    desk.search.records.append(call(desk, NOON + timedelta(minutes=20)))
    await desk.until(NOON + timedelta(minutes=61))
    assert len(desk.alarms()) == 1
    assert "secretsmanager:GetSecretValue of db-password" in desk.alarms()[0]
    await desk.until(NOON + timedelta(hours=13))
    said = (await desk.case()).aftermath.all_clear
    assert said is not None
    assert not said.clear
    assert len(desk.alarms()) == 1


async def test_a_new_session_after_the_containment_rings(desk: WatchedDesk) -> None:
    """A trust anchor that gives sessions although it was disabled is the worst news that there is."""
    desk.search.records.append(session(desk, "s9", NOON + timedelta(hours=2)))
    await desk.until(NOON + timedelta(hours=4))
    assert len(desk.alarms()) == 1
    assert "gave a new session at 2026-11-22 14:00:00 UTC" in desk.alarms()[0]


async def test_a_look_that_was_refused_is_no_all_clear(desk: WatchedDesk) -> None:
    """It is tried three times, and then the message says what is missing."""
    await desk.until(NOON + timedelta(hours=11))
    desk.search.error = AwsDenied("AccessDenied", "no", "cloudtrail:LookupEvents")
    await desk.until(NOON + timedelta(hours=20))
    said = (await desk.case()).aftermath.all_clear
    assert said is not None
    assert not said.clear
    assert "cloudtrail:LookupEvents" in said.why
    assert (await desk.case()).aftermath.last_looks == 3


async def test_a_look_that_fails_once_is_made_again(desk: WatchedDesk) -> None:
    """What AWS refused for a moment costs an hour and not the all-clear."""
    await desk.until(NOON + timedelta(hours=12, minutes=14))
    desk.search.error = AwsDenied("AccessDenied", "no", "cloudtrail:LookupEvents")
    await desk.until(NOON + timedelta(hours=12, minutes=16))
    assert (await desk.case()).aftermath.all_clear is None
    desk.search.error = None
    await desk.until(NOON + timedelta(hours=14))
    said = (await desk.case()).aftermath.all_clear
    assert said is not None
    assert said.clear


async def test_enabling_ends_the_watch_and_disabling_begins_it_anew(desk: WatchedDesk) -> None:
    """Nobody is told all-clear of a trust anchor that is open again, and the time counts from the second closing."""
    await desk.until(NOON + timedelta(hours=3))
    assert (await desk.ask("U1", "enable_trust_anchor")).allowed
    await desk.until(NOON + timedelta(hours=3))
    assert sessions_end(await desk.case()) is None
    assert not await desk.until(NOON + timedelta(hours=20))
    assert not desk.kinds("all_clear:said")
    assert (await desk.ask("U1", "disable_trust_anchor")).allowed
    await desk.until(NOON + timedelta(hours=20))
    assert sessions_end(await desk.case()) == NOON + timedelta(hours=32)


async def test_a_reopened_case_is_watched_again(desk: WatchedDesk) -> None:
    """Closed as harmless it is left alone; opened again it is looked at once more, and said again."""
    await desk.until(NOON + timedelta(hours=13))
    assert (await desk.close("U1")).allowed
    assert (await desk.reopen("U1")).allowed
    assert (await desk.case()).aftermath.all_clear is None
    await desk.until(NOON + timedelta(hours=15))
    assert len(desk.kinds("all_clear:said")) == 2


async def test_a_restart_in_the_middle_loses_no_look(desk: WatchedDesk) -> None:
    """The next process goes on from the log."""
    await desk.until(NOON + timedelta(hours=5))
    desk.rise()
    await desk.until(NOON + timedelta(hours=13))
    said = (await desk.case()).aftermath.all_clear
    assert said is not None
    assert said.clear
    assert not [one for one in desk.errors if isinstance(one, AnchorwatchError)]


def entered(desk: Desk, key: str, new_key: str, at: datetime, account: str = "", hours: float = 1) -> dict[str, Any]:
    """A role that somebody entered with a key, for so many hours."""
    role = f"arn:aws:iam::{account or desk.target.account}:role/next"
    given = {"credentials": {"accessKeyId": new_key, "expiration": stamp(at + timedelta(hours=hours))}}
    changes = {"eventSource": "sts.amazonaws.com", "eventName": "AssumeRole", "requestParameters": {"roleArn": role}}
    identity = {"type": "AssumedRole", "accessKeyId": key, "accountId": desk.target.account}
    return {**call(desk, at), **changes, "eventID": new_key, "userIdentity": identity, "responseElements": given}


async def test_a_chain_that_is_not_followed_to_its_end_is_no_all_clear(desk: WatchedDesk) -> None:
    """A role entered from an entered role lives to its own end, and what it does is not known."""
    before = NOON - timedelta(minutes=5)
    desk.search.records.append(entered(desk, KEY, "ASIAEXAMPLE000000002", before))
    desk.search.records.append(entered(desk, "ASIAEXAMPLE000000002", "ASIAEXAMPLE000000003", before, hours=16))
    await desk.until(NOON + timedelta(hours=6))
    assert sessions_end(await desk.case()) == before + timedelta(hours=16)
    await desk.until(NOON + timedelta(hours=24))
    said = (await desk.case()).aftermath.all_clear
    assert said is not None
    assert not said.clear
    assert "1 key that came of chained keys: one level is followed." in said.why


async def test_an_account_that_can_not_be_read_is_no_all_clear(desk: WatchedDesk) -> None:
    """A session that entered another account may go on there, and the message says which."""
    before = NOON - timedelta(minutes=5)
    desk.aws.fail("sts:GetCallerIdentity", "deny", times=99)
    desk.search.records.append(entered(desk, KEY, "ASIAEXAMPLE000000002", before, "444455556666", hours=16))
    await desk.until(NOON + timedelta(hours=24))
    said = (await desk.case()).aftermath.all_clear
    assert said is not None
    assert (said.clear, said.over_at) == (False, before + timedelta(hours=16))
    assert "What was done in account 444455556666: Anchorwatch may not read there." in said.why


async def test_a_console_session_is_waited_for(desk: WatchedDesk) -> None:
    """It lives up to twelve hours from its beginning, whenever the credentials that opened it end."""
    profiles = answered("profiles", "One.", facts={"longest_session_seconds": 3600})
    await desk.appended(draft(StepAnswered(0, "roles", (profiles,))))
    assert sessions_end(await desk.case()) == NOON + timedelta(hours=1)
    opened = NOON - timedelta(minutes=1)
    names = {"eventSource": "signin.amazonaws.com", "eventName": "GetSigninToken"}
    desk.search.records.append({**call(desk, opened), **names})
    await desk.until(NOON + timedelta(minutes=30))
    assert sessions_end(await desk.case()) == opened + timedelta(hours=12)


async def test_a_trust_anchor_that_can_not_be_read_is_no_all_clear(desk: WatchedDesk) -> None:
    """Whether it is still shut is not known then."""
    desk.aws.fail("rolesanywhere:GetTrustAnchor", "deny", times=10_000)
    await desk.until(NOON + timedelta(hours=24))
    said = (await desk.case()).aftermath.all_clear
    assert said is not None
    assert not said.clear
    assert "Whether the trust anchor is still shut could not be read." in said.why
