"""Witnesses of a trust anchor's use beside CreateSession's records: Roles Anywhere's own list, and STS."""

from __future__ import annotations

from collections.abc import AsyncIterator

from bot.domain.answer import Answer, Question, answered
from bot.domain.event_search import By, Record
from bot.domain.usage.members import mapping, text
from bot.domain.usage.sessions import SERVICE
from bot.domain.usage.words import counted, last_part, late_sentence, utc_text
from bot.service.guide.anchor_span import anchor_span
from bot.service.guide.answering import of_an_anchor
from bot.service.guide.inquiry import Inquiry, Step
from bot.service.guide.sessions_seen import sessions_if_searchable
from bot.service.guide.subjects_seen import SUBJECTS, subjects

SERVICE_CALLS = Question("service_calls", ("93",), "Which AssumeRole calls did Roles Anywhere make?")

_MOST_ROLES = 5
_MOST_RECORDS_A_ROLE = 100


async def service_calls(inquiry: Inquiry) -> Answer:
    """The AssumeRole calls that Roles Anywhere made of the roles that sessions name, else of the profiles' roles.

    They name no trust anchor; a new key in one that no session shows is of another anchor, or CloudTrail is late.
    """
    span, seen = await anchor_span(inquiry), await sessions_if_searchable(inquiry)
    roles = tuple(dict.fromkeys(one.role_arn for one in seen.sessions if one.role_arn)) if seen else ()
    of = "the sessions' roles"
    if not roles:
        profiles = await inquiry.all_pages("rolesanywhere", "ListProfiles", "profiles")
        roles = tuple(
            dict.fromkeys(str(arn) for one in profiles if one.get("enabled") for arn in one.get("roleArns") or ())
        )
        of = "the roles of enabled profiles"
    asked = [
        await inquiry.events(By.RESOURCE, arn, since=span.since, most=_MOST_RECORDS_A_ROLE)
        for arn in roles[:_MOST_ROLES]
    ]
    made = {text(one.get("eventID")): one for found in asked for one in found.records if _by_roles_anywhere(one)}
    known = {one.access_key_id for one in seen.found.sessions if one.access_key_id} if seen else set()
    unknown = sum(_new_key(one) not in known for one in made.values())
    sentence = (
        f"Roles Anywhere entered {of} {counted(len(made), 'time')} since {utc_text(span.since)} "
        f"({counted(len(made) - unknown, 'time')} for sessions of this trust anchor)."
    )
    missing = [late_sentence(inquiry.now)]
    if len(roles) > _MOST_ROLES:
        missing.append(f"AssumeRole by Roles Anywhere of {len(roles) - _MOST_ROLES} more roles.")
    missing += [f"AssumeRole of {last_part(one.query.value)}: {one.why_cut}." for one in asked if one.why_cut]
    facts = {"calls": len(made), "of_unknown_sessions": unknown, "roles": list(roles[:_MOST_ROLES])}
    return answered(SERVICE_CALLS.id, sentence, not_checked=tuple(missing), facts=facts)


def _by_roles_anywhere(record: Record) -> bool:
    is_call = record.get("eventName") == "AssumeRole" and record.get("eventSource") == "sts.amazonaws.com"
    return is_call and mapping(record.get("userIdentity")).get("invokedBy") == SERVICE


def _new_key(record: Record) -> str:
    credentials = mapping(mapping(record.get("responseElements")).get("credentials"))
    return text(credentials.get("accessKeyId"))


def _ask(inquiry: Inquiry) -> AsyncIterator[Answer]:
    return of_an_anchor(inquiry, {SUBJECTS: subjects, SERVICE_CALLS: service_calls})


STEP = Step(
    id="use_witnesses",
    title="Other witnesses of its use",
    questions=(SUBJECTS, SERVICE_CALLS),
    permissions=(
        "rolesanywhere:GetTrustAnchor",
        "rolesanywhere:ListProfiles",
        "rolesanywhere:ListSubjects",
        "rolesanywhere:GetSubject",
        "cloudtrail:LookupEvents",
    ),
    ask=_ask,
    again=True,
)
