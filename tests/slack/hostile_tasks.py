"""What people hand over, broken glasses and what came back, as messages and forms with a text wherever others write."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, replace
from datetime import timedelta
from typing import Any

from bot.domain import events as ev
from bot.domain.alarms import AlarmAcknowledged, AlarmRaised, AllClearSaid
from bot.domain.audited_roles import AuditedRole
from bot.domain.case import Case
from bot.domain.closing import CloseReason
from bot.domain.closing_note import MOST_CAUSE_CHARACTERS, ClosingNoteWritten
from bot.domain.fold import told_in_thread
from bot.domain.followups import FollowupEnded, FollowupOpened
from bot.domain.glass import GlassBroken, GlassReviewed
from bot.domain.house import House
from bot.domain.incident import ChannelKind, IncidentProtocol, IncidentStarted, IncidentStep, IncidentStepDone
from bot.domain.people import People
from bot.domain.post_events import PostDropped, PostKind
from bot.domain.role_audit import RoleAuditAsked, RoleAuditBegun, RoleAuditFailed
from bot.domain.terms import Terms
from bot.domain.training import TrainingAsked, TrainingNotSent, TrainingSent
from bot.service.guide.read_role_audit import AccountAudit
from bot.slack.alarm_message import AlarmMessage
from bot.slack.audit_words import audit_comment
from bot.slack.button_value import Reference
from bot.slack.closing_form import closing_form
from bot.slack.followup_list import FollowupList
from bot.slack.forms import action_form
from bot.slack.glass_form import glass_form, review_form, with_inputs
from bot.slack.glass_message import GlassMessage
from bot.slack.incident_form import incident_form
from bot.slack.incident_words import IncidentMessages
from bot.slack.task_page import TaskPage
from bot.slack.training_words import TrainingMessages
from tests.slack.card_states import (
    ACTIONS,
    AVA,
    BEN,
    CARLA,
    CHANNEL,
    NOON,
    Event,
    asked,
    at_noon,
    case_in,
    finished,
    started,
    wanted,
)
from tests.slack.hostile_surfaces import APPROVERS, CARD, CONTROLS, NOTES, dresses

Shown = Mapping[str, Any]

GUIDE_URL = "https://wiki.example.com/trust-anchors"
INCIDENT_CHANNEL = "C0INCIDENT1"
PROTOCOL = IncidentProtocol(ChannelKind.PRIVATE, "inc", (BEN, "S07APPROVER"), pages=True)
ON_CALL = People((), ("S07APPROVER",), "on call")
GLASS_TERMS = Terms(needed=2, approvers=ON_CALL, break_glass=People((AVA,)))
PERMALINK = f"https://example.slack.com/archives/{CHANNEL}/p1"
OURS = {
    ("emoji", ":rotating_light:"),
    ("emoji", ":white_check_mark:"),
    ("channel", INCIDENT_CHANNEL),
    ("link", f"{GUIDE_URL}|our guide"),
    ("link", f"{PERMALINK}|the card"),
}
"""What acts in these messages and is ours."""
_TITLE = "Disable Trust Anchor"


def bot(event: ev.Event) -> Event:
    """Anchorwatch writes this down."""
    return event, ev.ANCHORWATCH


def ava(event: ev.Event) -> Event:
    """Ava did this."""
    return event, ev.slack_user(AVA)


def drawn(before: Case, *happened: Event) -> tuple[Case, list[Shown]]:
    """The case after these events, with its card and the thread's note about them."""
    case, entries = at_noon(*happened, before=before)
    told = [one for one in entries if (event := ev.event_of(one)) and told_in_thread(case, event)]
    return case, [*dresses(CARD.draw(case)), *(dresses(NOTES.note(case, told)) if told else ())]


def page(case: Case) -> Shown:
    """The guide's page of tasks, as a modal of its own."""
    blocks = TaskPage(House(guide_url=GUIDE_URL), PROTOCOL).blocks(case, Reference(case.case_id, case.revision))
    title = {"type": "plain_text", "text": "Tasks"}
    return {"type": "modal", "title": title, "blocks": [*blocks]}


