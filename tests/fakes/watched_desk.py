"""A desk whose case is contained, and that asks the questions of the watch by itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.domain.ca_facts import CaFacts
from bot.domain.case import Case
from bot.domain.effects import Effect, EffectKind, effects
from bot.domain.search_bar import Progress
from bot.service import read_back, still_allowed
from bot.service.guide import the_use, what_sessions_did
from bot.service.guide.inquiry import Sources
from bot.service.investigate import Investigate
from bot.service.shared_reads import SharedReads
from bot.service.watch_containment import ALARM_EVENT_TYPE
from tests.fakes.aws_samples import session_record, stamp
from tests.fakes.desk import Desk
from tests.fakes.fake_search import FakeSearch
from tests.fakes.slack_in_memory import NOON

KEY = "ASIAEXAMPLE000000001"

_FILES = (EffectKind.ATTACH_PICTURE, EffectKind.ATTACH_CERTIFICATES)


@dataclass
class WatchedDesk(Desk):
    """A desk that asks the questions of the watch by itself."""

    search: FakeSearch = field(default_factory=FakeSearch)

    def rise(self) -> None:
        """Begin a life that investigates."""
        super().rise()
        sources = Sources(self.aws, self.search, shared=SharedReads(self.clock), read_certificates=lambda _: CaFacts())
        self.investigate = Investigate(self.book, (the_use.STEP, what_sessions_did.STEP), sources, self.clock, 0.0)

    async def until(self, moment: datetime) -> list[int]:
        """Let time pass to ``moment``, doing what is due when it is due; the rounds that were asked meanwhile."""
        rounds: list[int] = []
        for _ in range(2_000):
            due = [one for one in effects(await self.case(), self.standing) if one.kind not in _FILES]
            now = min((one.at for one in due), default=moment)
            if now > moment:
                break
            self.clock.time = max(self.clock.time, now)
            for effect in (one for one in due if one.at <= self.clock.now()):
                rounds += [int(effect.subject)] if effect.kind is EffectKind.INVESTIGATE else []
                await self._do(effect)
        self.clock.time = max(self.clock.time, moment)
        return rounds

    def _doer(self, effect: Effect) -> Callable[[Case], Any]:
        if effect.kind is EffectKind.INVESTIGATE:
            return lambda case: self.investigate(case.case_id, int(effect.subject), nobody)
        return super()._doer(effect)

    def alarms(self) -> list[str]:
        """What was told of as having come back."""
        return [str(one["text"]) for one in self.slack.standing(ALARM_EVENT_TYPE)]


async def nobody(_progress: Progress) -> None:
    """Hear of progress and say nothing."""


async def contained_desk(monkeypatch: pytest.MonkeyPatch) -> WatchedDesk:
    """A case that is contained at noon, and a session of an hour that began ten minutes before."""
    monkeypatch.setattr(read_back, "_LOOK_AGAIN_SECONDS", (0.0, 0.0, 0.0))
    monkeypatch.setattr(still_allowed, "_ASK_AGAIN_SECONDS", (0.0, 0.0))
    made = WatchedDesk(investigates=True)
    made.aws.serve("ec2:DescribeRegions", {"Regions": [{"RegionName": made.target.region}]})
    made.aws.serve("cloudwatch:GetMetricData", {"MetricDataResults": [{"Id": "successes", "Values": [1.0]}]})
    made.search.records.append(session(made, "s1", NOON - timedelta(minutes=10)))
    await made.detect()
    await made.until(NOON)
    assert (await made.ask("U1", "disable_trust_anchor")).allowed
    await made.until(NOON)
    assert (await made.case()).contained_by is not None
    return made


def session(desk: Desk, event_id: str, at: datetime, seconds: int = 3600) -> dict[str, Any]:
    """A session of so many seconds."""
    role = f"arn:aws:iam::{desk.target.account}:role/deployer"
    asked = {"trustAnchorArn": desk.target.anchor_arn, "roleArn": role, "durationSeconds": seconds}
    elements = {"credentialSet": [{"credentials": {"accessKeyId": KEY}}]}
    return session_record(
        desk.target, eventID=event_id, eventTime=stamp(at), requestParameters=asked, responseElements=elements
    )


def call(desk: Desk, at: datetime) -> dict[str, Any]:
    """What somebody did with the session's key."""
    return {
        "eventID": f"call-{at}",
        "eventTime": stamp(at),
        "awsRegion": desk.target.region,
        "eventSource": "secretsmanager.amazonaws.com",
        "eventName": "GetSecretValue",
        "recipientAccountId": desk.target.account,
        "userIdentity": {"type": "AssumedRole", "accessKeyId": KEY, "accountId": desk.target.account},
        "requestParameters": {"secretId": "db-password"},
    }
