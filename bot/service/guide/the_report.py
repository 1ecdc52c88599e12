"""What the report itself says: the rule behind it, how late it came, what was asked for. No call is made."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import datetime, timedelta

from bot.domain.answer import Answer, Question, Sign, answered, could_not_check, does_not_apply
from bot.domain.case import Case
from bot.domain.detection import Detection, RuleAlert, SourceType, Where
from bot.domain.rule_runs import MOST_ALERTS_A_RUN, cut_sentence, is_cut
from bot.domain.usage.words import counted
from bot.domain.visible_text import quoted
from bot.service.guide.inquiry import Inquiry, Step

NEWEST_RULE_VERSION = 9
"""The newest version of the published rule that we have read.

See: https://github.com/elastic/detection-rules/blob/main/rules/integrations/aws/persistence_iam_roles_anywhere_trusted_anchor_created_with_external_ca.toml
"""
# How far each run looks back beyond its interval: version 1 ran every 10 minutes over 30, version 6 every 5 over 6.
_LONG_LOOK_BACK, _SHORT_LOOK_BACK = timedelta(minutes=20), timedelta(minutes=1)
_SHORT_SINCE_VERSION = 6
_UNCOUNTED = ("Alerts of that run that are in no case, such as those of approved CAs.",)
# See: https://attack.mitre.org/techniques/T1098/003/
_MITRE = (
    "MITRE ATT&CK: Persistence (TA0003), Account Manipulation (T1098): Additional Cloud Roles (T1098.003). "
    "Since version 8 the rule also names Modify Authentication Process (T1556)."
)
_READ_FROM = {
    Where.LIVE_CALL: "read from AWS, later",
    Where.RESPONSE: "read from AWS's answer to the call",
    Where.REQUEST: "read from the request",
    Where.ORIGINAL: "read from the original event in the alert",
    Where.EVENT: "read from the event",
    Where.FLATTENED: "read from the alert's copy of the event",
    Where.MAP_TEXT: "read from the alert's printed copy of the event",
    Where.ALERT: "read from the alert itself",
}
_KINDS = {
    SourceType.CERTIFICATE_BUNDLE: "an external CA, uploaded as certificates",
    SourceType.SELF_SIGNED_REPOSITORY: "an external CA of the kind for self-signed certificates",
    SourceType.AWS_ACM_PCA: "AWS Private CA",
    SourceType.UNKNOWN: "of no kind that we know, so it counts as external",
}

_RULE = Question("published_rule", ("2",), "Does the published rule match?")
_VERSION = Question("rule_version", ("12", "24", "27"), "Which version of the rule rang?")
_SEVERITY = Question("rule_severity", ("14", "15", "21", "22"), "How severe does the rule say it is?")
_DELAY = Question("delay", ("16", "18", "54"), "When did it happen, and how late did we hear of it?")
_FLOOD = Question("many_at_once", ("19",), "Were there so many alerts at once that some are missing?")
_TACTIC = Question("tactic", ("36", "37", "38"), "Which tactic is it?")
_REQUEST = Question("request", ("44", "79"), "What was asked for, and what did AWS answer?")
_SOURCE = Question("source_kind", ("46", "B2"), "What kind of CA is it, and where was that read?")


async def _ask(inquiry: Inquiry) -> AsyncIterator[Answer]:
    case, detection = inquiry.case, inquiry.case.detection
    alert = detection.alert
    yield _rule(detection)
    yield _version(alert)
    yield _severity(alert)
    yield _delay(case, detection)
    yield await _flood(inquiry)
    yield answered(_TACTIC.id, _MITRE)
    yield _request(detection)
    yield _source(detection)


def _rule(detection: Detection) -> Answer:
    rule = detection.rule
    if rule is None:
        return does_not_apply(_RULE.id, "This form of report does not hold what the rule reads.")
    if rule.v1 == rule.v6:
        says_both = "match" if rule.v1 else "do not match"
        return answered(_RULE.id, f"Versions 1 and 6 of the published rule {says_both}.")
    says = {True: "matches", False: "does not match"}
    return answered(_RULE.id, f"Version 1 of the published rule {says[rule.v1]}, version 6 {says[rule.v6]}.")


def _version(alert: RuleAlert | None) -> Answer:
    if alert is None or alert.version is None:
        return does_not_apply(_VERSION.id, "No rule with a version sent this.")
    sentence = f"Version {alert.version} of the rule rang; the newest that we know is {NEWEST_RULE_VERSION}."
    if alert.version.isdecimal() and int(alert.version) < NEWEST_RULE_VERSION:
        sentence += " The rule in use is old: update it."
    return answered(_VERSION.id, sentence)


def _severity(alert: RuleAlert | None) -> Answer:
    if alert is None:
        return does_not_apply(_SEVERITY.id, "No detection rule sent this: it came as the event itself.")
    score = f", risk score {alert.risk_score}" if alert.risk_score else ""
    tags = f" Tags: {', '.join(map(quoted, alert.tags))}." if alert.tags else ""
    return answered(_SEVERITY.id, f"{alert.system} says {alert.severity or 'nothing of severity'}{score}.{tags}")


def _delay(case: Case, detection: Detection) -> Answer:
    came = case.detected_at or detection.happened_at
    sentence = (
        f"It happened at {_utc(detection.happened_at)}; we heard of it {_span(came - detection.happened_at)} later."
    )
    alert = detection.alert
    if alert is not None and alert.alerted_at is not None:
        late = alert.alerted_at - detection.happened_at
        sentence += f" {alert.system} made its alert {_span(late)} after the event."
        sentence += "".join(_missed(alert, late))
    return answered(_DELAY.id, sentence)


def _missed(alert: RuleAlert, late: timedelta) -> Iterator[str]:
    version = int(alert.version) if alert.version and alert.version.isdecimal() else NEWEST_RULE_VERSION
    look_back = _LONG_LOOK_BACK if version < _SHORT_SINCE_VERSION else _SHORT_LOOK_BACK
    if late > look_back:
        minutes = int(look_back.total_seconds() / 60)
        yield f" The rule looks back {minutes} min beyond its interval: an event that comes in later is missed."


async def _flood(inquiry: Inquiry) -> Answer:
    alerts = [one.alert for one in inquiry.case.detections if one.alert and one.alert.run_id]
    if not alerts:
        return does_not_apply(_FLOOD.id, "The report names no run of a rule.")
    if inquiry.sources.alerts_of_run is None:
        return could_not_check(_FLOOD.id, "The alerts of other cases were not counted.")
    alert_of = {one.run_id or "": one for one in alerts}
    counts = {run_id: await inquiry.sources.alerts_of_run(run_id) for run_id in alert_of}
    run_id, most = max(counts.items(), key=lambda one: one[1])
    system, facts = alert_of[run_id].system, {"alerts": most, "cut": is_cut(most), "system": alert_of[run_id].system}
    if is_cut(most):
        sentence = cut_sentence(system, most)
        sign = Sign("run_cut", sentence)
        told = f"{sentence} Look in CloudTrail for more CreateTrustAnchor calls of that time."
        return answered(_FLOOD.id, told, signs=(sign,), facts=facts, not_checked=_UNCOUNTED)
    sentence = (
        f"No: {counted(most, 'alert')} of its run came in so far, and the rule as published makes at most "
        f"{MOST_ALERTS_A_RUN} in one run."
    )
    return answered(_FLOOD.id, sentence, facts=facts, not_checked=_UNCOUNTED)


def _request(detection: Detection) -> Answer:
    anchor = detection.anchor
    state = {True: "enabled", False: "disabled", None: "with no word on whether it is enabled"}[anchor.enabled]
    name = quoted(anchor.name) if anchor.name else "a trust anchor without a known name"
    sentence = f"{detection.event_name} of {name}, {state}."
    if detection.error_code:
        return answered(_REQUEST.id, f"{sentence} AWS refused it: {quoted(detection.error_code)}.")
    if anchor.arn is None:
        return answered(_REQUEST.id, sentence, not_checked=("The report does not show AWS's answer.",))
    return answered(_REQUEST.id, f"{sentence} AWS answered with {anchor.arn}.")


def _source(detection: Detection) -> Answer:
    where = detection.sources.get("source_type")
    kind = _KINDS[detection.anchor.source_type]
    read = _READ_FROM[Where(where)] if where else "nothing in the report says so"
    missing = tuple(f"The report does not give: {one}." for one in detection.missing)
    return answered(_SOURCE.id, f"The CA is {kind} ({read}).", not_checked=missing)


def _utc(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC"


def _span(length: timedelta) -> str:
    seconds = max(int(length.total_seconds()), 0)
    if seconds < 60:  # noqa: PLR2004 - A minute.
        return f"{seconds} s"
    minutes, hours = seconds // 60, seconds // 3600
    return f"{hours} h {minutes % 60} min" if hours else f"{minutes} min"


STEP = Step(
    id="the_report",
    title="The report",
    questions=(_RULE, _VERSION, _SEVERITY, _DELAY, _FLOOD, _TACTIC, _REQUEST, _SOURCE),
    permissions=(),
    ask=_ask,
    # The other alerts of the same run may come in after this one.
    again=True,
)
