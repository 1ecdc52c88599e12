"""Makes the timeline of a case from its detections, its answers and what was run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.domain.case import Case, Request, RequestState
from bot.domain.moments import Moment, moments_in, time_in
from bot.domain.timeline import MOST_ROWS, RowKind, Timeline, TimelineRow, helps, words_of

_LOOKS = "reconnaissance"
_CHANGES = {
    "profiles_after": "Profile made or changed",
    "credential_paths": "Another way in made",
    "roles_after": "Role made",
    "policy_changes": "Role or policy changed",
}
_USED, _DID = "ca_used", ("lateral_movement", "data_taken")
_ENDS = (_USED, "lateral_movement")
_OF_CASE = {
    "CreateTrustAnchor": "Trust anchor made",
    "UpdateTrustAnchor": "Trust anchor changed",
    "EnableTrustAnchor": "Trust anchor enabled",
}
_RAN = {RequestState.DONE: "done", RequestState.FAILED: "failed", RequestState.UNKNOWN: "outcome not known"}
# What a reader misses last, when not all rows fit.
_FIRST = (RowKind.ANCHOR, RowKind.RESPONSE, RowKind.END, RowKind.SESSION, RowKind.ACT)
_SAME_HAND = "by the same identity or address"
_NAMED = 3
_SERIAL = 8
_TEXT = 60


@dataclass(frozen=True, slots=True)
class _Event:
    """One event. Events with the same ``title`` and ``key`` become one row, unless an anchor or response is between."""

    kind: RowKind
    at: datetime
    title: str
    key: str = ""
    word: str = ""
    number: int = 1


def timeline(case: Case) -> Timeline | None:
    """The timeline of a case; None where there is too little to see, see :func:`bot.domain.timeline.helps`."""
    if not case.detections:
        return None
    events = [*_events(case)]
    rows = sorted(_rows(events), key=lambda one: (one.at, list(RowKind).index(one.kind), one.title))
    if not helps(rows):
        return None
    kept = _kept(rows)
    left_out = sum(one.number for one in rows) - sum(one.number for one in kept) + _cut(case)
    name = case.detection.anchor.name or case.target.anchor_id or ""
    return Timeline(words_of(name), tuple(kept), left_out)


def _events(case: Case) -> Iterator[_Event]:
    for one in case.detections:
        title = _OF_CASE.get(one.event_name, "Reported call")
        yield _Event(
            RowKind.ANCHOR, one.happened_at, title, one.event_id, f"by {_last(one.actor.arn) or 'nobody named'}"
        )
    yield from _moments(case)
    yield from _sessions(case)
    yield from _acts(case)
    for request in case.requests.values():
        yield from _response(request)
    yield from _end(case)


def _moments(case: Case) -> Iterator[_Event]:
    """Looks and changes; a call that several answers have is told once, and the case's own events not again."""
    told = {one.event_id for one in case.detections}
    told.update(str(one.get("event_id")) for one in _all_acts(case))
    for one in moments_in(case.investigation.answers.get(_LOOKS))[0]:
        if one.event_id not in told:
            yield _Event(RowKind.LOOK, one.at, "Looked around", _SAME_HAND, _tried(one))
    for question, title in _CHANGES.items():
        for one in moments_in(case.investigation.answers.get(question))[0]:
            if one.event_id in told:
                continue
            told.add(one.event_id)
            by = _SAME_HAND if one.same_hand else "by others"
            yield _Event(RowKind.CHANGE, one.at, title, by, f"{_tried(one)} {one.about}".strip())


def _tried(moment: Moment) -> str:
    return f"{moment.name} (refused)" if moment.refused else moment.name


def _sessions(case: Case) -> Iterator[_Event]:
    for one in _list(case, _USED, "sessions"):
        at = time_in(one, "at")
        if at is None:
            continue
        serial, role = str(one.get("serial") or ""), _last(one.get("role_arn")) or "an unknown role"
        words = f"as {role} from {str(one.get('address') or 'an unknown address')[:_TEXT]}"
        issued = one.get("error_code") is None
        kind, title = (RowKind.SESSION, "Session issued") if issued else (RowKind.REFUSED, "Session refused")
        yield _Event(kind, at, title, serial, words)


def _acts(case: Case) -> Iterator[_Event]:
    for one in _all_acts(case):
        at = time_in(one, "at")
        if at is not None:
            operation = str(one.get("name") or "").rpartition(":")[2]
            word = f"{operation} {one.get('what') or ''}".rstrip()
            yield _Event(RowKind.ACT, at, f"By a session: {str(one.get('kind'))[:_TEXT]}", "", word)


