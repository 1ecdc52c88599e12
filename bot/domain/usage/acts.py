"""What was done with a key, as CloudTrail's records tell."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bot.domain.usage.act_kinds import ActKind, act_kind
from bot.domain.usage.members import Record, distinct, mapping, moment, text

# Where requests name what they are about, the most telling first.
_OBJECTS = (
    "roleArn",
    "secretId",
    "name",
    "names",
    "path",
    "snapshotId",
    "imageId",
    "dBSnapshotIdentifier",
    "dBClusterSnapshotIdentifier",
    "bucketName",
    "userName",
    "roleName",
    "policyArn",
    "policyName",
    "groupName",
    "instanceIds",
    "instanceId",
    "target",
    "targets",
    "documentName",
    "repositoryName",
    "functionName",
    "keyId",
    "resourceArn",
    "trustAnchorId",
    "profileId",
    "url",
    "resourceShareName",
    "tableArn",
)
_MOST_OBJECT_CHARACTERS = 120
_MOST_POLICY_CHARACTERS = 20_000
_ACCOUNT = re.compile(r"(?<![0-9A-Za-z-])[0-9]{12}(?![0-9A-Za-z-])")
# Snapshots and images are opened to everybody with "all", buckets with a group or a policy for any principal.
_EVERYBODY = re.compile(r'"all"|AllUsers|AuthenticatedUsers|Principal\\?":\s*(?:\{\s*\\?"AWS\\?":\s*)?\[?\s*\\?"\*')
_BEGINNING = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Act:
    """One call of a key that was followed.

    ``name`` is ``service:Operation``, ``what`` the thing that it was about, empty when the record does not say.
    ``error_code`` None means that AWS did it. ``key_id`` made the call; ``new_key_id`` came of it, and ``new_key_ends``
    is when that ends (None: unknown, or never), ``new_key_user`` the IAM user that AWS gave it to. ``recorded_in`` is
    the account whose record it is; ``account`` is that of the role that was entered. ``given_to`` are the other
    accounts, or ``everybody``, that data was shared with.
    """

    kind: ActKind
    name: str
    at: datetime | None
    region: str
    event_id: str
    key_id: str
    what: str
    address: str
    error_code: str | None
    new_key_id: str = ""
    new_key_ends: datetime | None = None
    account: str = ""
    given_to: tuple[str, ...] = ()
    new_key_user: str = ""
    recorded_in: str = ""

    @property
    def done(self) -> bool:
        """Whether AWS did it."""
        return self.error_code is None


def acts_of(records: Iterable[Record]) -> tuple[Act, ...]:
    """What the records tell, each event once, the newest first."""
    acts = [_act(record) for record in distinct(list(records))]
    return tuple(sorted(acts, key=lambda act: (act.at or _BEGINNING, act.event_id), reverse=True))


def of_kinds(acts: Iterable[Act], *kinds: ActKind, done: bool = True) -> tuple[Act, ...]:
    """The acts of some kinds that AWS did (or refused)."""
    return tuple(act for act in acts if act.kind in kinds and act.done is done)


def _act(record: Record) -> Act:
    service = text(record.get("eventSource")).partition(".")[0]
    operation = text(record.get("eventName"))
    asked = mapping(record.get("requestParameters"))
    kind = act_kind(service, operation, text(record.get("eventCategory")))
    made = _made(mapping(record.get("responseElements")))
    role_account = text(asked.get("roleArn")).split(":")[4:5]
    return Act(
        kind=kind,
        name=f"{service}:{operation}",
        at=moment(record.get("eventTime")),
        region=text(record.get("awsRegion")),
        event_id=text(record.get("eventID")),
        key_id=text(mapping(record.get("userIdentity")).get("accessKeyId")),
        what=_object(asked),
        address=text(record.get("sourceIPAddress")),
        error_code=text(record.get("errorCode")) or None,
        new_key_id=text(made.get("accessKeyId")),
        new_key_ends=moment(made.get("expiration")),
        account=role_account[0] if kind is ActKind.CHAINED and role_account else "",
        given_to=_given_to(record, asked) if kind is ActKind.SHARED else (),
        new_key_user=text(made.get("userName")),
        recorded_in=text(record.get("recipientAccountId")),
    )


def _made(answer: Mapping[str, Any]) -> Mapping[str, Any]:
    """The credentials in an answer: a session's, or a user's new access key."""
    return mapping(answer.get("credentials")) or mapping(answer.get("accessKey"))


def _object(asked: Mapping[str, Any]) -> str:
    for member in _OBJECTS:
        value = asked.get(member)
        if isinstance(value, list):
            value = ", ".join(text(one) for one in value[:3])
        if shown := text(value, _MOST_OBJECT_CHARACTERS):
            return shown
    return ""


def _given_to(record: Record, asked: Mapping[str, Any]) -> tuple[str, ...]:
    """Whom the request names beside the account itself."""
    written = json.dumps(asked, default=str)[:_MOST_POLICY_CHARACTERS]
    own = {text(record.get("recipientAccountId")), text(mapping(record.get("userIdentity")).get("accountId"))}
    others = [one for one in dict.fromkeys(_ACCOUNT.findall(written)) if one not in own]
    return (*others[:10], *(["everybody"] if _EVERYBODY.search(written) else []))
