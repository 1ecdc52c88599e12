"""What people read after a containment: the countdown, what came back, and how the watch ended."""

from __future__ import annotations

from datetime import timedelta

from bot.domain.alarms import AlarmRaised, AllClearSaid
from bot.domain.audit import Draft
from bot.domain.case import Case
from bot.domain.events import draft
from bot.domain.fold import fold
from bot.domain.plan import Risk
from bot.slack.after_words import AlarmMessage, after_lines, after_step
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
    assert line.startswith("*All clear:* no session of this trust anchor can be alive since")
    assert "12 looks" in line
    assert "Not checked: Region us-east-1." in line
    assert "closing note" in str(after_step(case_of(draft(CLEAR))))


def test_what_could_not_be_seen_is_never_called_clear() -> None:
    """The words say that it is none, and why."""
    said = AllClearSaid(CONTAINED, NOON, clear=False, looks=1, last_look=NOON, why="Not allowed.")
    (line,) = after_lines(case_of(draft(said)))
    assert "this is no all-clear" in line
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
