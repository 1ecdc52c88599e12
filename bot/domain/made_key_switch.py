"""The access keys that an attack left behind, as actions switch them: what they are now, the calls, what AWS shows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any

from bot.domain.action_aws import ActionAws, if_known
from bot.domain.caller_quarantine import UserKey
from bot.domain.change_each import Changed, change_each
from bot.domain.errors import AwsError, AwsNotFound
from bot.domain.evidence import MadeKey
from bot.domain.identity import Target
from bot.domain.plan import Plan, PlanWords
from bot.domain.usage.words import counted, some

_ACTIVE, _GONE = "Active", "deleted"
_LIST = "iam:ListAccessKeys"
_MOST_NAMED = 3


async def last_use(key_id: str, aws: ActionAws) -> str:
    """When a key was used last and for which service, in words; empty when never. Raises as ActionAws.

    See: https://docs.aws.amazon.com/IAM/latest/APIReference/API_AccessKeyLastUsed.html
    """
    answer = await aws.call("iam", "GetAccessKeyLastUsed", AccessKeyId=key_id)
    used: Mapping[str, Any] = answer.get("AccessKeyLastUsed") or {}
    at = used.get("LastUsedDate")
    if not isinstance(at, datetime):
        return ""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC for {used.get('ServiceName')}"


async def last_uses(wanted: Sequence[MadeKey], aws: ActionAws) -> dict[str, str | None]:
    """The last use of each key by id: as AWS says now, else as the guide saw it; None when nobody knows."""
    uses = {one.key_id: one.last_used for one in wanted}
    for key_id in uses:
        try:
            uses[key_id] = await last_use(key_id, aws)
        except AwsError:
            # It tells who would notice, and nobody should wait for a containment because of that.
            continue
    return uses


def last_use_sentence(uses: Mapping[str, str | None]) -> str:
    """When keys were used last, for a plan: the first three by name."""
    if uses and all(use == "" for use in uses.values()):
        return "IAM has seen no use of them so far." if len(uses) > 1 else "IAM has seen no use of it so far."
    words = {None: "not known", "": "never"}
    named = [f"{key_id} {use or words[use]}" for key_id, use in list(uses.items())[:_MOST_NAMED]]
    more = f", and {len(uses) - _MOST_NAMED} more" if len(uses) > _MOST_NAMED else ""
    return f"Last used: {', '.join(named)}{more}."


async def made_keys_plan(
    action_id: str, target: Target, wanted: Sequence[MadeKey], status: str, words: PlanWords, aws: ActionAws
) -> Plan:
    """The plan that gives each of these keys this status.

    Raises:
        AwsError: they can't be read, or not one of them is there any more.
    """
    found = await if_known(_statuses(wanted, aws))
    if found is not None and not found:
        raise AwsNotFound("NoSuchKey", "not one of these access keys is there any more", _LIST)
    arn = str(target.anchor_arn)
    return Plan(
        action_id=action_id,
        target_arn=arn,
        calls=tuple(_user_key(one, arn).as_call(status) for one in wanted),
        state=dict(_state(wanted, found)),
        stops=words.stops,
        does_not_stop=words.does_not_stop,
        who_would_notice=words.who_would_notice,
        way_back=words.way_back,
        capsule=_capsule(wanted, found),
        evidence=target.known,
        touches=tuple(dict.fromkeys(user for one in wanted for user in _users(one, arn))),
        unknown=tuple(f"{_called(one)} status" for one in wanted) if found is None else (),
    )


async def switch_keys(wanted: Sequence[MadeKey], anchor_arn: str, status: str, aws: ActionAws) -> Changed:
    """Give each key this status; one that fails, or is deleted, does not stop the others.

    Raises:
        AwsUnclear: at least one call got no answer; the others were made.
        AwsError: no call worked; this is why the first did not.
    """
    changes = [(one.key_id, partial(_user_key(one, anchor_arn).set, status, aws)) for one in wanted]
    return await change_each("access keys", changes)


async def judged_keys(wanted: Sequence[MadeKey], status: str, aws: ActionAws) -> tuple[bool | None, str]:
    """Whether all have this status, and a sentence that names those that have not; deleted counts as inactive.

    Where not one key is seen, these may be the credentials of another account, and nothing is known.
    """
    try:
        found = await _statuses(wanted, aws)
    except AwsError as error:
        return None, f"AWS could not be read back ({error.code})."
    if not found:
        return None, "AWS shows none of these keys: they are deleted, or these are credentials of another account."
    good = {status} if status == _ACTIVE else {status, _GONE}
    bad = tuple(one.key_id for one in wanted if found.get(one.key_id, _GONE) not in good)
    word = status.lower()
    if not bad:
        gone = f", {len(wanted) - len(found)} of them deleted" if len(found) < len(wanted) else ""
        return True, f"AWS shows {counted(len(wanted), 'access key')} as {word}{gone}."
    good_ones = f"{len(wanted) - len(bad)} of {counted(len(wanted), 'access key')}"
    return False, f"AWS shows {good_ones} as {word}. Not {word}: {some(bad)}."


def were_active(capsules: Sequence[Mapping[str, Any]]) -> tuple[MadeKey, ...]:
    """The keys that at least one of these capsules shows as active."""
    active = [one for capsule in capsules for one in capsule.get("keys", ()) if one.get("status") == _ACTIVE]
    made = {str(one["key_id"]): one for one in active}
    names = ("key_id", "user_name", "made_by", "at", "event_id")
    return tuple(MadeKey(*(str(one[name]) for name in names)) for one in made.values())


async def _statuses(wanted: Sequence[MadeKey], aws: ActionAws) -> dict[str, str]:
    """``Active`` or ``Inactive`` by key id, as AWS has it now; a key that is deleted, or whose user is, has none.

    Raises:
        AwsError: they can't be read.
    """
    ids = {one.key_id for one in wanted}
    found: dict[str, str] = {}
    for user in dict.fromkeys(one.user_name for one in wanted):
        try:
            async for page in aws.pages("iam", "ListAccessKeys", UserName=user):
                found |= {str(one.get("AccessKeyId")): str(one.get("Status")) for one in page["AccessKeyMetadata"]}
        except AwsNotFound:
            continue
    return {key_id: status for key_id, status in found.items() if key_id in ids}


def _state(wanted: Sequence[MadeKey], found: Mapping[str, str] | None) -> Iterator[tuple[str, str]]:
    for one in wanted:
        yield _called(one), f"of user {one.user_name}, made {_when(one)} by {one.made_by}"
        if found is not None:
            yield f"{_called(one)} status", found.get(one.key_id, _GONE)


def _capsule(wanted: Sequence[MadeKey], found: Mapping[str, str] | None) -> dict[str, Any]:
    if found is None:
        return {}
    known = [
        {
            "key_id": one.key_id,
            "user_name": one.user_name,
            "made_by": one.made_by,
            "at": one.at,
            "event_id": one.event_id,
        }
        for one in wanted
    ]
    return {"keys": [{**one, "status": found.get(one["key_id"], _GONE)} for one in known]}


def _user_key(key: MadeKey, anchor_arn: str) -> UserKey:
    return UserKey(key.user_name, _users(key, anchor_arn)[0], key.key_id)


def _users(key: MadeKey, anchor_arn: str) -> tuple[str, str]:
    """The user's ARN without a path and with any: records don't tell the path, and a name is one user's only.

    See: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
    """
    partition, account = anchor_arn.split(":")[1], anchor_arn.split(":")[4]
    base = f"arn:{partition}:iam::{account}:user/"
    return f"{base}{key.user_name}", f"{base}*/{key.user_name}"


def _called(key: MadeKey) -> str:
    return f"access key {key.key_id}"


def _when(key: MadeKey) -> str:
    try:
        return f"{datetime.fromisoformat(key.at).astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    except ValueError:
        return "at a time that is not recorded"
