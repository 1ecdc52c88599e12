"""A case in each state that a card can show, made of events by the real fold; and the texts of an attacker."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from bot.adapters.formats import understand
from bot.adapters.x509 import read_certificates
from bot.domain import events as ev
from bot.domain.action import Difference, Plan, Report
from bot.domain.audit import Entry, link
from bot.domain.ca_facts import CaFacts
from bot.domain.case import Case
from bot.domain.closing import CloseReason
from bot.domain.detection import Detection, RuleAlert
from bot.domain.fold import fold
from bot.domain.ladder import Ladder, ladder_plan
from bot.domain.ladder_event import LadderStopped
from bot.domain.ownership import OwnersAnswered, OwnersAsked
from bot.domain.post_events import PostDropped, PostKind, PostReserved, PostSent
from bot.domain.red_flags import red_flags
from bot.domain.terms import Terms, missing
from bot.domain.tickets import TicketGiven
from bot.registry import load_handlers
from bot.slack.wanted import Wanted
from tests.records import ANCHOR_ARN, ANCHOR_ID, body, cloudtrail_record, elastic_nested, eventbridge
from tests.slack.receipt_states import receipt_stories

AVA, BEN, CARLA = "U07AVALINDQ", "U07BENOKAFR", "U07CARLAREY"
CHANNEL, TS = "C07AWSALERT", "1795348800.000100"
CASE_ID = "AW-0123456789"
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
ACTIONS = load_handlers().askable
LONG = "W" * 65_536

HOSTILE = {
    "broadcast": "<!channel> @channel @here @everyone",
    "mention": "<@U07AVALINDQ> <!subteam^S07APPROVER> <#C07AWSALERT> #aws-alerts",
    "link": "https://evil.example/x <https://evil.example|Approve> evil.example mailto:a@evil.example",
    "backticks": "`x` ``` `*bold* _it_ ~no~```",
    "marks": "*bold* _italic_ ~strike~ > quote",
    "quote": ">>> everything after this is quoted",
    "emoji": ":white_check_mark: :tada: :+1: ✅",
    "direction": "\u202egnp.exe\u202c \u2066x\u2069 \u200f\u061c",
    "control": "a\x00b\x07c\x1b[31md\x7f\r\n\te\x85f\u2028g",
    "newlines": "\n\n*Approved* by <@U07BENOKAFR>\n> done\n```",
    "entities": "&lt;!channel&gt; &amp;amp; &#60;!here&#62;",
    "date": "<!date^0^{date_long}^https://evil.example|now>",
    "invisible": "a\u200b\ufeff\u2060\U000e0041\u3164b" + "e\u0301" + "\u0300" * 60,
    "surrogate": "\ud800x\udfff",
    "json": '{"type": "button", "action_id": "approve_request"}',
    "pipes": "|a|b|^c^",
    "long": LONG,
    "long marks": "*`<" * 20_000,
    "long escapes": "&" * 30_000,
    "blank": " \t ",
    "case": "AW-0123456789:1:R1",
}
"""What an attacker may write into any name."""

Event = tuple[ev.Event, str]


def at_noon(*happened: Event, before: Case | None = None) -> tuple[Case, tuple[Entry, ...]]:
    """The case after these events, a second apart, and their entries."""
    case = before or Case(CASE_ID)
    entries: tuple[Entry, ...] = ()
    for number, (event, by) in enumerate(happened):
        linked = link(CASE_ID, case.head, NOON + timedelta(seconds=number), [ev.draft(event, by)])
        case, entries = fold(case, linked), (*entries, *linked)
    return case, entries


@cache
def _detection(kind: str) -> Detection:
    record = cloudtrail_record()
    if kind == "bare":
        record = cloudtrail_record(responseElements=None, requestParameters=None, userIdentity={"type": "Unknown"})
        return understand(body(elastic_nested(record))).detections[0]
    return understand(body(eventbridge(record))).detections[0]


def received(kind: str = "full") -> Event:
    """The detection: ``full``, or ``bare`` as Elastic tells it without actor, trust anchor and certificates."""
    detection = _detection(kind)
    ca = read_certificates(detection.anchor.certificates_pem)
    return ev.DetectionReceived(detection, ca, red_flags(detection, ca)), ev.ANCHORWATCH


def with_text(record: Any, text: str) -> Any:
    """A copy of a record in which each text, however deep, is this one; ids that we parse ourselves stay."""
    if isinstance(record, str) and not hasattr(record, "name"):
        return text
    if isinstance(record, tuple):
        return tuple(with_text(one, text) for one in record)
    if dataclasses.is_dataclass(record) and not isinstance(record, type):
        fields = {one.name: getattr(record, one.name) for one in dataclasses.fields(record)}
        kept = {"arn", "anchor_id", "certificates_pem", "event_name", "sha256", "spki_sha256", "code"}
        changed = {name: value if name in kept else with_text(value, text) for name, value in fields.items()}
        return dataclasses.replace(record, **changed)
    return record


def hostile(text: str) -> Event:
    """A detection with an attacker's text wherever one can stand."""
    event, by = received()
    assert isinstance(event, ev.DetectionReceived)
    actor = dataclasses.replace(event.detection.actor, arn=text, session_issuer_arn=text, source_identity=text)
    anchor = dataclasses.replace(event.detection.anchor, acm_pca_arn=text)
    alert = RuleAlert("Elastic", "name", "high", "url")
    detection = dataclasses.replace(event.detection, actor=actor, anchor=anchor, alert=alert, missing=("x",))
    ca = CaFacts(event.ca.certificates * 5, ("x",))
    kept = dataclasses.replace(with_text(detection, text), actor=dataclasses.replace(with_text(actor, text), arn=text))
    return ev.DetectionReceived(kept, with_text(ca, text), event.flags), by


