"""What the card says, sentence by sentence: short, plain and true."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.domain.case import CLOSED_STATES, Case, CaseState, Request, RequestState
from bot.domain.case_evidence import evidence_of
from bot.domain.detection import Detection, SourceType
from bot.domain.live_state import is_live
from bot.domain.open_elsewhere import open_elsewhere
from bot.domain.verdict import Priority, verdict
from bot.slack.after_words import after_step
from bot.slack.glass_words import agreed_words
from bot.slack.ladder_words import done_words
from bot.slack.request_words import sentence_words
from bot.slack.text import code, date, defang, marked, mention_user, shown

_SHORT = 80
_ARN = 300
_ASK = "ask the person below whether this CA is theirs. If in doubt, disable: it can be undone."


_VERBS = {"CreateTrustAnchor": "created", "UpdateTrustAnchor": "changed", "EnableTrustAnchor": "enabled"}


def headline(case: Case) -> str:
    """The card's header."""
    if case.detection.event_name == "UpdateTrustAnchor":
        return "IAM Roles Anywhere: a trust anchor now trusts an external CA"
    if case.detection.event_name == "EnableTrustAnchor":
        return "IAM Roles Anywhere: a trust anchor was enabled"
    return "IAM Roles Anywhere: a trust anchor with an external CA"


def what_happened(case: Case) -> str:
    """One sentence: who did what, where; and while the door is open, what that means."""
    detection = case.detection
    verb = _VERBS.get(detection.event_name, "touched")
    who = _who_in_code(detection)
    name = code(detection.anchor.name, _SHORT) if detection.anchor.name else "without a known name"
    account = code(detection.account or "unknown", _SHORT)
    region = code(detection.region or "unknown", _SHORT)
    ca = f"so that it trusts {_ca_words(detection)} now," if verb == "changed" else f"with {_ca_words(detection)}"
    sentence = f"{who} {verb} trust anchor {name} {ca} in account {account}, {region}."
    if case.state is CaseState.CONTAINED or case.state in CLOSED_STATES:
        return sentence
    risk = "can get AWS credentials from anywhere, whatever access keys are rotated"
    return f"{sentence} Whoever holds that CA's key {risk}."


def _who_in_code(detection: Detection) -> str:
    who = _who(detection)
    # What stands in the ARN is marked there.
    return code(who, _SHORT) if who in (detection.actor.arn or "") else marked(code(who, _SHORT), who)


def _who(detection: Detection) -> str:
    actor = detection.actor
    return actor.name or actor.arn or actor.invoked_by or "Somebody"


def _ca_words(detection: Detection) -> str:
    if detection.anchor.source_type is SourceType.CERTIFICATE_BUNDLE:
        return "an external CA"
    if detection.anchor.source_type is SourceType.SELF_SIGNED_REPOSITORY:
        return "a self-signed external CA"
    if detection.anchor.source_type is SourceType.AWS_ACM_PCA:
        return "a CA of AWS Private CA"
    written = detection.anchor.source_type_text
    return f"a CA of unknown type {code(written, _SHORT)}" if written else "a CA of unknown type"


def state_words(case: Case, titles: dict[str, str]) -> str:
    """The case's state, who and when."""
    words = {
        CaseState.NEW: "*New.* Nobody has this yet.",
        CaseState.ACKNOWLEDGED: _acknowledged(case),
        CaseState.APPROVAL_PENDING: _pending(case, titles),
        CaseState.RUNNING: _running(case, titles),
        CaseState.CONTAINED: _contained(case, titles),
        **dict.fromkeys(CLOSED_STATES, _closed(case)),
        CaseState.EXPIRED: _ended(case, titles, "*Request expired.* Nothing was run."),
        CaseState.FAILED: _ended(case, titles, "*Failed.*"),
        CaseState.UNKNOWN_OUTCOME: _ended(case, titles, "*Outcome unknown.* Look in AWS now."),
    }
    return words[case.state]


def _acknowledged(case: Case) -> str:
    if not case.acknowledged_by or case.acknowledged_at is None:
        return ""
    return f"*Acknowledged* by {mention_user(case.acknowledged_by)}, {date(case.acknowledged_at)}."


