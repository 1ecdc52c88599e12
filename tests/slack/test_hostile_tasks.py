"""Hostile text in tasks, incidents, broken glasses, alarms, plans and what lies elsewhere: nothing of it acts in Slack.

Held to the same as every other message: see ``tests.slack.test_hostile_messages``.
"""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import asdict
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.adapters.pager import page_of
from bot.domain.audited_roles import COLUMNS
from bot.domain.incident import MOST_NAME_CHARACTERS, ChannelKind, IncidentProtocol, channel_name
from bot.service.audit_roles import report_files
from bot.slack.audit_words import audit_comment
from bot.slack.entry_form import mistakes_answer
from bot.slack.incident_form import incident_form
from bot.slack.incident_words import IncidentMessages
from tests.hostile_strings import EACH, HOSTILE
from tests.slack import hostile_plans, hostile_tasks
from tests.slack.card_states import NOON, case_in
from tests.slack.hostile_surfaces import CONTROLS, HARMLESS, acting, foreign, problems
from tests.slack.hostile_tasks import OURS, Shown, audited, begun_incident
from tests.slack.what_slack_shows import hidden_characters
from tests.slack_markup import in_plain

# All dangers in a few texts: each drawing takes a tenth of a second.
TOGETHER = [" ".join(EACH[start : start + 60]) for start in range(0, len(EACH), 60)]
LONGEST = ("W" * 64 + "<!channel>*`\n") * 130
MOST_TOPIC_CHARACTERS = 250
AREAS = {
    "training": hostile_tasks.training,
    "role_audit": hostile_tasks.role_audit,
    "incident": hostile_tasks.incident,
    "glass": hostile_tasks.glass,
    "points_and_note": hostile_tasks.points_and_note,
    "alarms": hostile_tasks.alarms,
    "plans": hostile_plans.plans,
    "elsewhere": hostile_plans.elsewhere,
}
_FORMULA = tuple("=+-@＝＋－＠\t")  # noqa: RUF001


@cache
def harmless(area: str) -> list[Shown]:
    """The same messages with a harmless word."""
    return list(AREAS[area](HARMLESS))


def assert_calm(area: str, text: str) -> None:
    """Slack takes each message, and in each acts what acts with a harmless word, and no more."""
    for one, usual in zip(AREAS[area](text), harmless(area), strict=area != "plans"):
        assert problems(one) == []
        assert foreign(one, OURS) == []
        assert hidden_characters(one) == []
        assert len(str(one.get("text", ""))) <= 4_000
        # A plan that has no room where it would stand is shown in more blocks, behind a button, and on more pages.
        is_long = area == "plans" or len(one.get("blocks", ())) > len(usual.get("blocks", ()))
        assert is_long or not acting(one) - acting(usual)


@pytest.mark.parametrize("area", AREAS)
@pytest.mark.parametrize("text", TOGETHER, ids=lambda text: ascii(text[:12]))
def test_each_danger_in_each_area(area: str, text: str) -> None:
    """Mentions, links, marks, lines, what hides and what imitates us."""
    assert_calm(area, text)


@settings(max_examples=20)
@given(st.sampled_from(sorted(AREAS)), HOSTILE)
def test_nothing_acts_in_any_area(area: str, text: str) -> None:
    """The dangers in any order."""
    assert_calm(area, text)


@pytest.mark.parametrize("area", AREAS)
def test_long_texts_fit(area: str) -> None:
    """10,000 characters are cut, and the cut opens nothing."""
    for one in AREAS[area](LONGEST):
        assert problems(one) == []
        assert foreign(one, OURS) == []


@settings(max_examples=20)
@given(HOSTILE)
def test_the_report_is_a_table_and_runs_nothing(text: str) -> None:
    """As many rows of as many cells, none of which begins a formula; the JSON has every value as it is."""
    audit = audited(text)
    table, whole = report_files(case_in("new", text=text)[0], audit, NOON)
    rows = list(csv.reader(io.StringIO(table.body.decode("utf-8-sig"), newline="")))
    assert [len(one) for one in rows] == [len(COLUMNS)] * (1 + len(audit.rows))
    assert not [one for row in rows[1:] for one in row if one.lstrip().startswith(_FORMULA)]
    assert json.loads(whole.body)["roles"][0] == json.loads(json.dumps(asdict(audit.rows[0])))
    for file in (table, whole):
        assert re.fullmatch(r"roles-[0-9a-z]{1,20}-[0-9TZ-]+\.(csv|json)", file.file_name)


@settings(max_examples=20)
@given(st.one_of(HOSTILE, st.just(LONGEST)))
def test_a_page_is_short_and_links_nowhere(text: str) -> None:
    """A phone shows it: a few kB of JSON, each value short, one line, and no address that could be opened."""
    case = begun_incident(text)
    page = page_of(case, case.tasks.incident, None, "key")
    body = json.dumps(page)
    assert len(body) < 30_000
    values = [page["payload"]["summary"], page["payload"]["source"], *page["payload"]["custom_details"].values()]
    assert max(map(len, values)) <= 1_024
    assert hidden_characters({"blocks": [{"type": "plain_text", "text": one} for one in values]}) == []
    assert [one for value in values for one in in_plain(value, emoji=False)] == []
    assert (page["dedup_key"], page["event_action"]) == (case.case_id, "trigger")


@given(HOSTILE)
def test_a_mistake_under_a_field_is_calm(text: str) -> None:
    """It may quote a name of a file: it is short, on one line, hides and links nothing, and is never empty."""
    (said,) = mistakes_answer({"list": f"The list is of {text * 20}"})["errors"].values()
    assert 0 < len(said) <= 150
    assert [*in_plain(said, emoji=True)] == []
    assert hidden_characters({"blocks": [{"type": "plain_text", "text": said}]}) == []


@settings(max_examples=20)
@given(HOSTILE)
def test_a_channel_is_named_by_us_alone(text: str) -> None:
    """Neither its name nor its topic holds anybody else's words."""
    case = begun_incident(text)
    assert channel_name("inc", case.case_id, NOON) == f"inc-2026-11-22-{case.case_id.lower()}"
    assert len(channel_name("i" * 200, case.case_id, NOON)) == MOST_NAME_CHARACTERS
    topic = IncidentMessages(CONTROLS.title).topic(case)
    words = "external CA in IAM Roles Anywhere, AWS account"
    assert re.fullmatch(f"Incident {case.case_id}: {words} ([0-9]{{12}}|unknown)", topic)
    assert len(topic) <= MOST_TOPIC_CHARACTERS


def test_a_report_says_how_much_it_leaves_out() -> None:
    """Eight of the sentences about what was not read stand above the files; the JSON has all."""
    comment = audit_comment(case_in("new")[0], audited(HARMLESS), NOON)
    assert comment.count("• Not read: ") == 8
    assert "• And 4 more things, in the JSON." in comment


@pytest.mark.parametrize(
    ("protocol", "places"),
    [
        (IncidentProtocol(ChannelKind.PRIVATE, pages=True), "the channel, the page, the thread"),
        (IncidentProtocol(ChannelKind.PUBLIC), "the channel, the thread"),
        (IncidentProtocol(pages=True), "the page, the thread"),
    ],
)
def test_the_form_names_only_places_that_there_are(protocol: IncidentProtocol, places: str) -> None:
    """Where the reason goes depends on what is configured."""
    hint = incident_form(case_in("new")[0], protocol)["blocks"][-1]["hint"]["text"]
    assert hint == f"Goes to {places} and the audit log."
