"""Witnesses of a trust anchor's use beside CreateSession's records: CloudWatch's metric, and STS."""

from __future__ import annotations

from datetime import timedelta

from bot.domain.answer import Answer, Question, Sign, answered
from bot.domain.event_search import By, Record
from bot.domain.usage.members import mapping, text
from bot.domain.usage.sessions import SERVICE
from bot.domain.usage.words import counted, last_part, late_sentence, utc_text
from bot.service.guide.anchor_span import AnchorSpan, anchor_span
from bot.service.guide.inquiry import Inquiry
from bot.service.guide.sessions_seen import sessions_if_searchable

METRIC = Question("session_metric", ("62",), "How many sessions does CloudWatch count?")
SERVICE_CALLS = Question("service_calls", ("93",), "Which AssumeRole calls did Roles Anywhere make?")

_HOUR_SECONDS = 3600
_MOST_ROLES = 5
_MOST_RECORDS_A_ROLE = 100


async def metric(inquiry: Inquiry) -> Answer:
    """The metric Success of this trust anchor, held against CloudTrail.

    See: https://docs.aws.amazon.com/rolesanywhere/latest/userguide/monitoring-cloudwatch.html
    """
    span = await anchor_span(inquiry)
    total = await _counted_by_cloudwatch(inquiry, span)
    seen = await sessions_if_searchable(inquiry)
    in_trail = sum(one.issued for one in seen.found.sessions) if seen else None
    known = "could not be searched" if in_trail is None else f"shows {in_trail} so far"
    sentence = f"The metric says {total} {'success' if total == 1 else 'successes'}, CloudTrail {known}."
    if not total:
        sentence += " Without the service-linked role of Roles Anywhere there are no metrics."
    signs = []
    if total > (in_trail or 0) and span.changed_at is None:
        signs.append(Sign("ca_used", f"CloudWatch counts {total} sessions of this trust anchor."))
    elif not total and seen and seen.is_whole and not seen.issued:
        signs.append(Sign("ca_not_used", "Neither CloudTrail nor CloudWatch shows a session so far."))
    facts = {"successes": total, "in_cloudtrail": in_trail}
    return answered(METRIC.id, sentence, signs=tuple(signs), facts=facts)


async def _counted_by_cloudwatch(inquiry: Inquiry, span: AnchorSpan) -> int:
    # Points of an hour are kept 15 months and begin with the hour; before it was created the anchor has none.
    begin = span.since.replace(minute=0, second=0, microsecond=0)
    dimensions = {"Operation": "CreateSession", "TrustAnchorArn": inquiry.case.target.anchor_arn}
    stat = {
        "Metric": {
            "Namespace": "AWS/RolesAnywhere",
            "MetricName": "Success",
            "Dimensions": [{"Name": name, "Value": value} for name, value in dimensions.items()],
        },
        "Period": _HOUR_SECONDS,
        "Stat": "Sum",
    }
    end = inquiry.now + timedelta(minutes=1)
    query = [{"Id": "successes", "MetricStat": stat}]
    answer = await inquiry.aws().call(
        "cloudwatch", "GetMetricData", MetricDataQueries=query, StartTime=begin, EndTime=end
    )
    results = answer.get("MetricDataResults") or [{}]
    return round(sum(results[0].get("Values") or ()))


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
