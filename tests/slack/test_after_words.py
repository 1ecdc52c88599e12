"""What people read after a containment: the countdown, what came back, and how the watch ended."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

from bot.domain.alarms import AlarmAcknowledged, AlarmRaised, AllClearSaid
from bot.domain.audit import Draft
from bot.domain.case import Case
from bot.domain.events import Acknowledged, AnchorObserved, draft, slack_user
from bot.domain.fold import fold
from bot.domain.plan import Risk
from bot.registry import load_handlers
from bot.slack.after_words import after_lines, after_step
from bot.slack.alarm_message import AlarmMessage
from bot.slack.block_limits import message_problems
from bot.slack.card import Card
from bot.slack.controls import Controls
from tests.fakes.slack_in_memory import NOON
from tests.fakes.stories import CASE_ID, asked, detected, entries_of, finished, started

CONTAINED = NOON + timedelta(seconds=3)
CLEAR = AllClearSaid(CONTAINED, NOON, clear=True, looks=12, last_look=NOON, not_checked=("Region us-east-1.",))


def case_of(*drafts: Draft) -> Case:
    """A contained case in which these happened too."""
    told = entries_of(detected(), asked(risk=Risk.REVERSIBLE, needed=0), started(), finished(), *drafts)
    return fold(Case(CASE_ID), told)


def test_the_countdown_is_a_date_of_the_readers_own_zone() -> None:
    """Slack draws it, so that no update is needed for it to be true."""
    end = int((CONTAINED + timedelta(hours=12)).timestamp())
    assert after_lines(case_of())[0].startswith(f"*Sessions may live until <!date^{end}^")
    assert after_lines(fold(Case(CASE_ID), entries_of(detected()))) == []


def test_all_clear_says_since_when_and_what_was_not_seen() -> None:
    """The countdown gives way to it."""
    (line,) = after_lines(case_of(draft(CLEAR)))
    assert line.startswith(
        "*All clear:* no session of this trust anchor can be alive any more: the last had to end by <!date"
    )
    assert "looked 12 times, the last time <!date" in line
    assert "Not checked: Region us-east-1." in line
    assert "closing note" in str(after_step(case_of(draft(CLEAR))))


def test_what_could_not_be_seen_is_never_called_clear() -> None:
    """The words say that it is none, and why."""
    said = AllClearSaid(CONTAINED, NOON, clear=False, looks=1, last_look=NOON, why="Not allowed.")
    (line,) = after_lines(case_of(draft(said)))
    assert "*This is no all-clear.*" in line
    assert "Not allowed." in line
    assert "*All clear" not in line


def test_an_all_clear_of_another_containment_does_not_count() -> None:
    """It was said before the trust anchor was enabled and disabled again."""
    old = AllClearSaid(NOON, NOON, clear=True, looks=1, last_look=NOON)
    assert after_lines(case_of(draft(old)))[0].startswith("*Sessions may live")


def test_an_alarm_goes_first_and_is_neutralised() -> None:
    """What an attacker wrote mentions nobody, in the card and in the channel."""
    case = case_of(draft(AlarmRaised("<!channel> came back.", ("case:x",))))
    message = AlarmMessage("C1").draw(case, case.aftermath.alarms[0]).rich
    assert "Came back" in after_lines(case)[0]
    assert "<!channel>" not in after_lines(case)[0] + message["text"] + str(message["blocks"])
    assert message["reply_broadcast"] is True
    assert case.state.value == "contained"


def test_an_alarm_has_a_button_until_somebody_has_it() -> None:
    """The message, its reminder and the card carry the alarm; then they name who has it, in the reader's own time."""
    raised = draft(AlarmRaised("The key is back.", ("key:1",), calls=True))
    waits = case_of(raised)
    has = case_of(raised, draft(AlarmAcknowledged(waits.head.seq), slack_user("U2")))
    alarm, message = waits.aftermath.alarms[0], AlarmMessage("C1")
    card = Card("C1", Controls({}), "somebody")
    for rich in (message.draw(waits, alarm).rich, message.remind(waits, 1).rich, card.draw(waits).rich):
        assert not message_problems(rich)
        assert f'"{waits.case_id}:{alarm.seq}"' in json.dumps(rich)
        assert "acknowledge_alarm" in json.dumps(rich)
        assert "acknowledged it" in json.dumps(rich)
    assert str(message.draw(waits, alarm).rich["text"]).startswith("<@U1> :rotating_light:")
    told = replace(has.aftermath.alarms[0], told=True)
    for rich in (message.draw(has, told).rich, card.draw(has).rich):
        assert "acknowledge_alarm" not in json.dumps(rich)
        assert "Acknowledged by <@U2>, <!date^" in json.dumps(rich)
    assert "reply_broadcast" not in message.draw(has, told).rich
    assert "Acknowledge" in str(after_step(waits))
    assert "Acknowledge" not in str(after_step(has))


def test_the_way_back_is_not_the_first_button_of_what_came_back() -> None:
    """Who is called at night to stop it must not open the door by the first press."""
    disabled = (draft(Acknowledged(), slack_user("U1")), draft(AnchorObserved({"enabled": "no", "exists": "yes"})))
    calm, came = case_of(*disabled), case_of(*disabled, draft(AlarmRaised("Back.", ("key:1",), calls=True)))
    first = [Controls(load_handlers().askable).blocks(one)[0][0]["elements"][0]["action_id"] for one in (calm, came)]
    assert first[0] == "enable_trust_anchor"
    assert first[1] != "enable_trust_anchor"
