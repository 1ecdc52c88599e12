"""How the investigation is shown: a few lines on the card, the answers in the thread."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from bot.domain.answer import Answer, Standing
from bot.domain.case import Case
from bot.domain.event_search import cost_in_words
from bot.domain.investigation import ROUNDS_AFTER, RoundFinished
from bot.domain.reach_line import reach_line
from bot.domain.verdict import verdict
from bot.service.guide.inquiry import Step
from bot.slack.text import defang, marked, shown

_MOST_SIGNS = 4
_SENTENCE = 300


def card_lines(case: Case) -> list[str]:
    """What the card says of the investigation; empty before it has begun."""
    known = case.investigation
    if known.started is None and not known.answers:
        return []
    weighed = verdict(case.flags, known.answers.values())
    lines = [f"*Priority {weighed.priority.value}:* {_said(weighed.why)}"]
    lines.extend(f"• against trouble: {_said(one.sentence)}" for one in weighed.against[:_MOST_SIGNS])
    if (reach := reach_line(known.answers)) is not None:
        lines.append(f"*Reach:* {_said(reach)}")
    lines.append(_progress(case))
    return lines


def _progress(case: Case) -> str:
    known = case.investigation
    counted = Counter(answer.standing for answer in known.answers.values())
    words = ", ".join(f"{counted[one]} {one.value}" for one in Standing if counted[one])
    when = _next_round(case)
    return f"*Guide:* {words or 'being asked now'}.{when}"


def _next_round(case: Case) -> str:
    known = case.investigation
    if known.started is not None:
        return " Looking now."
    if known.finished < len(ROUNDS_AFTER):
        minutes = int(ROUNDS_AFTER[known.finished].total_seconds() / 60)
        return f" Looks again {minutes} min after the alert, because CloudTrail is late."
    return ""


def round_line(event: RoundFinished) -> str:
    """What the thread says first of a finished round."""
    calls = sum(event.calls.values())
    head = "Looked again" if event.round else "The guide, answered"
    return f"*{head}* in {event.took_ms / 1000:.0f} s with {calls} AWS calls{_cost(event)}."


def _cost(event: RoundFinished) -> str:
    if not event.scans:
        return ""
    scanned_bytes, usd = sum(one.scanned_bytes for one in event.scans), sum(one.about_usd for one in event.scans)
    return f"; Athena: {cost_in_words(scanned_bytes, usd)}"


def round_texts(case: Case, event: RoundFinished, steps: Iterable[Step]) -> list[str]:
    """One text for each step that a finished round has asked."""
    asked = [step for step in steps if event.round == 0 or step.again]
    lines = [_step_lines(step, case.investigation.answers) for step in asked]
    return ["\n".join(one) for one in lines if one]


def _step_lines(step: Step, answers: Mapping[str, Answer]) -> list[str]:
    known = [answers[one.id] for one in step.questions if one.id in answers]
    if not known:
        return []
    return [f"*{step.title}*", *(f"• {_said(answer.sentence)}" for answer in known)]


def _said(sentence: str) -> str:
    return marked(shown(defang(sentence), _SENTENCE), sentence)
