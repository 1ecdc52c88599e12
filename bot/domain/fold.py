"""A case is its log: the state of a case is a pure fold over its entries."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import repeat
from typing import Any

from bot.domain import events as ev
from bot.domain.aftermath_steps import TOLD_AFTER, watch_anew, with_aftermath
from bot.domain.alert_heard import AlertHeard, heard
from bot.domain.all_clear import is_watch
from bot.domain.approval import Reason
from bot.domain.audit import Entry, Head
from bot.domain.ca_attached import CaFileAttached
from bot.domain.ca_facts import RedFlag
from bot.domain.ca_findings import SAME_KEYS
from bot.domain.caller import CallFailed
from bot.domain.case import Card, Case, Notice, Refusal, Reservation
from bot.domain.closing import Closed, close_reason_of
from bot.domain.detection import Detection
from bot.domain.failed_calls import with_call
from bot.domain.followup_steps import with_followups
from bot.domain.glass_steps import with_glass
from bot.domain.inventory_steps import INVENTORY_STEPS
from bot.domain.investigation import INVESTIGATION_STEPS, RoundFinished, StepAnswered
from bot.domain.ladder_event import LadderStopped
from bot.domain.observed_steps import observed
from bot.domain.ownership import OwnersAnswered
from bot.domain.ownership_steps import OWNERSHIP_STEPS, owners_kept, with_question, without_answers_about_another_ca
from bot.domain.pictures import PictureAttached
from bot.domain.post_events import KEPT_BY_THEIR_OWN, CardLost, CardShown, PostDropped, PostKind, PostReserved, PostSent
from bot.domain.receipt import OutcomeProved, OutcomeTold, ReceiptFound, ReceiptLooked
from bot.domain.receipt_steps import RECEIPT_STEPS
from bot.domain.remark import Remarked
from bot.domain.reminder_steps import reminder_over, reminder_reserved
from bot.domain.reports import is_same_event
from bot.domain.request_steps import REQUEST_STEPS, decides, user_of
from bot.domain.rule_runs import RunCut
from bot.domain.search_bar_steps import with_search_bars
from bot.domain.seen import PlanRead
from bot.domain.seen_steps import SEEN_STEPS
from bot.domain.suspicion import SuspectAnswered
from bot.domain.suspicion_steps import with_suspicion
from bot.domain.task_steps import TOLD_OF_TASKS, with_tasks
from bot.domain.ticket_steps import TICKET_STEPS, ticket_kept, with_ticket_answer
from bot.domain.tickets import TicketGiven

__all__ = ["fold", "told_in_thread", "user_of"]


# As many as a card has in a few minutes while the guide is asked.
_MOST_RENDERINGS = 60


def fold(case: Case, entries: Iterable[Entry], events: Iterable[object] | None = None) -> Case:
    """The case after these entries; ``case`` is where they follow.

    A step that a request can't take from where it stands changes nothing: no vote of the requester counts, and
    nothing leaves a final state, whatever was appended.

    ``events`` are the entries' events where they are at hand; None reads each from its entry.
    """
    for entry, known in zip(entries, events if events is not None else repeat(None), strict=False):
        event = known if isinstance(known, ev.Event) else ev.event_of(entry)
        case = replace(case, head=Head(entry.seq, entry.hash), opened_at=case.opened_at or entry.at)
        if event is not None:
            case = _apply(case, entry, event)
    return case


def _apply(case: Case, entry: Entry, event: ev.Event) -> Case:
    step = _STEPS.get(type(event))
    if step is not None:
        case = step(case, entry, event)
    for with_more in (with_search_bars, with_glass, with_followups, with_aftermath, with_suspicion, with_tasks):
        case = with_more(case, entry, event)
    if told_in_thread(case, event):
        since = case.note_due_since or entry.at
        case = replace(case, note_seq=entry.seq, note_due_since=since)
    return case


def told_in_thread(case: Case, event: ev.Event) -> bool:
    """Whether the thread tells of an event; of reading it tells only what was found."""
    if not isinstance(event, _TOLD_IN_THREAD) or (isinstance(event, ReceiptLooked) and not event.last):
        return False
    if isinstance(event, RoundFinished) and is_watch(event.round):
        return bool(case.investigation.news.get(event.round))
    if isinstance(event, PlanRead):
        return event.plan is not None and event.shown_as != event.before
    request = case.requests.get(getattr(event, "request_id", ""))
    return request is None or not request.is_read or isinstance(event, ev.RunFinished)


def _detection(case: Case, entry: Entry, event: ev.DetectionReceived) -> Case:
    after = decides(
        case,
        entry,
        detections=_with_detection(case.detections, event.detection),
        ca=event.ca if event.ca.certificates or not case.ca.certificates else case.ca,
        flags=_with_flags(case.flags, event.flags),
        detection_seq=entry.seq,
        detected_at=entry.at,
    )
    return with_ticket_answer(without_answers_about_another_ca(case, after))


def _with_flags(known: tuple[RedFlag, ...], new: tuple[RedFlag, ...]) -> tuple[RedFlag, ...]:
    """Every flag that was raised, the new ones first; what was said of other cases gives way to what is said now."""
    said_anew = SAME_KEYS if SAME_KEYS & {flag.code for flag in new} else frozenset()
    return tuple(dict.fromkeys((*new, *(flag for flag in known if flag.code not in said_anew))))


def _with_detection(known: tuple[Detection, ...], new: Detection) -> tuple[Detection, ...]:
    """A fuller report of an event takes the place of the report before it."""
    if not any(is_same_event(one, new) for one in known):
        return (*known, new)
    return tuple(new if is_same_event(one, new) else one for one in known)


def _reserved(case: Case, entry: Entry, event: PostReserved) -> Case:
    reservation = Reservation(event.owner, entry.at, event.ambiguous)
    if event.post is PostKind.CARD:
        return replace(case, card=replace(case.card, reserved=reservation))
    if event.post is PostKind.NOTE:
        return replace(case, note_reserved=(event.through, reservation))
    if event.post is PostKind.QUESTION:
        return with_question(case, event.through, reserved=reservation)
    if event.post is PostKind.REMINDER:
        return reminder_reserved(case, event, reservation)
    if event.post in KEPT_BY_THEIR_OWN:
        return case
    notices = tuple(replace(one, reserved=reservation) if one.seq == event.through else one for one in case.notices)
    return replace(case, notices=notices)


def _sent(case: Case, entry: Entry, event: PostSent) -> Case:
    if event.post is PostKind.CARD:
        card = replace(case.card, channel=event.channel, ts=event.ts, shown_seq=event.shown_seq, shown_at=entry.at)
        return replace(case, card=card)
    if event.post is PostKind.QUESTION:
        return with_question(case, event.through, channel=event.channel, ts=event.ts, shown_seq=event.shown_seq)
    if event.post is PostKind.REMINDER:
        return reminder_over(case, event)
    return _post_over(case, event.post, event.through)


def _post_over(case: Case, post: PostKind, through: int) -> Case:
    if post in KEPT_BY_THEIR_OWN:
        return case
    if post is PostKind.NOTE:
        more = case.note_seq > through
        since = case.note_due_since if more else None
        return replace(case, noted_seq=through, note_reserved=None, note_due_since=since)
    return replace(case, notices=tuple(one for one in case.notices if one.seq != through))


def _dropped(case: Case, entry: Entry, event: PostDropped) -> Case:
    del entry
    if event.post is PostKind.CARD:
        return replace(case, card=replace(case.card, dropped=event.error))
    if event.post is PostKind.QUESTION:
        return with_question(case, event.through, dropped=event.error)
    if event.post is PostKind.REMINDER:
        return reminder_over(case, event)
    return _post_over(case, event.post, event.through)


def _shown(case: Case, entry: Entry, event: CardShown) -> Case:
    new = ((event.shown_seq, event.rendered),) if event.rendered else ()
    renderings = (*case.card.renderings, *new)[-_MOST_RENDERINGS:]
    card = replace(
        case.card, shown_seq=event.shown_seq, shown_at=entry.at, updates=case.card.updates + 1, renderings=renderings
    )
    return replace(case, card=card)


def _lost(case: Case, entry: Entry, event: CardLost) -> Case:
    del entry
    return replace(case, card=Card()) if case.card.ts == event.ts else case


def _pictured(case: Case, entry: Entry, event: PictureAttached | CaFileAttached) -> Case:
    del entry
    return replace(case, pictures=case.pictures | {event.digest})


def _acknowledged(case: Case, entry: Entry, event: ev.Acknowledged) -> Case:
    del event
    return decides(case, entry, acknowledged_by=user_of(entry.by), acknowledged_at=entry.at)


def _false_positive(case: Case, entry: Entry, event: ev.MarkedFalsePositive) -> Case:
    closed = Closed(user_of(entry.by), close_reason_of(event.close_reason), event.reason, entry.at)
    return decides(case, entry, closed=closed)


def _reopened(case: Case, entry: Entry, event: ev.Reopened) -> Case:
    del event
    return watch_anew(decides(case, entry, closed=None))


def _remarked(case: Case, entry: Entry, event: Remarked) -> Case:
    del entry
    return replace(case, remarks=case.remarks | {event.about})


def _refused(case: Case, entry: Entry, event: ev.AttemptRefused) -> Case:
    if event.told:
        return case
    refusal = Refusal(entry.seq, user_of(entry.by), event.channel, event.sentence)
    # Who pressed on a card that is drawn otherwise now (by another version, say) must get to see the one of now.
    shown = entry.seq if event.reason == Reason.OTHER_CARD.value else case.display_seq
    return replace(case, refusals=(*case.refusals, refusal), display_seq=shown)


def _told(case: Case, entry: Entry, event: ev.RefusalTold) -> Case:
    del entry
    return replace(case, refusals=tuple(one for one in case.refusals if one.seq != event.seq))


def _noted(case: Case, entry: Entry, event: ev.ReviewNoted | RunCut) -> Case:
    notices = (*case.notices, Notice(entry.seq, event))
    return replace(case, notices=notices, noted_events=case.noted_events | {event.event_id})


def _quarantined(case: Case, entry: Entry, event: ev.MessageQuarantined) -> Case:
    return replace(case, notices=(*case.notices, Notice(entry.seq, event)))


def _call_failed(case: Case, entry: Entry, event: CallFailed) -> Case:
    return replace(case, failed_calls=with_call(case.failed_calls, event), display_seq=entry.seq)


def _step_answered(case: Case, entry: Entry, event: StepAnswered) -> Case:
    return ticket_kept(owners_kept(INVESTIGATION_STEPS[StepAnswered](case, entry, event), event), event)


_TOLD_IN_THREAD = (
    ev.Acknowledged,
    ev.MarkedFalsePositive,
    ev.Reopened,
    Remarked,
    ev.ActionRequested,
    ev.ApprovalGiven,
    ev.RequestRejected,
    ev.RequestExpired,
    ev.RunStarted,
    ev.RunStopped,
    ev.RunFinished,
    ReceiptFound,
    ReceiptLooked,
    OutcomeProved,
    OutcomeTold,
    PlanRead,
    LadderStopped,
    RoundFinished,
    OwnersAnswered,
    TicketGiven,
    *TOLD_AFTER,
    *TOLD_OF_TASKS,
    SuspectAnswered,
)

_STEPS: dict[type, Callable[[Case, Entry, Any], Case]] = {
    ev.DetectionReceived: _detection,
    AlertHeard: heard,
    PostReserved: _reserved,
    PictureAttached: _pictured,
    CaFileAttached: _pictured,
    PostSent: _sent,
    PostDropped: _dropped,
    CardShown: _shown,
    CardLost: _lost,
    ev.AnchorObserved: observed,
    ev.Acknowledged: _acknowledged,
    ev.MarkedFalsePositive: _false_positive,
    ev.Reopened: _reopened,
    Remarked: _remarked,
    **REQUEST_STEPS,
    **RECEIPT_STEPS,
    **SEEN_STEPS,
    **INVESTIGATION_STEPS,
    StepAnswered: _step_answered,
    **OWNERSHIP_STEPS,
    **INVENTORY_STEPS,
    **TICKET_STEPS,
    ev.AttemptRefused: _refused,
    ev.RefusalTold: _told,
    ev.MessageQuarantined: _quarantined,
    ev.ReviewNoted: _noted,
    RunCut: _noted,
    CallFailed: _call_failed,
}
