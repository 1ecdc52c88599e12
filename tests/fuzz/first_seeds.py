"""Where fuzzing begins: the bodies that the tests build, packed and plain, and certificates in every state."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Callable, Iterator, Mapping

from tests import authorities, records, records_forms
from tests.fuzz.targets import ANCHOR_ARN
from tests.scores.labelled_events import labelled_events
from tests.slack.bot_on_loopback import a_click, a_submission, form

_MOST_BYTES = 30_000
_KINDS = ("ec", "rsa-1024", "rsa-2048", "ed25519", "ml-dsa-65")


def _messages() -> Iterator[bytes]:
    for build in records_forms.FORMS.values():
        yield records.body(build(records.cloudtrail_record(identity=records.assumed_role())))
    seen = set()
    for one in labelled_events():
        if (one.group, one.form) not in seen and one.form in ("record", "nested, map text", "stored", "guardduty"):
            yield records.body(one.message)
        seen.add((one.group, one.form))
    for finding in (records_forms.asff(), records_forms.ocsf(), records_forms.guardduty()):
        yield records.body(finding)
    batch = records_forms.awslogs_batch([records.cloudtrail_record()])
    yield gzip.compress(records.body(batch), mtime=0)
    yield base64.b64encode(gzip.compress(records.body(batch), mtime=0))
    yield records.body(records.sns(json.dumps([records.cloudtrail_record()] * 2)))


def _authorities() -> Iterator[bytes]:
    pems = [records.make_ca(key=key) for key in _KINDS]
    chain = records.make_ca("CN=Leaf", issuer="CN=Harbour Root,O=Example", signed_with="rsa-2048", key="ec")
    yield from (pem.encode() for pem in pems)
    yield (pems[0] + chain + pems[0]).encode()
    yield pems[0].replace("\n", "\r\n").encode()
    yield pems[0].replace("\n", "\\n").encode()
    yield pems[0].encode("utf-16")
    yield records.make_private_key_pem().encode() + pems[0].encode()
    for hashed in ("md5", "sha1"):
        yield authorities.block(authorities.weakly_signed(hashed)).encode()
    yield authorities.version_1()
    yield base64.b64encode(authorities.der_of(authorities.sound_ca()))
    yield authorities.block(authorities.der_of(authorities.sound_ca()), "TRUSTED CERTIFICATE").encode()


def _clicks() -> Iterator[bytes]:
    reference = "AW-0123456789:12:R1"
    click = a_click({"action_id": "acknowledge", "block_id": reference, "value": reference})
    chosen = a_click({"type": "overflow", "action_id": "more", "selected_option": {"value": "x"}, "block_id": "b"})
    metadata = json.dumps({"ref": reference, "digest": "d", "channel": "C1"})
    values = {"reason": {"reason": {"type": "plain_text_input", "value": "why"}}}
    sent = a_submission({"callback_id": "reject", "private_metadata": metadata, "state": {"values": values}})
    for payload in (click, chosen, sent, {**sent, "type": "view_closed"}):
        yield form(payload)
        yield records.body(payload)
    yield records.body({"type": "url_verification", "challenge": "abc", "token": "t"})
    yield records.body({"type": "event_callback", "event": {"type": "app_home_opened"}})
    yield b"ssl_check=1&token=t"


def _policies() -> Iterator[bytes]:
    service = {"Service": "rolesanywhere.amazonaws.com"}
    actions = ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"]
    conditions: tuple[object, ...] = (
        {},
        {"ArnEquals": {"aws:SourceArn": ANCHOR_ARN}},
        {"ArnLike": {"aws:SourceArn": [ANCHOR_ARN[:-4] + "*", "arn:*:rolesanywhere:*:?*:trust-anchor/*"]}},
        {"StringLike": {"aws:SourceArn": "*trust-anchor/*"}, "StringEquals": {"aws:SourceAccount": "123456789012"}},
        {"StringEquals": {"aws:PrincipalTag/x509Subject/CN": "ci"}, "Null": {"aws:TokenIssueTime": "true"}},
    )
    for condition in conditions:
        statement = {"Effect": "Allow", "Principal": service, "Action": actions, "Condition": condition}
        yield records.body({"Version": "2012-10-17", "Statement": [statement]})
    deny = {"Effect": "Deny", "NotPrincipal": {"AWS": "*"}, "NotAction": "sts:*"}
    yield records.body({"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "sts:*"}, deny]})
    yield b"%7B%22Statement%22%3A%7B%22Effect%22%3A%22Allow%22%7D%7D"


_SEEDS: Mapping[str, Callable[[], Iterator[bytes]]] = {
    "message": _messages,
    "authority": _authorities,
    "click": _clicks,
    "policy": _policies,
}


def first_seeds(target: str) -> tuple[bytes, ...]:
    """The bodies to begin with, each once and none of them large."""
    return tuple(dict.fromkeys(seed for seed in _SEEDS[target]() if len(seed) <= _MOST_BYTES))
