"""What the thread says of a round of questions: every answer after the first, only what changed after the others."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from bot.domain.answer import Answer, Standing
from bot.domain.case import Case
from bot.domain.fold import user_of
from bot.domain.investigation import RoundFinished
from bot.domain.scan_cost import cost_in_words
from bot.domain.usage.words import counted
from bot.service.guide.inquiry import Step
from bot.slack.block_limits.whole import size
from bot.slack.guide_words import by_words, said
from bot.slack.text import code, defang, joined, literal, marked, mention_user, time_of_day

_MOST_IN_SECTION = 2_900
_MOST_EVIDENCE = 5
_EVIDENCE_LINE = 240
_MOST_OPEN = 8
_MOST_PERMISSIONS = 12
# For the line that says how much is left out.
_LEFT_OUT_ROOM = 200
_ACTION = re.compile(r"[a-z0-9-]{1,40}:[A-Za-z0-9]{1,80}")
_SEARCHED = "cloudtrail:LookupEvents"

Block = dict[str, Any]


def round_line(case: Case, event: RoundFinished, at: datetime) -> str:
    """What the thread says first of a round that ended at ``at``."""
    took = timedelta(milliseconds=event.took_ms)
    calls = sum(event.calls.values())
    effort = f"{_seconds(took)} and {counted(calls, 'AWS call')}{_cost(event)}"
    if event.stopped_by is not None:
        who = mention_user(user_of(event.stopped_by)) if user_of(event.stopped_by) else "Somebody"
        return f"{who} ended the look after {effort}. What has no answer is asked again in the next look."
    if not event.round:
        return f"*The guide, answered* in {effort}."
    news = case.investigation.news.get(event.round)
    if news is None:
        return f"*Looked again* at {time_of_day(at)}."
    if news:
        return (
            f"*Looked again* at {time_of_day(at)}: {len(news)} {'answer is' if len(news) == 1 else 'answers are'} new."
        )
    until = f" CloudTrail was searched until {time_of_day(at - took)}." if event.calls.get(_SEARCHED) else ""
    return f"*Looked again* at {time_of_day(at)}: nothing new{_cost(event)}.{until}"


def _cost(event: RoundFinished) -> str:
    if not event.scans:
        return ""
    scanned_bytes, usd = sum(one.scanned_bytes for one in event.scans), sum(one.about_usd for one in event.scans)
    return f" (Athena: {cost_in_words(scanned_bytes, usd)})"


def round_blocks(case: Case, event: RoundFinished, steps: Sequence[Step], room: int) -> list[Block]:
    """The answers of a finished round by step, with their evidence as far as ``room`` characters of blocks go."""
    news = case.investigation.news.get(event.round, frozenset())
    known = {one: answer for one, answer in case.investigation.answers.items() if event.round == 0 or one in news}
    tail = [section(lines)] if (lines := open_lines(known, steps, _MOST_OPEN)) else []
    parts = [part for step in steps if (part := _Part.of(step, known))]
    return _fitted(parts, tail, room)


class _Part:
    """One step in the thread: its sentences, and its evidence that may be left out."""

    def __init__(self, step: Step, answers: Sequence[Answer]) -> None:
        self.number = len(answers)
        sentences = dict.fromkeys(f"• {said(one.sentence)}{by_words(one.people)}" for one in answers)
        self.blocks = [section([f"*{step.title}*", *sentences])]
        texts = {one.id: one.text for one in step.questions}
        self.evidence = preformatted([line for one in answers for line in evidence_lines(one, texts)])

    @classmethod
    def of(cls, step: Step, known: Mapping[str, Answer]) -> _Part | None:
        """What a step has to tell; None for nothing."""
        answers = [known[one.id] for one in step.questions if one.id in known]
        found = [one for one in answers if one.standing in (Standing.ANSWERED, Standing.NEEDS_PERSON)]
        return cls(step, found) if found else None


def _fitted(parts: Sequence[_Part], tail: list[Block], room: int) -> list[Block]:
    """Sentences first, in order; then as much evidence as there is room for."""
    left = room - size(tail) - _LEFT_OUT_ROOM
    kept: list[_Part] = []
    for part in parts:
        left -= size(part.blocks)
        if left < 0:
            break
        kept.append(part)
    blocks: list[Block] = []
    for part in kept:
        fits = bool(part.evidence) and size(part.evidence) <= left
        left -= size(part.evidence) if fits else 0
        blocks.extend([*part.blocks, *(part.evidence if fits else ())])
    missing = sum(part.number for part in parts[len(kept) :])
    if missing:
        blocks.append(section([f"… and {missing} more: press *Guide* on the card."]))
    return [*blocks, *tail]


def evidence_lines(answer: Answer, questions: Mapping[str, str]) -> list[str]:
    """The first lines of an answer's evidence below its question; empty for none."""
    if not answer.lines:
        return []
    shown = [f"  {marked(literal(defang(line), _EVIDENCE_LINE), line)}" for line in answer.lines[:_MOST_EVIDENCE]]
    more = len(answer.lines) - _MOST_EVIDENCE
    left_out = [f"  and {more} more: press Guide on the card"] if more > 0 else []
    return [questions.get(answer.question, answer.question), *shown, *left_out]