def sent_as_text(text: str) -> Shown:
    """What stands above files: Slack parses it as the text of a message."""
    return {"channel": CHANNEL, "text": text}


def training(text: str) -> Iterator[Shown]:
    """Send Training Guide: the messages, and what card, thread and page of tasks say of each end."""
    writer = TrainingMessages(CHANNEL, GUIDE_URL)
    closed = ava(ev.MarkedFalsePositive(text, CloseReason.BENIGN_POSITIVE.value))
    due, shown = drawn(case_in("new", text=text)[0], closed)
    yield from (*shown, page(due))
    asked_for, shown = drawn(due, ava(TrainingAsked()))
    yield from (*shown, page(asked_for))
    yield from dresses(writer.to_person(asked_for, CARLA))
    yield from dresses(writer.to_thread(asked_for, f"Slack did not take a message to the person ({text})"))
    seq = asked_for.tasks.training.asked_seq
    for end in (
        TrainingSent(seq, CARLA, text, 0),
        TrainingSent(seq, "", text, 7, text),
        TrainingNotSent(seq, f"Slack answered {text}."),
        TrainingNotSent(seq, text, maybe=True),
    ):
        ended, shown = drawn(asked_for, bot(end))
        yield from (*shown, page(ended))


def audited(text: str, rows: int = 3) -> AccountAudit:
    """A report in which every value of every role is this text."""
    values: dict[str, Any] = {
        one.name: (text, text) if str(one.type).startswith("tuple") else text for one in fields(AuditedRole)
    }
    return AccountAudit((AuditedRole(**values),) * rows, None, enabled=False, not_read=(text,) * 12)


def role_audit(text: str) -> Iterator[Shown]:
    """Report All Roles: what stands above the files, and why there are none."""
    before, _ = case_in("new", text=text)
    yield sent_as_text(audit_comment(before, audited(text), NOON))
    runs, shown = drawn(before, ava(RoleAuditAsked()))
    yield from (*shown, page(runs))
    seq = runs.tasks.role_audit.asked_seq
    made, shown = drawn(runs, bot(RoleAuditBegun(seq, "me", NOON + timedelta(minutes=10))))
    yield from shown
    _, shown = drawn(made, bot(RoleAuditFailed(seq, text)))
    yield from shown


def begun_incident(text: str) -> Case:
    """A case whose incident somebody started, for this reason."""
    begun = IncidentStarted(text, PROTOCOL.channel.value, "inc-2026-11-22", PROTOCOL.invite, PROTOCOL.pages)
    return at_noon(ava(begun), before=case_in("acknowledged", text=text)[0])[0]


def incident(text: str) -> Iterator[Shown]:
    """Start Incident: the form, the channel's first message, card and thread, while it works and when nothing does."""
    before, _ = case_in("acknowledged", text=text)
    yield incident_form(before, PROTOCOL)
    case, shown = drawn(before, *[ava(IncidentStarted(text, "private", "inc-1", PROTOCOL.invite, page=True))])
    yield from (*shown, page(case), incident_form(case, PROTOCOL))
    messages = IncidentMessages(CONTROLS.title)
    made = IncidentStepDone(IncidentStep.CHANNEL, channel=INCIDENT_CHANNEL, name="inc-1")
    works = [made, *(IncidentStepDone(one) for one in (IncidentStep.INVITE, IncidentStep.EVIDENCE, IncidentStep.PAGE))]
    done, shown = drawn(case, *map(bot, works))
    yield from (*shown, page(done), incident_form(done, PROTOCOL))
    yield from dresses(messages.brief(done, PERMALINK))
    yield from dresses(messages.brief(done, None))
    yield sent_as_text(messages.evidence(done))
    yield sent_as_text(messages.topic(done))
    broken = [IncidentStepDone(one, text) for one in (IncidentStep.INVITE, IncidentStep.EVIDENCE, IncidentStep.PAGE)]
    nothing_works: list[ev.Event] = [made, *broken, PostDropped(PostKind.INCIDENT, case.head.seq, text)]
    failed, shown = drawn(case, *map(bot, nothing_works))
    yield from (*shown, page(failed), incident_form(failed, PROTOCOL))
    lost, shown = drawn(case, *map(bot, [IncidentStepDone(IncidentStep.CHANNEL, text), broken[-1]]))
    yield from (*shown, page(lost), incident_form(lost, PROTOCOL))


