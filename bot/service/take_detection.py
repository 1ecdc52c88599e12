"""Take a message in: understand it, judge it, and open or join its case."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import structlog

from bot.domain.audit import Draft
from bot.domain.ca_facts import CaFacts
from bot.domain.case import Case
from bot.domain.detection import Detection, Understood
from bot.domain.events import DetectionReceived, PostKind, PostReserved, Reopened, draft
from bot.domain.identity import CaseId, case_id_for
from bot.domain.red_flags import red_flags
from bot.domain.rule import Answer, judge
from bot.kill_points import KillPoint, reached
from bot.service.case_book import CaseBook

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a message: the cases that have its detections now, and why the rest was ignored."""

    cases: tuple[CaseId, ...] = ()
    ignored: tuple[str, ...] = ()


class TakeDetection:
    """Takes messages in; when it returns, every detection of the message stands in the case log.

    Args:
        book: the cases.
        understand: turns a message's bytes into detections.
        read_certificates: reads the CA's certificates.
    """

    def __init__(
        self,
        book: CaseBook,
        understand: Callable[[bytes], Understood],
        read_certificates: Callable[[tuple[str, ...]], CaFacts],
    ) -> None:
        self._book = book
        self._understand = understand
        self._read_certificates = read_certificates

    async def __call__(self, body: bytes, *, redelivered: bool = False) -> Taken:
        """Take one message in.

        ``redelivered`` says that the queue has handed it out before, so that an earlier life of the store may have
        posted its card.

        Raises:
            BadInput: the message can't be understood; nothing was stored.
            StoreUnavailable: nothing was stored.
        """
        understood = self._understand(body)
        cases, ignored = [], list(understood.ignored)
        for detection in understood.detections:
            judgement = judge(detection)
            if judgement.answer is Answer.IGNORE:
                ignored.append(judgement.reason)
                continue
            cases.append(await self._join(detection, redelivered=redelivered))
        _log.info("message_taken", cases=cases, ignored=ignored)
        return Taken(tuple(cases), tuple(ignored))

    async def _join(self, detection: Detection, *, redelivered: bool) -> CaseId:
        name = detection.anchor.anchor_id or detection.event_id
        case_id = case_id_for(detection.account, detection.region, name)
        ca = self._read_certificates(detection.anchor.certificates_pem)
        received = DetectionReceived(detection, ca, red_flags(detection, ca), redelivered)

        def rule(case: Case) -> list[Draft]:
            if any(known.event_id == detection.event_id for known in case.detections):
                return []
            drafts = [draft(received)]
            if not case.exists:
                reserved = PostReserved(PostKind.CARD, 0, self._book.standing.owner, ambiguous=redelivered)
                drafts.append(draft(reserved))
            elif case.false_positive is not None:
                # What was judged was the earlier event: a new CA on the same anchor must not stay unseen.
                drafts.append(draft(Reopened()))
            return drafts

        reached(KillPoint.BEFORE_APPEND)
        await self._book.decide(case_id, rule)
        reached(KillPoint.AFTER_APPEND)
        return case_id