def open_lines(known: Mapping[str, Answer], steps: Sequence[Step], most: int) -> list[str]:
    """What these answers leave open: permissions, failures and limits, each once; empty for nothing."""
    questions = {one.id: one.text for step in steps for one in step.questions}
    lines = [*_permissions(known.values()), *dict.fromkeys(_open_ends(known, questions))]
    more = len(lines) - most
    if more > 0:
        lines = [*lines[:most], f"• and {more} more: press *Guide* on the card"]
    beside = sum(one.standing is Standing.DOES_NOT_APPLY for one in known.values())
    left_out = [f"{beside} {'question does' if beside == 1 else 'questions do'} not apply here."] if beside else []
    return [*(["*Not checked*"] if lines else []), *lines, *left_out]


def missing_permissions(answers: Iterable[Answer]) -> tuple[str, ...]:
    """The IAM actions that AWS refused, each once, sorted; what has not the shape of one is left out."""
    return tuple(sorted({one for answer in answers for one in answer.missing if _ACTION.fullmatch(one)}))


def _permissions(answers: Iterable[Answer]) -> Iterator[str]:
    missing = missing_permissions(answers)
    if missing:
        named = ", ".join(code(one, 120) for one in missing[:_MOST_PERMISSIONS])
        more = f" and {len(missing) - _MOST_PERMISSIONS} more" if len(missing) > _MOST_PERMISSIONS else ""
        yield f"• AWS refused {named}{more}: the read role lacks {'it' if len(missing) == 1 else 'them'}."


def _open_ends(known: Mapping[str, Answer], questions: Mapping[str, str]) -> Iterator[str]:
    for answer in known.values():
        if answer.standing is Standing.COULD_NOT_CHECK:
            yield f"• {said(questions.get(answer.question, answer.question))} {said(answer.sentence)}"
    for answer in known.values():
        yield from (f"• {said(one)}" for one in answer.not_checked)


def section(lines: Sequence[str]) -> Block:
    """Finished lines as a section that Slack may fold up."""
    text = joined(lines, _MOST_IN_SECTION)
    return {"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": True}}


def preformatted(lines: Sequence[str]) -> list[Block]:
    """Finished lines as preformatted text, which no parser of Slack's reads; nothing for no lines."""
    if not lines:
        return []
    element = {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": "\n".join(lines)}]}
    return [{"type": "rich_text", "elements": [element]}]


def _seconds(length: timedelta) -> str:
    seconds = round(length.total_seconds())
    return f"{seconds} s" if seconds else "less than 1 s"
