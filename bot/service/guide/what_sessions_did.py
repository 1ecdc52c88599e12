"""What was done with the keys of the trust anchor's sessions: other roles, new ways in, secrets, sharing."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from bot.domain.answer import Answer, Question, Sign, answered, events_told
from bot.domain.made_keys import keys_of_sessions
from bot.domain.usage.act_kinds import ActKind
from bot.domain.usage.acts import Act, of_kinds
from bot.domain.usage.words import act_line, counted, none_or, some
from bot.service.guide.account_regions import PERMISSIONS
from bot.service.guide.answering import of_an_anchor
from bot.service.guide.inquiry import Inquiry, Step
from bot.service.guide.key_trails import Key
from bot.service.guide.keys_abroad import PERMISSIONS as ABROAD_PERMISSIONS
from bot.service.guide.keys_followed import KeysFollowed, keys_followed
from bot.service.guide.keys_last_used import LAST_USED, with_last_use

_MOVED = Question("lateral_movement", ("94",), "What did the sessions do: other roles, new ways in, commands, IAM?")
_TAKEN = Question("data_taken", ("95",), "Were secrets read or data shared by the sessions, and what is not logged?")

# A console session outlives the credentials that opened it.
# See: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_enable-console-custom-url.html
_LONGEST_CONSOLE = timedelta(hours=12)
_MOST_LINES = 30
_MOST_KEPT = 100
_DATA_EVENTS = "Data events, such as reading objects, table items or messages and calling functions:"
_NOT_LOGGED = f"{_DATA_EVENTS} the event history does not have them, also where a trail logs them."
_PERHAPS_NOT_LOGGED = f"{_DATA_EVENTS} a trail has only those that it was told to log."
_MOVES = (
    ActKind.CHAINED,
    ActKind.CREDENTIALS,
    ActKind.IAM,
    ActKind.REMOTE,
    ActKind.CONSOLE,
    ActKind.LOGGING,
)
_TAKES = (ActKind.SECRETS, ActKind.SHARED, ActKind.DATA)


def _ask(inquiry: Inquiry) -> AsyncIterator[Answer]:
    return of_an_anchor(inquiry, {_MOVED: _moved, _TAKEN: _taken})


async def _moved(inquiry: Inquiry) -> Answer:
    followed = await keys_followed(inquiry)
    if not followed.keys:
        return _nothing_to_follow(_MOVED, followed)
    acts = of_kinds(followed.acts, *_MOVES)
    foreign = _foreign(acts, inquiry)
    whose = {key.key_id: key.whose for key in followed.keys}
    made = await with_last_use(inquiry, keys_of_sessions(followed.acts, whose, inquiry.case.detections))
    return answered(
        _MOVED.id,
        _sentence(followed, acts, "no other role, no new way in, no IAM change"),
        lines=_lines(followed, _MOVES),
        signs=tuple(_move_signs(acts, foreign)),
        not_checked=followed.not_checked,
        facts={**_facts(followed, acts, foreign), "gaps": list(followed.gaps), **made.facts()},
    )


async def _taken(inquiry: Inquiry) -> Answer:
    followed = await keys_followed(inquiry)
    if not followed.keys:
        return _nothing_to_follow(_TAKEN, followed)
    acts = of_kinds(followed.acts, *_TAKES)
    sentence = _sentence(followed, acts, "no secret read and nothing shared")
    missing = followed.not_checked
    if not of_kinds(acts, ActKind.DATA):
        sentence, missing = f"{sentence} {_no_data_events(followed)[0]}", (*missing, _no_data_events(followed)[1])
    return answered(
        _TAKEN.id,
        sentence,
        lines=_lines(followed, _TAKES),
        signs=tuple(_take_signs(acts)),
        not_checked=missing,
        facts={"acts": [_fact(one) for one in acts[:_MOST_KEPT]], "acts_cut": max(0, len(acts) - _MOST_KEPT)},
    )


def _no_data_events(followed: KeysFollowed) -> tuple[str, str]:
    """What it means that none was found, in the sentence and among the limits."""
    if followed.seen.search.scan is None:
        return "Data events are not logged in the event history.", _NOT_LOGGED
    return "No data event was found; whether the trail logs them is not known.", _PERHAPS_NOT_LOGGED


def _nothing_to_follow(question: Question, followed: KeysFollowed) -> Answer:
    seen = followed.seen
    if seen.issued:
        sentence = (
            f"{counted(len(seen.issued), 'session')} issued, but their records name no key that could be followed."
        )
    else:
        sentence = f"No session of this CA so far, so there is no key to follow: {seen.place}."
    facts = {"acts": [], "keys": [], "gaps": list(followed.gaps)}
    return answered(question.id, sentence, not_checked=followed.not_checked, facts=facts)


def _sentence(followed: KeysFollowed, acts: Sequence[Act], none: str) -> str:
    numbers = Counter(one.kind for one in acts)
    found = "; ".join(f"{kind.value}: {number}" for kind, number in numbers.most_common()) or none
    calls, refused = len(followed.acts), sum(not one.done for one in followed.acts)
    if not calls:
        return f"{followed.place}: no call was made."
    return f"{followed.place}: {found}, in {counted(calls, 'call')}, {none_or(refused)} refused."


def _lines(followed: KeysFollowed, kinds: Sequence[ActKind]) -> tuple[str, ...]:
    """The acts of these kinds, also those that AWS refused, the newest first."""
    names = {key.key_id: key.whose for key in followed.keys}
    shown = [one for one in followed.acts if one.kind in kinds]
    lines = [act_line(one, names) for one in shown[:_MOST_LINES]]
    return (*lines, *([f"{len(shown) - _MOST_LINES} more."] if len(shown) > _MOST_LINES else []))


def _foreign(acts: Iterable[Act], inquiry: Inquiry) -> tuple[str, ...]:
    """The other accounts whose roles were entered."""
    own = inquiry.case.target.account
    return tuple(dict.fromkeys(one.account for one in acts if one.account and one.account != own))


def _move_signs(acts: Sequence[Act], foreign: Sequence[str]) -> Iterator[Sign]:
    chained = [one for one in of_kinds(acts, ActKind.CHAINED) if one.account in foreign]
    if chained:
        roles = some(tuple(dict.fromkeys(one.what for one in chained)))
        yield Sign("chained_to_another_account", f"A session of this CA entered another account: {roles}.")
    yield from _sign(
        "chained_role", "entered another role of the account", _without(of_kinds(acts, ActKind.CHAINED), chained)
    )
    yield from _sign("credential_path_made", "made another way in", of_kinds(acts, ActKind.CREDENTIALS))
    yield from _sign("iam_changed", "changed IAM", of_kinds(acts, ActKind.IAM))
    yield from _sign("remote_command", "sent commands to machines", of_kinds(acts, ActKind.REMOTE))
    yield from _sign("console_opened", "opened the console", of_kinds(acts, ActKind.CONSOLE))
    yield from _sign("logging_changed", "changed logging or detection", of_kinds(acts, ActKind.LOGGING))


def _take_signs(acts: Sequence[Act]) -> Iterator[Sign]:
    yield from _sign("secrets_read", "read secrets", of_kinds(acts, ActKind.SECRETS))
    shared = of_kinds(acts, ActKind.SHARED)
    given = some(tuple(dict.fromkeys(one for act in shared for one in act.given_to)))
    yield from _sign("data_shared", f"shared or exported data{f' with {given}' if given else ''}", shared)


def _sign(code: str, did: str, acts: Sequence[Act]) -> Iterator[Sign]:
    if acts:
        what = some(tuple(dict.fromkeys(f"{one.name}{f' of {one.what}' if one.what else ''}" for one in acts)))
        yield Sign(code, f"A session of this CA {did}: {what}.", events=events_told(one.event_id for one in acts))


def _without(acts: Sequence[Act], others: Sequence[Act]) -> tuple[Act, ...]:
    return tuple(one for one in acts if one not in others)


def _facts(followed: KeysFollowed, acts: Sequence[Act], foreign: Sequence[str]) -> dict[str, object]:
    ends = [key.ends_by for key in followed.keys if key.ends_by]
    latest = max([*ends, *filter(None, [followed.seen.latest_end])], default=None)
    made: Mapping[str, int] = Counter(one.key_id for one in followed.acts)
    last = {one.key_id: one.at for one in sorted(followed.acts, key=_time) if one.at is not None}
    return {
        "acts": [_fact(one) for one in acts[:_MOST_KEPT]],
        "acts_cut": max(0, len(acts) - _MOST_KEPT),
        "keys": [_key_fact(key, made, last.get(key.key_id)) for key in followed.keys],
        "keys_cut": followed.cut,
        "regions": list(followed.regions),
        "other_accounts": list(foreign),
        "latest_expiry": latest.isoformat() if latest else None,
        "beyond_until": _latest(key.ends_by for key in followed.beyond),
        "console_until": _latest(one.at + _LONGEST_CONSOLE for one in of_kinds(acts, ActKind.CONSOLE) if one.at),
    }


def _latest(ends: Iterable[datetime | None]) -> str | None:
    latest = max((one for one in ends if one is not None), default=None)
    return latest.isoformat() if latest else None


def _time(act: Act) -> datetime:
    return act.at or datetime.min.replace(tzinfo=UTC)


def _key_fact(key: Key, calls: Mapping[str, int], last: datetime | None) -> dict[str, object]:
    return {
        "key_id": key.key_id,
        "whose": key.whose,
        "since": key.since.isoformat(),
        "expires": key.ends_by.isoformat() if key.ends_by else None,
        "chained": key.chained,
        "calls": calls.get(key.key_id, 0),
        "last_call": last.isoformat() if last else None,
    }


def _fact(act: Act) -> dict[str, object]:
    return {
        "kind": act.kind.value,
        "name": act.name,
        "at": act.at.isoformat() if act.at else None,
        "region": act.region,
        "event_id": act.event_id,
        "key_id": act.key_id,
        "what": act.what,
        "account": act.account,
        "new_key_id": act.new_key_id,
        "given_to": list(act.given_to),
    }


STEP = Step(
    id="what_sessions_did",
    title="What the sessions did",
    questions=(_MOVED, _TAKEN),
    permissions=(
        "rolesanywhere:GetTrustAnchor",
        "rolesanywhere:ListProfiles",
        "cloudtrail:LookupEvents",
        LAST_USED,
        *PERMISSIONS,
        *ABROAD_PERMISSIONS,
    ),
    ask=_ask,
    again=True,
)