def _pending(case: Case, titles: dict[str, str]) -> str:
    request = case.open_request
    return f"*Approval pending:* {titles[request.action_id]}." if request else ""


def _running(case: Case, titles: dict[str, str]) -> str:
    request = case.open_request
    if request is None:
        return ""
    how_far = f", {done_words(case, request)}" if request.rungs else ""
    return f"*Running now:* {titles[request.action_id]}{how_far}."


def _contained(case: Case, titles: dict[str, str]) -> str:
    request = case.requests.get(case.contained_by or "")
    if request is None:
        return ""
    ladder = case.requests.get(request.ladder)
    whole = ladder if ladder is not None and ladder.state is RequestState.DONE else request
    title, sentence = titles[whole.action_id], sentence_words(whole, whole.sentence, 300)
    return f"*Contained:* {title}, {_by_whom(request)}. {sentence}{_took(case, request)}"


def _took(case: Case, request: Request) -> str:
    if request.ended_at is None or case.opened_at is None:
        return ""
    return f" Contained {span(request.ended_at - case.opened_at)} after the alert came in."


def span(length: timedelta) -> str:
    """A length of time as people say it."""
    seconds = max(int(length.total_seconds()), 0)
    minutes, hours = seconds // 60, seconds // 3600
    if hours:
        return f"{hours} h {minutes % 60} min"
    return f"{minutes} min {seconds % 60} s" if minutes else f"{seconds} s"


def _by_whom(request: Request) -> str:
    return f"asked by {mention_user(request.by)}{agreed_words(request)}"


def _closed(case: Case) -> str:
    closed = case.closed
    if closed is None:
        return ""
    who = f"closed by {mention_user(closed.user_id)}, {date(closed.at)}"
    return f"*{closed.as_what.words}*, {who}: {marked(shown(closed.reason, 500), closed.reason)}"


def _ended(case: Case, titles: dict[str, str], first: str) -> str:
    request = case.last_containment
    if request is None:
        return first
    sentence = f" {sentence_words(request, request.sentence, 400)}" if request.sentence else ""
    return f"{first} {titles[request.action_id]}, {_by_whom(request)}.{sentence}"


def next_step(case: Case) -> str:
    """The first thing to do now."""
    steps = {**_by_state(), **_by_priority(case), **_by_ladder(case)}
    after = after_step(case) if case.state is CaseState.CONTAINED else None
    elsewhere = open_elsewhere(case.investigation.answers) if _is_to_act(case) else ""
    return f"{after or steps[case.state]} {elsewhere}".rstrip()


def _is_to_act(case: Case) -> bool:
    """Whether somebody should act, or has acted, so that what these actions leave open matters."""
    if case.state is CaseState.CONTAINED:
        return True
    return case.state in (CaseState.NEW, CaseState.ACKNOWLEDGED) and _priority(case) is Priority.HIGH


def _priority(case: Case) -> Priority:
    return verdict(case.flags, case.investigation.answers.values()).priority


def _by_priority(case: Case) -> dict[CaseState, str]:
    """What is to be done first while nobody has decided; empty where the priority says nothing special."""
    priority = _priority(case)
    known = case.known_state or {}
    is_open = case.target.anchor_arn is not None and known.get("exists") != "no" and known.get("enabled") != "no"
    if priority is Priority.HIGH and is_open:
        cost = " What used it before stops as well." if case.detection.event_name == "UpdateTrustAnchor" else ""
        ask = "Then ask the person below whether this CA is theirs."
        found = evidence_of(case)
        more = " Contain All also ends what is open behind it, step by step." if found.profiles or found.roles else ""
        step = f"Disable the trust anchor now: it can be undone.{more}{cost} {ask}"
    elif priority is Priority.LOW:
        step = "Check the reason below. If it holds, close this as a false positive; if in doubt, disable."
    else:
        return {}
    return {CaseState.NEW: step, CaseState.ACKNOWLEDGED: step}


def _by_ladder(case: Case) -> dict[CaseState, str]:
    """What is to be done while a ladder runs and after one that has not come to its end."""
    last = case.last_containment
    if last is None or not last.rungs:
        return {}
    step = "What is done stays done. Read below what stopped it, then go on from there or act in AWS."
    return {CaseState.RUNNING: "Watch the steps below. You can stop it between two of them.", CaseState.FAILED: step}


