"""The thread: what happened to the case, line by line, and what the searches found."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bot.domain import events as ev
from bot.domain.approval_words import from_words
from bot.domain.audit import Entry
from bot.domain.case import Case, Notice, Refusal, Request
from bot.domain.closing import CloseReason, close_reason_of
from bot.domain.fold import user_of
from bot.domain.glass import GlassReviewed
from bot.domain.inventory_log import InventoryNotice
from bot.domain.investigation import RoundFinished
from bot.domain.ladder_event import LadderStopped
from bot.domain.ownership import OwnersAnswered
from bot.domain.plan import Report, plan_name
from bot.domain.receipt import OutcomeProved, OutcomeTold, ReceiptFound, ReceiptLooked
from bot.domain.remark import Remarked
from bot.domain.rule_runs import RunCut
from bot.domain.seen import PlanRead
from bot.domain.suspicion import SuspectAnswered
from bot.domain.tickets import TicketGiven
from bot.ports import Message
from bot.service.guide.inquiry import Step
from bot.service.show_case import NOTE_EVENT_TYPE, NOTICE_EVENT_TYPE, note_key
from bot.slack.after_notes import AfterNote, after_note
from bot.slack.alert_link import run_cut_words
from bot.slack.block_limits.whole import BLOCKS_CHARACTERS, size
from bot.slack.console_links import labels_only
from bot.slack.controls import Controls
from bot.slack.glass_words import agreed_words, review_note
from bot.slack.guide_notes import round_blocks, round_line
from bot.slack.inventory_notices import inventory_words
from bot.slack.ladder_words import end_words, place_words
from bot.slack.plan_words import left_out_lines
from bot.slack.receipt_words import receipt_note
from bot.slack.request_words import sentence_words
from bot.slack.suspect_question import suspect_note
from bot.slack.text import code, date, defang, fallback, joined, literal, marked, mention_user, shown

_MOST_LINES = 60
_MOST_REPORT_CHARACTERS = 2_800
_REASON = 600
_MOST_CHARACTERS = 2_900
_FOR_WHO_DID_IT = "For who made the trust anchor: *Guide*, *Tasks* sends your own guide, *About* has a message to copy."
# What Slack counts and we may not.
_MARGIN = 400

Block = dict[str, Any]


class Notes:
    """Writes notes, notices and private answers.

    Args:
        channel: where cards stand.
        ops_channel: where notices go.
        controls: knows what people call the actions.
        approvers_in_words: who is asked for a yes.
        steps: the guide's steps.
    """

    def __init__(
        self,
        channel: str,
        ops_channel: str,
        controls: Controls,
        approvers_in_words: str,
        steps: Sequence[Step] = (),
    ) -> None:
        self._channel = channel
        self._ops_channel = ops_channel
        self._controls = controls
        self._approvers = approvers_in_words
        self._steps = tuple(steps)

    def note(self, case: Case, entries: Sequence[Entry]) -> Message:
        """What the thread tells of these entries, oldest first."""
        lines, reports, rounds = [], [], []
        for entry in entries:
            event = ev.event_of(entry)
            if event is None:
                continue
            lines.append(self._line(case, entry, event))
            if isinstance(event, ev.RunFinished) and event.report is not None:
                reports.append(event.report)
            if isinstance(event, RoundFinished):
                rounds.append(event)
        text = joined("\n".join(lines).split("\n"), _MOST_CHARACTERS) or "Nothing to tell."
        through = case.note_reserved[0] if case.note_reserved else case.note_seq
        envelope = {
            "channel": case.card.channel or self._channel,
            "thread_ts": case.card.ts,
            "text": fallback(labels_only(text)),
            "unfurl_links": False,
            "unfurl_media": False,
            "metadata": {"event_type": NOTE_EVENT_TYPE, "event_payload": {"key": note_key(case, through)}},
        }
        blocks = [_section(text), *(block for report in reports for block in _report(report))]
        for event in rounds:
            blocks.extend(round_blocks(case, event, self._steps, BLOCKS_CHARACTERS - _MARGIN - size(blocks)))
        return Message({**envelope, "blocks": blocks}, lambda: envelope)

    def notice(self, case: Case, notice: Notice) -> Message:
        """One line for the operations channel: what was put aside or opens no case, and why."""
        text = _noticed(notice.event)
        envelope = {
            "channel": self._ops_channel,
            "text": fallback(text),
            "unfurl_links": False,
            "unfurl_media": False,
            "metadata": {"event_type": NOTICE_EVENT_TYPE, "event_payload": {"key": f"{case.case_id}:{notice.seq}"}},
        }
        return Message({**envelope, "blocks": [_section(text)]}, lambda: envelope)

    def refusal(self, refusal: Refusal) -> Message:
        """Why a press did nothing, for the one who pressed. Our own words and mentions: nothing of an attacker's."""
        envelope: dict[str, Any] = {
            "channel": refusal.channel,
            "user": refusal.user_id,
            "text": refusal.sentence,
        }
        return Message(envelope, lambda: envelope)

    def _line(self, case: Case, entry: Entry, event: ev.Event) -> str:
        who = mention_user(user_of(entry.by)) if user_of(entry.by) else "Anchorwatch"
        request = case.requests.get(getattr(event, "request_id", ""))
        if isinstance(event, AfterNote):
            return after_note(case, event, who)
        match event:
            case ev.Acknowledged():
                return f"{who} acknowledged this."
            case ev.MarkedFalsePositive():
                return _closed(who, event)
            case ev.Reopened():
                return f"{who} opened this again."
            case Remarked(sentence=sentence):
                return shown(defang(sentence), _REASON)
            case RoundFinished():
                return round_line(case, event, entry.at)
            case TicketGiven(ticket=ticket, may_be_actor=may_be_actor):
                return _ticketed(who, ticket, may_be_actor=may_be_actor)
            case OwnersAnswered() | SuspectAnswered():
                return _said(who, event)
        return "" if request is None else self._about_request(case, who, event, request)

    def _about_request(self, case: Case, who: str, event: ev.Event, request: Request) -> str:
        title = f"{place_words(case, request)}{self._controls.title(request.action_id)}"
        match event:
            case ev.ActionRequested(digest=digest):
                return self._asked(who, title, request, digest)
            case ev.ApprovalGiven(digest=digest):
                return f"{who} approved *{title}* as shown in plan {_plan(digest)}."
            case PlanRead():
                return _read(title, event)
            case ev.RequestRejected(reason=reason):
                return f"{who} rejected *{title}*. Nothing was run. Reason: {_reason(reason)}"
            case ev.RequestExpired():
                return f"The request for *{title}* expired. Nothing was run."
            case ev.RunStarted():
                return _running(title, event, request)
            case ev.RunStopped() | ev.RunFinished():
                return "\n".join([_ended(title, event, request), *end_words(case, request, self._controls.title)])
            case LadderStopped():
                return f"{who} stopped *{title}*: the step that runs comes to its end, and no other begins."
            case ReceiptFound() | ReceiptLooked() | OutcomeProved() | OutcomeTold():
                return receipt_note(event, request, title, who)
        return review_note(event, who, title) if isinstance(event, GlassReviewed) else ""

    def _steps_of(self, request: Request) -> str:
        """The rungs of a ladder, by name."""
        if not request.plan.rungs:
            return ""
        names = ", ".join(rung.title for rung in request.plan.rungs)
        return "\n".join([f"\n*Steps:* {names}", *left_out_lines(request.plan)])

    def _asked(self, who: str, title: str, request: Request, asked_for: str) -> str:
        reason = f"{_reason(request.reason)}{self._steps_of(request)}"
        asked = f"{who} asks for *{title}*, plan {_plan(asked_for)}: {reason}"
        if not request.needed or (request.glass is not None and request.glass.at_asking):
            return asked
        terms = request.terms
        many = "a yes" if terms.needed == 1 else f"{terms.needed} yes"
        return f"{asked}\nIt needs {many}{from_words(terms, self._approvers)} before {date(request.deadline)}."