def _all_acts(case: Case) -> list[Mapping[str, Any]]:
    return [one for question in _DID for one in _list(case, question, "acts")]


def _response(request: Request) -> Iterator[_Event]:
    if request.is_read or request.rungs or request.ended_at is None or request.state not in _RAN:
        return
    title = f"{request.action_id.replace('_', ' ').capitalize()}: {_RAN[request.state]}"
    yield _Event(RowKind.RESPONSE, request.ended_at, title, request.request_id)


def _end(case: Case) -> Iterator[_Event]:
    """When the last credentials that are known can end; those of a key without an end are named."""
    answers = (case.investigation.answers.get(one) for one in _ENDS)
    ends = [at for one in answers if one is not None and (at := time_in(one.facts, "latest_expiry")) is not None]
    if not ends:
        return
    endless = sum(one.get("expires") is None for one in _list(case, "lateral_movement", "keys"))
    word = (
        f"{endless} {'key' if endless == 1 else 'keys'} that a session made never {'ends' if endless == 1 else 'end'}"
        if endless
        else "unless revoked"
    )
    yield _Event(RowKind.END, max(ends), "Last known session ends by then", "", word, number=0)


def _rows(events: Sequence[_Event]) -> Iterator[TimelineRow]:
    """One row for all events of one title and key between two events that change what is possible."""
    turns = sorted(one.at for one in events if one.kind in (RowKind.ANCHOR, RowKind.RESPONSE))
    groups: dict[tuple[int, str, str], list[_Event]] = {}
    for one in sorted(events, key=lambda one: (one.at, one.title, one.word)):
        part = sum(turn <= one.at for turn in turns)
        groups.setdefault((part, one.title, one.key), []).append(one)
    for group in groups.values():
        number = sum(one.number for one in group)
        first = group[0]
        title = first.title if number < 2 else f"{first.title}, {number} times"  # noqa: PLR2004 - Once and more often.
        words = words_of(_words(group))
        yield TimelineRow(first.kind, first.at, group[-1].at, number, words_of(title), words)


def _words(group: Sequence[_Event]) -> str:
    """The certificate or the hand that the events have in common, and what they are about, each once."""
    found = Counter(one.word for one in group if one.word)
    named = [f"{word} ×{number}" if number > 1 else word for word, number in list(found.items())[:_NAMED]]  # noqa: RUF001
    more = f" and {len(found) - _NAMED} more" if len(found) > _NAMED else ""
    what = "; ".join(named) + more
    if group[0].kind in (RowKind.SESSION, RowKind.REFUSED):
        return f"certificate {_short(group[0].key)}, {what}"
    return f"{group[0].key}: {what}" if group[0].kind in (RowKind.LOOK, RowKind.CHANGE) else what


def _short(serial: str) -> str:
    """A serial of which people recognise the beginning and the end."""
    if len(serial) <= 2 * _SERIAL:
        return serial or "not recorded"
    return f"{serial[:_SERIAL]}…{serial[-_SERIAL:]}"


def _kept(rows: Sequence[TimelineRow]) -> list[TimelineRow]:
    if len(rows) <= MOST_ROWS:
        return list(rows)
    order = sorted(rows, key=lambda one: (one.kind not in _FIRST, one.at))
    chosen = {id(one) for one in order[:MOST_ROWS]}
    return [one for one in rows if id(one) in chosen]


def _cut(case: Case) -> int:
    """How many events the answers counted and did not keep."""
    answers = case.investigation.answers
    moments = sum(moments_in(answers.get(one))[1] for one in (_LOOKS, *_CHANGES))
    return moments + _number(case, _USED, "sessions_cut") + sum(_number(case, one, "acts_cut") for one in _DID)


def _number(case: Case, question: str, member: str) -> int:
    answer = case.investigation.answers.get(question)
    value = answer.facts.get(member) if answer is not None else None
    return value if isinstance(value, int) else 0


def _list(case: Case, question: str, member: str) -> list[Mapping[str, Any]]:
    answer = case.investigation.answers.get(question)
    value = answer.facts.get(member) if answer is not None else None
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list | tuple) else []


def _who(arn: str | None) -> str:
    """The user, or the role and its session."""
    return (arn or "").rpartition(":assumed-role/")[2][:_TEXT] if ":assumed-role/" in (arn or "") else _last(arn)


def _last(arn: object) -> str:
    return str(arn or "").rpartition("/")[2][:_TEXT]
