"""The watch over a containment: looks until no session can be alive any more, then says what was seen.

It never says that all is clear when a look failed, was refused or was cut short.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from bot.domain.alarms import MOST_ALARMS, AlarmRaised, AllClearSaid
from bot.domain.answer import Answer, Standing
from bot.domain.case import Case
from bot.domain.case_evidence import USED
from bot.domain.closing import CloseReason
from bot.domain.investigation import ROUNDS_AFTER
from bot.domain.session_ends import MOVED, TAKEN, contained_since, endless_keys, facts, listed, moment, sessions_end

CLOUDTRAIL_LATE = timedelta(minutes=15)
"""How late an event may be in CloudTrail's history; on average it is about 5 minutes.

See: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/get-and-view-cloudtrail-log-files.html
"""
WATCHING_STEPS = frozenset({"use", "what_sessions_did", "same_ca"})
"""The guide's steps that are asked again in the watch."""
_OFTEN, _SELDOM = timedelta(minutes=30), timedelta(minutes=60)
_OFTEN_FOR = timedelta(hours=2)
_MOST_LAST_LOOKS = 3
_MOST_NAMED = 3
_MOST_WHY = 3
_TEXT = 120
_SENTENCE = 300
# A read that was under way while it was shut may show it as open.
_UNTIL_SHUT = timedelta(minutes=1)


def is_watch(number: int) -> bool:
    """Whether a round, by its number, is one of the watch."""
    return number >= len(ROUNDS_AFTER)


def next_round(case: Case) -> tuple[int, datetime] | None:
    """The next round of questions and when it is due: those after a detection first, then the watch's."""
    if case.detected_at is None:
        return None
    due = case.investigation.round_due(case.detection_seq, case.detected_at)
    return due if due is not None else _next_look(case)


def is_watched(case: Case) -> bool:
    """Whether the case is contained, nobody called it harmless, and the watch has not ended."""
    harmless = case.closed is not None and case.closed.as_what is not CloseReason.TRUE_POSITIVE
    return contained_since(case) is not None and not harmless and all_clear_of(case) is None


def all_clear_of(case: Case) -> AllClearSaid | None:
    """How the watch over this containment ended; None while it goes on, and for another containment."""
    said = case.aftermath.all_clear
    return said if said is not None and said.since == contained_since(case) else None


def is_last_look(case: Case, began: datetime) -> bool:
    """Whether a look that began then is after the end of every session and of CloudTrail's delay."""
    end = sessions_end(case)
    return end is not None and began >= end + CLOUDTRAIL_LATE


def watch_events(case: Case) -> tuple[AlarmRaised | AllClearSaid, ...]:
    """What the log has to be told of now: what came back, and the end of the watch."""
    if case.investigation.started is not None or not is_watched(case):
        return ()
    alarm = _alarm(case)
    if alarm is not None:
        return (alarm,)
    said = _ended(case)
    return () if said is None else (said,)


def _next_look(case: Case) -> tuple[int, datetime] | None:
    known, since, end = case.investigation, contained_since(case), sessions_end(case)
    if not is_watched(case) or since is None or end is None or known.started_at is None:
        return None
    rest = _OFTEN if known.started_at < since + _OFTEN_FOR else _SELDOM
    last = end + CLOUDTRAIL_LATE
    if known.started_at < last:
        return known.finished, max(min(known.started_at + rest, last), since)
    return (known.finished, known.started_at + rest) if _ended(case) is None else None


def _ended(case: Case) -> AllClearSaid | None:
    """The end of the watch; None while it has to go on."""
    since, over_at, known = contained_since(case), sessions_end(case), case.investigation
    if since is None or over_at is None or known.started_at is None or not case.aftermath.last_looks:
        return None
    if not is_last_look(case, known.started_at):
        return None
    failed, seen = _unanswered(case), _seen(case)
    if failed and case.aftermath.last_looks < _MOST_LAST_LOOKS:
        return None
    return AllClearSaid(
        since,
        over_at,
        clear=not failed and not seen,
        looks=case.aftermath.looks,
        last_look=known.started_at,
        why=" ".join((*seen, *failed)),
        not_checked=_not_checked(case),
    )


def _answers(case: Case) -> Iterator[tuple[str, Answer | None]]:
    for question in (USED, MOVED, TAKEN):
        yield question, case.investigation.answers.get(question)