def _said(who: str, event: OwnersAnswered | SuspectAnswered) -> str:
    if isinstance(event, SuspectAnswered):
        return suspect_note(who, was_me=event.was_me)
    return f"{who} says that the CA {'is theirs' if event.ours else 'is NOT theirs'}: {_reason(event.reason)}"


def _ticketed(who: str, ticket: str, *, may_be_actor: bool) -> str:
    suspect = " Their name is like the caller's: it may be the word of whoever did it." if may_be_actor else ""
    return f"{who} names the change ticket {_exactly(ticket)}. Anchorwatch can't look it up.{suspect}"


def _closed(who: str, event: ev.MarkedFalsePositive) -> str:
    as_what = close_reason_of(event.close_reason)
    line = f"{who} closed this as a {as_what.words.lower()}: {_reason(event.reason)}"
    harmless = as_what in (CloseReason.FALSE_POSITIVE, CloseReason.BENIGN_POSITIVE)
    return f"{line}\n{_FOR_WHO_DID_IT}" if harmless else line


def _plan(digest: str) -> str:
    return code(plan_name(digest), 12)


def _read(title: str, event: PlanRead) -> str:
    """What reading AWS made of a plan, where it is another one now."""
    return f"AWS was read for *{title}*: plan {code(event.before, 12)} is now {_plan(event.digest)}, with its state."


