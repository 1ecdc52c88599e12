"""The card: one message for a case, drawn anew from its state each time."""

from __future__ import annotations

from typing import Any

from bot.domain.alarm_reminders import alarms_call
from bot.domain.ca_facts import Certificate
from bot.domain.case import Case, Request
from bot.domain.detection import RuleAlert
from bot.domain.house import House
from bot.ports import Message
from bot.service.show_case import CARD_EVENT_TYPE
from bot.slack.after_words import after_lines
from bot.slack.alarm_message import acknowledge_button, alarm_reference
from bot.slack.alert_link import alert_lines
from bot.slack.button_value import Reference
from bot.slack.card_digest import FOOTER, GUIDE_STATE, rendered, signed
from bot.slack.card_words import (
    actor_fields,
    headline,
    next_step,
    place_fields,
    state_words,
    utc,
    what_happened,
)
from bot.slack.closing_form import closing_line
from bot.slack.controls import APPROVE, Controls
from bot.slack.glass_words import glass_lines
from bot.slack.guide_words import card_lines, guide_lines
from bot.slack.incident_words import incident_lines
from bot.slack.ladder_words import progress_lines
from bot.slack.owner_question import owners_lines
from bot.slack.plan_controls import second_to
from bot.slack.receipt_words import receipt_lines
from bot.slack.request_blocks import RequestBlocks
from bot.slack.suspect_question import suspect_lines
from bot.slack.text import code, defang, fallback, joined, literal, marked, shown
from bot.slack.ticket_form import ticket_lines
from bot.slack.training_words import training_lines

_MOST_CERTIFICATES = 3
_NAME = 200
_RATING = 20

Block = dict[str, Any]


class Card:
    """Draws cards.

    Args:
        channel: where new cards go.
        controls: which buttons they have.
        approvers_in_words: who may say yes, for the people who wait.
        house: where its alerts are read, and which channels its accounts have.
    """

    def __init__(self, channel: str, controls: Controls, approvers_in_words: str, house: House | None = None) -> None:
        self._channel = channel
        self._house = house or House()
        self._controls = controls
        self._requests = RequestBlocks(controls.title, approvers_in_words)

    def draw(self, case: Case) -> Message:
        """The case's card as it is now."""
        envelope = {
            "channel": case.card.channel or self._house.channel_for(case.detection.account) or self._channel,
            "text": fallback(self._notification(case)),
            "unfurl_links": False,
            "unfurl_media": False,
            "metadata": {"event_type": CARD_EVENT_TYPE, "event_payload": {"key": case.case_id}},
        }
        blocks = self._drawn(case)
        rich = {**envelope, "blocks": signed(blocks, case)}
        return Message(rich, lambda: {**envelope, "text": self._as_text(case)}, rendered(blocks))

    def _titles(self, case: Case) -> dict[str, str]:
        return {one.action_id: self._controls.title(one.action_id) for one in case.requests.values()}

    def _notification(self, case: Case) -> str:
        account = shown(defang(case.detection.account or "unknown"), 20)
        return f"{case.state.value.capitalize()}: external CA in IAM Roles Anywhere, account {account}. {case.case_id}"

    def rendered(self, case: Case) -> str:
        """See :meth:`bot.service.signed_yes.Surface.rendered`."""
        return rendered(self._drawn(case))

    def fits(self, request: Request) -> bool:
        """See :meth:`bot.service.signed_yes.Surface.fits`."""
        return self._requests.fits(request)

    def _drawn(self, case: Case) -> list[Block]:
        actions, menu = self._controls.blocks(case)
        if case.open_request is not None and not self.fits(case.open_request):
            actions = second_to(actions, APPROVE)
        blocks = [
            {"type": "header", "text": {"type": "plain_text", "text": headline(case)}},
            self._status(case, menu),
            *self._progress(case),
            *_receipt(case),
            *_after(case),
            *self._glass(case),
            *_investigated(case),
            *_owners(case),
            *self._requests.blocks(case),
            *actions,
            *_fields(case),
            *_certificates(case),
        ]
        return [*blocks, self._footer(case)]

    def _status(self, case: Case, menu: Block | None) -> Block:
        lines = [state_words(case, self._titles(case)), what_happened(case), f"*Next:* {next_step(case)}"]
        block = _section(lines, Reference(case.case_id, case.revision).block_id("status"))
        block["expand"] = True
        if menu is not None:
            block["accessory"] = menu
        return block

    def _progress(self, case: Case) -> list[Block]:
        """How far a ladder is, rung by rung."""
        lines = progress_lines(case, self._controls.title)
        block_id = Reference(case.case_id, case.revision).block_id("ladder")
        return [{**_section(lines, block_id), "expand": True}] if lines else []

    def _glass(self, case: Case) -> list[Block]:
        lines = glass_lines(case, self._controls.title)
        return [_section(lines, Reference(case.case_id, case.revision).block_id("glass"))] if lines else []

    def _footer(self, case: Case) -> Block:
        words = [case.case_id]
        alert = case.detection.alert
        if alert is not None and alert.name:
            words.append(f"{shown(alert.system, 30)}: {marked(shown(alert.name, 120), alert.name)}{_rated(alert)}")
        if len(case.detections) > 1:
            words.append(f"{len(case.detections)} events")
        words.append(f"log entry {case.head.seq}, {case.head.hash[:8]}")
        elements = [_mrkdwn(" · ".join(words))]
        elements.extend(map(_mrkdwn, alert_lines(case, self._house.alert_hosts)))
        running = [self._controls.title(one.action_id) for one in case.requests.values() if one.is_read and one.is_open]
        if case.investigation.started is not None:
            running.append("Guide")
        if case.tasks.role_audit.runs:
            running.append("Report All Roles")
        if running:
            elements.append(_mrkdwn(f"Looking now: {', '.join(running)}. The thread shows how far it is."))
        block_id = Reference(case.case_id, case.revision).block_id(FOOTER)
        return {"type": "context", "block_id": block_id, "elements": elements}

    def _as_text(self, case: Case) -> str:
        """The whole alert without blocks, with the way to act when there are no buttons."""
        detection = case.detection
        lines = [
            f"*{headline(case)}*",
            state_words(case, self._titles(case)),
            what_happened(case),
            *(field.replace("\n", " ") for field in (*actor_fields(detection), *place_fields(case))),
            *after_lines(case),
            *incident_lines(case),
            *closing_line(case),
            *glass_lines(case, self._controls.title),
            *card_lines(case),
            *guide_lines(case),
            *alert_lines(case, ()),
            "Slack would not show the buttons. To disable by hand: "
            + code(
                f"aws rolesanywhere disable-trust-anchor --trust-anchor-id {case.target.anchor_id} "
                f"--region {detection.region}",
                250,
            ),
            case.case_id,
        ]
        return fallback("\n".join(lines), 3_900)