def plan(action_id: str, text: str | None = None) -> Plan:
    """A plan as handlers write it; with a text of an attacker's wherever AWS shows one."""
    name = "harbour-ci" if text is None else text
    action = ACTIONS[action_id]
    if isinstance(action, Ladder):
        left_out = ("Find Nothing: done in this case already.",)
        return ladder_plan(action, ANCHOR_ARN, tuple(plan(one, text) for one in action.rungs), left_out)
    return Plan(
        action_id=action_id,
        target_arn=ANCHOR_ARN,
        calls=(f"rolesanywhere:{action_id} trustAnchorId={ANCHOR_ID}", f"rolesanywhere:GetTrustAnchor {name}"),
        state={
            "enabled": "yes",
            "name": name,
            "source type": name,
            "certificates": "0123456789abcdef,0123456789abcdef",
            "ACM PCA": name,
            "changed at": "2026-11-20T09:30:12+00:00",
        },
        stops="New sessions. " * 20,
        does_not_stop="Sessions that were issued. " * 20,
        who_would_notice="Everything that uses it. " * 20,
        way_back="None. " * 40,
    )


def posted() -> list[Event]:
    """The card stands in Slack."""
    return [
        (PostReserved(PostKind.CARD, 0, "me"), ev.ANCHORWATCH),
        (PostSent(PostKind.CARD, 0, CHANNEL, TS, 1), ev.ANCHORWATCH),
    ]


def asked(action_id: str, *, needed: int = 0, number: int = 1, by: str = CARLA, text: str | None = None) -> Event:
    """Somebody asks for an action."""
    shown, action = plan(action_id, text), ACTIONS[action_id]
    reason = "Nobody knows this CA." if text is None else text
    deadline = NOON + timedelta(minutes=30)
    event = ev.ActionRequested(
        f"R{number}", action_id, action.risk, reason, shown, shown.digest(), needed, deadline, action.contains
    )
    return event, ev.slack_user(by)


def approved(request: Event, by: str = BEN) -> Event:
    """Somebody else says yes to what was asked."""
    event, _ = request
    assert isinstance(event, ev.ActionRequested)
    return ev.ApprovalGiven(event.request_id, event.digest), ev.slack_user(by)


def started(number: int | str = 1) -> Event:
    """The call is about to be made."""
    return ev.RunStarted(f"R{number}", "me", NOON + timedelta(minutes=1), {}, {}), ev.ANCHORWATCH


def finished(
    outcome: ev.Outcome, state: dict[str, str] | None = None, text: str = "As AWS shows.", number: int | str = 1
) -> Event:
    """The call was made and AWS was read back."""
    return ev.RunFinished(f"R{number}", outcome, text, None, state), ev.ANCHORWATCH


def stopped(text: str = "yes", number: int | str = 1) -> Event:
    """Nothing was run: AWS shows something else."""
    found = (Difference("enabled", text, "no"), Difference("name", "harbour-ci", text))
    why = "AWS does not show what was approved any more."
    return ev.RunStopped(f"R{number}", why, found, {"enabled": "no", "name": text}), ev.ANCHORWATCH


def searched(text: str = "arn:aws:iam::123456789012:role/Deploy", lines: int = 3) -> list[Event]:
    """A search that found something."""
    report = Report(text, (text,) * lines, (text,) * 3)
    return [
        asked("list_linked_profiles"),
        started(),
        (ev.RunFinished("R1", ev.Outcome.DONE, report.summary, report), ev.ANCHORWATCH),
    ]


def owners_stories(reason: str) -> Mapping[str, Sequence[Event]]:
    """What becomes of the question to the CA's owners."""
    keys = tuple(one.spki_sha256 for one in read_certificates(_detection("full").anchor.certificates_pem).certificates)
    ask = (OwnersAsked("S07APPROVER", keys), ev.slack_user(AVA))
    # The detection and the post of the card are the first three entries.
    ours, not_ours = ((OwnersAnswered(4, one, reason), ev.slack_user(BEN)) for one in (True, False))
    refused = (PostDropped(PostKind.QUESTION, 4, "msg_too_long"), ev.ANCHORWATCH)
    return {
        "owners asked": [ask],
        "owners not asked, Slack refused": [ask, refused],
        "owners say ours": [ask, ours],
        "owners say not ours": [ask, not_ours],
    }


