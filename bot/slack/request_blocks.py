"""What the card says of a request that waits for a yes, and of one that was stopped."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bot.domain.approval_words import from_words
from bot.domain.case import Case, Request, RequestState
from bot.domain.people import NOBODY
from bot.domain.plan import plan_name
from bot.domain.terms import Terms
from bot.slack.button_value import Reference
from bot.slack.plan_controls import ask_again_block, asks_again, show_plan_block
from bot.slack.plan_words import difference_lines, fit, plan_lines, short_lines
from bot.slack.text import code, date, joined, marked, mention_user, shown

# A reason has at most 1,000 characters, and each may take five when it is escaped.
_MOST_REASON, _SHORT_REASON = 6_000, 300
_NOT_ALL = "*This is not all of it.* Press *Show the Whole Plan*: your yes counts once you have read it to its end."

Block = dict[str, Any]


@dataclass(frozen=True, slots=True)
class RequestBlocks:
    """Draws requests. ``title`` says what people call an action, ``approvers_in_words`` who may say yes."""

    title: Callable[[str], str]
    approvers_in_words: str

    def blocks(self, case: Case) -> list[Block]:
        """The newest request that waits, with the way to its whole plan; else what moved, and the way to ask again."""
        waiting = [one for one in case.requests.values() if one.state is RequestState.PENDING]
        if not waiting:
            return _moved(case)
        request, reference = waiting[-1], Reference(case.case_id, case.revision)
        lines = self._whole(request) if self.fits(request) else self._begin(request)
        block = _section(lines, reference.block_id(f"plan-{request.request_id}"))
        return [block] if self.fits(request) else [block, show_plan_block(case, request)]

    def fits(self, request: Request) -> bool:
        """Whether the card has room for all of a request; what it shows then is cut nowhere."""
        return fit(self._whole(request))

    def _whole(self, request: Request) -> list[str]:
        return [self._asked(request, _MOST_REASON), *plan_lines(request.plan), *self._state(request)]

    def _begin(self, request: Request) -> list[str]:
        return [self._asked(request, _SHORT_REASON), _NOT_ALL, *self._state(request), *short_lines(request.plan)]

    def _asked(self, request: Request, most: int) -> str:
        reason = marked(shown(request.reason, most), request.reason)
        return f"*{self.title(request.action_id)}*, asked by {mention_user(request.by)}: {reason}"

    def _state(self, request: Request) -> list[str]:
        """Who must say yes, who has, by which rule, until when, and to which plan."""
        given = ", ".join(mention_user(vote.user_id) for vote in request.votes)
        wanted = f"*Needs {request.needed} yes*{from_words(request.terms, self.approvers_in_words)}."
        rule = shown(request.terms.rule, 60) if request.terms.rule else "by risk"
        return [
            f"{wanted} So far: {given or 'none'}.",
            f"Rule: {rule} · expires {date(request.deadline)} · plan {code(plan_name(request.digest), 12)}",
            *_glass(request.terms),
            *([_waiting(request)] if request.seen.waits else []),
        ]


def _glass(terms: Terms) -> list[str]:
    people = terms.break_glass
    if people == NOBODY:
        return []
    who = people.in_words() if terms.may_mention or not people.name else people.name
    return [f"In an emergency one of these can break the glass and run it alone: {who}."]


def _waiting(request: Request) -> str:
    if request.seen.error is None:
        return "AWS is being read; then somebody can approve."
    return f"Nobody can approve yet: {shown(request.seen.error, 300)} Anchorwatch tries again by itself."


def _moved(case: Case) -> list[Block]:
    """What was not as it was shown when the last request was stopped, and the way to ask again."""
    request = asks_again(case)
    if request is None:
        return []
    lines = difference_lines(request.differences)
    title = f"*What moved* since plan {code(plan_name(request.digest), 12)} was shown"
    block_id = Reference(case.case_id, case.revision).block_id("moved")
    return [*([_section([title, *lines], block_id)] if lines else []), ask_again_block(case, request)]


def _section(lines: list[str], block_id: str) -> Block:
    text = {"type": "mrkdwn", "text": joined(lines, 3_000), "verbatim": True}
    return {"type": "section", "block_id": block_id, "text": text, "expand": True}
