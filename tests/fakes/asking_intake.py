"""Intake that asks AWS, on a log in memory and with AWS in memory."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from bot.adapters.formats.live_anchor import live_anchor
from bot.adapters.x509 import CertificateReader
from bot.domain.case import Case
from bot.domain.detection import Anchor, Detection, Understood
from bot.domain.effects import Standing
from bot.domain.events import event_of
from bot.domain.fold import fold
from bot.domain.identity import Target, case_id_for
from bot.domain.remark import Remarked
from bot.service.ask_aws import AskAws
from bot.service.case_book import CaseBook
from bot.service.take_detection import TakeDetection, Taken
from tests.fakes.desk import detection_of
from tests.fakes.fake_aws import ACCOUNT, REGION, FakeAws
from tests.fakes.memory_log import MemoryDisk, MemoryLog
from tests.fakes.slack_in_memory import ManualClock

PCA_ARN = f"arn:aws:acm-pca:{REGION}:{ACCOUNT}:certificate-authority/5b0c9c0e"
PCA = {"sourceType": "AWS_ACM_PCA", "sourceData": {"acmPcaArn": PCA_ARN}}
FOREIGN_PCA = {"sourceType": "AWS_ACM_PCA", "sourceData": {"acmPcaArn": PCA_ARN.replace(ACCOUNT, "999999999999")}}
STANDING = Standing("test", exclusive=True)
GET = "rolesanywhere:GetTrustAnchor"


@dataclass
class Place:
    """Intake with AWS behind it."""

    aws: FakeAws = field(default_factory=FakeAws)
    clock: ManualClock = field(default_factory=ManualClock)
    disk: MemoryDisk = field(default_factory=MemoryDisk)
    coming: tuple[Detection, ...] = ()

    def __post_init__(self) -> None:
        """Begin the first life."""
        self.rise()

    def rise(self) -> None:
        """Begin another life on the same disk."""
        self.book = CaseBook(MemoryLog(self.disk), self.clock, STANDING, lambda _case_id: None)
        self.take = TakeDetection(
            self.book,
            lambda _body: Understood(self.coming),
            CertificateReader,
            ask_aws=AskAws(self.aws, live_anchor, self.clock),
        )

    async def detect(self, *coming: Detection) -> Taken:
        """One message with these events comes in."""
        self.coming = coming
        return await self.take(b"")

    def enabled(self, target: Target, event_id: str = "event-1", **changes: Any) -> Detection:
        """A trust anchor was enabled a minute ago, and the event names only its id."""
        return replace(
            detection_of(target, event_id),
            event_name="EnableTrustAnchor",
            happened_at=self.clock.now() - timedelta(minutes=1),
            anchor=Anchor(anchor_id=target.anchor_id, enabled=True),
            **changes,
        )

    def reads(self) -> int:
        """How often AWS was asked."""
        return sum(call.permission == GET for call in self.aws.journal)

    def case(self, target: Target) -> Case:
        """The trust anchor's case, as the disk has it; without entries when there is none."""
        case_id = case_id_for(target.account, target.region, str(target.anchor_id))
        return fold(Case(case_id), self.disk.entries.get(case_id, []))

    def remarks(self, target: Target) -> list[str]:
        """What the thread of the trust anchor's case is told."""
        events = [event_of(entry) for entry in self.disk.entries.get(self.case(target).case_id, [])]
        return [event.sentence for event in events if isinstance(event, Remarked)]
