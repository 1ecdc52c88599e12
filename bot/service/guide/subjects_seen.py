"""Which certificates Roles Anywhere itself has seen, and which of them the CA's key has signed."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import Any

from bot.domain.answer import Answer, Question, Sign, answered
from bot.domain.errors import AwsNotFound
from bot.domain.usage.leaves import Leaf, read_leaves
from bot.domain.usage.members import mapping, text
from bot.domain.usage.words import counted, utc_text
from bot.service.guide.anchor_span import anchor_span
from bot.service.guide.inquiry import Inquiry
from bot.service.guide.sessions_seen import sessions_if_searchable

SUBJECTS = Question("subjects", ("90",), "Which certificates of this CA does Roles Anywhere itself list?")

# Subjects are read at one call a second.
_MOST_SUBJECTS = 15
_MOST_LINES = 30
_MOST_NAME = 120
_MOST_CERTIFICATE_CHARACTERS = 100_000


async def subjects(inquiry: Inquiry) -> Answer:
    """The certificates that Roles Anywhere has seen since the anchor exists, and that the CA's key has signed.

    A subject names no trust anchor: only its certificates' signatures, and the serials of the sessions, tell whose
    it is.

    See: https://docs.aws.amazon.com/rolesanywhere/latest/userguide/monitoring-subjects.html
    """
    span, seen = await anchor_span(inquiry), await sessions_if_searchable(inquiry)
    listed = await inquiry.all_pages("rolesanywhere", "ListSubjects", "subjects")
    recent = [one for one in listed if isinstance(at := one.get("lastSeenAt"), datetime) and at >= span.since]
    recent.sort(key=lambda one: one["lastSeenAt"], reverse=True)
    read = [await _credentials(inquiry, str(one.get("subjectId"))) for one in recent[:_MOST_SUBJECTS]]
    credentials = [one for some_of_them in read for one in some_of_them]
    leaves = read_leaves(map(_pem, credentials), span.ca_pems, inquiry.sources.read_certificates)
    serials = {one.serial for one in seen.sessions} if seen else set()
    ours = [one for one in credentials if _is_ours(one, leaves, serials)]
    unclear = [one for one in credentials if _is_ours(one, leaves, serials) is None]
    sentence = (
        f"Roles Anywhere lists {counted(len(ours), 'certificate')} of this CA, among {counted(len(recent), 'subject')} "
        f"seen since {utc_text(span.since)} ({len(listed)} in all)."
    )
    signs = []
    if ours and not (seen and seen.issued):
        certificates = counted(len(ours), "certificate")
        what = f"Roles Anywhere has seen {certificates} of this CA; CloudTrail shows no session so far."
        signs.append(Sign("certificate_seen", what))
    return answered(
        SUBJECTS.id,
        sentence,
        lines=tuple(_line(one, leaves) for one in ours[:_MOST_LINES]),
        signs=tuple(signs),
        not_checked=tuple(_not_checked(len(unclear), len(recent))),
        facts={"of_this_ca": len(ours), "unclear": len(unclear), "seen_since": len(recent), "listed": len(listed)},
    )


def _not_checked(unclear: int, recent: int) -> Iterator[str]:
    if unclear:
        yield f"Whose {counted(unclear, 'certificate')} of Roles Anywhere's list are: no key to check them."
    if recent > _MOST_SUBJECTS:
        yield f"{recent - _MOST_SUBJECTS} subjects, seen less recently than the {_MOST_SUBJECTS} read."


async def _credentials(inquiry: Inquiry, subject_id: str) -> list[Mapping[str, Any]]:
    try:
        answer = await inquiry.aws().call("rolesanywhere", "GetSubject", subjectId=subject_id)
    except AwsNotFound:
        return []
    found = mapping(answer.get("subject")).get("credentials")
    return [one for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []


def _pem(credential: Mapping[str, Any]) -> str:
    return text(credential.get("x509CertificateData"), _MOST_CERTIFICATE_CHARACTERS)


def _is_ours(credential: Mapping[str, Any], leaves: Mapping[str, Leaf], serials: Collection[str]) -> bool | None:
    """Whether the CA's key signed it; a session of this anchor with its serial says so too. None: can't be known."""
    leaf = leaves.get(_pem(credential))
    if leaf is None:
        return None
    # A CA below this one may have signed it, and its certificate stands nowhere.
    return True if leaf.serial in serials else leaf.of_ca


def _line(credential: Mapping[str, Any], leaves: Mapping[str, Leaf]) -> str:
    leaf = leaves[_pem(credential)]
    at = credential.get("seenAt")
    # Whether "failed" means what it says is not clear from the documentation, so it is shown as AWS has it.
    marked = "marked by AWS as failed" if credential.get("failed") is True else "not marked by AWS as failed"
    return (
        f"Certificate {leaf.serial} ({leaf.subject[:_MOST_NAME]}), last seen "
        f"{utc_text(at if isinstance(at, datetime) else None)}, {marked}"
    )
