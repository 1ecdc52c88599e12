"""What has to be done now or later for a case, derived from its log: nothing is remembered anywhere else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.domain.aftermath_effects import aftermath_effects
from bot.domain.all_clear import is_watched, next_round
from bot.domain.ca_file import ca_file_effects
from bot.domain.case import Case, Request, RequestState
from bot.domain.case_pictures import drawings_of
from bot.domain.effect import Effect, EffectKind, Standing, post_effect
from bot.domain.followup_effects import followup_effects
from bot.domain.glass_effects import glass_effects
from bot.domain.identity import INVENTORY_ID
from bot.domain.observed_steps import look_is_due
from bot.domain.receipt_steps import receipt_due
from bot.domain.reminders import next_reminder_at
from bot.domain.suspicion_effects import suspicion_effects
from bot.domain.task_effects import task_effects

__all__ = ["Effect", "EffectKind", "Standing", "effects", "wake_at"]

# Slack asks for at most one update of a message in 3 s, and takes about 50 a minute in the whole workspace.
# See: https://docs.slack.dev/apis/web-api/rate-limits
_FIRST_REST = timedelta(seconds=3)
_LONGEST_REST = timedelta(seconds=60)
_MOST_DOUBLINGS = 5
# Between updates that only show how far the guide is.
_BETWEEN_ANSWERS = timedelta(seconds=3)
# Of its own: what Slack refuses a note for must not hold up the card.
_NOTE_LANE = "note"
# Actions often come one after the other, and one picture shows them all.
_BEFORE_PICTURE = timedelta(seconds=60)


# Most searches are over by then, and a message that is out of date at once only makes people look.
_BEFORE_BAR = timedelta(seconds=3)


def effects(case: Case, me: Standing) -> tuple[Effect, ...]:
    """Everything that the case asks for, most urgent first."""
    if not case.exists or case.opened_at is None:
        return ()
    found = [
        *_runs(case, me),
        *_receipts(case, me),
        *_slack(case, me),
        *_question(case, me),
        *_reminders(case, me),
        *_bars(case, me),
        *glass_effects(case, me),
        *followup_effects(case, me),
        *aftermath_effects(case, me),
        *suspicion_effects(case, me),
        *task_effects(case, me),
        *_tells(case),
        *_notices(case, me),
        *(_observe(case) if me.observes else ()),
        *(_investigate(case, me) if me.investigates else ()),
        *(_pictures(case) if me.investigates else ()),
        *(ca_file_effects(case) if me.investigates else ()),
        *_inventory(case),
    ]
    return tuple(found)


def wake_at(case: Case, me: Standing) -> datetime | None:
    """When the case has to be looked at next; None when it asks for nothing."""
    return min((effect.at for effect in effects(case, me)), default=None)


def _opened(case: Case) -> datetime:
    return case.opened_at or datetime.min.replace(tzinfo=UTC)


def _runs(case: Case, me: Standing) -> list[Effect]:
    found = []
    for request in case.requests.values():
        if request.state is RequestState.PENDING:
            found.append(
                Effect(EffectKind.EXPIRE, f"expire:{request.request_id}", request.deadline, request.request_id)
            )
            if request.seen.waits:
                at = request.seen.next_try(request.at)
                found.append(Effect(EffectKind.READ_PLAN, f"plan:{request.request_id}", at, request.request_id))
        elif request.is_open and request.state is not RequestState.WAITING and not request.rungs:
            lane = f"read:{request.request_id}" if request.is_read else "act"
            found.append(Effect(EffectKind.RUN, lane, _run_at(request, me), request.request_id))
    return found


def _receipts(case: Case, me: Standing) -> list[Effect]:
    due = ((one.request_id, receipt_due(one, me.receipts_after)) for one in case.requests.values())
    return [Effect(EffectKind.FIND_RECEIPT, f"receipt:{one}", at, one) for one, at in due if at is not None]


def _run_at(request: Request, me: Standing) -> datetime:
    if request.started is None:
        return request.at
    if request.is_read and request.started.owner == me.owner:
        # It is due all the time, so that the next process finds it at once: no lease has to end for it.
        return request.at
    other_is_dead = me.exclusive and request.started.owner != me.owner
    return request.at if other_is_dead else request.started.lease_until


def _slack(case: Case, me: Standing) -> list[Effect]:
    card, opened_at = case.card, _opened(case)
    if not (case.detections or case.failed_calls) or card.dropped:
        return []
    if card.ts is None:
        return [post_effect(EffectKind.POST_CARD, "slack", "", card.reserved, me, opened_at)]
    found = []
    if case.display_seq > card.shown_seq:
        found.append(Effect(EffectKind.UPDATE_CARD, "slack", _update_at(case)))
    if case.note_seq > case.noted_seq and case.note_due_since is not None:
        found.append(_note(case, me, case.note_due_since))
    return found


def _update_at(case: Case) -> datetime:
    """A card is updated at once when somebody waits for it, and every few seconds while the guide is asked.

    The message that counts failed attempts is updated the more seldom, the longer they go on.
    """
    card = case.card
    if card.shown_at is not None and _only_answers(case):
        return card.shown_at + _BETWEEN_ANSWERS
    if case.failed_calls is None or card.shown_at is None:
        return _opened(case)
    return card.shown_at + min(_FIRST_REST * (1 << min(card.updates, _MOST_DOUBLINGS)), _LONGEST_REST)


def _only_answers(case: Case) -> bool:
    """Whether the card lacks nothing but answers of a round that goes on."""
    known = case.investigation
    return known.started is not None and known.heard_seq == case.display_seq and case.revision <= case.card.shown_seq


def _note(case: Case, me: Standing, since: datetime) -> Effect:
    if case.note_reserved is None:
        return Effect(EffectKind.POST_NOTE, _NOTE_LANE, since + me.note_delay, str(case.note_seq))
    through, reserved = case.note_reserved
    return post_effect(EffectKind.POST_NOTE, _NOTE_LANE, str(through), reserved, me, since)


def _tells(case: Case) -> list[Effect]:
    at = _opened(case)
    return [Effect(EffectKind.TELL, f"tell:{one.seq}", at, str(one.seq)) for one in case.refusals]


def _notices(case: Case, me: Standing) -> list[Effect]:
    at = _opened(case)
    return [
        post_effect(EffectKind.POST_NOTICE, f"notice:{one.seq}", str(one.seq), one.reserved, me, at)
        for one in case.notices
    ]


def _question(case: Case, me: Standing) -> list[Effect]:
    """The question to the CA's owners, once there is a card whose thread it can stand in."""
    question = case.ownership.question
    if question is None or question.dropped or case.card.ts is None:
        return []
    if question.ts is None:
        return [
            post_effect(EffectKind.POST_QUESTION, "question", str(question.seq), question.reserved, me, question.at)
        ]
    if question.changed_seq > question.shown_seq:
        return [Effect(EffectKind.UPDATE_QUESTION, "question", _opened(case))]
    return []


