"""The timeline: what rows a case's answers make, when it helps, and that an attacker's text can't grow in it."""

# ruff: noqa: RUF001 - The sign of multiplication is meant.

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any

import pytest

from bot.domain.action import Risk
from bot.domain.answer import Answer, answered
from bot.domain.case import Case, Request, RequestState
from bot.domain.identity import Target
from bot.domain.investigation import Investigation
from bot.domain.moments import MOST_MOMENTS, Moment, facts_of
from bot.domain.timeline import MOST_ROWS, RowKind, later
from bot.domain.timeline_of_case import timeline
from tests.fakes.desk import detection_of
from tests.fakes.stories import PLAN

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
ARN = "arn:aws:rolesanywhere:eu-west-1:111122223333:trust-anchor/0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"
TARGET = Target("111122223333", "eu-west-1", ARN, "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0")


def minutes(number: float) -> datetime:
    """So many minutes after noon."""
    return NOON + timedelta(minutes=number)


def moment(number: float, name: str, *, event_id: str = "", **more: Any) -> Moment:
    """A call so many minutes after noon."""
    return Moment(event_id or f"e{number}{name}", minutes(number), name, **more)


def answer(question: str, **facts: Any) -> Answer:
    """An answer as it comes back from the log."""
    return answered(question, "", facts=json.loads(json.dumps(facts)))


def used(*sessions: dict[str, Any], ends: datetime | None = None, cut: int = 0) -> Answer:
    """What CreateSession's records told."""
    return answer("ca_used", sessions=sessions, latest_expiry=ends and ends.isoformat(), sessions_cut=cut)


def session(number: float, serial: str = "ab12", **more: Any) -> dict[str, Any]:
    """One session."""
    arn = "arn:aws:iam::111122223333:role/ci/deployer"
    return {
        "at": minutes(number).isoformat(), "serial": serial, "role_arn": arn, "address": "203.0.113.9",
        "error_code": None, **more,
    }  # fmt: skip


def did(*acts: tuple[float, str, str], keys: tuple[dict[str, Any], ...] = (), event_id: str = "") -> Answer:
    """What sessions did: minutes after noon, kind and operation."""
    told = [
        {"at": minutes(at).isoformat(), "kind": kind, "name": name, "what": "x", "event_id": event_id or f"a{at}{name}"}
        for at, kind, name in acts
    ]
    return answer("lateral_movement", acts=told, keys=list(keys))


def case_of(*answers: Answer, **changes: Any) -> Case:
    """A case about a trust anchor that was made at noon."""
    detection = replace(detection_of(TARGET), happened_at=NOON)
    known = Investigation(answers=MappingProxyType({one.question: one for one in answers}))
    return Case("AW-1", detections=(detection,), investigation=known, **changes)


def rows_of(case: Case) -> list[tuple[str, str, str]]:
    """The rows in words."""
    found = timeline(case)
    assert found is not None
    return [(one.times, one.title, one.words) for one in found.rows]


def ran(state: RequestState, number: float) -> Request:
    """A containment that ended so many minutes after noon."""
    return Request(
        "r1", PLAN.action_id, Risk.REVERSIBLE, "U1", NOON, "", PLAN, "", 0, NOON, state, ended_at=minutes(number)
    )


def looks(*names: str) -> Answer:
    """Looks before noon, a minute apart."""
    return answer("reconnaissance", **facts_of([moment(at - 30, name) for at, name in enumerate(names)]))


def test_it_tells_the_whole_story_in_order() -> None:
    """Looks, the making, changes, sessions by certificate, what they did, containment, and the last possible end."""
    contained = ran(RequestState.DONE, 30)
    case = case_of(
        looks("ListRoles", "GetRole", "GetRole"),
        answer("profiles_after", **facts_of([moment(2, "CreateProfile", about="ci", same_hand=True)])),
        used(session(5), session(6), session(7, "ff", error_code="AccessDenied"), ends=minutes(66)),
        did((8, "secret read", "secretsmanager:GetSecretValue")),
        requests=MappingProxyType({"r1": contained}),
    )
    assert rows_of(case) == [
        ("11:30:00 to 11:32:00", "Looked around, 3 times", "by the same identity or address: ListRoles; GetRole ×2"),
        ("12:00:00", "Trust anchor made", "by mallory"),
        ("12:02:00", "Profile made or changed", "by the same identity or address: CreateProfile ci"),
        ("12:05:00 to 12:06:00", "Session issued, 2 times", "certificate ab12, as deployer from 203.0.113.9 ×2"),
        ("12:07:00", "Session refused", "certificate ff, as deployer from 203.0.113.9"),
        ("12:08:00", "By a session: secret read", "GetSecretValue x"),
        ("12:30:00", "Delete trust anchor: done", ""),
        ("13:06:00", "Last known session ends by then", "unless revoked"),
    ]


