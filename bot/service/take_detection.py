"""Take a message in: understand it, judge it, and open or join its case."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from weakref import WeakValueDictionary

import structlog

from bot.domain.alert_heard import alert_heard, is_first_alert
from bot.domain.audit import Draft
from bot.domain.ca_facts import ReadCertificates, RedFlag
from bot.domain.case import Case
from bot.domain.detection import Detection, Understood
from bot.domain.errors import BadInput, PartlyUnderstood
from bot.domain.events import AnchorObserved, DetectionReceived, Reopened, ReviewNoted, draft
from bot.domain.failed_calls import ATTEMPT_WINDOW
from bot.domain.identity import CaseId, case_id_for
from bot.domain.post_events import PostKind, PostReserved
from bot.domain.red_flags import red_flags
from bot.domain.remark import Remarked
from bot.domain.reports import is_same_anchor, is_same_event, tells_more, with_report
from bot.domain.rule import CA_OPERATIONS, Answer, Judgement, hangs_on_live_state, judge
from bot.kill_points import KillPoint, reached
from bot.service.ask_aws import AskAws, Look
from bot.service.case_book import CaseBook
from bot.service.note_failed_call import NoteFailedCall
from bot.service.put_aside import ops_stream
from bot.service.regrowth import Again, Regrowth
from bot.service.remark_event import remark_event
from bot.service.rule_runs import RuleRuns
from bot.service.same_keys import SameKeys, SeenElsewhere
from bot.service.silence_approved import SilenceApproved

_log = structlog.get_logger()

_STAYS = "Another event of this trust anchor came in. Its CA is approved, so the case stays closed."


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a message: the cases that have its detections now, and why the rest was ignored.

    ``events`` is how many events the message held, with those that were ignored for what they are.
    """

    cases: tuple[CaseId, ...] = ()
    ignored: tuple[str, ...] = ()
    events: int = 0


@dataclass(frozen=True, slots=True)
class _Report:
    """A report on its way into a case: what reads its CA, which of its keys were seen elsewhere, what came before."""

    look: Look
    read_certificates: ReadCertificates
    seen: SeenElsewhere
    before: tuple[RedFlag, ...]
    redelivered: bool
    is_approved: bool = False