def _reminders(case: Case, me: Standing) -> list[Effect]:
    """The next reminder of each request that waits, once there is a card whose thread it can stand in."""
    if case.card.ts is None or case.card.dropped:
        return []
    due = [(request, at) for request in case.requests.values() if (at := next_reminder_at(request)) is not None]
    return [
        post_effect(
            EffectKind.POST_REMINDER,
            f"reminder:{request.request_id}",
            request.request_id,
            request.reminder_reserved[1] if request.reminder_reserved else None,
            me,
            at,
        )
        for request, at in due
    ]


def _bars(case: Case, me: Standing) -> list[Effect]:
    """The messages about searches that run; one that is over soon gets none."""
    found = []
    for bar in case.bars if case.card.ts is not None else ():
        lane, subject = f"bar:{bar.begun_seq}", str(bar.begun_seq)
        if bar.ts is None and not bar.dropped:
            found.append(post_effect(EffectKind.POST_BAR, lane, subject, bar.reserved, me, bar.begun_at + _BEFORE_BAR))
        elif bar.changed_seq > bar.shown_seq and not bar.dropped:
            found.append(Effect(EffectKind.UPDATE_BAR, lane, _opened(case), subject))
    return found


def _observe(case: Case) -> list[Effect]:
    if not look_is_due(case) or not case.detections or case.card.ts is None or case.target.anchor_arn is None:
        return []
    return [Effect(EffectKind.OBSERVE, "observe", _opened(case))]


def _investigate(case: Case, me: Standing) -> list[Effect]:
    if case.detected_at is None or case.card.ts is None:
        return []
    due = next_round(case)
    if due is None:
        return []
    number, at = due
    started = case.investigation.started
    begun = started is not None and started.round == number and started.for_seq == case.detection_seq
    if case.closed is not None and not begun and not is_watched(case):
        return []
    if started is not None and begun:
        other_is_dead = me.exclusive and started.owner != me.owner
        at = at if other_is_dead or started.owner == me.owner else started.lease_until
    return [Effect(EffectKind.INVESTIGATE, "investigate", at, str(number))]


def _inventory(case: Case) -> list[Effect]:
    if case.case_id != INVENTORY_ID:
        return []
    return [Effect(EffectKind.CHECK_INVENTORY, "inventory", case.inventory.next_check(_opened(case)))]


def _pictures(case: Case) -> list[Effect]:
    known = case.investigation
    if not known.answers or known.started is not None or case.card.ts is None:
        return []
    ends = (one.ended_at for one in case.requests.values() if not one.is_read)
    at = max([_opened(case), *(one + _BEFORE_PICTURE for one in ends if one)])
    drawings = (one for one in drawings_of(case) if one.digest not in case.pictures)
    return [Effect(EffectKind.ATTACH_PICTURE, "picture", at, one.digest) for one in drawings]