def _running(title: str, event: ev.RunStarted, request: Request) -> str:
    lines = [f"Running *{title}*: {'; '.join(code(call, 200) for call in request.plan.calls)}"]
    news = {what: event.state[what] for what in request.plan.unknown or () if what in event.state}
    if news:
        known = ", ".join(f"{shown(what, 120)}: {_exactly(value)}" for what, value in news.items())
        lines.append(f"Not known when it was asked for, read right before the call: {known}")
    return "\n".join(lines)


def _reason(text: str) -> str:
    return marked(shown(text, _REASON), text)


def _exactly(text: str, raw: str | None = None) -> str:
    return marked(code(text, 200), text if raw is None else raw)


def _noticed(event: ev.MessageQuarantined | ev.ReviewNoted | RunCut | InventoryNotice) -> str:
    if isinstance(event, InventoryNotice):
        return inventory_words(event)
    if isinstance(event, RunCut):
        return run_cut_words(event)
    if isinstance(event, ev.ReviewNoted):
        return (
            f"Worth a look: {code(event.event_name, 60)} by {_exactly(defang(event.actor), event.actor)} in account "
            f"{code(event.account or 'unknown', 40)}, {code(event.region or 'unknown', 40)}. {shown(event.reason, 300)}"
        )
    return (
        f"A message from {code(event.came_from, 80)} can't be understood and was put aside: "
        f"{shown(event.message, 300)} (at {code(event.position, 120)}). Kept in {code(event.kept_in, 120)}."
    )


def _stopped(title: str, event: ev.RunStopped, request: Request) -> str:
    holder = f" {mention_user(event.held_by)} asked for the other one." if event.held_by else ""
    lines = [f"*{title} was not run.* {sentence_words(request, event.why, _REASON)}{holder}"]
    lines.extend(
        f"• {shown(one.what, 60)}: was shown as {_exactly(one.shown)}, is now {_exactly(one.live)}"
        for one in event.differences
    )
    return "\n".join(lines)


def _ended(title: str, event: ev.RunStopped | ev.RunFinished, request: Request) -> str:
    return _stopped(title, event, request) if isinstance(event, ev.RunStopped) else _finished(title, event, request)


def _finished(title: str, event: ev.RunFinished, request: Request) -> str:
    if request.is_read:
        found = marked(shown(defang(event.sentence), _REASON), event.sentence)
        return f"*{title}*, asked by {mention_user(request.by)}: {found} Nothing was changed."
    words = {ev.Outcome.DONE: "done", ev.Outcome.FAILED: "failed", ev.Outcome.UNKNOWN: "outcome not known"}
    settled = " (found out after a restart)" if event.settled else ""
    if request.ladder:
        return f"*{title}: {words[event.outcome]}*{settled}. {_reason(event.sentence)}"
    return (
        f"*{title}: {words[event.outcome]}*{settled}. {_reason(event.sentence)} "
        f"Asked by {mention_user(request.by)}{agreed_words(request)}. Reason: {_reason(request.reason)}"
    )


def _report(report: Report) -> list[Block]:
    """A search's findings as preformatted text: no parser of Slack's reads what an attacker wrote there."""
    lines = [marked(literal(defang(line), 300), line) for line in report.lines[:_MOST_LINES]]
    more = len(report.lines) - _MOST_LINES
    if more > 0:
        lines.append(f"and {more} more lines, in the audit log")
    text = "\n".join(lines)
    if len(text) > _MOST_REPORT_CHARACTERS:
        text = text[:_MOST_REPORT_CHARACTERS] + "\n… cut here; all of it is in the audit log"
    blocks: list[Block] = []
    if text:
        element = {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": text}]}
        blocks.append({"type": "rich_text", "elements": [element]})
    if report.not_checked:
        unchecked = "\n".join(f"• {shown(one, 300)}" for one in report.not_checked[:8])
        blocks.append(_section(f"*Could not check*\n{unchecked}"))
    return blocks


def _section(text: str) -> Block:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": True}, "expand": True}
