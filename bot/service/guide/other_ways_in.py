"""Other ways in that were made around it: roles, credentials, changed trust policies. IAM's own events tell."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from difflib import unified_diff
from typing import Any
from urllib.parse import unquote

from bot.domain.answer import Answer, Question, Sign, answered, events_told
from bot.domain.errors import AwsError
from bot.domain.event_search import By, Record
from bot.domain.made_keys import KeysFound, keys_of_caller
from bot.domain.moments import facts_of
from bot.domain.trust_policy import lets_service_in
from bot.service.guide.history import HISTORY
from bot.service.guide.inquiry import Inquiry, Step
from bot.service.guide.keys_last_used import LAST_USED, with_last_use
from bot.service.guide.nearby import Nearby, after, count, lines_of, moments_of, named, nearby, same_hand

_MOST_DIFF_LINES = 30
_MOST_POLICIES = 3
_MOST_WRITES = 500
_CREDENTIAL_CALLS = frozenset(
    {
        "CreateAccessKey",
        "UpdateAccessKey",
        "CreateUser",
        "CreateLoginProfile",
        "UpdateLoginProfile",
        "CreateOpenIDConnectProvider",
        "UpdateOpenIDConnectProviderThumbprint",
        "AddClientIDToOpenIDConnectProvider",
        "CreateSAMLProvider",
        "UpdateSAMLProvider",
        "CreateServiceSpecificCredential",
        "UploadSigningCertificate",
        "UploadSSHPublicKey",
        "DeactivateMFADevice",
        "CreateVirtualMFADevice",
    }
)
_POLICY_CALLS = frozenset(
    {
        "UpdateAssumeRolePolicy",
        "CreateRole",
        "PutRolePolicy",
        "AttachRolePolicy",
        "CreatePolicyVersion",
        "SetDefaultPolicyVersion",
        "PutUserPolicy",
        "AttachUserPolicy",
        "DeleteRolePermissionsBoundary",
        "AddUserToGroup",
    }
)
_TRUST_WRITES = frozenset({"UpdateAssumeRolePolicy", "CreateRole"})

_ROLES = Question("roles_after", ("61",), "Were roles made since?")
_CREDENTIALS = Question("credential_paths", ("68", "69"), "Were other ways in made?")
_CHANGES = Question("policy_changes", ("70",), "Were roles or trust policies changed?")


async def _ask(inquiry: Inquiry) -> AsyncIterator[Answer]:
    found = await nearby(inquiry)
    for question, ask in ((_ROLES, _roles), (_CREDENTIALS, _credentials)):
        yield await ask(inquiry, found) if found.iam else found.unread(question.id)
    yield await _changes(inquiry, found) if found.iam else found.unread(_CHANGES.id)


async def _roles(inquiry: Inquiry, found: Nearby) -> Answer:
    detection = inquiry.case.detection
    made = after(named(found.records, frozenset({"CreateRole"})), detection)
    trusting = [one for one in made if lets_service_in(_policy_of(one))]
    sentence = f"{count(len(made), 'role')} made since; {_let_in(len(trusting), len(made))}."
    if not made:
        sentence = "No role was made since."
    signs = (Sign("role_trusts_service", sentence),) if trusting else ()
    facts = {"made": len(made), "trusting": len(trusting), **facts_of(moments_of(made, detection))}
    lines = (*lines_of(made), *(line for one in trusting[:_MOST_POLICIES] for line in _trust_of(one)))
    return answered(_ROLES.id, sentence, lines=lines, signs=signs, facts=facts, not_checked=found.searched[1:])


async def _credentials(inquiry: Inquiry, found: Nearby) -> Answer:
    detection = inquiry.case.detection
    tried = [one for one in named(found.records, _CREDENTIAL_CALLS, failed=None) if same_hand(one, detection)]
    made = [one for one in tried if not one.get("errorCode")]
    refused = len(tried) - len(made)
    tries = f"; {count(refused, 'try', 'tries')} refused" if refused else ""
    keys = await with_last_use(inquiry, keys_of_caller(found.records, made, inquiry.case.detections))
    events = {str(one.get("eventID") or "") for one in made}
    alive = sum(one.event_id in events and one.key_id not in keys.deleted for one in keys.made.values())
    left = f", {count(alive, 'new access key')} among them" if alive else ""
    sentence = f"The same identity or address made {count(len(made), 'other way')} in{left}{tries}."
    if not tried:
        sentence = "The same identity or address made no other way in."
    ids = events_told(str(one.get("eventID") or "") for one in made)
    signs = (Sign("credential_path_made", sentence, events=ids),) if made else ()
    facts = {"made": len(made), "refused": refused, **facts_of(moments_of(tried, detection)), **keys.facts()}
    lines = (*lines_of(tried), *_new_keys(keys))
    return answered(_CREDENTIALS.id, sentence, lines=lines, signs=signs, facts=facts, not_checked=found.searched[1:])


def _new_keys(keys: KeysFound) -> Iterator[str]:
    """The access keys that were made: they work until somebody deactivates them, whatever is done to the anchor."""
    for one in keys.made.values():
        state = "deleted since" if one.key_id in keys.deleted else "Deactivate New Access Keys ends it"
        yield f"new access key {one.key_id} of {one.user_name}, made by {one.made_by}: {state}"
    for key_id, why in keys.others.items():
        yield f"new access key {key_id}: {why}; look at it, and at what the sessions did"


async def _changes(inquiry: Inquiry, found: Nearby) -> Answer:
    detection = inquiry.case.detection
    changed = [one for one in named(found.records, _POLICY_CALLS) if same_hand(one, detection) or _opens(one)]
    opened = [one for one in changed if _opens(one)]
    sentence = f"{count(len(changed), 'change')} to roles and policies; {_let_in(len(opened), len(changed))}."
    if not changed:
        sentence = "No change to roles or policies by the same hand, and none that lets Roles Anywhere in."
    signs = (Sign("trust_policy_opened", sentence),) if opened else ()
    known = [*found.records, *await _older_writes(inquiry, opened, found.records)]
    lines = (*lines_of(changed), *(line for one in opened for line in _difference(one, known)))
    facts = {"changes": len(changed), "opened": len(opened), **facts_of(moments_of(changed, detection))}
    return answered(_CHANGES.id, sentence, lines=lines, signs=signs, facts=facts, not_checked=found.searched[1:])


def _let_in(number: int, total: int) -> str:
    """How many of these let Roles Anywhere in."""
    if total == 1:
        return f"it {'lets' if number else 'does not let'} Roles Anywhere in"
    return f"{number or 'none'} of them {'lets' if number == 1 else 'let'} Roles Anywhere in"


def _opens(record: Record) -> bool:
    return record.get("eventName") == "UpdateAssumeRolePolicy" and bool(lets_service_in(_policy_of(record)))


def _request(record: Record) -> dict[str, Any]:
    request = record.get("requestParameters")
    return request if isinstance(request, dict) else {}


def _policy_of(record: Record) -> object:
    return _request(record).get("policyDocument") or _request(record).get("assumeRolePolicyDocument")


async def _older_writes(inquiry: Inquiry, opened: Sequence[Record], records: Sequence[Record]) -> list[Record]:
    """Trust policies written in the 90 days before, if an earlier one of these roles is not known yet."""
    # Each search of an engine that knows addresses is paid by the byte.
    if inquiry.can_search(By.ADDRESS) or all(_writes_before(one, records) for one in opened):
        return []
    since = inquiry.now - HISTORY
    try:
        found = await inquiry.events(
            By.EVENT_NAME, "UpdateAssumeRolePolicy", since=since, region=inquiry.iam_region, most=_MOST_WRITES
        )
    except AwsError:
        # The answer then says that what was there before is not known.
        return []
    return list(found.records)


def _writes_before(record: Record, records: Iterable[Record]) -> list[Record]:
    role, at = _request(record).get("roleName"), str(record.get("eventTime"))
    writes = named(records, _TRUST_WRITES)
    return [one for one in writes if _request(one).get("roleName") == role and str(one.get("eventTime")) < at]


def _difference(record: Record, records: Iterable[Record]) -> list[str]:
    """The trust policy's change, where the searches show what it was before; else the policy as it was written."""
    role = _request(record).get("roleName")
    earlier = _writes_before(record, records)
    if not earlier:
        unknown = f"{role}: what its trust policy was before is not in the events that were searched; it was set to"
        return [unknown, *_pretty(_policy_of(record))[:_MOST_DIFF_LINES]]
    before, now = _pretty(_policy_of(earlier[-1])), _pretty(_policy_of(record))
    changed = list(unified_diff(before, now, "before", "after", lineterm="", n=1))
    return [f"{role}: its trust policy changed", *changed[:_MOST_DIFF_LINES]]


def _trust_of(record: Record) -> list[str]:
    """The trust policy that a new role was made with."""
    return [f"{_request(record).get('roleName')}: its trust policy", *_pretty(_policy_of(record))[:_MOST_DIFF_LINES]]


def _pretty(policy: object) -> list[str]:
    text = str(policy)
    try:
        return json.dumps(json.loads(unquote(text) if text.startswith("%") else text), indent=1).splitlines()
    except ValueError:
        return text.splitlines()


STEP = Step(
    id="other_ways_in",
    title="Other ways in",
    questions=(_ROLES, _CREDENTIALS, _CHANGES),
    permissions=("cloudtrail:LookupEvents", LAST_USED),
    ask=_ask,
    again=True,
)