def glass(text: str) -> Iterator[Shown]:
    """Break the Glass: forms, the message for all, card and thread, the reminder of the review and the review."""
    ask, by = asked("disable_trust_anchor", needed=2, text=text)
    assert isinstance(ask, ev.ActionRequested)
    ask = replace(ask, terms=GLASS_TERMS)
    before, _ = case_in("acknowledged", text=text)
    box = replace(wanted(2, APPROVERS), terms=GLASS_TERMS)
    form = action_form(before, ACTIONS[ask.action_id], ask.plan, box)
    yield with_inputs(form, replace(box, glass=True), ticked=True)
    yield with_inputs(form, replace(box, no_glass="Slack can't tell."))
    waits, shown = drawn(before, (ask, by))
    request = waits.requests["R1"]
    yield from (*shown, glass_form(waits, request, _TITLE, Reference(waits.case_id, waits.revision, "R1", ask.digest)))
    case, shown = drawn(
        waits,
        ava(GlassBroken("R1", ask.digest, f"Why: {text}", rendered="shown")),
        started(),
        finished(ev.Outcome.DONE, text=text),
    )
    yield from shown
    request = case.requests["R1"]
    assert request.glass is not None
    yield from dresses(GlassMessage(CHANNEL, CONTROLS.title, APPROVERS).glass(case, request, request.glass))
    yield review_form(case, request, _TITLE)
    points = FollowupList(CHANNEL, CONTROLS.title, APPROVERS)
    yield from dresses(points.draw(case, 1, anew=True))
    reviewed, shown = drawn(case, (GlassReviewed("R1", was_right=False, words=f"No: {text}"), ev.slack_user(BEN)))
    yield from (*shown, *dresses(points.draw(reviewed, 1, anew=False)))


def points_and_note(text: str) -> Iterator[Shown]:
    """The closing note, its form and every open point."""
    opened = [bot(FollowupOpened(f"key {number}", f"{text} {number}")) for number in range(25)]
    case, shown = drawn(case_in("contained by disable", text=text)[0], *opened)
    points = FollowupList(CHANNEL, CONTROLS.title, APPROVERS)
    yield from (*shown, closing_form(case), *dresses(points.draw(case, 1, anew=True)))
    note = ClosingNoteWritten(text[:MOST_CAUSE_CHARACTERS], (text,) * 9, (text,) * 20)
    case, shown = drawn(case, ava(note), ava(FollowupEnded("key 3")), bot(FollowupEnded("key 4", "void")))
    yield from (*shown, closing_form(case), *dresses(points.draw(case, 1, anew=False)))


def alarms(text: str) -> Iterator[Shown]:
    """What came back, its reminder, who has it, and how the watch ended."""
    writer = AlarmMessage(CHANNEL)
    raised = [bot(AlarmRaised(f"{text} {number}", (str(number),), calls=True)) for number in range(5)]
    case, shown = drawn(case_in("contained by disable", text=text)[0], *raised)
    yield from shown
    yield from (one for alarm in case.aftermath.alarms for one in dresses(writer.draw(case, alarm)))
    yield from dresses(writer.remind(case, 2))
    had, shown = drawn(case, ava(AlarmAcknowledged(case.head.seq)))
    yield from (*shown, *dresses(writer.draw(had, had.aftermath.alarms[0])))
    for clear in (True, False):
        said = AllClearSaid(NOON, NOON, clear, 2, NOON, "" if clear else text, (text,) * 9)
        yield from drawn(had, bot(said))[1]