def test_what_came_after_containment_stands_apart() -> None:
    """Sessions of one certificate before and after it are two rows: that it went on is what matters."""
    contained = ran(RequestState.FAILED, 6)
    case = case_of(used(session(5), session(7), session(8)), requests=MappingProxyType({"r1": contained}))
    titles = [title for _, title, _ in rows_of(case)]
    assert titles == [
        "Trust anchor made", "Session issued", "Delete trust anchor: failed", "Session issued, 2 times",
    ]  # fmt: skip


def test_an_event_is_told_once() -> None:
    """Whichever answers have it; the calls of followed keys are those of a session."""
    made = moment(3, "CreateRole", event_id="same", about="back")
    other = moment(4, "CreateAccessKey", event_id="by-session")
    case = case_of(
        answer("roles_after", **facts_of([made])),
        answer("policy_changes", **facts_of([made, other])),
        used(session(1)),
        did((4, "way in made", "iam:CreateAccessKey"), event_id="by-session"),
    )
    assert [title for _, title, _ in rows_of(case)] == [
        "Trust anchor made", "Session issued", "Role made", "By a session: way in made",
    ]  # fmt: skip


def test_a_key_that_never_ends_is_said() -> None:
    """A new access key outlives the last session."""
    case = case_of(
        looks("GetRole", "GetRole"),
        used(session(1), ends=minutes(61)),
        did(keys=({"expires": None}, {"expires": minutes(61).isoformat()})),
    )
    assert rows_of(case)[-1][1:] == ("Last known session ends by then", "1 key that a session made never ends")


@pytest.mark.parametrize(
    ("answers", "is_drawn"),
    [
        ((), False),
        ((looks("GetRole", "GetRole", "GetRole", "GetRole"),), False),
        ((used(session(1), session(2), session(3), session(4)),), False),
        ((used(session(1)), looks("GetRole")), False),
        ((used(session(1)), looks("GetRole", "ListRoles")), True),
        ((used(session(1), ends=NOON), looks("GetRole")), False),
    ],
)
def test_it_is_drawn_where_it_helps(answers: tuple[Answer, ...], *, is_drawn: bool) -> None:
    """From four events in three rows on; the end of the sessions is no event."""
    assert (timeline(case_of(*answers)) is not None) is is_drawn


def test_too_many_rows_leave_out_the_changes_first() -> None:
    """What is left out is counted, with what the answers themselves did not keep."""
    changes = [moment(number, "CreateProfile") for number in range(1, MOST_MOMENTS + 6)]
    case = case_of(
        answer("profiles_after", **facts_of(changes)),
        used(*(session(10 + number, f"{number:02}") for number in range(40)), cut=7),
    )
    found = timeline(case)
    assert found is not None
    assert len(found.rows) == MOST_ROWS
    assert {one.kind for one in found.rows} == {RowKind.ANCHOR, RowKind.SESSION}
    assert found.left_out == MOST_MOMENTS + 17 + 5 + 7
    assert "more events are not shown" in found.alternative or len(found.alternative) == 1000


HOSTILE = ["\u202egnp", "a\nb\x00", "$\\frac{1}{0}$", "x" * 4_000, "o\u0301\u0302\u0303\u0304\u0305\u0306"]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_an_attackers_text_stays_in_its_row(text: str) -> None:
    """On one line, visible and short, wherever it stands, and in the words for those who see no picture."""
    case = case_of(
        looks(text, text, "GetRole"),
        used(session(1, text, role_arn=f"arn:aws:iam::1:role/{text}", address=text), ends=minutes(9)),
        did((2, text, text)),
    )
    found = timeline(case)
    assert found is not None
    for row in found.rows:
        assert len(row.words) <= 160
        assert all(one.isprintable() for one in row.words + row.title)
    assert len(found.alternative) <= 1000


def test_facts_of_older_versions_and_odd_ones_do_no_harm() -> None:
    """What can't be read is left out; nothing is guessed."""
    case = case_of(
        answer("reconnaissance", same_hand=4),
        answer("profiles_after", moments=[{"at": "yesterday", "name": "x"}, {"at": "2026-11-20T12:01:00"}, 7]),
        answer("ca_used", sessions=[{"at": None}, "x"], latest_expiry="never"),
        answer("lateral_movement", acts="none", keys=None),
    )
    assert timeline(case) is None


def test_equal_pictures_have_equal_digests() -> None:
    """And a new event makes another one."""
    one, same, other = (
        timeline(case_of(looks("GetRole", "GetRole"), used(*sessions)))
        for sessions in ((session(1),), (session(1),), (session(1), session(2)))
    )
    assert one is not None
    assert same is not None
    assert other is not None
    assert one.digest == same.digest != other.digest


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(59, ""), (60, "1 min later"), (3_720, "1 h 2 min later"), (5 * 86_400 + 5, "5 days later")],
)
def test_how_much_later(seconds: int, words: str) -> None:
    """In the unit that people read."""
    assert later(NOON, NOON + timedelta(seconds=seconds)) == words
