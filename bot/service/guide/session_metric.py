"""How many sessions CloudWatch counts for the trust anchor, held against CloudTrail."""

from __future__ import annotations

from datetime import timedelta

from bot.domain.answer import Answer, Question, Sign, answered
from bot.domain.usage.words import counted, none_or
from bot.service.guide.anchor_span import AnchorSpan, anchor_span
from bot.service.guide.inquiry import Inquiry
from bot.service.guide.sessions_seen import sessions_if_searchable

METRIC = Question("session_metric", ("62",), "How many sessions does CloudWatch count?")

_HOUR_SECONDS = 3600


async def metric(inquiry: Inquiry) -> Answer:
    """The metric Success of this trust anchor, held against CloudTrail.

    See: https://docs.aws.amazon.com/rolesanywhere/latest/userguide/monitoring-cloudwatch.html
    """
    span = await anchor_span(inquiry)
    total = await _counted_by_cloudwatch(inquiry, span)
    seen = await sessions_if_searchable(inquiry)
    in_trail = sum(one.issued for one in seen.found.sessions) if seen else None
    known = "could not be searched" if in_trail is None else f"shows {none_or(in_trail)} so far"
    counts = counted(total, "session") if total else "no session"
    sentence = f"CloudWatch counts {counts}, CloudTrail {known}."
    if not total:
        sentence += " Without the service-linked role of Roles Anywhere there are no metrics."
    signs = []
    if total > (in_trail or 0) and span.changed_at is None:
        signs.append(Sign("ca_used", f"CloudWatch counts {counted(total, 'session')} of this trust anchor."))
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
