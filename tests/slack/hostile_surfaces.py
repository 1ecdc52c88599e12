"""Every message and form of the product with a text in all places that others write, and what acts in them."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Container, Iterator, Mapping
from dataclasses import replace
from typing import Any

from bot.domain import events as ev
from bot.domain.answer import Answer, Question, Sign, Standing
from bot.domain.caller import CallerKind, CallFailed
from bot.domain.case import Case, Notice
from bot.domain.failed_calls import with_call
from bot.domain.fold import told_in_thread
from bot.domain.investigation import RoundFinished, RoundStarted, StepAnswered
from bot.domain.search_bar import Progress, SearchBar
from bot.ports import Message
from bot.service.guide.inquiry import Inquiry, Step
from bot.slack import forms
from bot.slack.block_limits import message_problems, view_problems
from bot.slack.card import Card
from bot.slack.controls import Controls
from bot.slack.failed_calls import FailedCallsMessage
from bot.slack.guide_view import GuideView
from bot.slack.notes import Notes
from bot.slack.owner_question import OwnerQuestion
from bot.slack.plan_controls import SHOW_PLAN
from bot.slack.search_bar import SearchBarMessage
from tests.slack.card_states import (
    ACTIONS,
    AVA,
    BEN,
    CARLA,
    CHANNEL,
    NOON,
    Event,
    at_noon,
    case_in,
    plan,
    wanted,
)
from tests.slack.what_slack_shows import CONSOLE
from tests.slack_markup import in_message


async def never_asked(inquiry: Inquiry) -> AsyncIterator[Answer]:
    """Drawing asks nothing."""
    del inquiry
    nothing: tuple[Answer, ...] = ()
    for one in nothing:
        yield one


OPS, GROUP = "C07ANCHOROP", "S07APPROVER"
APPROVERS = f"<!subteam^{GROUP}>"
CONTROLS = Controls(ACTIONS)
CARD = Card(CHANNEL, CONTROLS, APPROVERS)
QUESTIONS = tuple(Question(standing.name, ("1",), f"What is {standing.value}?") for standing in Standing)
STEP = Step("step", "What else is there", QUESTIONS, (), never_asked)
GUIDE = GuideView((STEP,))
BAR = SearchBarMessage(CHANNEL, CONTROLS)
NOTES = Notes(CHANNEL, OPS, CONTROLS, APPROVERS, (STEP,))
HARMLESS = "harbour"
PEOPLE = {AVA, BEN, CARLA}
OUR_KINDS = {"user", "group", "date", "bold", "code", "rich_text_preformatted"}


def dresses(message: Message) -> Iterator[Mapping[str, Any]]:
    """A message with blocks and as plain text."""
    yield message.rich
    yield message.plain()


def bars(case: Case, text: str) -> Iterator[Mapping[str, Any]]:
    """The message of a search while it runs and when it is over, of rounds and of each request."""
    stopped = ev.slack_user(AVA)
    for which in ({"round": 0}, {"round": 2}, *({"request_id": one} for one in case.requests)):
        bar = SearchBar(3, NOON, 3, **which)  # type: ignore[arg-type]
        yield from dresses(BAR.draw(case, bar, None))
        for now in (bar, replace(bar, stop_by=stopped, restarts=1), replace(bar, ended_at=NOON, stop_by=stopped)):
            yield from dresses(BAR.draw(case, now, Progress(text, 1.5, 3, 1_234)))


def surfaces(state: str, text: str) -> Iterator[Mapping[str, Any]]:
    """Every message and form of a case in a state, with this text wherever others write."""
    case, entries = case_in(state, text=text)
    yield from dresses(CARD.draw(case))
    told = [one for one in entries if (event := ev.event_of(one)) and told_in_thread(case, event)]
    yield from dresses(NOTES.note(case, told))
    yield from bars(case, text)
    yield from notices(text)
    yield forms.false_positive_form(case)
    for action_id in ("delete_trust_anchor", "disable_trust_anchor", "enable_trust_anchor"):
        yield forms.action_form(case, ACTIONS[action_id], plan(action_id, text), wanted(1, APPROVERS))
    if case.ownership.question is not None:
        yield from dresses(OwnerQuestion(CHANNEL).draw(case, case.ownership.question))
        yield from (forms.owners_form(case, 4, ours=ours) for ours in (True, False))
    for request in case.requests.values():
        yield forms.reject_form(case, request, ACTIONS[request.action_id].title)


def notices(text: str) -> Iterator[Mapping[str, Any]]:
    """The lines for the operations channel."""
    ops = Case("OPS-2026-11-22")
    yield from dresses(NOTES.notice(ops, Notice(7, ev.MessageQuarantined(text, text, text, text, text))))
    yield from dresses(NOTES.notice(ops, Notice(8, ev.ReviewNoted(text, text, text, text, text, text))))
    for kind in CallerKind:
        calls = with_call(None, CallFailed("e0", text, text, text, kind, text, text, NOON, text))
        yield from dresses(FailedCallsMessage(OPS).draw(Case("ATT-0123456789", failed_calls=calls), calls))


def acting(message: Mapping[str, Any]) -> Counter[tuple[str, str]]:
    """What acts in a message, and how often."""
    return Counter((one.kind, one.target) for one in in_message(message))


def problems(message: Mapping[str, Any]) -> list[str]:
    """What Slack would refuse."""
    if message.get("type") == "modal":
        return list(map(str, view_problems(message)))
    return [str(one) for update in (False, True) for one in message_problems(message, update=update)]


def foreign(message: Mapping[str, Any], ours: Container[tuple[str, str]] = ()) -> list[str]:
    """What acts in a message and can't be ours; ``ours`` is what else is, by kind and target."""
    known = {"user": PEOPLE, "group": {GROUP}}
    return [
        f"{one.kind} {one.target[:80]!r}"
        for one in in_message(message)
        if (one.kind, one.target) not in ours
        and not (one.kind == "link" and CONSOLE.fullmatch(one.target.partition("|")[0]))
        and (one.kind not in OUR_KINDS or (one.kind in known and one.target not in known[one.kind]))
    ]