def _by_state() -> dict[CaseState, str]:
    return {
        CaseState.NEW: f"Acknowledge, then {_ASK}",
        CaseState.ACKNOWLEDGED: _ASK[0].upper() + _ASK[1:],
        CaseState.APPROVAL_PENDING: "Somebody else must read the plan below and decide.",
        CaseState.RUNNING: "Wait a moment, AWS is being called.",
        CaseState.CONTAINED: (
            "Sessions issued before live on for up to 12 hours: look for usage in the menu. "
            "Then harden: the guide has texts for it."
        ),
        **dict.fromkeys(CLOSED_STATES, "Nothing. The evidence is kept."),
        CaseState.TRUE_POSITIVE: "The incident is closed. Harden, if not done: the guide has texts for it.",
        CaseState.EXPIRED: "The trust anchor is as it was. Ask again if it is still needed.",
        CaseState.FAILED: "Read why in the thread, then try again or act in AWS.",
        CaseState.UNKNOWN_OUTCOME: "Look in AWS, then say below whether it was done, or ask again.",
    }


def utc(moment: datetime) -> str:
    """A moment in UTC, to the second."""
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def actor_fields(detection: Detection) -> list[str]:
    """Who and from where, one field each."""
    actor = detection.actor
    who = marked(code(actor.arn, _ARN), actor.arn) if actor.arn else "not stated"
    fields = [f"*Who*\n{who}{_kind(detection)}"]
    if actor.session_issuer_arn:
        fields.append(f"*Session of*\n{marked(code(actor.session_issuer_arn, _ARN), actor.session_issuer_arn)}")
    key = code(actor.access_key_id, _SHORT) if actor.access_key_id else "not stated"
    fields.append(f"*Access key*\n{key}\nMFA: {_mfa(actor.mfa)}")
    came_from = actor.source_address
    address = marked(code(defang(came_from), _SHORT), came_from) if came_from else "not stated"
    fields.append(f"*From*\n{address}\nVia: {_via(actor.via)}")
    if actor.user_agent:
        fields.append(f"*User agent*\n{marked(code(defang(actor.user_agent), 160), actor.user_agent)}")
    return fields


def _kind(detection: Detection) -> str:
    return f"\n{shown(detection.actor.kind, _SHORT)}" if detection.actor.kind else ""


def _mfa(mfa: bool | None) -> str:  # noqa: FBT001 - A value to put into words.
    return {True: "yes", False: "no", None: "not stated"}[mfa]


def _via(via: str | None) -> str:
    return {"console": "console", "cli": "AWS CLI", "sdk": "SDK or tool", "service": "another AWS service"}.get(
        via or "", "not stated"
    )


def place_fields(case: Case) -> list[str]:
    """When, where and which trust anchor, one field each."""
    detection = case.detection
    account = marked(code(detection.account or "unknown", _SHORT), detection.account)
    region = marked(code(detection.region or "unknown", _SHORT), detection.region)
    return [
        f"*Account and Region*\n{account} {region}",
        f"*When*\n{date(detection.happened_at)}\n{utc(detection.happened_at)}",
        f"*Trust anchor*\n{_anchor(case)}",
    ]


def _anchor(case: Case) -> str:
    anchor = case.detection.anchor
    name = marked(code(anchor.name, _SHORT), anchor.name) if anchor.name else "name not stated"
    anchor_id = code(case.target.anchor_id, _SHORT) if case.target.anchor_id else "id not stated"
    asked = "\nWhat it trusts: asked of AWS, not in the event" if is_live(case.detection) else ""
    return f"{name}\n{anchor_id}\n{_enabled(case)}{asked}"


def _enabled(case: Case) -> str:
    known = case.known_state or {}
    if known.get("exists") == "no":
        return "Deleted"
    if "enabled" in known:
        return "Enabled" if known["enabled"] == "yes" else "Disabled"
    enabled = case.detection.anchor.enabled
    return "Enabled or not: not stated" if enabled is None else ("Enabled" if enabled else "Disabled")