def _unanswered(case: Case) -> tuple[str, ...]:
    """Why the last look does not count, in sentences; empty when it saw everything that it can see."""
    why = []
    for question, answer in _answers(case):
        if answer is None:
            why.append("One of the questions has no answer.")
        elif answer.standing is not Standing.ANSWERED:
            why.append(answer.sentence)
        elif _is_old(case, question):
            why.append("The last look brought no new answer.")
    used = facts(case, USED)
    if used and used.get("whole") is not True:
        why.append("The search for sessions was cut short.")
    if used.get("anchor") == "unknown":
        why.append("Whether the trust anchor is still shut could not be read.")
    why.extend(_gaps(case))
    return tuple(dict.fromkeys(why))[:_MOST_WHY]


def _gaps(case: Case) -> list[str]:
    """Why not every key that sessions had or made was followed to its end."""
    gaps = facts(case, MOVED).get("gaps")
    return [str(one)[:_SENTENCE] for one in gaps] if isinstance(gaps, list | tuple) else []


def _is_old(case: Case, question: str) -> bool:
    """Whether an answer was given before the newest round began."""
    at, began = case.investigation.answered_at.get(question), case.investigation.started_at
    return at is None or began is None or at < began


def _seen(case: Case) -> tuple[str, ...]:
    """What was seen since the containment, in sentences."""
    alarms, endless = len(case.aftermath.alarms), endless_keys(case)
    found = []
    if alarms:
        found.append("Something was seen since the containment: the thread says what.")
    if endless:
        keys = "1 key that a session made does" if endless == 1 else f"{endless} keys that sessions made do"
        found.append(f"{keys} not end by itself." if endless == 1 else f"{keys} not end by themselves.")
    return tuple(found)


def _not_checked(case: Case) -> tuple[str, ...]:
    gaps = [one for _, answer in _answers(case) if answer is not None for one in answer.not_checked]
    return tuple(dict.fromkeys(gaps))


def _alarm(case: Case) -> AlarmRaised | None:
    """One alarm about everything that happened since the containment and was not told yet."""
    since = contained_since(case)
    if since is None or len(case.aftermath.alarms) >= MOST_ALARMS:
        return None
    new = {about: words for about, words in _since(case, since) if about not in case.aftermath.told_of}
    if not new:
        return None
    words = list(dict.fromkeys(new.values()))
    more = f" And {len(words) - _MOST_NAMED} more." if len(words) > _MOST_NAMED else ""
    return AlarmRaised(" ".join(words[:_MOST_NAMED]) + more, tuple(new), calls=True)


def _since(case: Case, since: datetime) -> Iterator[tuple[str, str]]:
    """Each thing that happened after the containment: what it is, and a sentence."""
    for one in case.detections:
        if one.happened_at > since:
            words = f"{one.event_name} at {_when(one.happened_at)}: look whether it is open again."
            yield f"event:{one.event_id}", words
    yield from _open_again(case, since)
    for session in listed(facts(case, USED), "sessions"):
        at = moment(session.get("at"))
        if at is not None and at > since and session.get("error_code") is None:
            role = str(session.get("role_arn")).rpartition("/")[2][:_TEXT]
            words = f"The trust anchor gave a new session at {_when(at)}, in role {role or 'unknown'}."
            yield f"session:{session.get('event_id')}", words
    for key in listed(facts(case, MOVED), "keys"):
        at = moment(key.get("last_call"))
        if at is not None and at > since:
            yield f"key:{key.get('key_id')}", f"Key {key.get('key_id')} was used at {_when(at)}."
    for question in (MOVED, TAKEN):
        for act in listed(facts(case, question), "acts"):
            at = moment(act.get("at"))
            if at is not None and at > since:
                what = f" of {str(act.get('what'))[:_TEXT]}" if act.get("what") else ""
                yield f"act:{act.get('event_id')}", f"{act.get('name')}{what} at {_when(at)}."


def _open_again(case: Case, since: datetime) -> Iterator[tuple[str, str]]:
    """The trust anchor that AWS shows as enabled, whether or not anybody reported that it was."""
    used = facts(case, USED)
    asked = moment(used.get("searched_until"))
    if used.get("anchor") == "enabled" and asked is not None and asked > since + _UNTIL_SHUT:
        yield f"open:{since.isoformat()}", f"AWS shows the trust anchor as enabled at {_when(asked)}: it is open again."


def _when(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"