def assert_calm(state: str, text: str) -> None:
    """Each surface acts as it does with a harmless word, where all has as much room as with it; Slack takes it."""
    for hostile, harmless in zip(surfaces(state, text), surfaces(state, HARMLESS), strict=True):
        assert problems(hostile) == []
        assert foreign(hostile) == []
        assert acting(hostile) == acting(harmless) or is_long(hostile) or left_lines_out(hostile, harmless)


def left_lines_out(hostile: Mapping[str, Any], harmless: Mapping[str, Any]) -> bool:
    """Whether a note had no room for all of its lines and says so; then it has less that acts, and nothing else."""
    says_so = any(f"more {word}, in the audit log" in str(hostile) for word in ("line", "lines"))
    return says_so and not acting(hostile) - acting(harmless)


def is_long(surface: Mapping[str, Any]) -> bool:
    """Whether a plan had no room as with a harmless word: the card has its button, the form has more blocks or none."""
    ids = [element.get("action_id") for block in surface.get("blocks", ()) for element in block.get("elements", ())]
    is_form = surface.get("type") == "modal" and surface.get("callback_id") in (*ACTIONS, None)
    return SHOW_PLAN in ids or (is_form and len(surface["blocks"]) != len(("the plan", "the reason")))


def answers(text: str) -> tuple[Answer, ...]:
    """An answer of each standing with this text wherever a step may have it from others."""
    signs = (Sign("long_lived_key", text), Sign("known_address", text), Sign("unheard_of", text))
    return tuple(
        Answer(one.name, one, text, (text, text), signs, (text,), (text,), {"private_ca_arns": [text]})
        for one in Standing
    )


def investigated(text: str, state: str = "new") -> tuple[Case, list[Mapping[str, Any]]]:
    """A case whose guide was asked, and the notes of its rounds in both dresses."""
    before, _ = case_in(state, text=text)
    seq = before.detection_seq
    rounds: list[Event] = [
        (RoundStarted(0, seq, "me", NOON), ev.ANCHORWATCH),
        (StepAnswered(0, "step", answers(text)), ev.ANCHORWATCH),
        (RoundFinished(0, {"cloudtrail:LookupEvents": 3}, 1_200), ev.ANCHORWATCH),
    ]
    case, entries = at_noon(*rounds, before=before)
    notes = [*dresses(NOTES.note(case, entries))]
    later: list[Event] = [
        (RoundStarted(1, seq, "me", NOON), ev.ANCHORWATCH),
        (StepAnswered(1, "step", answers(f"{text} again")), ev.ANCHORWATCH),
        (RoundFinished(1, {"cloudtrail:LookupEvents": 3}, 1_200, ev.slack_user(AVA)), ev.ANCHORWATCH),
    ]
    case, entries = at_noon(*later, before=case)
    return case, [*notes, *dresses(NOTES.note(case, entries))]


def guide_pages(case: Case) -> Iterator[Mapping[str, Any]]:
    """Every page of the guide."""
    for page in GUIDE.pages(case):
        yield GUIDE.view(case, page.name, NOON)


def guide_surfaces(text: str) -> Iterator[Mapping[str, Any]]:
    """Card, notes and every page of the guide, with this text wherever a step may have it from others."""
    case, notes = investigated(text)
    yield from dresses(CARD.draw(case))
    yield from notes
    yield from bars(case, text)
    yield from guide_pages(case)


def told(before: Case, *happened: Event) -> Iterator[Mapping[str, Any]]:
    """The card and the note after these events."""
    case, entries = at_noon(*happened, before=before)
    yield from dresses(CARD.draw(case))
    yield from dresses(NOTES.note(case, entries))
