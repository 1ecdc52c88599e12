"""What a copy of a trust anchor needs beside what GetTrustAnchor tells: its tags and its revocation lists (CRLs).

AWS does not say what becomes of a trust anchor's CRLs when it is deleted. They can't be given to another one, so those
of a copy are imported anew from their text. A CRL's own tags are not kept.

See: https://docs.aws.amazon.com/rolesanywhere/latest/APIReference/API_UpdateCrl.html
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bot.domain.action_aws import NOT_KNOWN, ActionAws
from bot.domain.errors import AwsError, AwsThrottled, AwsTransient, AwsUnclear
from bot.domain.usage.words import counted

MOST_LIST_CHARACTERS = 100_000
"""Of all lists together, in base64: a capsule stands in the log several times, and AWS takes 300,000 bytes of each."""

_TAGS, _LISTS, _NOT_KEPT = "tags", "crls", "not_kept"
_NAMES = {_TAGS: "tags", _LISTS: "CRLs"}
_OF_A_LIST = ("name", "enabled", "crlData", "aliasName")
# Keys that only AWS itself may set, in any case of letters.
# See: https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html
_RESERVED = "aws:"


async def kept_beside(arn: str | None, aws: ActionAws) -> dict[str, Any]:
    """``tags`` and ``crls`` for a trust anchor's capsule, and by ``not_kept`` why one of them is not there.

    Empty while a plan is drawn from the log.

    Raises:
        AwsError: AWS could not answer now; what it refuses is no error but a reason.
    """
    kept: dict[str, Any] = {}
    why: dict[str, str] = {}
    for what, read in ((_TAGS, _tags), (_LISTS, _lists)):
        try:
            found = await read(str(arn), aws)
        except (AwsThrottled, AwsTransient, AwsUnclear):
            raise
        except AwsError as error:
            if error.code == NOT_KNOWN:
                return {}
            why[what] = "not readable"
            continue
        if sum(len(str(one.get("crlData", ""))) for one in found) > MOST_LIST_CHARACTERS:
            why[what] = "too large"
        else:
            kept[what] = found
    return {**kept, _NOT_KEPT: why} if why else kept


async def _tags(arn: str, aws: ActionAws) -> list[dict[str, str]]:
    answer = await aws.call("rolesanywhere", "ListTagsForResource", resourceArn=arn)
    return [{"key": str(one.get("key")), "value": str(one.get("value") or "")} for one in answer.get("tags") or ()]


async def _lists(arn: str, aws: ActionAws) -> list[dict[str, Any]]:
    return [{what: one[what] for what in _OF_A_LIST if what in one} for one in await _lists_of(arn, aws)]


async def _lists_of(arn: str, aws: ActionAws) -> list[Mapping[str, Any]]:
    pages = aws.pages("rolesanywhere", "ListCrls")
    return [one async for page in pages for one in page.get("crls", ()) if one.get("trustAnchorArn") == arn]


def not_kept(capsule: Mapping[str, Any]) -> tuple[str, ...]:
    """What of it this capsule does not have, with the reason; those of older versions have none of it."""
    why = capsule.get(_NOT_KEPT) or {}
    return tuple(f"{name} ({why.get(what, 'not kept')})" for what, name in _NAMES.items() if what not in capsule)


def copy_sentence(beside: Mapping[str, Any]) -> str:
    """What Restore Trust Anchor would bring back of what :func:`kept_beside` found."""
    lost = not_kept(beside) if beside else ()
    if lost:
        return f"Restore Trust Anchor makes one without its {' and '.join(lost)}."
    return "Restore Trust Anchor makes one with the same name, CA, tags and CRLs."


def lost_sentence(capsule: Mapping[str, Any]) -> str:
    """What a copy does not have, and since when its CRLs are in force."""
    reserved = sum(map(_is_reserved, capsule.get(_TAGS) or ()))
    of_aws = (f"{counted(reserved, 'tag')} of AWS's own",) if reserved else ()
    lost = ", ".join(("the ARN", *(f"the {one}" for one in not_kept(capsule)), *of_aws))
    sentence = f"What does not come back: {lost}."
    if _LISTS not in capsule:
        return f"{sentence} Certificates on lost CRLs work with the copy."
    if not kept_lists(capsule):
        return sentence
    return f"{sentence} Its CRLs are imported right after, without their tags; until then certificates on them work."


def copied_tags(capsule: Mapping[str, Any]) -> list[dict[str, str]]:
    """The tags that a copy gets: all but those that only AWS may set."""
    return [dict(one) for one in capsule.get(_TAGS) or () if not _is_reserved(one)]


def _is_reserved(tag: Mapping[str, Any]) -> bool:
    return str(tag.get("key")).lower().startswith(_RESERVED)


def list_calls(capsule: Mapping[str, Any]) -> Iterator[str]:
    """The calls that import the lists, as text."""
    for one in kept_lists(capsule):
        switch = "enabled" if one.get("enabled") else "disabled"
        yield f"rolesanywhere:ImportCrl name={one.get('name')} sha256={_sha256(one)}, {switch}"


def kept_lists(capsule: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """The lists that a capsule has, as :func:`kept_beside` writes them."""
    return tuple(capsule.get(_LISTS) or ())


async def missing_lists(capsule: Mapping[str, Any], arn: str, aws: ActionAws) -> list[Mapping[str, Any]]:
    """The kept lists that the trust anchor with this ARN does not have; asks AWS only when there are kept ones.

    Raises:
        AwsError: they can't be listed.
    """
    kept = kept_lists(capsule)
    there = {_sha256(one) for one in await _lists_of(arn, aws)} if kept else set()
    return [one for one in kept if _sha256(one) not in there]


async def import_lists(capsule: Mapping[str, Any], arn: str, aws: ActionAws) -> tuple[str, ...]:
    """Import the kept lists that this trust anchor lacks, and say of each that was refused.

    Raises:
        AwsUnclear: no answer came; it may be imported.
    """
    refused = []
    try:
        missing = await missing_lists(capsule, arn, aws)
    except AwsError as error:
        return (f"Its CRLs, which were not imported: AWS answered {error.code} to ListCrls.",)
    for one in missing:
        try:
            await aws.call("rolesanywhere", "ImportCrl", **_import(one, arn))
        except AwsUnclear:
            raise
        except AwsError as error:
            refused.append(f"The CRL {one.get('name')} was not imported: AWS answered {error.code}.")
    return tuple(refused)


def _import(kept: Mapping[str, Any], arn: str) -> dict[str, Any]:
    """The members of ImportCrl's request.

    See: https://docs.aws.amazon.com/rolesanywhere/latest/APIReference/API_ImportCrl.html
    """
    request = {
        "name": kept.get("name"),
        "crlData": _data(kept),
        "enabled": kept.get("enabled") is True,
        "trustAnchorArn": arn,
    }
    return {**request, "aliasName": kept["aliasName"]} if kept.get("aliasName") else request


def _data(kept: Mapping[str, Any]) -> bytes:
    try:
        return base64.b64decode(str(kept.get("crlData")), validate=True)
    except binascii.Error:
        return b""


def _sha256(kept: Mapping[str, Any]) -> str:
    return hashlib.sha256(_data(kept)).hexdigest()
