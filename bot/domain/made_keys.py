"""Access keys that an attack left behind: which of them CloudTrail proves to be the caller's or a session's making.

An access key lives until somebody ends it, whatever becomes of the trust anchor. Deactivating one cuts off whoever has
it, so a record must prove three things: that it was made in the trust anchor's account, since the event, and with
credentials that the attack is known to have. Whatever is less sure is named with the reason, and left to people.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.domain.answer import Answer
from bot.domain.detection import Detection
from bot.domain.evidence import MOST_MADE_KEYS, MadeKey
from bot.domain.plain import from_plain, to_plain
from bot.domain.usage.acts import Act
from bot.domain.usage.members import mapping, moment, text
from bot.domain.usage.words import last_part

MADE, NOT_PROVEN, DELETED = "new_keys", "other_new_keys", "deleted_keys"
"""The facts of an answer: the proven keys, the others as pairs of key and reason, and the ids that were deleted."""

QUESTIONS = ("credential_paths", "lateral_movement")
"""Whose answers have them."""

_SERVICE = "iam.amazonaws.com"
_CREATE, _DELETE = "CreateAccessKey", "DeleteAccessKey"
_CREATED = "iam:CreateAccessKey"
# See: https://docs.aws.amazon.com/IAM/latest/APIReference/API_AccessKey.html
_KEY_ID = re.compile(r"AKIA[A-Z0-9]{12,124}", re.ASCII)
# See: https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateUser.html
_USER_NAME = re.compile(r"[\w+=,.@-]{1,64}", re.ASCII)
_MOST_KEY_ID = 128
_MOST = 100
_UNNAMED = "a key that the record does not name"
_BEFORE = "made before the event"
_OTHERS = "not made with the caller's credentials"
_ELSEWHERE = "not proven to be of this account"
_NO_USER = "of no IAM user that the record names"
_DELETED = "deleted since"


@dataclass(slots=True)
class KeysFound:
    """What records say of access keys: the new ones that are proven by id, why each other one is not, and deletions."""

    made: dict[str, MadeKey] = field(default_factory=dict)
    others: dict[str, str] = field(default_factory=dict)
    deleted: set[str] = field(default_factory=set)

    def add(self, key_id: str, why_not: str, key: MadeKey) -> None:
        """Keep a key among the proven ones; or with ``why_not`` among the others."""
        if why_not:
            self.others.setdefault(key_id or _UNNAMED, why_not)
        else:
            self.made.setdefault(key.key_id, key)

    def facts(self) -> dict[str, object]:
        """All of it as JSON values, at most a hundred of each."""
        others = [[key_id, why] for key_id, why in self.others.items()]
        made = list(to_plain(tuple(self.made.values())))
        return {MADE: made[:_MOST], NOT_PROVEN: others[:_MOST], DELETED: sorted(self.deleted)[:_MOST]}


def keys_of_caller(
    records: Iterable[Mapping[str, Any]], suspects: Iterable[Mapping[str, Any]], detections: Sequence[Detection]
) -> KeysFound:
    """The keys that a caller of these detections made, or that were made with a key that a caller had made.

    ``records`` are all of IAM's that were found; of those that are not proven, ``suspects`` only are named. One
    credential proves it: the access key of the reported call, or the caller's identity from the caller's address.
    """
    named = {id(one) for one in suspects}
    ordered = sorted((one for one in records if _is_done(one)), key=lambda one: str(one.get("eventTime")))
    found = KeysFound(deleted={_asked_key(one) for one in ordered if one.get("eventName") == _DELETE} - {""})
    for record in (one for one in ordered if one.get("eventName") == _CREATE):
        made = mapping(mapping(record.get("responseElements")).get("accessKey"))
        key_id, user = text(made.get("accessKeyId"), _MOST_KEY_ID), text(made.get("userName"))
        by, why_not = _maker(record, detections, found.made)
        why_not = why_not or _why_not(key_id, user, text(record.get("recipientAccountId")), detections[-1].account)
        if not why_not or id(record) in named:
            at = text(record.get("eventTime"))
            found.add(key_id, why_not, MadeKey(key_id, user, by, at, text(record.get("eventID"))))
    return found


def keys_of_sessions(acts: Iterable[Act], whose: Mapping[str, str], detections: Sequence[Detection]) -> KeysFound:
    """The keys that sessions of the CA made since the first of these detections; ``whose`` names keys for people."""
    found, begin = KeysFound(), min(one.happened_at for one in detections)
    for act in (one for one in acts if one.name == _CREATED and one.done):
        why_not = "" if act.at is not None and act.at >= begin else _BEFORE
        why_not = why_not or _why_not(act.new_key_id, act.new_key_user, act.recorded_in, detections[-1].account)
        at = act.at.isoformat() if act.at else ""
        by = f"a session of this CA ({whose.get(act.key_id) or act.key_id})"
        found.add(act.new_key_id, why_not, MadeKey(act.new_key_id, act.new_key_user, by, at, act.event_id))
    return found


def made_keys_of(answers: Mapping[str, Answer]) -> tuple[tuple[MadeKey, ...], str]:
    """The proven keys in these answers, the oldest first, and in words which more there are, and why not they."""
    facts = [answers[one].facts for one in QUESTIONS if one in answers]
    made = {str(one["key_id"]): from_plain(MadeKey, one) for fact in facts for one in _list(fact.get(MADE))}
    pairs = [(str(key_id), str(why)) for fact in facts for key_id, why in _list(fact.get(NOT_PROVEN))]
    gone = {str(one) for fact in facts for one in _list(fact.get(DELETED))}
    others = {key_id: why for key_id, why in pairs if key_id not in made}
    others |= {key_id: _DELETED for key_id in made if key_id in gone}
    ordered = sorted((one for one in made.values() if one.key_id not in gone), key=lambda one: (one.at, one.key_id))
    return tuple(ordered[:MOST_MADE_KEYS]), _left_out(others, len(ordered) - MOST_MADE_KEYS)


def _left_out(others: Mapping[str, str], cut: int) -> str:
    first = next((f"{key_id} ({why})" for key_id, why in others.items()), "")
    more = f" and {len(others) - 1} more" if len(others) > 1 else ""
    words = [f"{first}{more}"] if first else []
    return "; ".join([*words, *([f"{cut} that did not fit into this plan"] if cut > 0 else [])])


def _is_done(record: Mapping[str, Any]) -> bool:
    return record.get("eventSource") == _SERVICE and not record.get("errorCode")


def _asked_key(record: Mapping[str, Any]) -> str:
    return text(mapping(record.get("requestParameters")).get("accessKeyId"), _MOST_KEY_ID)


def _maker(record: Mapping[str, Any], detections: Sequence[Detection], made: Mapping[str, MadeKey]) -> tuple[str, str]:
    """Whose hand a record proves, for people, and why it proves none; one of both is empty."""
    identity = mapping(record.get("userIdentity"))
    key_id, at = text(identity.get("accessKeyId"), _MOST_KEY_ID), moment(record.get("eventTime"))
    if key_id in made:
        return f"with {key_id}, a key that the caller made", ""
    hands = [one for one in detections if _is_by(record, identity, one)]
    if not hands:
        return "", _OTHERS
    if at is None or not any(at >= one.happened_at for one in hands):
        return "", _BEFORE
    return f"the caller ({last_part(text(identity.get('arn'))) or key_id})", ""


def _is_by(record: Mapping[str, Any], identity: Mapping[str, Any], detection: Detection) -> bool:
    """Whether a call has the reported call's credentials; an address alone may be many people's."""
    actor = detection.actor
    if actor.access_key_id and identity.get("accessKeyId") == actor.access_key_id:
        return True
    same_name = actor.arn is not None and identity.get("arn") == actor.arn
    return same_name and actor.source_address is not None and record.get("sourceIPAddress") == actor.source_address


def _why_not(key_id: str, user: str, recorded_in: str, account: str) -> str:
    if recorded_in != account or not _KEY_ID.fullmatch(key_id):
        return _ELSEWHERE
    return "" if _USER_NAME.fullmatch(user) else _NO_USER


def _list(value: object) -> Sequence[Any]:
    return value if isinstance(value, list | tuple) else ()