class TakeDetection:
    """Takes messages in; when it returns, every detection of the message stands in the case log.

    Args:
        book: the cases.
        understand: turns a message's bytes into detections.
        certificate_reader: makes what reads the CAs of one message.
        own_role: the role that Anchorwatch contains with, whose calls for a case are our own; None when not known.
        attempt_window: failed attempts of one caller within this time are one message.
        ask_aws: says what a trust anchor trusts where the event does not; None when AWS may not be asked.
        silence: knows which CAs are approved; None when none is.
        regrowth: finds contained cases with the same caller or address; None looks for none.
        rule_runs: notices runs of a rule that left alerts out; None notices none.
    """

    def __init__(
        self,
        book: CaseBook,
        understand: Callable[[bytes], Understood],
        certificate_reader: Callable[[], ReadCertificates],
        own_role: str | None = None,
        attempt_window: timedelta = ATTEMPT_WINDOW,
        ask_aws: AskAws | None = None,
        silence: SilenceApproved | None = None,
        regrowth: Regrowth | None = None,
        rule_runs: RuleRuns | None = None,
    ) -> None:
        self._rule_runs = rule_runs
        self._regrowth = regrowth
        self._book = book
        self._silence = silence
        self._understand = understand
        self._certificate_reader = certificate_reader
        self._own_role = own_role
        self._note_failed_call = NoteFailedCall(book, attempt_window)
        self._ask_aws = ask_aws
        self._same_keys = SameKeys(book)
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def __call__(self, body: bytes, *, redelivered: bool = False) -> Taken:
        """Take one message in.

        ``redelivered`` says that the queue has handed it out before, so that an earlier life of the store may have
        posted its card.

        Raises:
            BadInput: nothing in the message can be understood.
            PartlyUnderstood: a part of it can't. All others were taken before it is raised, so the message must be
                put aside whole: whoever sends it again changes nothing about what was taken.
            StoreUnavailable: not all of it was stored; taking the message again stores the rest.
        """
        understood, read_certificates = self._understand(body), self._certificate_reader()
        cases, ignored = [], list(understood.ignored)
        for look in await asyncio.gather(*map(self._look, understood.detections)):
            detection = look.detection
            judgement = judge(detection, own_role=self._own_role)
            opens = _opens(detection, judgement)
            if judgement.answer is Answer.ALERT and await self._is_silenced(detection, read_certificates):
                ignored.append("Its CA is approved for this account and Region.")
                continue
            case_id = await self._join(look, read_certificates, opens=opens, redelivered=redelivered)
            if case_id is not None:
                cases.append(case_id)
                continue
            ignored.append(judgement.reason)
            if judgement.answer is Answer.REVIEW and detection.error_code is not None:
                await self._note_failed_call(detection, redelivered=redelivered)
            elif judgement.answer is Answer.REVIEW:
                await self._note(detection, judgement.reason)
            elif look.state is not None:
                await remark_event(self._book, detection, judgement.reasons)
        if self._rule_runs is not None:
            await self._rule_runs(understood.detections)
        _log.info("message_taken", cases=cases, ignored=ignored, errors=len(understood.errors))
        taken = Taken(tuple(dict.fromkeys(cases)), tuple(ignored), len(understood.detections))
        if understood.errors:
            problems = tuple(BadInput(one.code, one.message, one.at) for one in understood.errors)
            raise PartlyUnderstood(taken.events, taken.cases, len(taken.ignored), problems)
        return taken

    async def would_ring(self, body: bytes) -> str:
        """Judge a message as if it came in, and keep nothing of it; why it would open no case, empty when it would.

        Raises:
            BadInput: nothing in the message can be understood.
            StoreUnavailable: the log can't be read now.
        """
        read_certificates = self._certificate_reader()
        for detection in self._understand(body).detections:
            judgement = judge(detection, own_role=self._own_role)
            if not _opens(detection, judgement):
                return judgement.reason
            if await self._is_approved(detection, read_certificates):
                return "The inventory takes a CA that nobody knows for an approved one."
        return ""

    async def _is_silenced(self, detection: Detection, read_certificates: ReadCertificates) -> bool:
        return self._silence is not None and await self._silence(detection, read_certificates)

    async def _is_approved(self, detection: Detection, read_certificates: ReadCertificates) -> bool:
        return self._silence is not None and bool(await self._silence.approvals(detection, read_certificates))

    async def _look(self, detection: Detection) -> Look:
        """The detection, with what AWS shows where the answer hangs on that and no case has the event yet."""
        if self._ask_aws is None or not hangs_on_live_state(detection, self._own_role):
            return Look(detection)
        known = await self._book.cases_of(detection.event_id, detection.anchor.anchor_id)
        if any(is_same_event(one, detection) for case in known for one in case.detections):
            return Look(detection)
        return await self._ask_aws(detection)

    async def _note(self, detection: Detection, reason: str) -> None:
        """Tell the operations channel, once for each event, of what opens no case and should be seen."""
        actor = detection.actor.arn or detection.actor.name or "somebody"
        noted = ReviewNoted(
            detection.event_id, detection.event_name, detection.account, detection.region, actor, reason
        )

        def rule(stream: Case) -> Sequence[Draft]:
            return [] if detection.event_id in stream.noted_events else [draft(noted)]

        await self._book.decide(ops_stream(self._book.now()), rule)

    async def _join(
        self, look: Look, read_certificates: ReadCertificates, *, opens: bool, redelivered: bool
    ) -> CaseId | None:
        """The case that has the detection now; None when ``opens`` is False and no case knows its event."""
        detection = look.detection
        if not opens and detection.event_name not in CA_OPERATIONS:
            return None
        async with self._turn(detection):
            case_id = await self._find_case(detection, opens=opens)
            if case_id is None:
                return None
            again = await self._regrowth.look(case_id, detection) if self._regrowth is not None else Again()
            attempts = _attempts_before(await self._note_failed_call.count_before(detection))
            before = (*again.flags, *attempts)
            ca = read_certificates(detection.anchor.certificates_pem)
            async with self._same_keys.seen_elsewhere(case_id, ca) as seen:
                approved = await self._is_approved(detection, read_certificates)
                report = _Report(look, read_certificates, seen, before, redelivered, approved)
                reached(KillPoint.BEFORE_APPEND)
                await self._book.decide(case_id, lambda case: self._news(case, report))
                reached(KillPoint.AFTER_APPEND)
        # Also when it was known already: the process may have died before the others were told.
        await self._same_keys.tell(seen.contained, case_id)
        if self._regrowth is not None:
            await self._regrowth.tell(again, case_id)
        return case_id

    @asynccontextmanager
    async def _turn(self, detection: Detection) -> AsyncIterator[None]:
        """One report of an event, or of a trust anchor, at a time: two at once would open a case each."""
        names = {f"event {detection.event_id}", f"anchor {detection.anchor.anchor_id or detection.event_id}"}
        async with AsyncExitStack() as turns:
            # In one order, so that no two wait for each other.
            for name in sorted(names):
                await turns.enter_async_context(self._turns.setdefault(name, asyncio.Lock()))
            yield

    async def _find_case(self, detection: Detection, *, opens: bool) -> CaseId | None:
        """The case of the event, else of its trust anchor, else a new one.

        A report that does not name the anchor opens a case by the event's id. One that names it finds that case by
        the event, and later events of the anchor find it by the anchor.
        """
        anchor_id = detection.anchor.anchor_id
        known = await self._book.cases_of(detection.event_id, anchor_id)
        for case in known:
            if any(is_same_event(one, detection) for one in case.detections):
                return case.case_id
        if not opens:
            return None
        for case in known:
            if any(is_same_anchor(one, detection) for one in case.detections):
                return case.case_id
        return case_id_for(detection.account, detection.region, anchor_id or detection.event_id)

    def _news(self, case: Case, report: _Report) -> Sequence[Draft]:
        """What to append to a case that a report came for."""
        detection = report.look.detection
        known = next((one for one in case.detections if is_same_event(one, detection)), None)
        if known is not None:
            together = with_report(known, detection)
            if tells_more(known, together):
                return [self._received(together, report)]
            first = together.alert if is_first_alert(known, together) else None
            return [draft(alert_heard(known, first))] if first else []
        drafts = [self._received(detection, report, report.before)]
        if report.look.state is not None:
            drafts.append(draft(AnchorObserved(report.look.state)))
        if not case.exists:
            reserved = PostReserved(PostKind.CARD, 0, self._book.standing.owner, ambiguous=report.redelivered)
            drafts.append(draft(reserved))
        elif case.closed is not None:
            # What was judged was the earlier event: a new CA on the same anchor must not stay unseen.
            drafts.append(draft(Remarked(_STAYS, detection.event_id) if report.is_approved else Reopened()))
        return drafts

    def _received(self, detection: Detection, report: _Report, before: tuple[RedFlag, ...] = ()) -> Draft:
        ca = report.read_certificates(detection.anchor.certificates_pem)
        flags = (*before, *red_flags(detection, ca, report.seen.known_keys, harmless=report.seen.harmless))
        return draft(DetectionReceived(detection, ca, flags, report.redelivered))


def _attempts_before(count: int) -> tuple[RedFlag, ...]:
    if not count:
        return ()
    attempts = "attempt" if count == 1 else "attempts"
    return (RedFlag("failed_attempts_before", f"The same actor made {count} failed {attempts} shortly before."),)


def _opens(detection: Detection, judgement: Judgement) -> bool:
    """Whether an event rings: an alert does, and so does a doubt about a trust anchor that is there or was made."""
    if judgement.answer is Answer.REVIEW:
        there = detection.anchor.anchor_id is not None or detection.event_name in CA_OPERATIONS
        return there and detection.error_code is None
    return judgement.answer is Answer.ALERT
