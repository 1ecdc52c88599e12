"""The guide as a modal: overview, every answer with its evidence, texts for hardening, tasks, what to read; by page.

It is drawn from the log only, so that it opens within the three seconds that Slack gives.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.domain.answer import Answer, Question, Standing
from bot.domain.case import Case
from bot.domain.hardening import Hardening, hardening_texts, permissions_policy
from bot.domain.house import House
from bot.domain.incident import IncidentProtocol
from bot.domain.verdict import verdict
from bot.service.guide.inquiry import Step
from bot.slack.block_limits.whole import size
from bot.slack.button_value import Reference
from bot.slack.guide_notes import missing_permissions, open_lines, preformatted, section
from bot.slack.guide_texts import EXPLAINED, MORE_READING, RULE_REFERENCES, for_who_did_it, link
from bot.slack.guide_words import by_words, next_look, said, standings
from bot.slack.task_controls import TASKS
from bot.slack.task_page import TaskPage
from bot.slack.text import defang, is_user_id, joined, literal, marked, time_of_day

GUIDE = "guide"
BACK, ON = "guide_back", "guide_next"
PARTS = {
    "overview": ("guide_overview", "Overview"),
    "answers": ("guide_answers", "Answers"),
    "hardening": ("guide_hardening", "Hardening"),
    TASKS: ("guide_tasks", "Tasks"),
    "about": ("guide_about", "About"),
}
"""The parts of the guide: the control that leads to each, and its title."""

# A page that is not tiring to scroll on a phone; Slack would take 250,000 bytes and 100 blocks.
# See: https://docs.slack.dev/reference/views/modal-views
_PAGE_CHARACTERS = {"answers": 7_000, "hardening": 3_500}
_PAGE_BLOCKS = 60
_MOST_OPEN = 40
_MOST_SIGNS = 20
_MOST_EVIDENCE_CHARACTERS = 2_800
_EVIDENCE_LINE = 500
_SENTENCE = 400
_MOST_PERMISSIONS = 60
_BEFORE = {
    Standing.NEEDS_PERSON: "For a person: ",
    Standing.COULD_NOT_CHECK: "Not checked: ",
    Standing.DOES_NOT_APPLY: "Does not apply: ",
}

Block = dict[str, Any]
View = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Page:
    """One page: its name, such as ``answers2``, the part that it belongs to, and its blocks."""

    name: str
    part: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class GuideView:
    """Draws the guide of a case. ``steps`` are in the order in which people read them."""

    steps: tuple[Step, ...] = ()
    house: House = House()
    protocol: IncidentProtocol = IncidentProtocol()

    def view(self, case: Case, page: str, now: datetime) -> View:
        """The page with this name as a modal; the nearest of its part, or else the overview, when there is none."""
        pages = self.pages(case)
        at = _index(pages, page)
        reference = Reference(case.case_id, case.revision)
        metadata = {"ref": reference.text(), "digest": "", "channel": case.card.channel or ""}
        return {
            "type": "modal",
            "callback_id": GUIDE,
            "title": {"type": "plain_text", "text": f"Guide: {PARTS[pages[at].part][1].lower()}"},
            "close": {"type": "plain_text", "text": "Close"},
            "private_metadata": json.dumps(metadata, separators=(",", ":")),
            "blocks": [
                _parts(reference, pages[at].part),
                *pages[at].blocks,
                *_turning(reference, pages, at),
                _context(f"{case.case_id} · page {at + 1} of {len(pages)} · as of {time_of_day(now)}"),
            ],
        }

    def pages(self, case: Case) -> tuple[Page, ...]:
        """Every page; there is at least one of each part."""
        return (
            Page("overview", "overview", tuple(self._overview(case))),
            *_numbered("answers", [*self._answers(case)] or [[section(["Nothing has been asked yet."])]]),
            *_numbered("hardening", [[*_hardening(one)] for one in self._hardening(case)]),
            Page(TASKS, TASKS, tuple(self._tasks(case))),
            Page("about", "about", tuple(self._about(case))),
        )

    def _overview(self, case: Case) -> Iterator[Block]:
        answers = tuple(case.investigation.answers.values())
        weighed = verdict(case.flags, answers)
        yield section([f"*Priority: {weighed.priority.value}.* {said(weighed.why)}{by_words(weighed.people)}", _RULE])
        for title, signs in (("Speaks for trouble", weighed.for_trouble), ("Speaks against it", weighed.against)):
            lines = [f"• {said(one.sentence)}{by_words(one.people)}" for one in signs[:_MOST_SIGNS]]
            yield section([f"*{title}*", *(lines or ["Nothing so far."])])
        yield section([f"*Guide:* {standings(answers) or 'not asked yet'}. {next_look(case)}".rstrip()])
        unchecked = open_lines(case.investigation.answers, self.steps, _MOST_OPEN)
        if unchecked:
            yield section(unchecked)
        missing = missing_permissions(answers)[:_MOST_PERMISSIONS]
        if missing:
            yield section(["*Missing permissions.* Add this to the policy of the read role; it only reads:"])
            yield from _copyable(permissions_policy(missing))

    def _answers(self, case: Case) -> Iterator[list[Block]]:
        known = case.investigation.answers
        for step in self.steps:
            pairs = [(one, known[one.id]) for one in step.questions if one.id in known]
            if pairs:
                yield [_header(step.title), _answered(pairs)]

    def _tasks(self, case: Case) -> Iterator[Block]:
        return TaskPage(self.house, self.protocol).blocks(case, Reference(case.case_id, case.revision))

    def _hardening(self, case: Case) -> tuple[Hardening, ...]:
        others = case.investigation.answers.get("other_anchors")
        arns = others.facts.get("private_ca_arns") if others else None
        good = [str(one) for one in arns] if isinstance(arns, list | tuple) else []
        return hardening_texts(case.target, case.detection.anchor.name, self.house.owners, good)

    def _about(self, case: Case) -> Iterator[Block]:
        yield section([f"*{term}*\n{explanation}" for term, explanation in EXPLAINED.items()])
        yield section(["*References of the rule*", *(f"• {link(*one)}" for one in RULE_REFERENCES)])
        own = self.house.guide_url
        ours = [("Our own guide", own)] if own and own.startswith("https://") else []
        yield section(["*More*", *(f"• {link(*one)}" for one in (*ours, *MORE_READING))])
        yield section(["*For who did it, when it was harmless.* Copy it, or let *Tasks* send your guide."])
        detection = case.detection
        yield from _copyable(for_who_did_it(detection.account, detection.region, own))


_RULE = (
    "High: a sign raises it. Low: the CA is known to be ours and nothing raises it. Medium: everything else. "
    "People decide."
)


def _answered(pairs: Sequence[tuple[Question, Answer]]) -> Block:
    """Question, answer and evidence after each other as rich text: no parser reads it, and it can be copied."""
    elements: list[Block] = []
    for question, answer in pairs:
        gap = "\n" if elements and elements[-1]["type"] == "rich_text_section" else ""
        sentence = f"{_BEFORE.get(answer.standing, '')}{_line(answer.sentence, _SENTENCE)}"
        elements.append(_rich(_bold(f"{gap}{question.text}\n"), {"type": "text", "text": sentence}, *_by(answer)))
        if answer.lines:
            text = joined((_line(line) for line in answer.lines), _MOST_EVIDENCE_CHARACTERS)
            elements.append({"type": "rich_text_preformatted", "elements": [{"type": "text", "text": text}]})
    limits = dict.fromkeys(f"\n• {_line(one, _SENTENCE)}" for _, answer in pairs for one in answer.not_checked)
    if limits:
        elements.append(_rich(_bold("Limits"), {"type": "text", "text": "".join(limits)}))
    return {"type": "rich_text", "elements": elements}


def _by(answer: Answer) -> list[Block]:
    """Whose word an answer is, as mentions."""
    people = [one for one in dict.fromkeys(answer.people) if is_user_id(one)]
    before = (" By ", *(", " for _ in people[1:]))
    pairs = zip(before, people, strict=False)
    return [part for text, one in pairs for part in ({"type": "text", "text": text}, {"type": "user", "user_id": one})]


def _rich(*elements: Block) -> Block:
    return {"type": "rich_text_section", "elements": list(elements)}


def _bold(text: str) -> Block:
    return {"type": "text", "text": text, "style": {"bold": True}}


def _copyable(text: str) -> list[Block]:
    """A text of ours for people to copy: nothing in it is broken up, and what others wrote in it is escaped already."""
    return preformatted([line and literal(line, 1_000) for line in text.splitlines()])


def _hardening(one: Hardening) -> Iterator[Block]:
    yield section([f"*{one.title}*", one.note])
    yield from _copyable(one.text)


def _line(text: str, limit: int = _EVIDENCE_LINE) -> str:
    return marked(literal(defang(text), limit), text)


def _numbered(part: str, groups: Sequence[list[Block]]) -> Iterator[Page]:
    for number, blocks in enumerate(filled(groups, _PAGE_CHARACTERS[part]), 1):
        yield Page(f"{part}{number}", part, blocks)


def filled(groups: Iterable[list[Block]], most_characters: int) -> Iterator[tuple[Block, ...]]:
    """Groups of blocks put together until a page is full; a group is not torn apart."""
    page: list[Block] = []
    for group in groups:
        if page and (size([*page, *group]) > most_characters or len(page) + len(group) > _PAGE_BLOCKS):
            yield tuple(page)
            page = []
        page.extend(group)
    if page:
        yield tuple(page)


def _index(pages: Sequence[Page], name: str) -> int:
    names = [one.name for one in pages]
    if name in names:
        return names.index(name)
    part = name.rstrip("0123456789")
    return max((at for at, one in enumerate(pages) if one.part == part), default=0)


def _parts(reference: Reference, shown: str) -> Block:
    buttons = [
        _button(control, title, reference, f"{part}1" if part in _PAGE_CHARACTERS else part)
        for part, (control, title) in PARTS.items()
        if part != shown
    ]
    return {"type": "actions", "block_id": reference.block_id("parts"), "elements": buttons}


def _turning(reference: Reference, pages: Sequence[Page], at: int) -> list[Block]:
    buttons = []
    if at > 0:
        buttons.append(_button(BACK, "Back", reference, pages[at - 1].name))
    if at + 1 < len(pages):
        buttons.append(_button(ON, "Next", reference, pages[at + 1].name))
    return [{"type": "actions", "block_id": reference.block_id("turning"), "elements": buttons}]


def _button(action_id: str, title: str, reference: Reference, page: str) -> Block:
    return {
        "type": "button",
        "action_id": action_id,
        "text": {"type": "plain_text", "text": title},
        "value": f"{reference.text()}:{page}",
    }


def _header(title: str) -> Block:
    return {"type": "header", "text": {"type": "plain_text", "text": title}}


def _context(text: str) -> Block:
    return {"type": "context", "elements": [{"type": "mrkdwn", "text": text, "verbatim": True}]}
