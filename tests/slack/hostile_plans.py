"""Plans that name what others named, and what the card says of elsewhere, with a text wherever others write."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from bot.domain import events as ev
from bot.domain.answer import Answer, Sign, Standing
from bot.domain.investigation import RoundFinished, RoundStarted, StepAnswered
from bot.domain.plan import Difference, Plan
from bot.slack.button_value import Reference
from bot.slack.forms import action_form
from bot.slack.glass_form import glass_form
from bot.slack.plan_view import plan_pages, plan_view
from tests.slack.card_states import (
    ACTIONS,
    AVA,
    NOON,
    approved,
    asked,
    case_in,
    plan,
    stopped,
    wanted,
)
from tests.slack.hostile_surfaces import APPROVERS
from tests.slack.hostile_tasks import Shown, bot, drawn

_TITLE = "Disable Trust Anchor"


def rich_plan(text: str) -> Plan:
    """A plan in which every sentence and value is this text, as where policies, profiles and users are named."""
    whole = plan("disable_trust_anchor", text)
    return replace(
        whole,
        calls=(f"iam:AttachRolePolicy {text}",) * 3,
        state={f"{text} {number}": text for number in range(8)},
        stops=text,
        does_not_stop=text,
        who_would_notice=text,
        way_back=text,
        touches=(text,) * 3,
        unknown=(text,) * 7,
    )


def plans(text: str) -> Iterator[Shown]:
    """A plan that names policies, profiles and users, as form, card, pages and where it differs later."""
    ask, by = asked("disable_trust_anchor", needed=1)
    assert isinstance(ask, ev.ActionRequested)
    shown_plan = rich_plan(text)
    ask = replace(ask, plan=shown_plan, digest=shown_plan.digest(), reason=text)
    before, _ = case_in("acknowledged", text=text)
    yield action_form(before, ACTIONS[ask.action_id], shown_plan, wanted(1, APPROVERS))
    case, shown = drawn(before, (ask, by))
    request = case.requests["R1"]
    yield from (*shown, glass_form(case, request, _TITLE, Reference(case.case_id, case.revision, "R1", ask.digest)))
    for number in (1, 2, len(plan_pages(request, _TITLE))):
        yield plan_view(case, request, _TITLE, number)
    moved = tuple(Difference(f"{text} {number}", text, text) for number in range(8))
    event, _ = stopped(text)
    assert isinstance(event, ev.RunStopped)
    _, shown = drawn(case, approved((ask, by)), bot(replace(event, differences=moved)))
    yield from shown


def found_facts(text: str) -> dict[str, object]:
    """What steps hand on, with this text in every place that the card, the picture or the note reads."""
    key = {"key_id": text, "user": text, "expires": text, "chained": True, "account": text}
    session = {"at": text, "expires": text, "role_arn": text, "subject": text, "error_code": None}
    return {
        "anchors": [text] * 4,
        "other_accounts": [text, "123456789012", text],
        "keys": [key] * 3,
        "sessions": [session] * 3,
        "latest_expiry": text,
        "longest_session_seconds": text,
        "enabled": text,
        "private_ca_arns": [text],
    }


def elsewhere(text: str) -> Iterator[Shown]:
    """Keys that went on into other accounts, other uses and what the card's actions do not reach, while it is open."""
    signs = tuple(Sign(code, text, (AVA, text)) for code in ("ca_spread", "same_ca_elsewhere", "fresh_ca", "other_use"))
    names = ("same_ca", "lateral_movement", "sessions", "profiles", "roles_reached", "anchor_enabled")
    answers = tuple(
        Answer(one, Standing.ANSWERED, text, (text,) * 9, signs, (text,), (text,), found_facts(text)) for one in names
    )
    for state in ("new", "contained by disable"):
        before, _ = case_in(state, text=text)
        asked_of = RoundStarted(0, before.detection_seq, "me", NOON)
        happened: list[ev.Event] = [asked_of, StepAnswered(0, "step", answers), RoundFinished(0, {text: 1}, 900)]
        yield from drawn(before, *map(bot, happened))[1]