def _proofs(run: Sequence[Event], words: str, reason: str) -> Mapping[str, Sequence[Event]]:
    """What CloudTrail, or a person, says of a deletion that was run."""
    deleted = [*run, finished(ev.Outcome.DONE, {"exists": "no"}, words)]
    return receipt_stories(deleted, [*run, finished(ev.Outcome.UNKNOWN, text=words)], BEN, reason)


def ladder_stories(text: str | None, words: str) -> Mapping[str, Sequence[Event]]:
    """What becomes of a ladder of four rungs."""
    ask = asked("contain_all", text=text)
    rungs = [[started(f"1.{one}"), finished(ev.Outcome.DONE, text=words, number=f"1.{one}")] for one in range(1, 5)]
    halt = (LadderStopped("R1"), ev.slack_user(BEN))
    return {
        "ladder pending": [asked("contain_all", needed=1, text=text)],
        "ladder running": [ask, *rungs[0], started("1.2")],
        "ladder stopping": [ask, *rungs[0], started("1.2"), halt],
        "ladder stopped": [ask, *rungs[0], started("1.2"), halt, rungs[1][1]],
        "ladder failed": [ask, *rungs[0], started("1.2"), finished(ev.Outcome.FAILED, text=words, number="1.2")],
        "ladder differs": [ask, *rungs[0], stopped(words, "1.2")],
        "ladder unknown": [ask, *rungs[0], started("1.2"), finished(ev.Outcome.UNKNOWN, text=words, number="1.2")],
        "ladder done": [ask, *(one for rung in rungs for one in rung)],
    }


def stories(text: str | None = None) -> Mapping[str, Sequence[Event]]:
    """By state (or way into it): the events that lead there, after the card was posted."""
    reason = "It is ours: see the ticket." if text is None else text
    words = "As AWS shows." if text is None else text
    delete = [asked("delete_trust_anchor", needed=1, text=text)]
    run = [*delete, approved(delete[0]), started()]
    two = asked("delete_trust_anchor", needed=2, text=text)
    disable = [asked("disable_trust_anchor", text=text), started()]
    disabled = finished(ev.Outcome.DONE, {"exists": "yes", "enabled": "no"}, words)
    false_positive = (ev.MarkedFalsePositive(reason), ev.slack_user(AVA))
    acknowledged = (ev.Acknowledged(), ev.slack_user(AVA))
    observed = (ev.AnchorObserved({"enabled": "yes", "name": words}, None), ev.ANCHORWATCH)
    found: dict[str, Sequence[Event]] = {
        "new": [],
        "observed": [observed],
        "not observed": [(ev.AnchorObserved(None, words), ev.ANCHORWATCH)],
        "acknowledged": [acknowledged],
        "approval pending": delete,
        "approval pending, one of two": [two, approved(two)],
        "running": run,
        "reading": [asked("find_certificate_usage"), started()],
        "searched": searched(words),
        "contained by disable": [*disable, disabled],
        "contained by delete": [*run, finished(ev.Outcome.DONE, {"exists": "no"}, words)],
        "enabled again": [*disable, disabled, asked("enable_trust_anchor", number=2, text=text), started(2)],
        **{one.words.lower(): [(ev.MarkedFalsePositive(reason, one.value), ev.slack_user(AVA))] for one in CloseReason},
        "reopened": [false_positive, (ev.Reopened(), ev.slack_user(AVA))],
        "rejected": [*delete, (ev.RequestRejected("R1", reason), ev.slack_user(BEN))],
        "expired": [*delete, (ev.RequestExpired("R1"), ev.ANCHORWATCH)],
        "failed": [*run, finished(ev.Outcome.FAILED, text=words)],
        "stopped": [*delete, approved(delete[0]), stopped(words)],
        "unknown outcome": [*run, finished(ev.Outcome.UNKNOWN, text=words)],
        **owners_stories(reason),
        "ticket named": [(TicketGiven("CHG0044021" if text is None else text, may_be_actor=True), ev.slack_user(AVA))],
        **_proofs(run, words, reason),
        **ladder_stories(text, words),
        "acknowledged and failed": [acknowledged, *run, finished(ev.Outcome.FAILED, text=words)],
    }
    return found


STATES = tuple(stories())


def case_in(state: str, *, kind: str = "full", text: str | None = None) -> tuple[Case, tuple[Entry, ...]]:
    """A case in a state, and its entries; ``text`` fills whatever others may write."""
    first = received(kind) if text is None else hostile(text)
    return at_noon(first, *posted(), *stories(text)[state])


def wanted(needed: int, approvers: str) -> Wanted:
    """What a form says is needed: so many yes of these."""
    terms = Terms(needed=needed)
    return Wanted(terms, missing(terms, ()), own_yes=False, approvers_in_words=approvers)