def _rated(alert: RuleAlert) -> str:
    """Which version of the rule it was, and how severe it says this is."""
    said = (("version", alert.version), ("severity", alert.severity), ("risk score", alert.risk_score))
    return "".join(f", {what} {shown(defang(value), _RATING)}" for what, value in said if value)


def _section(lines: list[str], block_id: str) -> Block:
    return {"type": "section", "block_id": block_id, "text": _mrkdwn(joined(lines, 3_000))}


def _mrkdwn(text: str) -> Block:
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def _fields(case: Case) -> list[Block]:
    fields = [*place_fields(case), *actor_fields(case.detection)]
    block_id = Reference(case.case_id, case.revision).block_id("facts")
    return [{"type": "section", "block_id": block_id, "fields": [_mrkdwn(text) for text in fields[:10]]}]


def _receipt(case: Case) -> list[Block]:
    lines = receipt_lines(case)
    block_id = Reference(case.case_id, case.revision).block_id("receipt")
    return [{"type": "context", "block_id": block_id, "elements": [_mrkdwn(joined(lines, 2_000))]}] if lines else []


def _after(case: Case) -> list[Block]:
    lines = [*after_lines(case), *incident_lines(case), *closing_line(case), *training_lines(case)]
    waiting = case.aftermath.waiting if alarms_call(case) else ()
    if not lines:
        return []
    if not waiting:
        return [_section(lines, Reference(case.case_id, case.revision).block_id("after"))]
    block = _section(lines, alarm_reference(case, waiting[-1]).block_id("after"))
    return [{**block, "accessory": acknowledge_button(case, waiting[-1])}]


def _investigated(case: Case) -> list[Block]:
    reference = Reference(case.case_id, case.revision)
    verdict = {**_section(card_lines(case), reference.block_id("verdict")), "expand": True}
    lines = guide_lines(case)
    state = {"type": "context", "block_id": reference.block_id(GUIDE_STATE), "elements": [_mrkdwn("\n".join(lines))]}
    return [verdict, state] if lines else [verdict]


def _owners(case: Case) -> list[Block]:
    lines = [*suspect_lines(case), *owners_lines(case), *ticket_lines(case)]
    return [_section(lines, Reference(case.case_id, case.revision).block_id("owners"))] if lines else []


def _certificates(case: Case) -> list[Block]:
    """The CA's certificates as preformatted text: no parser of Slack's reads what an attacker wrote there."""
    texts = [_certificate(number, one) for number, one in enumerate(case.ca.certificates[:_MOST_CERTIFICATES], 1)]
    more = len(case.ca.certificates) - _MOST_CERTIFICATES
    if more > 0:
        texts.append(f"and {more} more certificates, in the audit log")
    texts.extend(f"Not readable: {literal(defang(line), _NAME)}" for line in case.ca.unreadable[:3])
    if not texts and case.detection.anchor.acm_pca_arn:
        texts.append(f"AWS Private CA: {_written(case.detection.anchor.acm_pca_arn)}")
    if not texts:
        texts.append("The report holds no certificate of this CA.")
    element = {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": "\n\n".join(texts)}]}
    block_id = Reference(case.case_id, case.revision).block_id("certificates")
    return [{"type": "rich_text", "block_id": block_id, "elements": [element]}]


def _certificate(number: int, one: Certificate) -> str:
    signed = {True: "yes, checked with its key", False: "no", None: "could not be checked"}[one.self_signed]
    is_ca = {True: "yes", False: "no", None: "not stated"}[one.is_ca]
    key = f"{one.key_type} {one.curve}" if one.curve else one.key_type
    size = f", {one.key_bits} bits" if one.key_bits and str(one.key_bits) not in key else ""
    return "\n".join(
        (
            f"Certificate {number}",
            f"  Subject      {_written(one.subject)}",
            f"  Issuer       {_issuer(one)}",
            f"  Serial       {literal(defang(one.serial_hex), 64)}",
            f"  Self-signed  {signed}",
            f"  Valid        {utc(one.not_before)} to {utc(one.not_after)}",
            f"  Key          {literal(defang(key), 40)}{size}, {literal(defang(one.signature_algorithm), 60)}",
            f"  CA           {is_ca}",
            f"  SHA-256      {one.sha256}",
        )
    )


def _issuer(one: Certificate) -> str:
    if one.issuer == one.subject:
        return "the same"
    where = "its certificate is in the bundle" if one.issuer_sha256 else "its certificate is not in the bundle"
    return f"{_written(one.issuer)} ({where})"


def _written(text: str) -> str:
    return marked(literal(defang(text), _NAME), text)
