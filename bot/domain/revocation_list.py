"""A certificate revocation list that somebody pasted, and what is wrong with it for one trust anchor.

See: https://www.rfc-editor.org/rfc/rfc5280#section-5
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from bot.domain.action_aws import ActionAws
from bot.domain.action_form import ActionForm, Entered, FieldKind, FormField
from bot.domain.anchor_copy import check_account
from bot.domain.crl_facts import CrlFacts
from bot.domain.errors import AwsError
from bot.domain.identity import Target
from bot.domain.list_file import MOST_BYTES, list_text

MOST_CHARACTERS = 3_000
"""What an input of Slack takes. See: https://docs.slack.dev/reference/block-kit/block-elements/plain-text-input-element"""

_MOST_SERIALS = 10
_SEPARATORS = re.compile(r"[\s,;]+")
_HEX = re.compile(r"[0-9a-f]{1,40}")


def list_fields(target: Target, now: datetime) -> tuple[FormField, ...]:
    """The form: the list and the certificates that must be on it."""
    del target, now
    return (
        FormField(
            "crl",
            "The revocation list (CRL)",
            FieldKind.TEXT,
            hint=f"PEM, signed by the CA's owner, at most {MOST_CHARACTERS:,} characters. A longer one: as a file.",
            required=False,
            most=MOST_CHARACTERS,
        ),
        FormField(
            "crl_file",
            "Or the list as a file",
            FieldKind.FILE,
            hint=f"PEM or DER, at most {MOST_BYTES:,} bytes, which is what Roles Anywhere takes.",
            required=False,
            most=MOST_BYTES,
            into="crl",
            endings=("pem", "crl", "der"),
        ),
        FormField(
            "serials",
            "Serial numbers that must be on it",
            hint="Hexadecimal, commas between them. Find Certificate Usage shows those that were used.",
            most=500,
        ),
    )


def list_mistakes(target: Target, entered: Entered, now: datetime) -> Mapping[str, str]:
    """What is wrong with the list or the serial numbers, by the field."""
    if "crl" not in entered:
        return {"crl": "Paste the list here, or choose it as a file."}
    return dict(_mistakes(target.known.crl, wanted_serials(entered), now))


LIST_FORM = ActionForm(list_fields, list_mistakes, list_text)
"""The form of Import CRL."""


def wanted_serials(entered: Entered) -> tuple[str, ...]:
    """The serial numbers that were written, as :class:`CrlFacts` writes them."""
    found = (one.lower().replace(":", "").removeprefix("0x") for one in _SEPARATORS.split(entered.get("serials", "")))
    return tuple(dict.fromkeys(one.lstrip("0") or "0" for one in found if one))


def _mistakes(crl: CrlFacts | None, serials: Sequence[str], now: datetime) -> Iterator[tuple[str, str]]:
    about_list = _about_list(crl, now)
    if about_list:
        yield "crl", about_list
    if not serials or len(serials) > _MOST_SERIALS or not all(map(_HEX.fullmatch, serials)):
        yield "serials", f"Write 1 to {_MOST_SERIALS} serial numbers in hexadecimal, with commas between them."
    elif crl is not None and not set(serials) <= set(crl.serials):
        lacking = ", ".join(one for one in serials if one not in crl.serials)
        yield "serials", f"Not on the list: {lacking[:100]}."


def _about_list(crl: CrlFacts | None, now: datetime) -> str:
    if crl is None:
        return "This can't be read as a CRL. It begins with -----BEGIN X509 CRL-----."
    if not crl.signed_by_ca:
        return "The trust anchor's CA did not sign this list. Only the CA's owner can make one that counts."
    if crl.is_partial:
        return "This is a delta CRL, which holds changes only. Ask for the whole list."
    if crl.issued_at > now:
        return f"The list is not valid before {crl.issued_at:%Y-%m-%d %H:%M} UTC."
    if crl.next_update is not None and crl.next_update <= now:
        return f"The list has expired on {crl.next_update:%Y-%m-%d %H:%M} UTC. Ask for a new one."
    return ""


def checked_list(target: Target, now: datetime) -> tuple[CrlFacts, tuple[str, ...]]:
    """The list and the named serial numbers.

    Raises:
        AwsError: nothing was entered, it is wrong, or nobody says that the CA is ours.
    """
    known = target.known
    wrong = tuple(_mistakes(known.crl, wanted_serials(known.entered), now))
    if known.crl is None or wrong or not known.ca_is_ours or target.anchor_arn is None:
        why = wrong[0][1] if wrong else "nobody says that this CA is ours"
        raise AwsError("NothingToImport", why, "rolesanywhere:ImportCrl")
    return known.crl, wanted_serials(known.entered)


async def find_list(anchor_arn: str, sha256: str, aws: ActionAws) -> Mapping[str, Any] | None:
    """The trust anchor's list with this text, as ListCrls shows it; None when AWS has none.

    Raises:
        AwsError: the lists can't be read, or the credentials are another account's.
    """
    await check_account(anchor_arn.split(":")[4], aws)
    async for one in _lists(aws):
        if one.get("trustAnchorArn") == anchor_arn and _sha256(one.get("crlData")) == sha256:
            return one
    return None


async def _lists(aws: ActionAws) -> AsyncIterator[Mapping[str, Any]]:
    async for page in aws.pages("rolesanywhere", "ListCrls"):
        for one in page.get("crls", ()):
            yield one


def list_state(found: Mapping[str, Any] | None) -> dict[str, str]:
    """How the list stands in AWS, in the words of plans."""
    if found is None:
        return {"this list": "not there"}
    return {"this list": "enabled" if found.get("enabled") else "disabled"}


def text_sha256(text: str) -> str:
    """SHA-256 (hex) of a list's text."""
    return hashlib.sha256(text.encode()).hexdigest()


def _sha256(data: object) -> str:
    """Of the list as AWS gives it back: base64 text."""
    try:
        return hashlib.sha256(base64.b64decode(str(data), validate=True)).hexdigest()
    except binascii.Error:
        return ""
